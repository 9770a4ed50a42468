// Measuring on the image page: values under the pointer, lengths, and profiles
// along lines, rows and columns.

import { svgElement } from "../image/overlay.js";
import { PointerValues } from "./pointer_values.js";
import { ProfileChart } from "./profile_chart.js";

const TOOL = "measure";

function parsed(text) {
  const numbers = (text ?? "").split(",").map(Number);
  return numbers.length === 4 && numbers.every(Number.isFinite) ? numbers : null;
}

/** The line on the stage, and the chart of what lies along it. */
class Measure {
  #line = null;
  #drag = false;
  #last = null;

  constructor(page) {
    this.page = page;
    const stage = document.querySelector(".stage");
    this.chart = new ProfileChart(stage, page, {
      close: () => this.clear(),
      row: () => this.#across(true),
      column: () => this.#across(false),
    });
    this.layer = page.overlay.layer("measure");
    this.first = page.address.add(TOOL, () =>
      this.#line?.map((value) => Math.round(value * 10) / 10).join(","),
    );
    page.tools.add({
      name: TOOL,
      label: "Measure a line",
      icon: "ruler",
      key: "m",
      down: (event, point) => this.#down(event, point),
      move: (event, point) => this.#move(event, point),
      up: () => this.#up(),
      cancel: () => this.clear(),
    });
    page.display.addEventListener("change", () => this.#changed());
  }

  /** Show the line that the address brought. */
  restore() {
    const line = parsed(this.first);
    if (line) {
      this.set(line);
    }
  }

  /** Lay the line: `[x0, y0, x1, y1]` in pixels. */
  set(line, ended = true) {
    this.#line = line;
    this.#draw();
    this.chart.show(line, ended);
    this.page.address.changed();
  }

  /** Take the line away; true if there was one. */
  clear() {
    const was = this.#line !== null;
    this.#line = null;
    this.#drag = false;
    this.layer.replaceChildren();
    this.chart.hide();
    this.page.address.changed();
    return was;
  }

  #changed() {
    if (this.#line) {
      this.chart.show(this.#line, true);
    }
  }

  #down(event, { x, y }) {
    this.#drag = true;
    this.page.picture.element.setPointerCapture(event.pointerId);
    this.#line = [x, y, x, y];
  }

  #move(event, { x, y }) {
    this.#last = { x, y };
    if (!this.#drag) {
      return;
    }
    const [x0, y0] = this.#line;
    let end = [x, y];
    if (event.shiftKey) {
      // Straight across or down.
      end = Math.abs(x - x0) > Math.abs(y - y0) ? [x, y0] : [x0, y];
    }
    this.set([x0, y0, ...end], false);
  }

  #up() {
    if (!this.#drag) {
      return;
    }
    this.#drag = false;
    const [x0, y0, x1, y1] = this.#line;
    if (Math.hypot(x1 - x0, y1 - y0) < 1) {
      this.clear();
    } else {
      this.set(this.#line);
    }
  }

  /** The whole row or column through the middle of the line. */
  #across(isRow) {
    const { width, height } = this.page.data.size;
    const [x0, y0, x1, y1] = this.#line ?? [0, 0, width, height];
    const x = Math.floor((x0 + x1) / 2) + 0.5;
    const y = Math.floor((y0 + y1) / 2) + 0.5;
    this.set(isRow ? [0.5, y, width - 0.5, y] : [x, 0.5, x, height - 0.5]);
  }

  #draw() {
    const [x1, y1, x2, y2] = this.#line;
    const line = (name) => svgElement("line", { x1, y1, x2, y2, class: name });
    this.layer.replaceChildren(line("measure-under"), line("measure-line"));
  }
}

/** Join the page. */
export function join(page) {
  new PointerValues(page);
  new Measure(page).restore();
}
