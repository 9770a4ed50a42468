// Draws a channel's histogram behind its window slider, and the curve above it.

import { curveOf } from "./curve.js";

// Counted finely, for automatic windows; drawn in fewer bars.
const BINS = 1024;
const BARS = 128;
// What an automatic window leaves out at each end.
const RARE = 0.002;

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

function bars(counts) {
  const each = counts.length / BARS;
  return Array.from({ length: BARS }, (_, bar) =>
    counts.slice(bar * each, (bar + 1) * each).reduce((sum, count) => sum + count, 0),
  );
}

/**
 * The window that leaves out a share of the values at each end.
 *
 * @param {number[]} counts
 * @param {{start: number, end: number}} measured What the counts run over.
 */
export function automaticWindow(counts, { start, end }) {
  const total = counts.reduce((sum, count) => sum + count, 0);
  const bin = (end - start) / counts.length;
  const firstAbove = (list) => {
    let seen = 0;
    return list.findIndex((count) => (seen += count) > total * RARE);
  };
  const low = firstAbove(counts);
  const high = counts.length - firstAbove(counts.toReversed());
  return low < 0 ? { start, end } : { start: start + low * bin, end: start + high * bin };
}

export class Histogram {
  #counts = null;
  #bars = [];
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
      this.#bars = counts ? bars(counts) : [];
    }
  }

  /** The automatic window for the plane; all values while nothing is counted. */
  automatic(measured) {
    return this.#counts ? automaticWindow(this.#counts, measured) : { ...measured };
  }

  /**
   * Draw over `domain`.
   *
   * @param {{start: number, end: number}} domain
   * @param {Object} channel The counts run over `measured`; what lies inside its
   *   `window` is stronger.
   * @param {boolean} logarithmic
   */
  draw(domain, channel, logarithmic) {
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
    if (this.#counts) {
      this.#drawBars(context, domain, channel, logarithmic);
    }
    this.#drawCurve(context, domain, channel, ratio);
  }

  #drawBars(context, domain, { measured, window }, logarithmic) {
    const { width, height } = this.canvas;
    const style = getComputedStyle(this.canvas);
    const [inner, outer] = ["--ink-soft", "--line"].map((name) =>
      style.getPropertyValue(name),
    );
    const span = domain.end - domain.start || 1;
    const bin = (measured.end - measured.start) / this.#bars.length;
    barHeights(this.#bars, logarithmic).forEach((tall, index) => {
      const value = measured.start + index * bin;
      const left = ((value - domain.start) / span) * width;
      const right = ((value + bin - domain.start) / span) * width;
      const inside = value + bin > window.start && value < window.end;
      context.fillStyle = inside ? inner : outer;
      const bar = tall * (height - 2);
      context.fillRect(left, height - bar, Math.max(right - left, 0.5), bar);
    });
  }

  #drawCurve(context, domain, channel, ratio) {
    const { width, height } = this.canvas;
    const span = domain.end - domain.start || 1;
    const curve = curveOf(channel);
    const inset = ratio;
    context.beginPath();
    for (let x = 0; x <= width; x += 1) {
      const level = curve(domain.start + (x / width) * span);
      context.lineTo(x, height - inset - level * (height - 2 * inset));
    }
    context.strokeStyle = getComputedStyle(this.canvas).getPropertyValue("--accent");
    context.lineWidth = 1.5 * ratio;
    context.lineJoin = "round";
    context.stroke();
  }
}
