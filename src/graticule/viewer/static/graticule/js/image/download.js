// The link that saves what is drawn as a JPEG: the whole plane where the
// gateway gives it at once, else the part that is seen, else the screen.

import { element } from "../dom.js";
import { jobValues } from "./query.js";

// Planes up to this are asked for whole (contract clients 1.5).
const WHOLE_PIXELS = 10_188_864;

/**
 * Address and description of the download for the present view.
 *
 * @returns {{href: ?string, title: string}} Without `href` the part seen is too
 *   large to be asked for at once: see {@link saveScreen}.
 */
function downloadOf(gateway, display, query, picture) {
  const { width, height } = display.size;
  if (width * height <= WHOLE_PIXELS) {
    return {
      href: gateway.planeUrl(display.z, display.t, query),
      title: "Download the whole plane as JPEG",
    };
  }
  const region = picture.region;
  if (region[2] * region[3] <= WHOLE_PIXELS) {
    return {
      href: gateway.regionUrl(display.z, display.t, region, query),
      title: "Download the part in view as JPEG, full size",
    };
  }
  return { href: null, title: "Download what the screen shows as JPEG" };
}

/**
 * Point the panel's links at the whole plane as it is drawn, in several formats;
 * planes too large to be asked for at once have none.
 */
export function offerFormats(panel, display, query) {
  const { width, height } = display.size;
  for (const link of panel.querySelectorAll("[data-format]")) {
    link.hidden = width * height > WHOLE_PIXELS;
    const plane = `${panel.dataset.plane}${display.z}/${display.t}/`;
    link.href = `${plane}?format=${link.dataset.format}&${query}`;
  }
}

/** Let the links that start jobs tell them what is shown, as far as each takes it. */
export function offerJobs(menu, display) {
  const values = jobValues(display);
  for (const link of menu.querySelectorAll("[data-takes]")) {
    const url = new URL(link.href);
    for (const name of link.dataset.takes.split(" ").filter((each) => each)) {
      url.searchParams.delete(name);
      if (name in values) {
        url.searchParams.set(name, values[name]);
      }
    }
    link.href = url.href;
  }
}

/** Save the stage as it is on the screen. */
async function saveScreen(picture, fileName) {
  const url = URL.createObjectURL(await picture.blob());
  element("a", { href: url, download: fileName }).click();
  URL.revokeObjectURL(url);
}

export class DownloadLink {
  /**
   * @param {HTMLAnchorElement} link
   * @param {string} name The image's.
   */
  constructor(link, name, picture) {
    this.link = link;
    this.picture = picture;
    this.fileName = `${name.replace(/[\\/:*?"<>|]/g, "_")}.jpg`;
    link.download = this.fileName;
    link.addEventListener("click", (event) => {
      if (!this.href) {
        event.preventDefault();
        saveScreen(picture, this.fileName);
      }
    });
  }

  /** Offer what suits the present view. */
  update(gateway, display, query) {
    const { href, title } = downloadOf(gateway, display, query, this.picture);
    this.href = href;
    this.link.href = href ?? "#";
    this.link.title = title;
    this.link.setAttribute("aria-label", title);
  }
}
