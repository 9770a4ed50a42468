// The tools that draw: two corners for rectangles, ellipses and lines; corners one
// by one or a free line for polygons and polylines; one place for points and
// labels. Enter draws without a pointer, amid the view.

import { betweenCorners } from "./geometry.js";

const LEAST = 4;
const FREE_STEP = 5;
const CLOSE = 10;

/** The part of a shape's making that is the same for all: `begin … finish`. */
class Drawing {
  /**
   * @param {RoisPart} part
   * @param {string} type
   */
  constructor(part, type) {
    this.part = part;
    this.type = type;
    this.begun = null;
  }

  get scale() {
    return this.part.page.picture.placement.scale;
  }

  draft(shape) {
    this.part.marks.draft = shape;
  }

  finish(shape) {
    this.begun = null;
    this.draft(null);
    this.part.add({ ...shape, type: this.type });
  }

  start() {
    this.part.open();
  }

  stop() {
    this.begun = null;
    this.draft(null);
  }

  /** @returns {boolean} Whether there was anything to give up. */
  cancel() {
    const had = this.begun !== null;
    this.stop();
    return had;
  }
}

/** Rectangle, ellipse, line: from one corner to the other. */
export class CornersTool extends Drawing {
  #shape(from, to) {
    if (this.type === "Line") {
      return { type: "Line", x1: from.x, y1: from.y, x2: to.x, y2: to.y };
    }
    const corners = { x0: from.x, y0: from.y, x1: to.x, y1: to.y };
    return betweenCorners({ type: this.type }, corners);
  }

  #end(event, point) {
    if (!event.shiftKey || this.type === "Line") {
      return point;
    }
    const [dx, dy] = [point.x - this.begun.x, point.y - this.begun.y];
    const side = Math.max(Math.abs(dx), Math.abs(dy));
    return {
      x: this.begun.x + (dx < 0 ? -side : side),
      y: this.begun.y + (dy < 0 ? -side : side),
    };
  }

  down(_event, point) {
    this.begun = point;
  }

  move(event, point) {
    if (this.begun) {
      this.draft(this.#shape(this.begun, this.#end(event, point)));
    }
  }

  up(event, point) {
    if (!this.begun) {
      return;
    }
    const to = this.#end(event, point);
    const long = Math.hypot(to.x - this.begun.x, to.y - this.begun.y) * this.scale;
    if (long < LEAST) {
      this.cancel();
    } else {
      this.finish(this.#shape(this.begun, to));
    }
  }

  /** Draw without a pointer, around a point of the image. */
  enter({ x, y }) {
    const [dx, dy] = [60 / this.scale, 40 / this.scale];
    this.finish(this.#shape({ x: x - dx, y: y - dy }, { x: x + dx, y: y + dy }));
  }
}

/** Polygon and polyline. */
export class PathTool extends Drawing {
  #free = null;

  get fewest() {
    return this.type === "Polygon" ? 3 : 2;
  }

  #show(point) {
    const points = [...this.begun, [point.x, point.y]];
    this.draft({ type: this.type, points, open: true });
  }

  #far([x, y], point) {
    return Math.hypot(x - point.x, y - point.y) * this.scale;
  }

  down(_event, point) {
    this.#free = point;
  }

  move(event, point) {
    const held = event.buttons & 1 && this.#free;
    if (held && this.#far([held.x, held.y], point) > FREE_STEP) {
      this.begun ??= [[held.x, held.y]];
      this.begun.free = true;
      this.begun.push([point.x, point.y]);
      this.#free = point;
    }
    if (this.begun) {
      this.#show(point);
    }
  }

  up(_event, point) {
    if (!this.#free) {
      return;
    }
    this.#free = null;
    if (this.begun?.free) {
      this.#done();
      return;
    }
    this.begun ??= [];
    const ends = this.type === "Polygon" ? this.begun[0] : this.begun.at(-1);
    const enough = this.begun.length >= this.fewest;
    if (ends && enough && this.#far(ends, point) < CLOSE) {
      this.#done();
      return;
    }
    const last = this.begun.at(-1);
    if (!last || this.#far(last, point) >= LEAST) {
      this.begun.push([point.x, point.y]);
    }
    this.#show(point);
  }

  double() {
    this.#done();
  }

  #done() {
    const points = this.begun ?? [];
    if (points.length >= this.fewest) {
      this.finish({ points: [...points] });
    } else {
      this.cancel();
    }
  }

  /** Finish what is begun, or draw without a pointer. */
  enter({ x, y }) {
    if (this.begun) {
      this.#done();
      return;
    }
    const [dx, dy] = [60 / this.scale, 40 / this.scale];
    this.finish({
      points: [
        [x - dx, y + dy],
        [x, y - dy],
        [x + dx, y + dy],
      ],
    });
  }

  /** Take back the last corner. */
  back() {
    this.begun?.pop();
    const last = this.begun?.at(-1);
    if (last) {
      this.#show({ x: last[0], y: last[1] });
    } else {
      this.cancel();
    }
    return true;
  }
}

/** Point and label. */
export class PlaceTool extends Drawing {
  down(_event, point) {
    this.begun = point;
  }

  up(_event, point) {
    if (this.begun) {
      this.enter(point);
    }
  }

  enter({ x, y }) {
    const words = this.type === "Label" ? { text: "Label", font_size: 14 } : {};
    this.finish({ x, y, ...words });
  }
}
