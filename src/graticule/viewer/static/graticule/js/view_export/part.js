// The dialog "Download figure": shows what the figure will be, fetches it from the
// server and saves it. What stands in it is image_figure.html.

import { element } from "../dom.js";
import { GatewayError } from "../image/gateway.js";
import { renderingQuery } from "../image/query.js";
import { figureQuery, sizeText } from "./asking.js";
import { recall, remember } from "./remembered.js";

const PREVIEW_PX = 720;
const CALM_MS = 250;
const ABOUT = {
  png: "For slides and the web. Letters and lines are drawn into the picture.",
  tif: "For journals. Lossless, with resolution and the true size of pixels.",
  svg: "For drawing programs. Scale bar, letters and ROIs stay apart from the picture.",
};

class FigureDialog {
  #timer = 0;
  #asked = 0;

  /** @param {ImagePage} page */
  constructor(page) {
    this.page = page;
    this.dialog = document.getElementById("figure");
    this.form = this.dialog.querySelector("form");
    this.picture = this.dialog.querySelector(".figure-sheet img");
    this.wrong = this.dialog.querySelector(".wrong");
    this.button = this.form.querySelector("[type=submit]");
    recall(this.form);
    this.#noScale();
    for (const button of this.#named("close")) {
      button.addEventListener("click", () => this.dialog.close());
    }
    // The page's own keys are for the picture, not for fields.
    this.dialog.addEventListener("keydown", (event) => event.stopPropagation());
    this.form.addEventListener("input", () => this.#chosen());
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#download();
    });
  }

  #named(name) {
    return this.dialog.querySelectorAll(`[data-figure=${name}]`);
  }

  #noScale() {
    if (!(this.page.data.pixel_size.x > 0)) {
      const [group] = this.#named("bar");
      group.disabled = true;
      group.querySelector("[name=bar]").checked = false;
      this.#named("no-bar")[0].hidden = false;
    }
  }

  open() {
    if (this.dialog.open) {
      return;
    }
    const { picture, display } = this.page;
    this.seen = {
      region: picture.region,
      zoom: picture.zoom,
      z: display.z,
      t: display.t,
      rendering: renderingQuery(display),
    };
    this.dialog.showModal();
    this.#chosen();
    this.#show();
  }

  get #choices() {
    return new FormData(this.form);
  }

  #url(most) {
    return `${this.form.dataset.door}?${figureQuery(this.#choices, this.seen, most)}`;
  }

  #chosen() {
    const choices = this.#choices;
    for (const field of this.#named("paper")) {
      field.hidden = choices.get("size") !== "paper";
    }
    const [group] = this.#named("bar");
    for (const field of group.querySelectorAll("input:not([name=bar]), select")) {
      field.disabled = !choices.has("bar");
    }
    this.#named("about")[0].textContent = ABOUT[choices.get("format")];
    this.#named("size")[0].textContent = sizeText(choices, this.seen);
    clearTimeout(this.#timer);
    this.picture.setAttribute("aria-busy", "true");
    this.#asked += 1;
    this.#timer = setTimeout(() => this.#show(), CALM_MS);
  }

  /** Show the figure as it will be, smaller; the newest choice wins. */
  async #show() {
    clearTimeout(this.#timer);
    this.#asked += 1;
    const asked = this.#asked;
    const isNewest = () => asked === this.#asked;
    this.picture.setAttribute("aria-busy", "true");
    try {
      const blob = await this.#fetched(PREVIEW_PX);
      if (isNewest()) {
        URL.revokeObjectURL(this.picture.src);
        this.picture.src = URL.createObjectURL(blob);
        await this.picture.decode();
        this.#say("");
      }
    } catch (error) {
      if (!(error instanceof GatewayError)) {
        throw error;
      }
      if (isNewest()) {
        this.#say(error.message);
      }
    }
    if (isNewest()) {
      this.picture.setAttribute("aria-busy", "false");
    }
  }

  #fetched(most = null) {
    return this.page.gateway.blob(this.#url(most));
  }

  #say(text) {
    this.wrong.textContent = text;
    this.wrong.hidden = !text;
  }

  async #download() {
    const { notices } = this.page;
    const name = document.getElementById("viewer").dataset.name;
    const stem = name.replace(/\.[^.]*$/, "").replace(/[\\/:*?"<>|]/g, "_");
    const format = this.#choices.get("format");
    this.button.disabled = true;
    this.button.textContent = "Drawing…";
    try {
      const href = URL.createObjectURL(await this.#fetched());
      element("a", { href, download: `${stem} figure.${format}` }).click();
      URL.revokeObjectURL(href);
      remember(this.form);
      this.dialog.close();
      notices.say("Figure downloaded.");
    } catch (error) {
      if (!(error instanceof GatewayError)) {
        throw error;
      }
      this.#say(error.message);
    } finally {
      this.button.disabled = false;
      this.button.textContent = "Download";
    }
  }
}

/** Join the part to the image page. */
export function join(page) {
  const figure = new FigureDialog(page);
  page.actions.figure = () => figure.open();
  page.keys.add("d", "Download a figure of this view", () => figure.open());
}
