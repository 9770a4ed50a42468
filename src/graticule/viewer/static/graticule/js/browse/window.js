// Virtual scrolling: of very many cells only those near the screen are in the page.
// Knows how cells lie, not what is in them.

const BEYOND = 0.6;
// So long cells are put in within one frame; the rest waits for the next.
const FRAME_MS = 8;
// A bar that is dragged is at rest when nothing has moved for so long.
const REST_MS = 80;

/**
 * @typedef {object} Measures
 * @property {number} columns
 * @property {number} width  Of a cell, in CSS pixels.
 * @property {number} height Of a cell.
 * @property {number} gap Between columns.
 * @property {number} pitch From one row to the next.
 */

export class Window {
  #cells = new Map();
  #pool = [];
  #measures = { columns: 1, width: 1, height: 1, gap: 0, pitch: 1 };
  #top = 0;
  #frame = null;
  #rest = null;
  #before = 0;
  #length = 0;

  /**
   * @param {HTMLElement} host Its height is that of all cells.
   * @param {object} cells What is in them.
   * @param {function(): HTMLElement} cells.make
   * @param {function(HTMLElement, number): void} cells.fill
   * @param {function(HTMLElement, number): void} cells.empty
   * @param {function(number, number): void} cells.near Called with the places that
   *   are in the page, half-open.
   */
  constructor(host, cells) {
    this.host = host;
    this.cells = cells;
    this.kept = -1;
    window.addEventListener("scroll", () => this.#scrolled(), { passive: true });
  }

  get columns() {
    return this.#measures.columns;
  }

  get length() {
    return this.#length;
  }

  /** Rows that fit on the screen. */
  get rows() {
    return Math.max(1, Math.floor(window.innerHeight / this.#measures.pitch));
  }

  /** The first place of which most can be seen. */
  get first() {
    const row = Math.max(0, Math.round((window.scrollY - this.#top) / this.#measures.pitch));
    return Math.min(row * this.columns, Math.max(this.#length - 1, 0));
  }

  /** @param {Measures} measures */
  lay(length, measures) {
    this.#length = length;
    this.#measures = measures;
    const rows = Math.ceil(length / measures.columns);
    this.host.style.height = `${rows * measures.pitch}px`;
    this.host.style.setProperty("--across", `${measures.width}px`);
    this.host.style.setProperty("--next", `${measures.width + measures.gap}px`);
    this.host.style.setProperty("--pitch", `${measures.pitch}px`);
    this.#top = this.host.getBoundingClientRect().top + window.scrollY;
    this.#cells.forEach((cell, index) => this.#place(cell, index));
    this.draw();
  }

  /** Throw all cells away: what is in them is another thing. */
  clear() {
    this.#cells.forEach((cell, index) => this.#remove(cell, index));
    this.#pool = [];
  }

  /** The cell of a place, if it is in the page. */
  cell(index) {
    return this.#cells.get(index);
  }

  /** Call with each cell in the page and its place. */
  each(call) {
    this.#cells.forEach(call);
  }

  /** Scroll until a place is at the top. */
  scrollTo(index) {
    const row = Math.floor(index / this.columns);
    window.scrollTo(0, this.#top + row * this.#measures.pitch);
    this.draw();
  }

  /** Scroll as little as needed to see a place whole. */
  reveal(index, covered) {
    const top = this.#top + Math.floor(index / this.columns) * this.#measures.pitch;
    const bottom = top + this.#measures.height;
    if (top < window.scrollY + covered) {
      window.scrollTo(0, top - covered);
    } else if (bottom > window.scrollY + window.innerHeight) {
      window.scrollTo(0, bottom - window.innerHeight + 8);
    }
    this.kept = index;
    this.draw();
  }

  /** Places whose cells touch a box, in CSS pixels from the top left of all cells. */
  touched({ left, top, right, bottom }) {
    const { columns, width, height, gap, pitch } = this.#measures;
    const reach = (least, most, size, step, count) => [
      Math.max(0, Math.floor((least - size) / step) + 1),
      Math.min(count - 1, Math.floor(most / step)),
    ];
    const rows = Math.ceil(this.#length / columns);
    const [first, last] = reach(top, bottom, height, pitch, rows);
    const [from, to] = reach(left, right, width, width + gap, columns);
    const found = [];
    for (let row = first; row <= last; row += 1) {
      for (let column = from; column <= to; column += 1) {
        found.push(row * columns + column);
      }
    }
    return found.filter((index) => index < this.#length);
  }

  #scrolled() {
    clearTimeout(this.#rest);
    this.#rest = setTimeout(() => this.#land(), REST_MS);
    this.#frame ??= requestAnimationFrame(() => this.#step());
  }

  /** Draw a frame: nothing while more than a screen passes in each, that none reads. */
  #step() {
    this.#frame = null;
    const moved = Math.abs(window.scrollY - this.#before);
    this.#before = window.scrollY;
    if (moved > window.innerHeight) {
      this.host.toggleAttribute("data-flying", true);
    } else {
      this.#fill(FRAME_MS);
    }
  }

  #land() {
    cancelAnimationFrame(this.#frame);
    this.#before = window.scrollY;
    this.#frame = requestAnimationFrame(() => this.#step());
  }

  /** Put into the page what is near the screen, and take out the rest. */
  draw() {
    clearTimeout(this.#rest);
    cancelAnimationFrame(this.#frame);
    this.#frame = null;
    this.#before = window.scrollY;
    this.#fill(Infinity);
  }

  #range(beyond) {
    const { columns, pitch } = this.#measures;
    const screen = window.innerHeight;
    const above = window.scrollY - this.#top - beyond * screen;
    const below = window.scrollY - this.#top + (1 + beyond) * screen;
    return [
      Math.max(0, Math.floor(above / pitch)) * columns,
      Math.min(this.#length, Math.max(0, Math.ceil(below / pitch)) * columns),
    ];
  }

  /** Fill for so many milliseconds, what is on the screen first. */
  #fill(most) {
    const [from, to] = this.#range(BEYOND);
    this.#cells.forEach((cell, index) => {
      if ((index < from || index >= to) && index !== this.kept) {
        this.#remove(cell, index);
      }
    });
    if (this.kept >= 0 && this.kept < this.#length) {
      this.#add(this.kept);
    }
    const [first, last] = this.#range(0);
    const end = performance.now() + most;
    for (const [least, past] of [[first, last], [from, to]]) {
      for (let index = least; index < past; index += 1) {
        if (performance.now() > end) {
          this.#frame ??= requestAnimationFrame(() => this.#step());
          return;
        }
        this.#add(index);
      }
    }
    this.host.toggleAttribute("data-flying", false);
    this.cells.near(from, to);
  }

  #add(index) {
    if (this.#cells.has(index)) {
      return;
    }
    const cell = this.#pool.pop() ?? this.cells.make();
    this.#cells.set(index, cell);
    this.cells.fill(cell, index);
    this.#place(cell, index);
    this.host.insertBefore(cell, this.#after(index));
  }

  /** The cell before which another has to stand, so that they are read in order. */
  #after(index) {
    const next = this.#cells.get(index + 1);
    if (next) {
      return next;
    }
    const before = this.#cells.get(index - 1);
    if (before) {
      return before.nextSibling;
    }
    const later = [...this.#cells.keys()].filter((one) => one > index);
    return this.#cells.get(Math.min(...later)) ?? null;
  }

  #remove(cell, index) {
    this.#cells.delete(index);
    this.cells.empty(cell, index);
    cell.remove();
    this.#pool.push(cell);
  }

  #place(cell, index) {
    const { columns, width, height, gap, pitch } = this.#measures;
    const left = (index % columns) * (width + gap);
    const top = Math.floor(index / columns) * pitch;
    cell.style.width = `${width}px`;
    cell.style.height = `${height}px`;
    cell.style.transform = `translate(${left}px, ${top}px)`;
  }
}
