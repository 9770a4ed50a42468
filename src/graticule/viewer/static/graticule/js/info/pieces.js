// What the sections of the panel are made of: heads, buttons, moments.

import { element, icon } from "../dom.js";

/** A section with a heading, as the panel has them. */
export function section(heading, ...children) {
  const id = `info-${heading.toLowerCase().replace(/\W+/g, "-")}`;
  const head = element("div", { class: "group-head" }, element("h2", { id }, heading));
  return element("section", { class: "group", "aria-labelledby": id }, head, ...children);
}

/** A small button with a word. */
export function button(label, onclick, attributes = {}) {
  return element(
    "button",
    { type: "button", class: "button small", onclick, ...attributes },
    label,
  );
}

/** A button that is an icon; `label` says what it does. */
export function iconButton(name, label, onclick, attributes = {}) {
  return element(
    "button",
    {
      type: "button",
      class: "icon-button small",
      "aria-label": label,
      title: label,
      onclick,
      ...attributes,
    },
    icon(name),
  );
}

/** A moment in words: the day, and the time for who points at it. */
export function moment(text) {
  const at = new Date(text);
  const day = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium" }).format(at);
  const whole = { dateStyle: "medium", timeStyle: "short" };
  const title = new Intl.DateTimeFormat("en-GB", whole).format(at);
  return element("time", { datetime: text, title }, day);
}
