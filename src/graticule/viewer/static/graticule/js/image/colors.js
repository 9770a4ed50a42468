// Colours and lookup tables: what can be chosen and how it looks as a ramp.

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

const LUTS = JSON.parse(document.getElementById("luts")?.textContent || "[]") ?? [];

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
   * @param {function({color: string=, lut: ?string})} onChoose
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
    this.luts = element(
      "select",
      {
        class: "field",
        "aria-label": `${label}: lookup table`,
        onchange: ({ target }) => onChoose({ lut: target.value || null }),
      },
      element("option", { value: "" }, "No lookup table"),
      ...LUTS.map(({ name }) =>
        element("option", { value: name }, name.replace(/\.lut$/, "")),
      ),
    );
    this.element = element(
      "div",
      {},
      element("div", { class: "swatches" }, ...this.presets, this.custom),
      element("div", { class: "lut-row" }, this.luts),
    );
    this.luts.parentElement.hidden = LUTS.length === 0;
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
    this.luts.value = lut ?? "";
  }
}
