// Colours, how they look as a ramp, and the choice of one. Lookup tables are chosen
// in lut_choice.js.

import { element } from "../dom.js";

const PRESETS = [
  ["FF0000", "Red"],
  ["00FF00", "Green"],
  ["0000FF", "Blue"],
  ["00FFFF", "Cyan"],
  ["FF00FF", "Magenta"],
  ["FFFF00", "Yellow"],
  ["FF8000", "Orange"],
  ["FFFFFF", "White"],
];

/** All tables: `{name, stops}`, a few colours from dark to bright. */
export const LUTS = JSON.parse(document.getElementById("luts")?.textContent || "[]") ?? [];

/** A lookup table by its name, as a CSS gradient. */
export function stripOf(lut) {
  const { stops } = LUTS.find(({ name }) => name === lut) ?? { stops: ["000000"] };
  const colors = stops.length > 1 ? stops : [...stops, ...stops];
  return `linear-gradient(to right, ${colors.map((stop) => `#${stop}`).join(", ")})`;
}

/** How a channel runs from dark to bright, as a CSS gradient. */
export function rampOf({ color, lut, inverted }) {
  const stops = LUTS.find(({ name }) => name === lut)?.stops ?? ["000000", color];
  const order = inverted ? [...stops].reverse() : stops;
  return `linear-gradient(to right, ${order.map((stop) => `#${stop}`).join(", ")})`;
}

/** What stands for a channel in one small disc. */
export function swatchOf(channel) {
  return channel.lut ? rampOf({ ...channel, inverted: false }) : `#${channel.color}`;
}

export class ColorChoice {
  /**
   * @param {string} label The channel's.
   * @param {function({color: string, lut: null})} onChoose
   */
  constructor(label, onChoose) {
    this.onChoose = onChoose;
    this.presets = PRESETS.map(([color, name]) => this.#preset(color, name));
    this.custom = element("input", {
      type: "color",
      "aria-label": `${label}: any colour`,
      title: "Any colour",
      oninput: ({ target }) =>
        onChoose({ color: target.value.slice(1).toUpperCase(), lut: null }),
    });
    this.element = element("div", { class: "swatches" }, ...this.presets, this.custom);
  }

  #preset(color, name) {
    const button = element("button", {
      type: "button",
      class: "swatch small",
      title: name,
      "aria-label": name,
      "data-color": color,
      onclick: () => this.onChoose({ color, lut: null }),
    });
    button.style.setProperty("--swatch", `#${color}`);
    return button;
  }

  update({ color, lut }) {
    for (const button of this.presets) {
      const chosen = !lut && button.dataset.color === color;
      button.setAttribute("aria-pressed", String(chosen));
    }
    this.custom.value = `#${color.toLowerCase()}`;
  }
}
