// How a gallery is shown: in the address, so that it can be linked and Back leads
// there; view and size are remembered for other pages too.

import { COLUMNS } from "./cells.js";

const KEY = "graticule.browse";
const SORTS = new Set(COLUMNS.map(({ key }) => key));

function remembered() {
  try {
    return JSON.parse(localStorage.getItem(KEY)) ?? {};
  } catch {
    return {};
  }
}

function size(number) {
  return number >= 96 && number <= 320 ? Math.round(number / 16) * 16 : 160;
}

/** Read the choice: the address first, then what is remembered. */
export function readChoice() {
  const query = new URLSearchParams(location.search);
  const before = remembered();
  const view = query.get("view") ?? before.view;
  return {
    view: view === "list" ? "list" : "grid",
    sort: SORTS.has(query.get("sort")) ? query.get("sort") : "name",
    direction: query.get("direction") === "down" ? "down" : "up",
    size: size(before.size),
    at: Math.max(0, Number.parseInt(query.get("at"), 10) || 0),
  };
}

function put(query, name, value, usual) {
  if (value === usual) {
    query.delete(name);
  } else {
    query.set(name, value);
  }
}

/** Write the choice into the address; `at` is the first place in view. */
export function writeChoice({ view, sort, direction, size: side, at }) {
  const query = new URLSearchParams(location.search);
  query.delete("page");
  put(query, "sort", sort, "name");
  put(query, "direction", direction, "up");
  put(query, "at", at, 0);
  query.set("view", view);
  const here = { y: Math.round(window.scrollY), width: window.innerWidth };
  history.replaceState({ ...history.state, gallery: here }, "", `?${query}`);
  try {
    localStorage.setItem(KEY, JSON.stringify({ view, size: side }));
  } catch {
    // Not remembered where storage is forbidden.
  }
}

/** How far it was scrolled when this page was left, on a screen as wide as now. */
export function scrolledBefore() {
  const before = history.state?.gallery;
  return before && before.width === window.innerWidth ? before.y : null;
}
