// Draws a channel's histogram behind its window slider.

const BINS = 128;

/** Height of each bin from 0 to 1, counted or by its logarithm. */
export function barHeights(counts, logarithmic) {
  const measure = logarithmic ? (count) => Math.log1p(count) : (count) => count;
  const heights = counts.map(measure);
  // One overfull bin (background) must not flatten all others.
  const sorted = heights.filter((height) => height > 0).sort((a, b) => a - b);
  const top = logarithmic
    ? sorted.at(-1)
    : Math.min(sorted.at(-1), 4 * (sorted[Math.floor(sorted.length * 0.9)] ?? 1));
  return heights.map((height) => (top > 0 ? Math.min(height / top, 1) : 0));
}

export class Histogram {
  #counts = null;
  #asked = "";

  /**
   * @param {HTMLCanvasElement} canvas
   * @param {Gateway} gateway
   * @param {number} index The channel's, from 0.
   */
  constructor(canvas, gateway, index) {
    this.canvas = canvas;
    this.gateway = gateway;
    this.index = index;
  }

  /** Get the counts of a plane, once; a failure leaves the place empty. */
  async load(z, t) {
    const asked = `${z}/${t}`;
    if (asked === this.#asked) {
      return;
    }
    this.#asked = asked;
    let counts = null;
    try {
      counts = await this.gateway.histogram(this.index, z, t, BINS);
    } catch {
      // Too large an image, say: the slider works without.
    }
    if (asked === this.#asked) {
      this.#counts = counts;
    }
  }

  /**
   * Draw over `domain`, given that the counts run over `measured`.
   *
   * @param {{start: number, end: number}} domain
   * @param {{start: number, end: number}} measured
   * @param {{start: number, end: number}} window What lies inside is stronger.
   * @param {boolean} logarithmic
   */
  draw(domain, measured, window, logarithmic) {
    const { canvas } = this;
    const ratio = devicePixelRatio;
    const width = Math.round(canvas.clientWidth * ratio);
    const height = Math.round(canvas.clientHeight * ratio);
    if (canvas.width !== width || canvas.height !== height) {
      canvas.width = width;
      canvas.height = height;
    }
    const context = canvas.getContext("2d");
    context.clearRect(0, 0, width, height);
    if (!this.#counts) {
      return;
    }
    const style = getComputedStyle(canvas);
    const span = domain.end - domain.start || 1;
    const bin = (measured.end - measured.start) / this.#counts.length;
    barHeights(this.#counts, logarithmic).forEach((tall, index) => {
      const value = measured.start + index * bin;
      const left = ((value - domain.start) / span) * width;
      const right = ((value + bin - domain.start) / span) * width;
      const inside = value + bin > window.start && value < window.end;
      context.fillStyle = style.getPropertyValue(inside ? "--ink-soft" : "--line");
      const bar = tall * (height - 2);
      context.fillRect(left, height - bar, Math.max(right - left, 0.5), bar);
    });
  }
}
