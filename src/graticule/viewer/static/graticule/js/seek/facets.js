// Fills the filters of a page of results: what could narrow it, with counts. Each is a
// link, so that it works by keyboard, and back goes back.

import { element } from "../dom.js";

const NAMES = {
  tag: "Tags",
  key: "Keys",
  owner: "Owners",
  group: "Groups",
  channel: "Channels",
  format: "Formats",
};
const SHOWN = 6;
const OPEN = "graticule.filters";

const box = document.querySelector("[data-facets]");
const lists = box.querySelector(".facet-lists");

function entry({ label, count, chosen, url }) {
  return element(
    "li",
    {},
    element(
      "a",
      { href: url, "aria-current": chosen ? "true" : undefined },
      element("span", { class: "facet-label" }, label),
      element("span", { class: "count" }, count.toLocaleString("en")),
    ),
  );
}

function facet(name, values) {
  const entries = values.map(entry);
  const rest = entries.slice(SHOWN);
  rest.forEach((each) => each.toggleAttribute("hidden", true));
  const root = element(
    "section",
    { class: "facet", "data-facet": name },
    element("h3", {}, NAMES[name]),
    element("ul", {}, ...entries),
  );
  if (rest.length) {
    const more = element("button", { type: "button", class: "facet-more" }, `${rest.length} more`);
    more.addEventListener("click", () => {
      rest.forEach((each) => each.removeAttribute("hidden"));
      rest[0].querySelector("a").focus();
      more.remove();
    });
    root.append(more);
  }
  return root;
}

function show({ facets }) {
  const there = Object.entries(facets).filter(([, values]) => values.length);
  lists.replaceChildren(...there.map(([name, values]) => facet(name, values)));
  if (!there.length) {
    lists.append(element("p", { class: "facet-note" }, "There is nothing to narrow down."));
  }
  document
    .querySelector("#known-keys")
    .replaceChildren(...facets.key.map(({ label }) => element("option", { value: label })));
  lists.setAttribute("aria-busy", "false");
}

async function fill() {
  const response = await fetch(box.dataset.facets).catch(() => null);
  if (response?.ok) {
    show(await response.json());
    return;
  }
  const again = element("button", { type: "button", class: "button small" }, "Try again");
  again.addEventListener("click", fill);
  lists.replaceChildren(
    element("p", { class: "facet-note" }, "The filters could not be counted. "),
    again,
  );
}

let asked = false;

/** Ask when somebody looks; who has opened the filters finds them open again. */
function toggled() {
  try {
    sessionStorage.setItem(OPEN, box.open ? "yes" : "");
  } catch {
    // Not remembered where storage is forbidden.
  }
  if (box.open && !asked) {
    asked = true;
    fill();
  }
}

function wasOpen() {
  try {
    return sessionStorage.getItem(OPEN) === "yes";
  } catch {
    return false;
  }
}

box.addEventListener("toggle", toggled);
box.open = wasOpen();
