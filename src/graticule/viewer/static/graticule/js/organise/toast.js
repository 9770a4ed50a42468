// Says at the foot of the page what was done, with a way to undo it. Read out by
// screen readers; stays while it is pointed at or holds the focus.

import { element, icon } from "../dom.js";

const SHOWN_MS = 12_000;

let host = null;
let timer = null;

function place() {
  if (!host) {
    host = element("div", { class: "toast-place", role: "status" });
    document.body.append(host);
  }
  return host;
}

function hideLater(toast) {
  clearTimeout(timer);
  timer = setTimeout(() => toast.remove(), SHOWN_MS);
}

/**
 * Show a message instead of the one before.
 *
 * @param {string} text
 * @param {{undo?: function(): void, wrong?: boolean}} options
 */
export function toast(text, { undo, wrong = false } = {}) {
  const shown = element(
    "div",
    { class: wrong ? "toast wrong-toast" : "toast" },
    element("p", {}, text),
  );
  if (undo) {
    shown.append(
      element(
        "button",
        { type: "button", class: "button small", "data-undo": true, onclick: undo },
        "Undo",
      ),
    );
  }
  shown.append(
    element(
      "button",
      {
        type: "button",
        class: "icon-button",
        "aria-label": "Close the message",
        onclick: () => shown.remove(),
      },
      icon("close"),
    ),
  );
  shown.addEventListener("pointerenter", () => clearTimeout(timer));
  shown.addEventListener("pointerleave", () => hideLater(shown));
  shown.addEventListener("focusin", () => clearTimeout(timer));
  shown.addEventListener("focusout", () => hideLater(shown));
  place().replaceChildren(shown);
  if (!wrong) {
    hideLater(shown);
  }
}
