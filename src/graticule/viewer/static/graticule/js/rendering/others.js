// The settings that people have saved for the image, each with a thumbnail; one click
// draws the image so, and saves nothing.

import { element } from "../dom.js";
import { tried } from "./saving.js";

const THUMB = 64;

/** A rendering from an answer of get_image_rdefs_json (contract webgateway 9.5). */
export function renderingOf({ model, c }) {
  return {
    model: model === "greyscale" ? "greyscale" : "color",
    channels: c.map(({ active, color, lut, inverted, family, coefficient, start, end }) => ({
      active,
      color,
      lut: lut ?? null,
      inverted,
      family,
      coefficient,
      window: { start, end },
    })),
  };
}

function nameOf({ firstName, lastName, id }) {
  return `${firstName} ${lastName}`.trim() || `Person ${id}`;
}

export class Others {
  /** @param {HTMLDetailsElement} host */
  constructor(host, page, history) {
    this.host = host;
    this.page = page;
    this.history = history;
    this.list = host.querySelector("ul");
    host.addEventListener("toggle", () => host.open && this.renew());
  }

  /** Ask again, if anybody sees it. */
  renew() {
    if (!this.host.open) {
      return;
    }
    const { gateway, notices } = this.page;
    tried(notices, "Others' settings could not be fetched.", async () => {
      const answer = await gateway.json(`get_image_rdefs_json/${gateway.imageId}/`);
      const found = answer.rdefs ?? [];
      this.list.replaceChildren(
        ...(found.length > 0
          ? found.map((saved) => this.#item(saved))
          : [element("li", { class: "none" }, "Nobody has saved settings yet.")]),
      );
    });
  }

  #item(saved) {
    const { gateway } = this.page;
    const { person } = document.getElementById("viewer").dataset;
    const own = String(saved.owner.id) === person;
    const name = nameOf(saved.owner);
    // Never the picture of settings that were saved before.
    const now = Date.now();
    const picture = element("img", {
      src: `${gateway.prefix}render_thumbnail/${gateway.imageId}/${THUMB}/?rdefId=${saved.id}&now=${now}`,
      width: THUMB,
      height: THUMB,
      alt: "",
    });
    const button = element(
      "button",
      {
        type: "button",
        class: "other",
        title: "Draw the image so; nothing is saved",
        onclick: () => this.#take(saved, name),
      },
      picture,
      element("span", {}, own ? `${name} (you)` : name),
    );
    return element("li", {}, button);
  }

  #take(saved, name) {
    const { display, notices } = this.page;
    this.history.begin();
    display.apply(renderingOf(saved));
    notices.say(`As ${name} saved it.`);
  }
}
