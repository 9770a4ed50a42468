// Two handles on one track: the window of a channel, a range of planes.

import { element } from "../dom.js";

// Steps of a slider over values that are not whole.
const STEPS = 1000;

export class WindowSlider {
  /**
   * @param {string} label What "start" and "end" are of, for those who do not see it.
   * @param {boolean} wholeNumbers
   * @param {function({start: number, end: number})} onInput
   */
  constructor(label, wholeNumbers, onInput) {
    this.wholeNumbers = wholeNumbers;
    this.onInput = onInput;
    this.canvas = element("canvas", { "aria-hidden": "true" });
    this.filled = element("i");
    this.start = this.#handle(`${label} start`);
    this.end = this.#handle(`${label} end`);
    this.element = element(
      "div",
      { class: "window" },
      this.canvas,
      element("div", { class: "ramp" }, this.filled),
      this.start,
      this.end,
    );
  }

  #handle(label) {
    return element("input", {
      type: "range",
      "aria-label": label,
      oninput: (event) => this.#moved(event.target),
    });
  }

  #moved(handle) {
    const value = Number(handle.value);
    const { start, end } = this.window;
    const least = this.step;
    this.onInput(
      handle === this.start
        ? { start: Math.min(value, end - least), end }
        : { start, end: Math.max(value, start + least) },
    );
  }

  /** Show a window within a domain, filled with a CSS colour or gradient. */
  update(window, domain, ramp) {
    this.window = { ...window };
    const span = domain.end - domain.start || 1;
    this.step = this.wholeNumbers ? 1 : span / STEPS;
    for (const [handle, value] of [
      [this.start, window.start],
      [this.end, window.end],
    ]) {
      handle.min = domain.start;
      handle.max = domain.end;
      handle.step = this.wholeNumbers ? 1 : "any";
      handle.value = value;
    }
    const part = (value) => `${((value - domain.start) / span) * 100}%`;
    const { style } = this.filled;
    style.setProperty("--from", part(window.start));
    style.setProperty("--to", part(window.end));
    style.setProperty("--ramp", ramp);
    // When both handles meet at the right end, the start must stay on top.
    this.start.style.zIndex = window.start > domain.start + span / 2 ? 1 : 0;
  }
}
