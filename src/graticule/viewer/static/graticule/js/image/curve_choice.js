// How a channel's greys run between the ends of its window: a family and a number.

import { element } from "../dom.js";

// Names, what the number is called and from where to where a slider runs; the
// families are the contract's (rendering 4.1). Logarithms have no number.
const FAMILIES = {
  linear: { name: "Straight" },
  polynomial: { name: "Gamma", least: 0.1, most: 4, first: 0.5 },
  exponential: { name: "Exponential", least: 0.05, most: 1, first: 0.2 },
  logarithmic: { name: "Logarithmic" },
};

export class CurveChoice {
  /**
   * @param {string} label The channel's.
   * @param {function({family: string, coefficient: number})} onChoose
   */
  constructor(label, onChoose) {
    this.onChoose = onChoose;
    this.family = element(
      "select",
      {
        class: "field",
        "aria-label": `${label}: curve`,
        title: "How grey values run between the ends of the window",
        onchange: ({ target }) =>
          onChoose({ family: target.value, coefficient: FAMILIES[target.value].first ?? 1 }),
      },
      ...Object.entries(FAMILIES).map(([value, { name }]) => element("option", { value }, name)),
    );
    this.slider = element("input", {
      type: "range",
      step: 0.01,
      "aria-label": `${label}: curve coefficient`,
      oninput: ({ target }) => this.#take(target.valueAsNumber),
    });
    this.number = element("input", {
      type: "number",
      class: "field",
      min: 0.01,
      step: "any",
      "aria-label": `${label}: curve coefficient, typed`,
      onchange: ({ target }) => this.#take(target.valueAsNumber),
    });
    this.element = element(
      "div",
      { class: "curve-row" },
      this.family,
      this.slider,
      this.number,
    );
  }

  #take(coefficient) {
    if (coefficient > 0) {
      this.onChoose({ family: this.channel.family, coefficient });
    } else {
      this.update(this.channel);
    }
  }

  update(channel) {
    this.channel = channel;
    const { least, most } = FAMILIES[channel.family];
    const bends = least !== undefined;
    this.family.value = channel.family;
    this.slider.hidden = !bends;
    this.number.hidden = !bends;
    if (bends) {
      this.slider.min = least;
      this.slider.max = most;
      this.slider.value = channel.coefficient;
      this.number.value = String(Number(channel.coefficient.toPrecision(4)));
    }
  }
}
