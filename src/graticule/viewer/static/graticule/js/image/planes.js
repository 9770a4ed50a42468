// Going through planes along z and t: a slider, a typed number, and play.

import { element, icon, setIcon } from "../dom.js";
import { Player, PlaySettings } from "./play.js";

const NAMES = { z: "Z", t: "T" };

class PlaneRow {
  constructor(display, axis, settled) {
    this.display = display;
    this.axis = axis;
    const size = display.size[axis];
    this.player = new Player(size, {
      here: () => display[axis],
      go: (place) => display.goTo(axis, place),
      settled,
    });
    this.player.addEventListener("change", () => this.update());
    this.button = element(
      "button",
      { type: "button", class: "icon-button", onclick: () => this.player.toggle() },
      icon("play"),
    );
    this.slider = element("input", {
      id: `plane-${axis}`,
      type: "range",
      min: 1,
      max: size,
      step: 1,
      oninput: ({ target }) => display.goTo(axis, Number(target.value) - 1),
    });
    this.number = element("input", {
      type: "number",
      class: "field plane-number",
      min: 1,
      max: size,
      "aria-label": `${NAMES[axis]} plane, typed`,
      onchange: ({ target }) => this.#typed(target.valueAsNumber),
    });
    this.output = element("output", { for: this.slider.id });
    const settings = new PlaySettings(NAMES[axis], this.player);
    this.element = element(
      "div",
      { class: "plane-row", "data-axis": axis },
      this.button,
      settings.button,
      element("label", { for: this.slider.id }, NAMES[axis]),
      this.slider,
      this.number,
      this.output,
      settings.element,
    );
    this.update();
  }

  #typed(number) {
    if (Number.isInteger(number)) {
      this.display.goTo(this.axis, number - 1);
    }
    this.update();
  }

  update() {
    const size = this.display.size[this.axis];
    const place = this.display[this.axis] + 1;
    this.slider.value = place;
    this.slider.setAttribute("aria-valuetext", `${place} of ${size}`);
    this.number.value = place;
    this.output.value = `/ ${size}`;
    const { playing } = this.player;
    const text = `${playing ? "Stop" : "Play along"} ${NAMES[this.axis]}`;
    this.button.title = text;
    this.button.setAttribute("aria-label", text);
    setIcon(this.button.querySelector("svg"), playing ? "pause" : "play");
  }
}

export class Planes {
  /** @param {function(): Promise} settled Resolves when the picture is shown. */
  constructor(host, display, settled) {
    const axes = ["z", "t"].filter((axis) => display.size[axis] > 1);
    this.rows = axes.map((axis) => new PlaneRow(display, axis, settled));
    host.replaceChildren(...this.rows.map((row) => row.element));
    host.hidden = this.rows.length === 0;
    display.addEventListener("change", () => this.rows.forEach((row) => row.update()));
  }

  /** Play along t where there are times, else along z; or stop all. */
  toggle() {
    const running = this.rows.filter((row) => row.player.playing);
    if (running.length > 0) {
      running.forEach((row) => row.player.toggle(false));
    } else {
      this.rows.at(-1)?.player.toggle(true);
    }
  }
}
