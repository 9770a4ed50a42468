// The panel of annotations on pages other than the image's: within a fold, asked for
// when that is opened. Whether it is open stands in the address (#info).

import { letDropFiles } from "./dropping.js";
import { InfoPanel } from "./panel.js";

const fold = document.getElementById("info-fold");
const host = fold.querySelector("[data-root]");
const panel = new InfoPanel(host);
let asked = null;

function look() {
  if (fold.open && !asked) {
    asked = panel.open();
  }
  if (fold.open !== (location.hash === "#info")) {
    const bare = location.pathname + location.search;
    history.replaceState(history.state, "", fold.open ? "#info" : bare);
  }
}

/** Attach files that were dropped onto the page. */
async function take(files) {
  fold.open = true;
  asked ??= panel.open();
  await asked;
  if (panel.state) {
    await panel.takeFiles(files);
  }
}

fold.takeFiles = take;
// Pages of datasets have a room for dropped files of their own: upload/page.js.
if (!document.querySelector("[data-upload]")) {
  letDropFiles(take);
}
fold.open = location.hash === "#info";
fold.addEventListener("toggle", look);
host.addEventListener("renamed", ({ detail }) => {
  for (const shown of document.querySelectorAll("h1, .trail [aria-current]")) {
    shown.textContent = detail.name;
  }
});
document.addEventListener("followed", () => {
  if (asked) {
    asked = panel.open();
  }
});
look();
