// Paints shapes on a canvas, lines as wide on the screen at every zoom.

import { isClosed, outlineOf } from "./geometry.js";

const STROKE = "#ffff00ff";
const DOT = "rgb(255 255 0 / 70%)";
const MANY_DOT = "rgb(255 196 0 / 85%)";
const WIDEST = 12;
const POINT_RADIUS = 4;
const ARROW = 11;
const TEXT_FROM = 28;
const FONT = "500 12px system-ui, sans-serif";
const MOST_MASKS = 300;

const clamp = (value, low, high) => Math.min(Math.max(value, low), high);

export class Painter {
  #masks = new Map();

  /**
   * @param {function(number): string} maskUrl The picture of a mask.
   * @param {function()} arrived Called when one has come.
   */
  constructor(maskUrl, arrived) {
    this.maskUrl = maskUrl;
    this.arrived = arrived;
  }

  /**
   * Paint everything.
   *
   * @param {CanvasRenderingContext2D} to In pixels of the screen.
   * @param {{scale: number, x: number, y: number}} at Where the image lies.
   * @param {Iterable<Object>} shapes
   * @param {number[][]} dots `[x, y, count]`
   * @param {boolean} texts
   */
  paint(to, at, shapes, dots, texts) {
    for (const [x, y, count] of dots) {
      to.fillStyle = count > 1 ? MANY_DOT : DOT;
      const side = count > 3 ? 4 : 3;
      to.fillRect(x * at.scale + at.x - side / 2, y * at.scale + at.y - side / 2, side, side);
    }
    to.lineJoin = "round";
    for (const shape of shapes) {
      this.#shape(to, at, shape, texts);
    }
  }

  #shape(to, at, shape, texts) {
    const points = outlineOf(shape).map(([x, y]) => [
      x * at.scale + at.x,
      y * at.scale + at.y,
    ]);
    if (points.length === 0) {
      return;
    }
    const color = shape.stroke ?? STROKE;
    to.strokeStyle = color;
    to.lineWidth = clamp(shape.stroke_width ?? 2, 1, WIDEST);
    if (shape.type === "Label") {
      this.#text(to, shape, points[0], color);
      return;
    }
    if (shape.type === "Mask") {
      this.#mask(to, at, shape);
      return;
    }
    to.beginPath();
    if (shape.type === "Point") {
      to.arc(...points[0], POINT_RADIUS, 0, 2 * Math.PI);
    } else {
      points.forEach((point, index) => to[index ? "lineTo" : "moveTo"](...point));
    }
    if (isClosed(shape)) {
      to.closePath();
    }
    if (shape.fill && (isClosed(shape) || shape.type === "Point")) {
      to.fillStyle = shape.fill;
      to.fill();
    }
    to.stroke();
    if (!isClosed(shape)) {
      this.#arrows(to, shape, points, color);
    }
    if (texts && shape.text) {
      this.#beside(to, shape, points, color);
    }
  }

  #arrows(to, shape, points, color) {
    to.fillStyle = color;
    if (shape.marker_start === "Arrow") {
      this.#arrow(to, points[1], points[0]);
    }
    if (shape.marker_end === "Arrow") {
      this.#arrow(to, points.at(-2), points.at(-1));
    }
  }

  #arrow(to, from, tip) {
    const turn = Math.atan2(tip[1] - from[1], tip[0] - from[0]);
    to.beginPath();
    to.moveTo(...tip);
    for (const side of [-0.4, 0.4]) {
      to.lineTo(
        tip[0] - ARROW * Math.cos(turn + side),
        tip[1] - ARROW * Math.sin(turn + side),
      );
    }
    to.closePath();
    to.fill();
  }

  #text(to, shape, [x, y], color) {
    const size = clamp(shape.font_size ?? 14, 10, 48);
    to.font = `500 ${size}px system-ui, sans-serif`;
    this.#write(to, shape.text ?? "", x, y, color);
  }

  #beside(to, shape, points, color) {
    const xs = points.map(([x]) => x);
    const ys = points.map(([, y]) => y);
    const [left, right, top] = [Math.min(...xs), Math.max(...xs), Math.min(...ys)];
    if (shape.type === "Point" || right - left > TEXT_FROM) {
      to.font = FONT;
      this.#write(to, shape.text, left + (shape.type === "Point" ? 8 : 0), top - 5, color);
    }
  }

  /** Words stand on a dark edge, readable on any image. */
  #write(to, text, x, y, color) {
    const width = to.lineWidth;
    to.lineWidth = 3;
    to.strokeStyle = "rgb(0 0 0 / 75%)";
    to.fillStyle = color;
    to.strokeText(text, x, y);
    to.fillText(text, x, y);
    to.lineWidth = width;
  }

  #mask(to, at, shape) {
    const picture = this.#picture(shape.id);
    if (picture.complete && picture.naturalWidth > 0) {
      to.save();
      to.imageSmoothingEnabled = false;
      to.translate(at.x, at.y);
      to.scale(at.scale, at.scale);
      to.transform(...(shape.transform ?? [1, 0, 0, 1, 0, 0]));
      to.drawImage(picture, shape.x, shape.y, shape.width, shape.height);
      to.restore();
    }
  }

  #picture(id) {
    let picture = this.#masks.get(id);
    if (!picture) {
      picture = new Image();
      picture.addEventListener("load", () => this.arrived());
      picture.src = this.maskUrl(id);
      this.#masks.set(id, picture);
      if (this.#masks.size > MOST_MASKS) {
        this.#masks.delete(this.#masks.keys().next().value);
      }
    }
    return picture;
  }
}
