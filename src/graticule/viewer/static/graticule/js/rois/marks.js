// What marks the selected shapes: a box around each, handles on a single one, the
// rubber band of a box being drawn, and the draft of a shape being drawn. SVG in
// pixels of the screen, above everything.

import { boxOf, isClosed, outlineOf } from "./geometry.js";
import { handlesOf } from "./handles.js";
import { mayEdit } from "./regions.js";

const PAD = 4;
const HANDLE = 4.5;
const BETWEEN = 3;
const MOST_BOXES = 300;

export class Marks {
  #band = null;
  #draft = null;

  /**
   * @param {Overlay} overlay
   * @param {function} svgElement
   * @param {Picture} picture
   * @param {Regions} regions
   */
  constructor(overlay, svgElement, picture, regions) {
    this.make = svgElement;
    this.picture = picture;
    this.regions = regions;
    this.shown = false;
    this.group = overlay.screenLayer("regions");
    picture.addEventListener("frame", () => this.draw());
    regions.addEventListener("change", () => this.draw());
    regions.addEventListener("select", () => this.draw());
  }

  /** Show it or not. */
  show(shown) {
    this.shown = shown;
    this.draw();
  }

  /** A box being drawn `{x0, y0, x1, y1}` in pixels of the image; null ends it. */
  set band(box) {
    this.#band = box;
    this.draw();
  }

  /** A shape being drawn, or null. */
  set draft(shape) {
    this.#draft = shape;
    this.draw();
  }

  #onScreen([x, y]) {
    const { scale, x: left, y: top } = this.picture.placement;
    return [x * scale + left, y * scale + top];
  }

  #rectangle(box, className, pad = 0) {
    const [x0, y0] = this.#onScreen([box.x0, box.y0]);
    const [x1, y1] = this.#onScreen([box.x1, box.y1]);
    return this.make("rect", {
      class: className,
      x: Math.min(x0, x1) - pad,
      y: Math.min(y0, y1) - pad,
      width: Math.abs(x1 - x0) + 2 * pad,
      height: Math.abs(y1 - y0) + 2 * pad,
    });
  }

  draw() {
    const made = [];
    if (this.picture.placement && (this.shown || this.#draft)) {
      const chosen = this.shown ? this.regions.chosen.filter((s) => this.regions.isOn(s)) : [];
      for (const shape of chosen.slice(0, MOST_BOXES)) {
        made.push(this.#rectangle(boxOf(shape), "chosen", PAD));
      }
      if (chosen.length === 1 && mayEdit(chosen[0])) {
        made.push(...this.#handles(chosen[0]));
      }
      if (this.#band) {
        made.push(this.#rectangle(this.#band, "band"));
      }
      if (this.#draft) {
        made.push(...this.#drafted(this.#draft));
      }
    }
    this.group.replaceChildren(...made);
  }

  #handles(shape) {
    return handlesOf(shape, this.picture.placement.scale).map(({ name, x, y, between }) => {
      const [cx, cy] = this.#onScreen([x, y]);
      const r = between ? BETWEEN : HANDLE;
      const className = between ? "handle between" : "handle";
      return this.make("circle", { class: className, "data-handle": name, cx, cy, r });
    });
  }

  #drafted(shape) {
    const points = outlineOf(shape).map((point) => this.#onScreen(point));
    const closed = isClosed(shape) && !shape.open;
    const path = `M${points.map((point) => point.join(",")).join("L")}${closed ? "Z" : ""}`;
    const corners = shape.open ? points.slice(0, -1) : [];
    return [
      this.make("path", { class: "draft under", d: path }),
      this.make("path", { class: "draft", d: path }),
      ...corners.map(([cx, cy]) =>
        this.make("circle", { class: "handle", cx, cy, r: HANDLE }),
      ),
    ];
  }
}
