// Selecting by hand: check marks, Ctrl or Cmd and Shift with a click, arrow keys,
// space, Ctrl+A, Escape. A plain click is left alone: it opens.

import { element, icon } from "../dom.js";

/**
 * @typedef {object} View  What shows the things; each stands in an element with
 *   `data-item`, `data-kind` and `data-id`.
 * @property {number} length
 * @property {function(Element): number} indexOf  The place of a thing's element.
 * @property {function(number, string): number} neighbour  Where an arrow key,
 *   Home, End, PageUp or PageDown leads from a place.
 * @property {function(number): void} focus  Bring a place into view, focus its link.
 */

const MOVES = new Set([
  "ArrowLeft",
  "ArrowRight",
  "ArrowUp",
  "ArrowDown",
  "Home",
  "End",
  "PageUp",
  "PageDown",
]);

export function thingOf(item) {
  return { kind: item.dataset.kind, id: Number(item.dataset.id) };
}

/** Put a check mark into a thing's element. */
export function addCheck(item, name) {
  const box = element("input", {
    type: "checkbox",
    tabindex: "-1",
    "aria-label": `Select ${name}`,
  });
  item.append(element("label", { class: "check" }, box, icon("check")));
}

/** Show whether a thing is selected. */
export function showPicked(item, selection) {
  const picked = selection.has(thingOf(item));
  item.toggleAttribute("data-picked", picked);
  const box = item.querySelector(".check input");
  if (box) {
    box.checked = picked;
  }
}

/**
 * Let people select the things of a view.
 *
 * @param {HTMLElement} host
 * @param {import("./selection.js").Selection} selection
 * @param {View} view
 */
export function letPick(host, selection, view) {
  const state = { anchor: 0, at: -1 };

  function show() {
    host.toggleAttribute("data-picking", selection.size > 0);
    host.querySelectorAll("[data-item]").forEach((item) => showPicked(item, selection));
  }

  function clicked(event) {
    const item = event.target.closest("[data-item]");
    if (!item || event.button) {
      return;
    }
    const onCheck = event.target.closest(".check");
    const several = event.ctrlKey || event.metaKey;
    if (!onCheck && !several && !event.shiftKey) {
      return;
    }
    const index = view.indexOf(item);
    if (event.target.matches("input")) {
      // By a screen reader: the box has changed, and must not be changed back.
      selection.toggle(thingOf(item), event.target.checked);
      return;
    }
    event.preventDefault();
    if (event.shiftKey) {
      selection.span(state.anchor, index, { keep: several || Boolean(onCheck) });
    } else {
      selection.toggle(thingOf(item));
      state.anchor = index;
    }
    view.focus(index);
  }

  function moved(event) {
    const to = view.neighbour(state.at, event.key);
    event.preventDefault();
    if (event.shiftKey) {
      selection.span(state.anchor, to, { keep: event.ctrlKey || event.metaKey });
    } else {
      state.anchor = to;
    }
    view.focus(to);
  }

  function typed(event) {
    const several = event.ctrlKey || event.metaKey;
    if (several && event.key.toLowerCase() === "a") {
      event.preventDefault();
      selection.all();
    } else if (event.key === "Escape" && selection.size > 0) {
      selection.clear();
    } else if (event.key === " ") {
      event.preventDefault();
      selection.toggle(thingOf(event.target.closest("[data-item]")));
      state.anchor = state.at;
    } else if (MOVES.has(event.key) && !event.altKey) {
      moved(event);
    }
  }

  host.addEventListener("click", clicked);
  host.addEventListener("mousedown", (event) => {
    // Shift with a click would select text.
    if (event.shiftKey && event.target.closest("[data-item]")) {
      event.preventDefault();
    }
  });
  host.addEventListener("focusin", ({ target }) => {
    const item = target.closest("[data-item]");
    state.at = item ? view.indexOf(item) : -1;
  });
  host.addEventListener("keydown", (event) => {
    if (event.target.closest("[data-item]")) {
      typed(event);
    }
  });
  selection.addEventListener("change", show);
}
