// The dialog that puts tags on a selection and takes them off: what is there now,
// what to add, with suggestions from the tags of others.

import { element, icon } from "../dom.js";
import { get, post } from "./asking.js";
import { made } from "./changes.js";
import { labelled, openDialog } from "./dialog.js";
import { byKind, listed } from "./words.js";

const WAIT_MS = 200;

function chip(text, note, act, label) {
  const button = element(
    "button",
    { type: "button", class: "chip-act", "aria-label": label, title: label },
    icon("close"),
  );
  const made = element(
    "li",
    { class: "chip" },
    element("span", {}, text),
    element("span", { class: "quiet" }, note),
    button,
  );
  button.addEventListener("click", () => act(made));
  return made;
}

/** What has to be posted to go back from a change of tags. */
function back({ added, removed }) {
  const off = added.map(({ tag, objects }) => ({ objects, remove: [tag.id] }));
  const on = removed.map(({ tag, objects }) => ({ objects, add: [tag.id] }));
  return [...off, ...on].map((body) => ({ path: "annotate/tags/", body }));
}

/**
 * Ask for tags, and change them.
 *
 * @param {{kind: string, id: number}[]} things
 */
export async function askTags(things) {
  const { tags } = await post("organise/tags-of/", { things });
  const add = new Set();
  const remove = new Set();
  const there = element("ul", { class: "chips", "aria-label": "Tags now" });
  const input = element("input", {
    class: "field",
    autocomplete: "off",
    maxlength: "1000",
    list: "tag-suggestions",
  });
  const options = element("datalist", { id: "tag-suggestions" });
  const more = element("button", { type: "button", class: "button" }, "Add");
  const fresh = element("ul", { class: "chips", "aria-label": "Tags to add" });

  for (const { id, text, count } of tags) {
    const note = count < things.length ? `${count} of ${things.length}` : "";
    const made = chip(text, note, toggle, `Take off ${text}`);
    function toggle() {
      const leaving = !remove.delete(id);
      if (leaving) {
        remove.add(id);
      }
      made.toggleAttribute("data-leaving", leaving);
      made.querySelector("button").setAttribute("aria-pressed", String(leaving));
      enable();
    }
    there.append(made);
  }

  const { act } = openDialog({
    title: `Tags of ${listed(byKind(things))}`,
    act: "Save",
    body: [
      ...(tags.length > 0 ? [there] : [element("p", { class: "quiet" }, "No tags yet.")]),
      element("div", { class: "beside" }, labelled("Add a tag", input), more),
      options,
      fresh,
    ],
    go,
  });

  function enable() {
    act.disabled = add.size + remove.size === 0 && !input.value.trim();
  }

  function take() {
    const text = input.value.trim();
    input.value = "";
    if (text && !add.has(text)) {
      add.add(text);
      const drop = (made) => {
        add.delete(text);
        made.remove();
        enable();
      };
      fresh.append(chip(text, "new here", drop, `Do not add ${text}`));
    }
    enable();
  }

  async function go() {
    take();
    const body = { objects: things, add: [...add], remove: [...remove] };
    const changed = await post("annotate/tags/", body);
    made({ message: changed.message, back: back(changed) });
  }

  more.addEventListener("click", () => {
    take();
    input.focus();
  });
  input.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && input.value.trim()) {
      event.preventDefault();
      take();
    }
  });
  let timer = null;
  input.addEventListener("input", () => {
    enable();
    clearTimeout(timer);
    timer = setTimeout(suggest, WAIT_MS);
  });

  async function suggest() {
    const found = await get(`annotate/tags/?q=${encodeURIComponent(input.value.trim())}`);
    options.replaceChildren(
      ...found.tags.map(({ text }) => element("option", { value: text })),
    );
  }

  enable();
  input.focus();
  suggest();
}
