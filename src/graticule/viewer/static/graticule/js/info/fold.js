// The panel of annotations on pages other than the image's: within a fold, asked for
// when that is opened. Whether it is open stands in the address (#info).

import { InfoPanel } from "./panel.js";

const fold = document.getElementById("info-fold");
const host = fold.querySelector("[data-root]");
const panel = new InfoPanel(host);
let asked = false;

function look() {
  if (fold.open && !asked) {
    asked = true;
    panel.open();
  }
  if (fold.open !== (location.hash === "#info")) {
    const bare = location.pathname + location.search;
    history.replaceState(history.state, "", fold.open ? "#info" : bare);
  }
}

fold.open = location.hash === "#info";
fold.addEventListener("toggle", look);
host.addEventListener("renamed", ({ detail }) => {
  for (const shown of document.querySelectorAll("h1, .trail [aria-current]")) {
    shown.textContent = detail.name;
  }
});
look();
