// Joins the panel of annotations to the image page: asked for when its tab is opened.

import { InfoPanel } from "./panel.js";

/** @param {object} page See parts.js. */
export function join(page) {
  const host = document.getElementById("info");
  const panel = new InfoPanel(host);
  page.tabs.whenOpen("info", () => panel.open());
  host.addEventListener("renamed", ({ detail }) => {
    for (const shown of document.querySelectorAll(".image-name, h1, .trail [aria-current]")) {
      shown.textContent = detail.name;
    }
  });
}
