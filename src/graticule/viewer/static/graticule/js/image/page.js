// The image page: asks for the image and draws it. Everything else around it is
// furnished when its tiles have been asked for: see furnish.js. See display.js for
// the state, picture.js for the stage.

import { Address } from "./address.js";
import { Display } from "./display.js";
import { Gateway, GatewayError } from "./gateway.js";
import { Notices } from "./notices.js";
import { Picture } from "./picture.js";
import { Planes } from "./planes.js";
import { applyQuery, pageQuery, renderingQuery, viewOf } from "./query.js";
import { ScaleBar } from "./scale_bar.js";
import { PlaneSource, TileGrid } from "./tiles.js";

const viewer = document.getElementById("viewer");
const by = (id) => document.getElementById(id);
const notices = new Notices(by("notices"));
const gateway = new Gateway(
  document.documentElement.dataset.gateway,
  viewer.dataset.image,
  viewer.dataset.revision,
);

// How long the panel waits for a first picture that is slow to come.
const PATIENCE_MS = 400;

const later = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const nextFrame = () => new Promise((resolve) => requestAnimationFrame(resolve));
const painted = () => nextFrame().then(() => later(0));

/** Everything that follows when the image is known. */
class ImagePage {
  #shown = "";

  constructor(data) {
    this.data = data;
    this.gateway = gateway;
    this.notices = notices;
    this.address = new Address(viewer, () =>
      this.picture.ready ? pageQuery(this.display, this.picture.view) : null,
    );
    const { params } = this.address;
    this.display = new Display(data);
    applyQuery(this.display, params);
    if (!this.canProject) {
      this.display.projection = "normal";
    }
    // Before the picture: it takes from the stage's height, to which the first view fits.
    this.planes = new Planes(by("planes"), this.display, () => this.settled());
    this.picture = new Picture(by("picture"), data.interpolate ?? true);
    this.grid = new TileGrid(data, () => this.picture.isWhole);
    this.scaleBar = new ScaleBar(by("scale-bar"), data.pixel_size.x);
    this.actions = this.#actions();
    this.#listen(viewOf(params));
    this.#draw();
  }

  /** Whether planes can be projected: only of images that are drawn whole (3.3). */
  get canProject() {
    return !this.data.tiles && this.display.size.z > 1;
  }

  #actions() {
    const { display, picture } = this;
    return {
      "zoom-in": () => picture.zoomBy(1.5),
      "zoom-out": () => picture.zoomBy(1 / 1.5),
      fit: () => picture.fit(),
      "actual-size": () => picture.actualSize(),
      greyscale: () => display.setGreyscale(display.model !== "greyscale"),
      "all-channels": () =>
        display.switchAll(!display.channels.every((channel) => channel.active)),
      reset: () => display.reset(),
      play: () => this.planes.toggle(),
      panel: () => this.#togglePanel(),
      help: () => by("help").showModal(),
      "copy-link": () => this.#copyLink(),
      "full-screen": () =>
        document.fullscreenElement
          ? document.exitFullscreen()
          : viewer.requestFullscreen(),
    };
  }

  #listen(firstView) {
    for (const button of document.querySelectorAll("[data-action]")) {
      button.addEventListener("click", () => this.actions[button.dataset.action]?.());
    }
    this.display.addEventListener("change", () => this.#draw());
    this.picture.addEventListener("first", () => this.picture.setView(firstView));
    this.picture.addEventListener("move", () => this.#moved());
    this.picture.addEventListener("busy", () => {
      by("progress").hidden = !this.picture.busy;
    });
    this.picture.addEventListener("trouble", ({ detail }) => this.#trouble(detail));
    by("picture").addEventListener("pointermove", (event) => this.#pointed(event));
    by("picture").addEventListener("pointerleave", () => {
      by("pointer").value = "";
    });
  }

  /** Show the display everywhere; `anew` asks also for a picture that is shown. */
  #draw(anew = false) {
    const { display } = this;
    const shown = `${display.z} ${display.t} ${renderingQuery(display)}`;
    if (anew || shown !== this.#shown) {
      this.#shown = shown;
      this.picture.show(new PlaneSource(this.grid, this.pictureUrls(display)));
    }
    this.address.changed();
  }

  /**
   * Where the pictures of a plane are, drawn as is shown.
   *
   * @param {{z: number, t: number}} plane
   * @returns {function(?number[]): string} Of a tile, or of the whole for null.
   */
  pictureUrls({ z, t }) {
    const query = renderingQuery(this.display);
    return (tile) =>
      tile ? gateway.tileUrl(z, t, tile, query) : gateway.stageUrl(z, t, query);
  }

  #moved() {
    by("zoom").textContent = `${Number((this.picture.zoom * 100).toPrecision(3))} %`;
    this.scaleBar.update(this.picture.zoom);
    this.address.changed();
  }

  #pointed(event) {
    const box = by("picture").getBoundingClientRect();
    const at = this.picture.pixelAt(event.clientX - box.left, event.clientY - box.top);
    by("pointer").value = at ? `x ${at.x}  y ${at.y}` : "";
  }

  async #copyLink() {
    this.address.write();
    try {
      await navigator.clipboard.writeText(location.href);
      notices.say("Link to this view copied.");
    } catch {
      notices.say("The address bar holds the link to this view.");
    }
  }

  #togglePanel() {
    const hidden = viewer.classList.toggle("panel-hidden");
    document
      .querySelector("[data-action=panel]")
      .setAttribute("aria-expanded", String(!hidden));
  }

  async #trouble(url) {
    if (notices.has("tiles")) {
      return;
    }
    notices.trouble("tiles", "Parts of the image could not be loaded.", () =>
      this.#draw(true),
    );
    const error = await gateway.troubleWith(url);
    if (error && notices.has("tiles")) {
      notices.trouble(
        "tiles",
        `Parts of the image could not be loaded. ${error.message}`,
        () => this.#draw(true),
      );
    }
  }

  /** Resolves when the newest rendering is on the stage. */
  settled() {
    return new Promise((resolve) => {
      const look = () => {
        if (!this.picture.busy) {
          this.picture.removeEventListener("busy", look);
          resolve();
        }
      };
      this.picture.addEventListener("busy", look);
      look();
    });
  }
}

async function open() {
  by("progress").hidden = false;
  try {
    const page = new ImagePage(await gateway.imageData());
    // The tiles are asked for in the next frame: nothing is fetched before them,
    // and nothing else keeps the tab busy until they are painted.
    await nextFrame();
    const furnishing = import("./furnish.js");
    await Promise.race([page.settled().then(painted), later(PATIENCE_MS)]);
    (await furnishing).furnish(page, viewer);
    viewer.dataset.state = "open";
    return page;
  } catch (error) {
    if (!(error instanceof GatewayError)) {
      throw error;
    }
    by("progress").hidden = true;
    notices.trouble("image", error.message, open);
    return null;
  }
}

open();
