// Thumbnails for what is in view, in batches (contract webgateway 5.4); what has been
// scrolled away is no longer asked for.

import { ask } from "./asking.js";

const AT_ONCE = 24;
const IN_FLIGHT = 2;
const KEPT = 800;
const PAUSE_MS = 60;
// So long pictures are put in within one frame; the rest waits for the next.
const FRAME_MS = 6;

export class Thumbs {
  #wanted = new Map();
  #kept = new Map();
  #batches = new Set();
  #come = [];
  #frame = null;
  #timer = null;

  /** @param {string} gateway Its address. */
  constructor(gateway) {
    this.gateway = gateway;
    this.side = 256;
  }

  /** Ask for thumbnails of another size from now on. */
  resize(side) {
    if (side !== this.side) {
      this.side = side;
      this.#kept.clear();
      this.#batches.forEach((batch) => batch.stop.abort());
      this.#come = [];
      this.#later();
    }
  }

  /** Call `show` with the picture's address, or null where there is none. */
  want(id, show) {
    const found = this.#kept.get(id);
    if (found !== undefined) {
      show(found);
      return;
    }
    this.#wanted.set(id, show);
    this.#later();
  }

  /** It has been scrolled away. */
  unwant(id) {
    this.#wanted.delete(id);
    for (const batch of this.#batches) {
      if (!batch.ids.some((one) => this.#wanted.has(one))) {
        batch.stop.abort();
      }
    }
  }

  #later() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#send(), PAUSE_MS);
  }

  #send() {
    const asked = new Set([...this.#batches].flatMap(({ ids }) => ids));
    const ids = [...this.#wanted.keys()].filter(
      (id) => !asked.has(id) && !this.#kept.has(id),
    );
    while (ids.length > 0 && this.#batches.size < IN_FLIGHT) {
      this.#ask(ids.splice(0, AT_ONCE));
    }
  }

  async #ask(ids) {
    const batch = { ids, stop: new AbortController() };
    this.#batches.add(batch);
    const { side } = this;
    const query = ids.map((id) => `id=${id}`).join("&");
    let answer = null;
    try {
      answer = await ask(
        `${this.gateway}get_thumbnails/${side}/?${query}`,
        batch.stop.signal,
      );
    } catch (error) {
      // Given up, or out of reach: then the places say "no picture".
      answer = error.name === "AbortError" ? null : {};
    }
    this.#batches.delete(batch);
    if (answer && side === this.side) {
      ids.forEach((id) => this.#came(id, answer[id] ?? null));
    }
    this.#send();
  }

  #came(id, url) {
    this.#kept.set(id, url);
    if (this.#kept.size > KEPT) {
      this.#kept.delete(this.#kept.keys().next().value);
    }
    this.#come.push([id, url]);
    this.#frame ??= requestAnimationFrame(() => this.#show());
  }

  #show() {
    const end = performance.now() + FRAME_MS;
    while (this.#come.length > 0 && performance.now() < end) {
      const [id, url] = this.#come.shift();
      this.#wanted.get(id)?.(url);
      this.#wanted.delete(id);
    }
    this.#frame = this.#come.length > 0 ? requestAnimationFrame(() => this.#show()) : null;
  }
}
