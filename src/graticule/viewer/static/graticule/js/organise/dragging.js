// Selected things dragged onto a container, on a card or in the tree. Everything it
// does can be done by the dialog, too.

import { complain, organise } from "./changes.js";
import { PARENT, here, oneKind } from "./words.js";

const TYPE = "application/x-graticule-things";

let dragged = null;

/** What an element stands for: by kind and id, or by the key of a tree's node. */
function thingOf({ dataset }) {
  const [kind, id] = dataset.key?.split(":") ?? [dataset.kind, dataset.id];
  return { kind, id: Number(id) };
}

function targetOf(event) {
  const node = event.target.closest?.("[data-kind][data-id], [role=tree] [data-key]");
  if (!dragged || !node || node.id === "browse") {
    return null;
  }
  const { kind, id } = thingOf(node);
  return id && kind === PARENT[oneKind(dragged)] ? node : null;
}

function unmark() {
  document.querySelectorAll("[data-drop]").forEach((each) => each.removeAttribute("data-drop"));
}

/**
 * Let things of the page be dragged.
 *
 * @param {HTMLElement} host
 * @param {import("../browse/selection.js").Selection} selection
 */
export function letDrag(host, selection) {
  host.addEventListener("dragstart", (event) => {
    const item = event.target.closest?.("[data-item]");
    if (!item) {
      return;
    }
    const thing = thingOf(item);
    dragged = selection.has(thing) ? selection.ids : [thing];
    event.dataTransfer.setData(TYPE, JSON.stringify(dragged));
    event.dataTransfer.effectAllowed = "move";
  });
  document.addEventListener("dragend", () => {
    dragged = null;
    unmark();
  });
  document.addEventListener("dragover", (event) => {
    const target = targetOf(event);
    unmark();
    if (target) {
      event.preventDefault();
      event.dataTransfer.dropEffect = "move";
      target.setAttribute("data-drop", "");
    }
  });
  document.addEventListener("drop", async (event) => {
    const target = targetOf(event);
    unmark();
    if (!target) {
      return;
    }
    event.preventDefault();
    const things = dragged;
    const from = here(things[0].kind);
    try {
      await organise("move", { things, to: thingOf(target), ...(from && { from }) });
    } catch (error) {
      complain(error);
    }
  });
}
