// The images of a place in an order: all their ids, and facts about some. Knows no
// element.

import { ask } from "./asking.js";

const AT_ONCE = 100;
const KEPT = 5000;

/** Says "rows" when facts have come, "trouble" when none could. */
export class Listing extends EventTarget {
  #rows = new Map();
  #asked = new Set();
  #doubted = new Set();
  #turn = 0;

  /**
   * @param {string} idsUrl Gives ids; has a query.
   * @param {string} rowsUrl Gives facts by id.
   */
  constructor(idsUrl, rowsUrl) {
    super();
    this.idsUrl = idsUrl;
    this.rowsUrl = rowsUrl;
    this.ids = [];
  }

  get length() {
    return this.ids.length;
  }

  /** Put in order: resolves to whether this order still is the one wanted. */
  async sort(column, direction) {
    this.#turn += 1;
    const turn = this.#turn;
    const found = [];
    let total = 1;
    while (found.length < total) {
      const url = `${this.idsUrl}&sort=${column}&direction=${direction}&offset=${found.length}`;
      const answer = await ask(url);
      if (turn !== this.#turn) {
        return false;
      }
      for (const id of answer.ids) {
        found.push(id);
      }
      total = answer.ids.length > 0 ? answer.total : 0;
    }
    this.ids = found;
    return true;
  }

  /** The things from a place up to another, not included. */
  async range(from, to) {
    return this.ids.slice(from, to).map((id) => ({ kind: "image", id }));
  }

  /** Facts about an image, if they are here. */
  row(id) {
    return this.#rows.get(id);
  }

  /** Ask for the facts about the images from a place up to another. */
  async want(from, to) {
    const missing = [];
    for (let at = Math.max(from, 0); at < Math.min(to, this.length); at += 1) {
      const id = this.ids[at];
      if ((!this.#rows.has(id) || this.#doubted.has(id)) && !this.#asked.has(id)) {
        missing.push(id);
      }
    }
    const asked = [];
    for (let at = 0; at < missing.length; at += AT_ONCE) {
      asked.push(this.#ask(missing.slice(at, at + AT_ONCE)));
    }
    await Promise.all(asked);
  }

  async #ask(ids) {
    ids.forEach((id) => {
      this.#asked.add(id);
      this.#doubted.delete(id);
    });
    try {
      const answer = await ask(`${this.rowsUrl}?${ids.map((id) => `id=${id}`).join("&")}`);
      answer.images.forEach((row) => this.#rows.set(row.id, row));
      this.#forget();
      this.dispatchEvent(new Event("rows"));
    } catch (error) {
      this.dispatchEvent(new CustomEvent("trouble", { detail: error }));
    } finally {
      ids.forEach((id) => this.#asked.delete(id));
    }
  }

  /** Ask for all facts once more: they may be others now. */
  doubt() {
    this.#doubted = new Set(this.#rows.keys());
  }

  #forget() {
    const keys = this.#rows.keys();
    while (this.#rows.size > KEPT) {
      this.#rows.delete(keys.next().value);
    }
  }
}
