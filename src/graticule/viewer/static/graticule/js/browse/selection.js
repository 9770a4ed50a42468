// Which things of a browse page are selected. Knows no pixel, key or address.
// Others reach the one of the page as document.querySelector("#browse").selection.

/**
 * @typedef {{kind: string, id: number}} Thing  Kinds: project, dataset, screen,
 *   plate, image.
 * @typedef {{length: number, range: function(number, number): Promise<Thing[]>}} Order
 *   All that could be selected, as it is shown; `range` is half-open.
 */

function keyOf({ kind, id }) {
  return `${kind}:${id}`;
}

function before(first, second) {
  return first.kind.localeCompare(second.kind) || first.id - second.id;
}

/** A set of things; says "change" when it is another. */
export class Selection extends EventTarget {
  #chosen = new Map();
  #asked = 0;

  /** @param {Order} order */
  constructor(order = { length: 0, range: async () => [] }) {
    super();
    this.order = order;
  }

  /** @returns {Thing[]} What is selected, by kind, then id. */
  get ids() {
    return [...this.#chosen.values()].sort(before);
  }

  /** How many are selected. */
  get size() {
    return this.#chosen.size;
  }

  /** @param {Thing} thing */
  has(thing) {
    return this.#chosen.has(keyOf(thing));
  }

  /** Select a thing, or no longer; without `on`, the other of the two. */
  toggle(thing, on = !this.has(thing)) {
    this.#asked += 1;
    if (on === this.has(thing)) {
      return;
    }
    if (on) {
      this.#chosen.set(keyOf(thing), { kind: thing.kind, id: thing.id });
    } else {
      this.#chosen.delete(keyOf(thing));
    }
    this.#tell();
  }

  /** Select these things; nothing else, unless `keep`. */
  replace(things, { keep = false } = {}) {
    this.#asked += 1;
    const was = [...this.#chosen.keys()];
    if (!keep) {
      this.#chosen.clear();
    }
    for (const { kind, id } of things) {
      this.#chosen.set(keyOf({ kind, id }), { kind, id });
    }
    const same = was.length === this.size && was.every((key) => this.#chosen.has(key));
    if (!same) {
      this.#tell();
    }
  }

  /**
   * Select all from one place to another, both included, in either direction.
   *
   * Places may not be loaded yet; if something else is selected meanwhile, that
   * stands.
   *
   * @returns {Promise<void>} When it is done.
   */
  async span(from, to, options) {
    this.#asked += 1;
    const asked = this.#asked;
    const [first, last] = from < to ? [from, to] : [to, from];
    const things = await this.order.range(first, last + 1);
    if (asked === this.#asked) {
      this.replace(things, options);
    }
  }

  /** Select everything, what is not on the screen too. */
  async all() {
    if (this.order.length > 0) {
      await this.span(0, this.order.length - 1);
    }
  }

  /** Select nothing. */
  clear() {
    this.replace([]);
  }

  #tell() {
    this.dispatchEvent(new Event("change"));
  }
}
