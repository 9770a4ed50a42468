// Saves every change by itself, soon after it was made, one request at a time.
// What is not saved yet is never forgotten: it is tried again, and the page asks
// before it is left.
//
// Events: "state" (see `state`), "saved".

const PAUSE_MS = 350;
const AGAIN_MS = 10_000;
const AT_ONCE = 500;
// Trying again would not help.
const NOT_UNDERSTOOD = 400;
const OURS = ["id", "roi", "may_edit", "may_delete", "coarse"];

/** A shape as it is sent: without what the server knows itself. */
export function plain(shape) {
  return Object.fromEntries(
    Object.entries(shape).filter(([name]) => !OURS.includes(name)),
  );
}

export class Saving extends EventTarget {
  /** "saved", "saving" or "failed"; then `why` is a sentence. */
  state = "saved";
  why = "";
  #dirty = new Set();
  #places = new Map();
  #timer = null;
  #busy = false;

  /**
   * @param {Regions} regions
   * @param {Door} door
   * @param {function(string)} refused Told what could not be saved, and why.
   */
  constructor(regions, door, refused) {
    super();
    this.regions = regions;
    this.door = door;
    this.refused = refused;
    regions.addEventListener("edit", ({ detail }) => this.#note(detail));
    window.addEventListener("beforeunload", (event) => {
      if (this.pending) {
        event.preventDefault();
        this.now();
      }
    });
    window.addEventListener("online", () => this.now());
    document.addEventListener("visibilitychange", () => document.hidden && this.now());
  }

  /** Whether anything is not saved yet. */
  get pending() {
    return this.#dirty.size > 0 || this.#busy;
  }

  #note(before) {
    for (const [key, shape] of before) {
      this.#dirty.add(key);
      if (shape?.id !== undefined && !this.#places.has(key)) {
        this.#places.set(key, { id: shape.id, roi: shape.roi });
      }
    }
    this.#set("saving");
    this.#later(PAUSE_MS);
  }

  #later(milliseconds) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.now(), milliseconds);
  }

  #set(state, why = "") {
    this.state = state;
    this.why = why;
    this.dispatchEvent(new Event("state"));
  }

  /** Save now what is not saved. */
  async now() {
    clearTimeout(this.#timer);
    if (this.#busy || this.#dirty.size === 0) {
      return;
    }
    const keys = [...this.#dirty].slice(0, AT_ONCE);
    const asked = this.#asked(keys);
    keys.forEach((key) => this.#dirty.delete(key));
    this.#busy = true;
    this.#set("saving");
    try {
      this.#settle(keys, asked, await this.door.save(asked.changes));
    } catch (error) {
      if (error.status === NOT_UNDERSTOOD) {
        this.#putBack(keys);
        this.refused(error.message);
        this.#set("saved");
        return;
      }
      keys.forEach((key) => this.#dirty.add(key));
      this.#set("failed", error.message);
      this.#later(AGAIN_MS);
      return;
    } finally {
      this.#busy = false;
    }
    if (this.#dirty.size > 0) {
      this.#later(PAUSE_MS);
    } else {
      this.#set("saved");
    }
    this.dispatchEvent(new Event("saved"));
  }

  #asked(keys) {
    const changes = { new: [], changed: [], deleted: [] };
    const ids = new Map();
    for (const key of keys) {
      const shape = this.regions.shapes.get(key);
      const place = this.#places.get(key);
      if (place?.id !== undefined) {
        ids.set(place.id, key);
      }
      if (shape && place?.id !== undefined) {
        changes.changed.push({ ...place, shape: plain(shape) });
      } else if (shape) {
        const roi = place?.home ?? null;
        changes.new.push({ key, roi, shape: plain(shape) });
      } else if (place?.id !== undefined) {
        changes.deleted.push({ id: place.id, roi: place.roi });
      }
    }
    return { changes, ids };
  }

  #settle(keys, { changes, ids }, { saved, refused }) {
    const places = new Map(saved.map((each) => [ids.get(each.id) ?? each.key, each]));
    const deleted = new Set(changes.deleted.map(({ id }) => ids.get(id)));
    const lost = [];
    for (const key of keys) {
      const place = places.get(key);
      if (!this.#dirty.has(key)) {
        this.regions.unsaved.delete(key);
      }
      if (place && deleted.has(key)) {
        this.regions.forget(place.id);
        // Where it goes if that is undone.
        this.#places.set(key, { home: place.roi });
      } else if (place) {
        this.#places.set(key, { id: place.id, roi: place.roi });
        this.regions.settle(key, place);
      } else if (this.#places.has(key) || this.regions.shapes.has(key)) {
        lost.push(key);
      }
    }
    if (refused.length > 0) {
      this.#putBack(lost);
      this.refused(refused[0]);
    }
  }

  /** What was refused is as the server has it. */
  async #putBack(keys) {
    const ids = [];
    for (const key of keys) {
      const id = this.#places.get(key)?.id;
      this.regions.drop(key);
      if (id !== undefined) {
        ids.push(id);
      }
    }
    if (ids.length > 0) {
      const asked = this.regions.now + 1;
      this.regions.merge(await this.door.shapes(ids), asked, false);
    }
  }
}

