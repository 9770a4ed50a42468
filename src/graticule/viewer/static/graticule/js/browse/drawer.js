// Shows the tree and hides it: beside the page where there is room, else as a drawer.

import { Tree } from "./tree.js";

const KEY = "graticule.tree";
const narrow = window.matchMedia("(max-width: 68rem)");
const host = document.querySelector("#tree");
const toggle = host.querySelector(".tree-toggle");

function wanted() {
  try {
    return localStorage.getItem(KEY) !== "closed";
  } catch {
    return true;
  }
}

function show(open) {
  host.toggleAttribute("data-open", open);
  toggle.setAttribute("aria-expanded", open);
  const text = open ? "Hide the tree" : "Show the tree";
  toggle.setAttribute("aria-label", text);
  toggle.title = text;
}

toggle.addEventListener("click", () => {
  const open = !host.hasAttribute("data-open");
  show(open);
  if (!narrow.matches) {
    try {
      localStorage.setItem(KEY, open ? "open" : "closed");
    } catch {
      // Not remembered where storage is forbidden.
    }
  }
});

// A drawer is in the way: it goes when one looks elsewhere.
document.addEventListener("pointerdown", ({ target }) => {
  if (narrow.matches && !host.contains(target)) {
    show(false);
  }
});
host.addEventListener("keydown", ({ key }) => {
  if (key === "Escape" && narrow.matches && host.hasAttribute("data-open")) {
    show(false);
    toggle.focus();
  }
});
narrow.addEventListener("change", () => show(!narrow.matches && wanted()));

show(!narrow.matches && wanted());
host.tree = new Tree(host);
host.tree.start();
