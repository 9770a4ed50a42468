// Fetches the pictures of the planes next in the direction of movement, for what is in
// view, into the browser's cache: a step there then asks the server for nothing.

import { renderingQuery } from "../image/query.js";

const MOST_PLANES = 4;
const MOST_PICTURES = 60;
const AT_ONCE = 3;

/** Which planes come next: `{z, t}`, nearest first. */
export function planesAhead({ z, t }, before, size) {
  const axis = t === before.t ? "z" : "t";
  const here = { z, t }[axis];
  const by = here >= before[axis] ? 1 : -1;
  const most = Math.min(MOST_PLANES, size[axis] - 1);
  // Playing goes round: after the last comes the first.
  const round = (place) => (place + size[axis]) % size[axis];
  return Array.from({ length: most }, (_, step) => ({
    z,
    t,
    [axis]: round(here + (step + 1) * by),
  }));
}

class Prefetch {
  #giveUp = new AbortController();
  #before;
  #way = "";
  #turn = 0;
  #queue = [];
  #asked = new Set();
  #working = 0;

  constructor(page) {
    this.page = page;
    const { z, t } = page.display;
    this.#before = { z, t };
    page.display.addEventListener("change", () => this.#changed());
    page.picture.addEventListener("move", () => this.#stop());
  }

  /**
   * Only who moves along planes is likely to move on. What is on its way is given up
   * when it is not wanted any more, but not by one more step the same way.
   */
  #changed() {
    const { display } = this.page;
    const { z, t } = display;
    const before = this.#before;
    this.#before = { z, t };
    const moved = z !== before.z || t !== before.t;
    const way = `${Math.sign(z - before.z)} ${Math.sign(t - before.t)} ${renderingQuery(display)}`;
    if (!moved || way !== this.#way) {
      this.#stop();
    }
    if (moved) {
      this.#way = way;
      this.#ask(planesAhead({ z, t }, before, display.size));
    }
  }

  #stop() {
    this.#giveUp.abort();
    this.#giveUp = new AbortController();
    this.#queue = [];
    this.#asked.clear();
    this.#way = "";
  }

  async #ask(planes) {
    const { page } = this;
    const { signal } = this.#giveUp;
    this.#turn += 1;
    const turn = this.#turn;
    await page.settled();
    if (signal.aborted || turn !== this.#turn || page.display.projection !== "normal") {
      return;
    }
    const parts = page.picture.partsSeen;
    this.#queue = planes
      .flatMap((plane) => parts.map(page.pictureUrls(plane)))
      .slice(0, Math.max(MOST_PICTURES, parts.length))
      .filter((url) => !this.#asked.has(url));
    while (this.#working < Math.min(AT_ONCE, this.#queue.length)) {
      this.#work(signal);
    }
  }

  /** Take one address after another from the list. */
  async #work(signal) {
    this.#working += 1;
    try {
      while (this.#queue.length > 0 && !signal.aborted) {
        const url = this.#queue.shift();
        this.#asked.add(url);
        const answer = await fetch(url, { signal, priority: "low" });
        await answer.arrayBuffer();
      }
    } catch {
      // Given up, or out of reach: the step itself will tell.
    }
    this.#working -= 1;
  }
}

/** Give the page planes that are there before they are wanted. */
export function joinPrefetch(page) {
  return new Prefetch(page);
}
