// Fetches the pictures of the planes next in the direction of movement, for what is in
// view, into the browser's cache: a step there then asks the server for nothing.

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

  constructor(page) {
    this.page = page;
    const { z, t } = page.display;
    this.#before = { z, t };
    page.display.addEventListener("change", () => this.#changed());
    page.picture.addEventListener("move", () => this.#giveUp.abort());
  }

  /** Only who moves along planes is likely to move on. */
  #changed() {
    this.#giveUp.abort();
    const { z, t } = this.page.display;
    const before = this.#before;
    this.#before = { z, t };
    if (z !== before.z || t !== before.t) {
      this.#fetchAhead(planesAhead({ z, t }, before, this.page.display.size));
    }
  }

  async #fetchAhead(planes) {
    const giveUp = new AbortController();
    this.#giveUp = giveUp;
    const { page } = this;
    await page.settled();
    if (giveUp.signal.aborted || page.display.projection !== "normal") {
      return;
    }
    const parts = page.picture.partsSeen;
    const urls = planes
      .flatMap((plane) => parts.map(page.pictureUrls(plane)))
      .slice(0, Math.max(MOST_PICTURES, parts.length));
    await Promise.all(
      Array.from({ length: AT_ONCE }, () => this.#fetchAll(urls, giveUp.signal)),
    );
  }

  /** Take one address after another from the list. */
  async #fetchAll(urls, signal) {
    while (urls.length > 0 && !signal.aborted) {
      try {
        const answer = await fetch(urls.shift(), { signal, priority: "low" });
        await answer.arrayBuffer();
      } catch {
        // Given up, or out of reach: the step itself will tell.
        return;
      }
    }
  }
}

/** Give the page planes that are there before they are wanted. */
export function joinPrefetch(page) {
  return new Prefetch(page);
}
