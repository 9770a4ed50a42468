// The shapes on hand: those in view, those being changed, which are selected and
// which hidden. It draws nothing and asks nobody.
//
// A shape is known by its key for as long as the page lives: the number it came
// with, or one of ours while it has none; `id` and `roi` are where it is saved.
//
// Events: "change" (something to draw), "select", "edit" (`detail` maps keys
// of shapes that are to be saved to what they were).

import { boxOf, distanceTo } from "./geometry.js";
import { History } from "./history.js";

export class Regions extends EventTarget {
  shapes = new Map();
  selected = new Set();
  hidden = new Set();
  allHidden = false;
  /** The plane in view; what is on others is not drawn. */
  plane = { z: 0, t: 0 };
  dots = [];
  history = new History();
  /** Keys of shapes that the server does not have as they are here. */
  unsaved = new Set();
  #touched = new Map();
  #gone = new Set();
  #keys = new Map();
  #clock = 0;
  #made = 0;
  #previewed = new Map();

  /** A moment to give to {@link merge} with an answer asked for now. */
  get now() {
    return this.#clock;
  }

  /** A shape as it is drawn now, or undefined. */
  get(key) {
    return this.#previewed.get(key) ?? this.shapes.get(key);
  }

  /** All shapes to be drawn: `[key, shape]`. */
  *drawn() {
    if (this.allHidden) {
      return;
    }
    for (const [key, shape] of this.shapes) {
      if (!this.hidden.has(shape.id) && this.isOn(shape)) {
        yield [key, this.#previewed.get(key) ?? shape];
      }
    }
    for (const [key, shape] of this.#previewed) {
      if (!this.shapes.has(key)) {
        yield [key, shape];
      }
    }
  }

  /** Whether a shape is on the plane in view; of unset planes it is on every one. */
  isOn({ z, t }) {
    return (z ?? this.plane.z) === this.plane.z && (t ?? this.plane.t) === this.plane.t;
  }

  /** Draw another plane. */
  turnTo({ z, t }) {
    if (z !== this.plane.z || t !== this.plane.t) {
      this.plane = { z, t };
      this.dots = [];
      this.#tell("change");
    }
  }

  /** The key of a saved shape. */
  keyOf(id) {
    return this.#keys.get(id) ?? String(id);
  }

  /** The shapes that are selected and on hand. */
  get chosen() {
    return [...this.selected].map((key) => this.get(key)).filter(Boolean);
  }

  /** A key for a shape that is not saved yet. */
  newKey() {
    this.#made += 1;
    return `new-${this.#made}`;
  }

  /**
   * Take what the server says; what was changed here since it was asked stays.
   *
   * @param {Object[]} shapes
   * @param {number} asked The moment it was asked at.
   * @param {boolean} whole Whether what is not among them is out of view.
   */
  merge(shapes, asked, whole) {
    const told = new Set();
    for (const shape of shapes) {
      const key = this.keyOf(shape.id);
      told.add(key);
      const mine = this.shapes.get(key);
      const newer = this.#isNewer(key, asked);
      const finer = mine && !mine.coarse && shape.coarse && this.selected.has(key);
      if (!newer && !finer && !this.#gone.has(shape.id)) {
        this.shapes.set(key, shape);
      }
    }
    if (whole) {
      for (const key of this.shapes.keys()) {
        const stays = this.#isNewer(key, asked) || this.selected.has(key);
        if (!told.has(key) && !stays) {
          this.shapes.delete(key);
        }
      }
    }
    this.#tell("change");
  }

  #isNewer(key, asked) {
    return this.unsaved.has(key) || (this.#touched.get(key) ?? -1) >= asked;
  }

  /** Draw shapes as they would be; an empty map ends it. */
  preview(shapes) {
    this.#previewed = shapes;
    this.#tell("change");
  }

  /**
   * Change shapes for good: remembered for undo, and to be saved.
   *
   * @param {Map<string, ?Object>} changes By key; null takes a shape away.
   * @param {string} kind See {@link History.push}.
   */
  change(changes, kind = "") {
    const step = new Map();
    for (const [key, after] of changes) {
      step.set(key, { before: this.shapes.get(key) ?? null, after });
    }
    this.history.push(step, kind);
    this.#apply(changes);
  }

  undo() {
    this.#step(this.history.undo());
  }

  redo() {
    this.#step(this.history.redo());
  }

  #step(changes) {
    if (changes) {
      this.#apply(changes);
      this.select([...changes.keys()].filter((key) => this.shapes.has(key)));
    }
  }

  #apply(changes) {
    this.#clock += 1;
    this.#previewed = new Map();
    const before = new Map();
    for (const [key, shape] of changes) {
      before.set(key, this.shapes.get(key));
      this.unsaved.add(key);
      this.#touched.set(key, this.#clock);
      if (shape === null) {
        this.shapes.delete(key);
        this.selected.delete(key);
      } else {
        this.shapes.set(key, shape);
      }
    }
    this.dispatchEvent(new CustomEvent("edit", { detail: before }));
    this.#tell("change");
    this.#tell("select");
  }

  /** Note where a shape is saved now; null when it is saved nowhere any more. */
  settle(key, place) {
    const shape = this.shapes.get(key);
    this.#clock += 1;
    this.#touched.set(key, this.#clock);
    if (place) {
      this.#keys.set(place.id, key);
      this.#gone.delete(place.id);
    }
    if (shape && place) {
      const rights = { may_edit: true, may_delete: true };
      const known = shape.id === place.id ? {} : rights;
      this.shapes.set(key, { ...shape, ...known, id: place.id, roi: place.roi });
    }
    this.#tell("select");
  }

  /** A saved shape is deleted: answers under way may still hold it. */
  forget(id) {
    this.#gone.add(id);
  }

  /** Put away what the server refused. */
  drop(key) {
    this.shapes.delete(key);
    this.selected.delete(key);
    this.#touched.delete(key);
    this.unsaved.delete(key);
    this.#tell("change");
    this.#tell("select");
  }

  select(keys) {
    this.history.close();
    this.selected = new Set(keys);
    this.#tell("select");
    this.#tell("change");
  }

  hide(id, hidden) {
    this.hidden[hidden ? "add" : "delete"](id);
    this.#tell("change");
  }

  hideAll(hidden) {
    this.allHidden = hidden;
    this.hidden.clear();
    this.#tell("change");
  }

  /** The key of the shape meant by a point, within a distance: small, and near. */
  hit(point, within) {
    let [found, least] = [null, Infinity];
    for (const [key, shape] of this.drawn()) {
      const box = boxOf(shape);
      const isNear =
        point.x >= box.x0 - within &&
        point.x <= box.x1 + within &&
        point.y >= box.y0 - within &&
        point.y <= box.y1 + within;
      const distance = isNear ? distanceTo(shape, point) : Infinity;
      const side = Math.sqrt((box.x1 - box.x0) * (box.y1 - box.y0)) + within;
      const told = side * (1 + distance / within);
      if (distance <= within && told < least) {
        [found, least] = [key, told];
      }
    }
    return found;
  }

  /** Keys of the shapes that lie within a box. */
  within({ x0, y0, x1, y1 }) {
    const keys = [];
    for (const [key, shape] of this.drawn()) {
      const box = boxOf(shape);
      if (box.x0 >= x0 && box.x1 <= x1 && box.y0 >= y0 && box.y1 <= y1) {
        keys.push(key);
      }
    }
    return keys;
  }

  #tell(name) {
    this.dispatchEvent(new Event(name));
  }
}

export function mayEdit(shape) {
  const saved = shape.id === undefined || shape.may_edit;
  return Boolean(saved) && shape.type !== "Mask" && !shape.locked && !shape.coarse;
}

export function mayDelete(shape) {
  const saved = shape.id === undefined || shape.may_delete;
  return Boolean(saved) && shape.type !== "Mask" && !shape.locked;
}
