// The canvas between the picture and what is drawn above it: shapes follow the
// view. Few are painted anew in every frame; many are painted once, for some more
// than is seen, moved with the view, and painted again when it rests.

const FEW = 2000;
const REST_MS = 140;
const AROUND = 0.25;

export class Layer {
  #painted = null;
  #frame = 0;
  #timer = null;

  /**
   * @param {Picture} picture
   * @param {Element} above What lies above it.
   * @param {Painter} painter
   * @param {Regions} regions
   */
  constructor(picture, above, painter, regions) {
    this.picture = picture;
    this.painter = painter;
    this.regions = regions;
    this.shown = false;
    this.texts = true;
    this.canvas = document.createElement("canvas");
    this.canvas.className = "regions";
    this.canvas.setAttribute("aria-hidden", "true");
    above.before(this.canvas);
    picture.addEventListener("frame", () => this.#follow());
    regions.addEventListener("change", () => this.repaint());
    new ResizeObserver(() => this.repaint()).observe(picture.element);
  }

  /** Show it or not. */
  show(shown) {
    this.shown = shown;
    this.repaint();
  }

  /** Paint anew in the next frame. */
  repaint() {
    cancelAnimationFrame(this.#frame);
    this.#frame = requestAnimationFrame(() => this.#paint());
  }

  get #many() {
    return this.regions.shapes.size > FEW || this.regions.dots.length > FEW;
  }

  #follow() {
    if (!this.shown) {
      return;
    }
    if (!this.#many) {
      cancelAnimationFrame(this.#frame);
      this.#paint();
      return;
    }
    this.#move();
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.repaint(), REST_MS);
  }

  /** Move what was painted to where the view is now. */
  #move() {
    const [at, was] = [this.picture.placement, this.#painted];
    if (at && was) {
      const grown = at.scale / was.scale;
      const x = at.x - was.x * grown;
      const y = at.y - was.y * grown;
      this.canvas.style.transform = `matrix(${grown},0,0,${grown},${x},${y})`;
    }
  }

  #paint() {
    const at = this.picture.placement;
    const { clientWidth, clientHeight } = this.picture.element;
    const around = this.#many ? AROUND : 0;
    const [left, top] = [clientWidth * around, clientHeight * around].map(Math.ceil);
    const [width, height] = [clientWidth + 2 * left, clientHeight + 2 * top];
    const ratio = window.devicePixelRatio || 1;
    const { canvas } = this;
    if (canvas.width !== width * ratio || canvas.height !== height * ratio) {
      canvas.width = width * ratio;
      canvas.height = height * ratio;
      canvas.style.width = `${width}px`;
      canvas.style.height = `${height}px`;
    }
    canvas.style.left = `${-left}px`;
    canvas.style.top = `${-top}px`;
    canvas.style.transform = "";
    const to = canvas.getContext("2d");
    to.setTransform(ratio, 0, 0, ratio, 0, 0);
    to.clearRect(0, 0, width, height);
    canvas.dataset.painted = "0";
    if (!at || !this.shown) {
      return;
    }
    const place = { scale: at.scale, x: at.x + left, y: at.y + top };
    // So that moving is reckoned from the stage's corner, not the canvas's.
    this.#painted = at;
    canvas.style.transformOrigin = `${left}px ${top}px`;
    const shapes = [...this.regions.drawn()].map(([, shape]) => shape);
    const dots = this.regions.allHidden ? [] : this.regions.dots;
    this.painter.paint(to, place, shapes, dots, this.texts && shapes.length <= FEW);
    canvas.dataset.painted = String(shapes.length);
  }
}
