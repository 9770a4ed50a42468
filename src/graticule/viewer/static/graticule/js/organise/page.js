// Brings arranging to a page: the bar over its selection, actions beside its title,
// dragging, undo.

import { Bar } from "./bar.js";
import { watch } from "./changes.js";
import { letDrag } from "./dragging.js";
import { arrangeHead } from "./head.js";

const actions = document.querySelector("#browse-actions");
const head = document.querySelector("[data-arrange]");
const selection = document.querySelector("#browse")?.selection;

watch();
if (head) {
  arrangeHead(head);
}
if (actions && selection) {
  const mayChange = actions.hasAttribute("data-may-change");
  new Bar(actions, selection, mayChange);
  if (mayChange) {
    letDrag(document.querySelector("#browse"), selection);
  }
}
