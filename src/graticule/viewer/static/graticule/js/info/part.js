// Joins the panel of annotations to the image page: asked for when its tab is opened.

import { letDropFiles } from "./dropping.js";
import { InfoPanel } from "./panel.js";

/** @param {object} page See parts.js. */
export function join(page) {
  const host = document.getElementById("info");
  const panel = new InfoPanel(host);
  let asked = null;
  page.tabs.whenOpen("info", () => {
    asked = panel.open();
  });
  letDropFiles(async (files) => {
    page.tabs.open("info");
    await asked;
    if (panel.state) {
      await panel.takeFiles(files);
    }
  });
  host.addEventListener("renamed", ({ detail }) => {
    for (const shown of document.querySelectorAll(".image-name, h1, .trail [aria-current]")) {
      shown.textContent = detail.name;
    }
  });
}
