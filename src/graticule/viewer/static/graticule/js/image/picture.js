// The picture on the stage: OpenSeadragon, one rendering at a time.
//
// A new rendering is loaded unseen above the old one, then shown, then the old
// one is dropped: nothing flashes. While one is on its way only the newest of
// those asked for meanwhile is kept, so a dragged slider never builds a queue.
//
// Events: "move" (the view changed), "frame" (what is above must follow; often),
// "busy" (see `busy`), "trouble" (`detail` is the address that failed).

import { makeStage } from "./stage.js";

const { OpenSeadragon } = window;

// A rendering slower than this is shown tile by tile over the old one.
const PATIENCE_MS = 700;
// From this zoom on, pixels are shown as squares.
const SQUARES_FROM = 4;
const FIT_MARGIN = 0.02;
const SMALLEST_PART = 0.4;
// Pixels' edges come out this much beside whole numbers at most.
const ROUNDING = 1e-6;

export class Picture extends EventTarget {
  #viewer;
  #wanted = null;
  #arriving = false;
  #current = null;

  /**
   * @param {HTMLElement} element
   * @param {boolean} smooth Whether pixels are interpolated.
   */
  constructor(element, smooth) {
    super();
    this.element = element;
    this.smooth = smooth;
    this.#viewer = makeStage(element);
    this.#viewer.addHandler("viewport-change", () => this.#moved());
    this.#viewer.addHandler("update-viewport", () => this.#tell("frame"));
    this.#viewer.addHandler("resize", () => {
      this.#limitZoom();
      this.#moved();
    });
    this.#viewer.addHandler("tile-load-failed", ({ tile }) => this.#failed(tile));
  }

  /** Whether anything is still to be loaded or shown. */
  get busy() {
    const current = this.#current;
    return this.#arriving || this.#wanted !== null || !current?.getFullyLoaded();
  }

  /** Whether a first picture is there to look at. */
  get ready() {
    return this.#current !== null;
  }

  /** Show a rendering, or the newest one as soon as there is time. */
  show(source) {
    this.#wanted = source;
    if (!this.#arriving) {
      this.#next();
    }
    this.#tell("busy");
  }

  #next() {
    const source = this.#wanted;
    this.#wanted = null;
    this.#arriving = true;
    if (this.#current) {
      source.keepToLevelOf(this.zoom);
    }
    this.#viewer.addTiledImage({
      tileSource: source,
      opacity: this.#current ? 0 : 1,
      preload: true,
      success: ({ item }) => this.#arrived(item),
    });
  }

  #arrived(item) {
    const first = this.#current === null;
    item.addHandler("fully-loaded-change", () => this.#tell("busy"));
    if (first) {
      this.#current = item;
      this.#limitZoom();
      this.fit(true);
      this.#tell("first");
    }
    let done = false;
    const reveal = () => {
      if (!done) {
        done = true;
        this.#reveal(item);
      }
    };
    setTimeout(reveal, PATIENCE_MS);
    item.whenFullyLoaded(reveal);
  }

  #reveal(item) {
    this.#current = item;
    item.source.allowAllLevels();
    item.setOpacity(1);
    item.whenFullyLoaded(() => this.#dropBelow(item));
    this.#arriving = false;
    if (this.#wanted) {
      this.#next();
    }
    this.#tell("busy");
  }

  #dropBelow(item) {
    const { world } = this.#viewer;
    const place = world.getIndexOfItem(item);
    for (let index = place - 1; index >= 0; index -= 1) {
      world.removeItem(world.getItemAt(index));
    }
  }

  /** Smaller than the stage by some, but actual size is always allowed. */
  #limitZoom() {
    const { viewport } = this.#viewer;
    const home = viewport.getHomeZoom() * SMALLEST_PART;
    const actual = this.#current?.imageToViewportZoom(1) ?? home;
    viewport.minZoomLevel = Math.min(home, actual);
  }

  #failed(tile) {
    this.dispatchEvent(new CustomEvent("trouble", { detail: tile.getUrl() }));
  }

  #moved() {
    if (!this.#current) {
      return;
    }
    this.#viewer.drawer.setImageSmoothingEnabled(
      this.smooth && this.zoom < SQUARES_FROM,
    );
    this.#tell("move");
  }

  #tell(name) {
    if (name === "busy") {
      this.element.setAttribute("aria-busy", String(this.busy));
    }
    this.dispatchEvent(new Event(name));
  }

  /** Screen pixels per image pixel, where an animation is heading to. */
  get zoom() {
    const { viewport } = this.#viewer;
    return this.#current.viewportToImageZoom(viewport.getZoom());
  }

  /** Whether an image pixel is a whole number of screen pixels just now. */
  get isWhole() {
    if (!this.#current) {
      return false;
    }
    const zoom = this.#current.viewportToImageZoom(this.#viewer.viewport.getZoom(true));
    return zoom > 0.5 && Math.abs(zoom - Math.round(zoom)) < ROUNDING;
  }

  /** Where the view is heading to: `{percent, x, y}`, the centre in pixels. */
  get view() {
    const centre = this.#current.viewportToImageCoordinates(
      this.#viewer.viewport.getCenter(),
    );
    const round = (value) => Math.round(value * 100) / 100;
    return { percent: round(this.zoom * 100), x: round(centre.x), y: round(centre.y) };
  }

  /** Look at a place; what is null stays. */
  setView({ percent, x, y }) {
    const { viewport } = this.#viewer;
    const item = this.#current;
    if (percent !== null) {
      viewport.zoomTo(item.imageToViewportZoom(percent / 100), null, true);
    }
    const now = this.view;
    const centre = item.imageToViewportCoordinates(x ?? now.x, y ?? now.y);
    viewport.panTo(centre, true);
    viewport.applyConstraints(true);
  }

  fit(immediately = false) {
    const bounds = this.#current.getBounds();
    const margin = Math.max(bounds.width, bounds.height) * FIT_MARGIN;
    const wide = new OpenSeadragon.Rect(
      bounds.x - margin,
      bounds.y - margin,
      bounds.width + 2 * margin,
      bounds.height + 2 * margin,
    );
    this.#viewer.viewport.fitBounds(wide, immediately);
  }

  /** One image pixel per screen pixel, the pixels on the screen's grid. */
  actualSize() {
    const { clientWidth, clientHeight } = this.element;
    const { x, y } = this.view;
    const onGrid = (value, side) => Math.round(value - side / 2) + side / 2;
    this.setView({
      percent: 100,
      x: onGrid(x, clientWidth),
      y: onGrid(y, clientHeight),
    });
  }

  zoomBy(factor) {
    const { viewport } = this.#viewer;
    viewport.zoomBy(factor);
    viewport.applyConstraints();
  }

  /** Move by parts of what is seen, right and down. */
  panBy(right, down) {
    const { viewport } = this.#viewer;
    const { width, height } = viewport.getBounds();
    viewport.panBy(new OpenSeadragon.Point(right * width, down * height));
    viewport.applyConstraints();
  }

  /** The image pixel under a point of the element, or null outside. */
  pixelAt(x, y) {
    if (!this.#current) {
      return null;
    }
    const point = new OpenSeadragon.Point(x, y);
    const at = this.#current.viewerElementToImageCoordinates(point);
    const { x: width, y: height } = this.#current.getContentSize();
    const inside = at.x >= 0 && at.y >= 0 && at.x < width && at.y < height;
    const pixel = (value) => Math.floor(value + ROUNDING);
    return inside ? { x: pixel(at.x), y: pixel(at.y) } : null;
  }

  /** Where the image lies on the stage now: a point is `at * scale + (x, y)`. */
  get placement() {
    if (!this.#current) {
      return null;
    }
    const { viewport } = this.#viewer;
    const zero = new OpenSeadragon.Point(0, 0);
    const { x, y } = viewport.pixelFromPoint(
      this.#current.imageToViewportCoordinates(zero, true),
      true,
    );
    return { scale: this.#current.viewportToImageZoom(viewport.getZoom(true)), x, y };
  }

  /** The point of the image, in pixels with fractions, under one of the stage. */
  pointAt(x, y) {
    const at = this.placement;
    return at && { x: (x - at.x) / at.scale, y: (y - at.y) / at.scale };
  }

  /** Whether dragging moves the image, or is a tool's. */
  setPanning(on) {
    for (const kind of ["Mouse", "Touch", "Pen"]) {
      const gestures = this.#viewer[`gestureSettings${kind}`];
      gestures.dragToPan = on;
      gestures.flickEnabled = on && kind !== "Mouse";
      gestures.dblClickToZoom = on;
    }
  }

  /** What the screen shows as a JPEG. */
  blob() {
    return new Promise((resolve) => {
      this.#viewer.drawer.canvas.toBlob(resolve, "image/jpeg", 0.92);
    });
  }

  /** The pictures that what is seen is drawn from, as {@link PlaneSource} has them. */
  get partsSeen() {
    return this.#current.source.partsIn(this.region, this.zoom);
  }

  /** The part of the image that is seen: `[x, y, width, height]` in pixels. */
  get region() {
    const bounds = this.#viewer.viewport.getBounds();
    const seen = this.#current.viewportToImageRectangle(bounds);
    const { x: width, y: height } = this.#current.getContentSize();
    const left = Math.max(0, Math.floor(seen.x + ROUNDING));
    const top = Math.max(0, Math.floor(seen.y + ROUNDING));
    const right = Math.min(width, Math.ceil(seen.x + seen.width - ROUNDING));
    const bottom = Math.min(height, Math.ceil(seen.y + seen.height - ROUNDING));
    return [left, top, Math.max(right - left, 1), Math.max(bottom - top, 1)];
  }
}
