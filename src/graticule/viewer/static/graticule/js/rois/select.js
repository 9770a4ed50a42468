// The tool that selects, moves and reshapes: click, Shift with click, a box around
// several, drag, handles; a double click takes a corner away.

import { moved } from "./geometry.js";
import { dragged, handlesOf, held, withoutCorner } from "./handles.js";
import { mayEdit } from "./regions.js";

const NEAR = { mouse: 6, pen: 10, touch: 16 };
const STILL = 3;

export class SelectTool {
  #begun = null;

  /** @param {RoisPart} part */
  constructor(part) {
    this.part = part;
    this.regions = part.regions;
  }

  #scale() {
    return this.part.page.picture.placement.scale;
  }

  #near(event) {
    return (NEAR[event.pointerType] ?? NEAR.mouse) / this.#scale();
  }

  #handleAt(event, point) {
    const [shape] = this.regions.chosen;
    if (this.regions.selected.size !== 1 || !shape || !mayEdit(shape)) {
      return null;
    }
    const within = this.#near(event);
    let [found, least] = [null, Infinity];
    for (const handle of handlesOf(shape, this.#scale())) {
      const distance = Math.hypot(handle.x - point.x, handle.y - point.y);
      // Where they lie close together a corner goes before what is between.
      const told = distance + (handle.between ? within / 3 : 0);
      if (distance <= within && told < least) {
        [found, least] = [handle, told];
      }
    }
    return found;
  }

  down(event, point) {
    const handle = this.#handleAt(event, point);
    if (handle) {
      const [key] = this.regions.selected;
      this.#begun = { key, ...held(this.regions.get(key), handle), from: point };
      return;
    }
    const hit = this.regions.hit(point, this.#near(event));
    if (hit === null) {
      const added = event.shiftKey ? [...this.regions.selected] : [];
      this.#begun = { band: true, from: point, added };
      return;
    }
    this.#take(hit, event.shiftKey);
    const all = this.regions.chosen;
    const movable = this.regions.selected.has(hit) && all.every(mayEdit);
    this.#begun = { from: point, moving: movable };
  }

  #take(key, more) {
    const { selected } = this.regions;
    if (more) {
      const next = new Set(selected);
      next[selected.has(key) ? "delete" : "add"](key);
      this.regions.select(next);
    } else if (!selected.has(key)) {
      this.regions.select([key]);
    }
  }

  move(event, point) {
    const begun = this.#begun;
    if (!begun) {
      const hover = this.#handleAt(event, point) ? "handle" : "";
      const over = hover || (this.regions.hit(point, this.#near(event)) ? "shape" : "");
      this.part.page.picture.element.dataset.over = over;
      return;
    }
    const [dx, dy] = [point.x - begun.from.x, point.y - begun.from.y];
    if (!begun.far && Math.hypot(dx, dy) * this.#scale() < STILL) {
      return;
    }
    begun.far = true;
    if (begun.band) {
      const { x: x0, y: y0 } = begun.from;
      this.part.marks.band = { x0, y0, x1: point.x, y1: point.y };
    } else if (begun.name) {
      begun.next = new Map([[begun.key, dragged(begun.shape, begun.name, point)]]);
    } else if (begun.moving) {
      begun.next = this.movedBy(dx, dy);
    }
    if (begun.next) {
      this.regions.preview(begun.next);
    }
  }

  /** The selected shapes elsewhere, by key. */
  movedBy(dx, dy) {
    const next = new Map();
    for (const key of this.regions.selected) {
      const shape = this.regions.shapes.get(key);
      if (shape) {
        next.set(key, moved(shape, dx, dy));
      }
    }
    return next;
  }

  up(event, point) {
    const begun = this.#begun;
    this.#begun = null;
    this.part.marks.band = null;
    if (begun?.next) {
      this.regions.change(begun.next);
    } else if (begun?.band) {
      this.#banded(begun, point, event);
    }
  }

  #banded({ from, far, added }, point, event) {
    if (far) {
      const [x0, x1] = [from.x, point.x].sort((a, b) => a - b);
      const [y0, y1] = [from.y, point.y].sort((a, b) => a - b);
      this.regions.select([...added, ...this.regions.within({ x0, y0, x1, y1 })]);
      return;
    }
    this.regions.select(added);
    this.part.pickUnseen(point, NEAR[event.pointerType] ?? NEAR.mouse);
  }

  double(event, point) {
    const handle = this.#handleAt(event, point);
    const [key] = this.regions.selected;
    const next = handle && withoutCorner(this.regions.get(key), handle.name);
    if (next) {
      this.regions.change(new Map([[key, next]]));
    }
  }

  cancel() {
    const had = this.#begun !== null || this.regions.selected.size > 0;
    this.#begun = null;
    this.part.marks.band = null;
    this.regions.preview(new Map());
    this.regions.select([]);
    return had;
  }

  stop() {
    this.#begun = null;
    delete this.part.page.picture.element.dataset.over;
  }
}
