// How an image was taken, and what its file says in its own words: asked for when
// the fold is opened; the words of the file are searched as one types.

import { element } from "../dom.js";
import { button } from "./pieces.js";

const SHOWN = 500;

function fold(heading, open) {
  const inner = element("div", { class: "info-inner" });
  const made = element(
    "details",
    { class: "group info-file" },
    element("summary", {}, element("h2", {}, heading)),
    inner,
  );
  let asked = false;
  const ask = async () => {
    inner.replaceChildren(element("p", { class: "quiet" }, "Reading…"));
    try {
      inner.replaceChildren(...(await open()));
    } catch (error) {
      inner.replaceChildren(
        element("p", { role: "alert" }, error.message),
        button("Try again", ask),
      );
    }
  };
  made.addEventListener("toggle", () => {
    if (made.open && !asked) {
      asked = true;
      ask();
    }
  });
  return made;
}

function list(pairs) {
  return element(
    "dl",
    { class: "facts pairs" },
    ...pairs.flatMap(([name, value, title]) => [
      element("dt", { title }, name),
      element("dd", {}, value),
    ]),
  );
}

/** A fold with how the image was taken. */
export function acquisition(door) {
  return fold("Acquisition", async () => {
    const { sections, planes, plane_count: count } = await door.ask("acquisition/");
    if (!sections.length && !count) {
      return [element("p", { class: "quiet" }, "The file says nothing about it.")];
    }
    const made = sections.flatMap(({ title, facts }) => [
      element("h3", {}, title),
      list(facts.map(({ name, value }) => [name, value])),
    ]);
    return count ? [...made, planeTimes(planes, count)] : made;
  });
}

function planeTimes(planes, count) {
  const rows = planes.map(({ z, c, t, seconds }) =>
    element(
      "tr",
      {},
      ...[z + 1, c + 1, t + 1, seconds.toFixed(3)].map((value) =>
        element("td", {}, String(value)),
      ),
    ),
  );
  const heads = ["z", "channel", "t", "seconds"].map((name) =>
    element("th", { scope: "col" }, name),
  );
  const table = element(
    "table",
    { class: "plane-times" },
    element("thead", {}, element("tr", {}, ...heads)),
    element("tbody", {}, ...rows),
  );
  const more = count > planes.length ? `, the first ${planes.length}` : "";
  return element(
    "details",
    {},
    element("summary", {}, `Times of ${count.toLocaleString("en")} planes${more}`),
    element("div", { class: "plane-scroll", tabindex: 0 }, table),
  );
}

/** A fold with what the file says in its own words. */
export function original(door) {
  return fold("Original metadata", async () => {
    const said = await door.ask("original/");
    const region = { class: "original", tabindex: 0, role: "region", "aria-label": "Entries" };
    const found = element("div", region);
    const count = element("p", { class: "quiet", role: "status" });
    const show = (text) => {
      const word = text.trim().toLowerCase();
      const some = said.entries.filter(({ section, key, value, note }) =>
        `${section}\n${key}\n${value}\n${note}`.toLowerCase().includes(word),
      );
      found.replaceChildren(...sections(some.slice(0, SHOWN)));
      const all = `${said.count.toLocaleString("en")}${said.complete ? "" : "+"} entries`;
      const cut = some.length > SHOWN ? `, the first ${SHOWN} shown` : "";
      count.textContent = word ? `${some.length} of ${all}${cut}` : `${all}${cut}`;
    };
    const field = element("input", {
      type: "search",
      class: "field wide",
      placeholder: "Search",
      "aria-label": "Search the original metadata",
      oninput: () => show(field.value),
    });
    field.addEventListener("keydown", (event) => event.stopPropagation());
    show("");
    const link = { class: "button small", href: `${door.url}original.txt`, download: true };
    return [field, count, found, element("a", link, "Download as text")];
  });
}

function sections(entries) {
  const groups = new Map();
  for (const { section, key, value, note } of entries) {
    groups.set(section, [...(groups.get(section) ?? []), [key, value, note]]);
  }
  return [...groups].flatMap(([section, pairs]) => [
    element("h3", {}, section),
    list(
      pairs.map(([key, value, note]) => [key, note ? `${value}  / ${note}` : value, key]),
    ),
  ]);
}
