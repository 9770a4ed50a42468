// Sliders along z and t, with play.

import { element, icon, setIcon } from "../dom.js";

const FRAME_MS = 120;
const NAMES = { z: "Z", t: "T" };

class PlaneRow {
  constructor(display, axis, settled) {
    this.display = display;
    this.axis = axis;
    this.settled = settled;
    this.playing = false;
    this.button = element(
      "button",
      { type: "button", class: "icon-button", onclick: () => this.toggle() },
      icon("play"),
    );
    this.slider = element("input", {
      id: `plane-${axis}`,
      type: "range",
      min: 1,
      max: display.size[axis],
      step: 1,
      oninput: ({ target }) =>
        display.change(() => {
          display[axis] = Number(target.value) - 1;
        }),
    });
    this.output = element("output", { for: this.slider.id });
    this.element = element(
      "div",
      { class: "plane-row", "data-axis": axis },
      this.button,
      element("label", { for: this.slider.id }, NAMES[axis]),
      this.slider,
      this.output,
    );
    this.update();
  }

  /** Start or stop going through the planes, round and round. */
  toggle(play = !this.playing) {
    this.playing = play;
    this.update();
    if (play) {
      this.#run();
    }
  }

  async #run() {
    while (this.playing) {
      const shown = performance.now();
      this.display.change(() => {
        const next = this.display[this.axis] + 1;
        this.display[this.axis] = next % this.display.size[this.axis];
      });
      await this.settled();
      const left = FRAME_MS - (performance.now() - shown);
      await new Promise((resolve) => {
        setTimeout(resolve, Math.max(left, 0));
      });
    }
  }

  update() {
    const size = this.display.size[this.axis];
    const place = this.display[this.axis] + 1;
    this.slider.value = place;
    this.slider.setAttribute("aria-valuetext", `${place} of ${size}`);
    this.output.value = `${place} / ${size}`;
    const text = `${this.playing ? "Stop" : "Play along"} ${NAMES[this.axis]}`;
    this.button.title = text;
    this.button.setAttribute("aria-label", text);
    setIcon(this.button.querySelector("svg"), this.playing ? "pause" : "play");
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
    const running = this.rows.filter((row) => row.playing);
    if (running.length > 0) {
      running.forEach((row) => row.toggle(false));
    } else {
      this.rows.at(-1)?.toggle(true);
    }
  }
}
