// Asks for the shapes in view when the view or the plane has changed, for some more
// around it, and not again while what came still serves.

const REST_MS = 120;
const AROUND = 0.25;
const LITTLE = 0.02;
const MOST_SINGLE = 5000;
const MUCH_NEARER = 1.6;

export class Seeing extends EventTarget {
  /** How many shapes there are around, and how many came one by one. */
  total = 0;
  single = 0;
  #on = false;
  #timer = null;
  #asked = null;
  #abort = null;

  /**
   * @param {ImagePage} page
   * @param {Regions} regions
   * @param {Door} door
   */
  constructor(page, regions, door) {
    super();
    this.page = page;
    this.regions = regions;
    this.door = door;
    page.picture.addEventListener("frame", () => this.#soon());
    page.picture.addEventListener("move", () => this.#soon());
    page.display.addEventListener("change", () => this.#soon());
  }

  /** Look from now on, or no longer. */
  set on(on) {
    this.#on = on;
    this.#soon();
  }

  #soon() {
    if (this.#on && !this.#timer) {
      this.#timer = setTimeout(() => {
        this.#timer = null;
        this.look();
      }, REST_MS);
    }
  }

  #view() {
    const at = this.page.picture.placement;
    if (!at) {
      return null;
    }
    const { clientWidth, clientHeight } = this.page.picture.element;
    const { z, t } = this.page.display;
    const [width, height] = [clientWidth / at.scale, clientHeight / at.scale];
    const [x0, y0] = [-at.x / at.scale, -at.y / at.scale];
    return { z, t, x0, y0, x1: x0 + width, y1: y0 + height, pixel: 1 / at.scale };
  }

  #serves(view) {
    const asked = this.#asked;
    if (!asked || asked.z !== view.z || asked.t !== view.t) {
      return false;
    }
    const finer = asked.coarse && asked.pixel > view.pixel * MUCH_NEARER;
    const inside =
      view.x0 >= asked.x0 &&
      view.y0 >= asked.y0 &&
      view.x1 <= asked.x1 &&
      view.y1 <= asked.y1;
    return inside && !finer;
  }

  /** Ask if need be; with `again` in any case. */
  async look(again = false, around = AROUND) {
    const view = this.#view();
    if (!this.#on || !view || (!again && this.#serves(view))) {
      return;
    }
    const [right, down] = [view.x1 - view.x0, view.y1 - view.y0].map((n) => n * around);
    const wide = {
      ...view,
      x0: view.x0 - right,
      y0: view.y0 - down,
      x1: view.x1 + right,
      y1: view.y1 + down,
    };
    this.#asked = { ...wide, coarse: true };
    this.#abort?.abort();
    const abort = new AbortController();
    this.#abort = abort;
    const now = this.regions.now;
    try {
      const answer = await this.door.view(wide, abort.signal);
      const coarse = answer.dots.length > 0 || answer.shapes.some((s) => s.coarse);
      this.#asked = { ...wide, coarse };
      this.#take(answer, now);
      // What lies around may be too much where what is in view is not.
      const inView = answer.total / (1 + 2 * around) ** 2;
      if (answer.dots.length > 0 && around > LITTLE && inView < MOST_SINGLE) {
        await this.look(true, LITTLE);
      }
    } catch (error) {
      if (error.name !== "AbortError") {
        this.#asked = null;
        this.page.notices.trouble("rois", `No regions: ${error.message}`, () =>
          this.look(true),
        );
      }
    }
  }

  #take({ total, shapes, dots }, now) {
    this.page.notices.solved("rois");
    this.total = total;
    this.single = shapes.length;
    this.regions.dots = dots;
    this.regions.merge(shapes, now, true);
    this.dispatchEvent(new Event("seen"));
  }

  /** The smallest shape within some pixels of the screen of a point, asked for. */
  async find(point, screenPixels) {
    const view = this.#view();
    const within = screenPixels * view.pixel;
    const now = this.regions.now;
    const { shapes } = await this.door.view({
      ...view,
      x0: point.x - within,
      y0: point.y - within,
      x1: point.x + within,
      y1: point.y + within,
    });
    if (shapes.length === 0) {
      return null;
    }
    this.regions.merge(shapes, now, false);
    return this.regions.hit(point, within);
  }
}
