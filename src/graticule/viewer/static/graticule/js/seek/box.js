// The search box of every page: suggests while one types (ARIA combobox with a list).
// Enter without a choice searches, as the form does without scripts.

import { element, icon } from "../dom.js";

const PAUSE_MS = 150;
const LABELS = {
  project: "Project",
  dataset: "Dataset",
  screen: "Screen",
  plate: "Plate",
  image: "Image",
  tag: "Tag",
  key: "Key",
};

const form = document.querySelector(".seek");
const input = form.querySelector("input");
const list = element("ul", {
  id: "suggestions",
  class: "suggestions",
  role: "listbox",
  "aria-label": "Suggestions",
  hidden: true,
});
const told = element("span", { class: "unseen", role: "status" });

let at = -1;
let timer = null;
let asking = null;

function options() {
  return [...list.children];
}

function close() {
  clearTimeout(timer);
  asking?.abort();
  list.hidden = true;
  at = -1;
  input.setAttribute("aria-expanded", "false");
  input.removeAttribute("aria-activedescendant");
}

function choose(index) {
  const all = options();
  at = ((index + 1 + all.length + 1) % (all.length + 1)) - 1;
  all.forEach((option, place) => option.setAttribute("aria-selected", String(place === at)));
  if (at < 0) {
    input.removeAttribute("aria-activedescendant");
    return;
  }
  input.setAttribute("aria-activedescendant", all[at].id);
  all[at].scrollIntoView({ block: "nearest" });
}

function option({ kind, text, url }, index) {
  const symbol = { tag: "tag", key: "text" }[kind];
  const made = element(
    "li",
    { id: `suggestion-${index}`, role: "option", "aria-selected": "false", "data-url": url },
    element("span", { class: "suggested" }, ...(symbol ? [icon(symbol)] : []), text),
    element("span", { class: "suggested-kind" }, LABELS[kind]),
  );
  // The box keeps the focus.
  made.addEventListener("pointerdown", (event) => event.preventDefault());
  made.addEventListener("click", () => location.assign(url));
  made.addEventListener("pointermove", () => at !== index && choose(index));
  return made;
}

function show(suggestions) {
  list.replaceChildren(...suggestions.map(option));
  at = -1;
  input.removeAttribute("aria-activedescendant");
  list.hidden = !suggestions.length;
  input.setAttribute("aria-expanded", String(!list.hidden));
  const count = suggestions.length;
  told.textContent = count ? `${count} suggestion${count === 1 ? "" : "s"}` : "No suggestions";
}

async function suggest() {
  const text = input.value.trim();
  asking?.abort();
  if (!text) {
    close();
    return;
  }
  asking = new AbortController();
  const { signal } = asking;
  try {
    const url = `${form.dataset.suggest}?${new URLSearchParams({ q: text })}`;
    const response = await fetch(url, { signal });
    if (response.ok && !signal.aborted && document.activeElement === input) {
      show((await response.json()).suggestions);
    }
  } catch {
    // Given up for newer letters, or out of reach: searching itself says so.
  }
}

function typed(event) {
  const open = !list.hidden;
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    event.preventDefault();
    if (open) {
      choose(at + (event.key === "ArrowDown" ? 1 : -1));
    } else {
      suggest();
    }
  } else if (event.key === "Escape" && open) {
    event.preventDefault();
    event.stopPropagation();
    close();
  } else if (event.key === "Enter" && open && at >= 0) {
    event.preventDefault();
    location.assign(options()[at].dataset.url);
  } else if (event.key === "Tab") {
    close();
  }
}

for (const [name, value] of Object.entries({
  role: "combobox",
  "aria-autocomplete": "list",
  "aria-expanded": "false",
  "aria-controls": list.id,
})) {
  input.setAttribute(name, value);
}
form.append(list, told);
input.addEventListener("input", () => {
  clearTimeout(timer);
  timer = setTimeout(suggest, PAUSE_MS);
});
input.addEventListener("keydown", typed);
input.addEventListener("blur", close);
form.addEventListener("submit", close);
