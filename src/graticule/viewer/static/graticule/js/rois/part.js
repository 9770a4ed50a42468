// Regions of interest on the image page: the tab "ROIs", the layer of shapes and
// the tools that draw. Nothing is drawn before the tab is open; then the layer
// stays until it is hidden.

import { svgElement } from "../image/overlay.js";
import { Card } from "./card.js";
import { listenToClicks } from "./clicks.js";
import { Door } from "./door.js";
import { CornersTool, PathTool, PlaceTool } from "./draw.js";
import { offerFiles } from "./files.js";
import { moved } from "./geometry.js";
import { listenToKeys } from "./keyboard.js";
import { Layer } from "./layer.js";
import { List } from "./list.js";
import { Marks } from "./marks.js";
import { Painter } from "./painter.js";
import { mayDelete, mayEdit, Regions } from "./regions.js";
import { plain, Saving } from "./saving.js";
import { Seeing } from "./seeing.js";
import { SelectTool } from "./select.js";
import { Status } from "./status.js";
import { Travel } from "./travel.js";

const TOOLS = [
  ["rectangle", "Rectangle", CornersTool, "r"],
  ["ellipse", "Ellipse", CornersTool, "e"],
  ["polygon", "Polygon", PathTool, "o"],
  ["polyline", "Polyline", PathTool, ""],
  ["line", "Line", CornersTool, ""],
  ["point", "Point", PlaceTool, ""],
  ["label", "Label", PlaceTool, ""],
];
const TAB = "rois";
const ASIDE = 12;
const STYLE = { stroke: "#ffff00ff", stroke_width: 2 };

export class RoisPart {
  /** The style of the next shape that is drawn. */
  style = { ...STYLE };
  mayDraw = false;
  #tools = new Map();
  #opened = false;

  /**
   * @param {ImagePage} page
   * @param {HTMLElement} panel The tab's panel.
   */
  constructor(page, panel) {
    this.page = page;
    this.panel = panel;
    this.regions = new Regions();
    this.door = new Door(panel.dataset.regions);
    this.saving = new Saving(this.regions, this.door, (why) => this.#refused(why));
    this.seeing = new Seeing(page, this.regions, this.door);
    this.travel = new Travel(this);
    const mask = (id) => `${page.gateway.prefix}render_shape_mask/${id}/`;
    this.painter = new Painter(mask, () => this.layer.repaint());
    this.layer = new Layer(
      page.picture,
      page.overlay.element,
      this.painter,
      this.regions,
    );
    this.marks = new Marks(page.overlay, svgElement, page.picture, this.regions);
    this.#addTool("select", "Select regions", new SelectTool(this), "s");
    this.regions.addEventListener("select", () => this.#selected());
    this.regions.turnTo(page.display);
    page.display.addEventListener("change", () => this.regions.turnTo(page.display));
    listenToClicks(this);
  }

  /** Ask what there is, and fill the tab when it is first open. */
  async begin() {
    const about = await this.door.about();
    this.about = about;
    this.mayDraw = about.may_draw;
    if (about.may_draw) {
      for (const [name, type, Tool, key] of TOOLS) {
        this.#addTool(name, type, new Tool(this, type), key);
      }
    }
    this.#count(0);
    this.regions.addEventListener("edit", ({ detail }) => this.#edited(detail));
    this.page.tabs.whenOpen(TAB, () => this.#fill());
    this.page.tabs.addEventListener("change", () => this.#turned());
    const roi = this.page.address.add("roi", () => this.#roiText());
    this.regions.addEventListener("select", () => this.page.address.changed());
    listenToKeys(this);
    if (roi) {
      await this.travel.toRoi(roi);
    }
  }

  #edited(before) {
    let more = 0;
    for (const [key, was] of before) {
      more += Number(this.regions.shapes.has(key)) - Number(was !== undefined);
    }
    this.#count(more);
  }

  /** Say on the tab how many there are. */
  #count(change) {
    this.about.total += change;
    const tab = document.getElementById("tab-rois");
    const { total } = this.about;
    tab.textContent = total > 0 ? `ROIs ${total.toLocaleString("en")}` : "ROIs";
  }

  #addTool(name, label, tool, key) {
    this.#tools.set(name, tool);
    const bound = { name, label, icon: `roi-${name}`, ...(key ? { key } : {}) };
    for (const method of ["start", "stop", "down", "move", "up", "double", "cancel"]) {
      if (tool[method]) {
        bound[method] = (...given) => tool[method](...given);
      }
    }
    const begin = bound.start;
    bound.start = () => {
      this.open();
      begin?.();
    };
    this.page.tools.add(bound);
  }

  /** The tool of ours in hand, if any. */
  get tool() {
    return this.#tools.get(this.page.tools.current);
  }

  get isOpen() {
    return this.page.tabs.current === TAB;
  }

  /** Open the tab. */
  open() {
    if (!this.isOpen) {
      this.page.tabs.open(TAB);
    }
  }

  #fill() {
    this.#opened = true;
    this.list = new List(this);
    this.card = new Card(this);
    this.status = new Status(this);
    offerFiles(this);
    this.show(true);
  }

  /** Show the layer or hide it. */
  show(shown) {
    this.layer.show(shown);
    this.marks.show(shown && this.isOpen);
    this.seeing.on = shown;
  }

  #turned() {
    this.marks.show(this.layer.shown && this.isOpen);
    if (!this.isOpen && this.tool) {
      this.page.tools.take("look");
    }
  }

  /** The middle of the view, in pixels of the image. */
  get centre() {
    const { x, y } = this.page.picture.view;
    return { x, y };
  }

  /** Draw a new shape on this plane. */
  add(shape) {
    const { z, t } = this.page.display;
    const made = { ...this.style, z, t, ...shape };
    if (shape.type === "Label") {
      delete made.stroke_width;
    }
    const key = this.regions.newKey();
    this.regions.change(new Map([[key, made]]));
    this.regions.select([key]);
    if (shape.type === "Label") {
      // The click that drew it goes to the picture first.
      setTimeout(() => this.card.editText(), 0);
    }
  }

  /** Draw many, as one step. */
  addAll(shapes) {
    const made = shapes.map((shape) => [this.regions.newKey(), shape]);
    this.regions.change(new Map(made));
    this.regions.select(made.map(([key]) => key));
  }

  /** Draw the selected shapes once more, a little aside. */
  duplicate() {
    const aside = ASIDE / this.page.picture.placement.scale;
    const copies = this.regions.chosen
      .filter((shape) => shape.type !== "Mask" && !shape.coarse)
      .map((shape) => moved(plain(shape), aside, aside));
    if (this.mayDraw && copies.length > 0) {
      this.addAll(copies);
    }
  }

  /** Delete the selected shapes, those that one may. */
  remove() {
    const keys = [...this.regions.selected];
    const may = keys.filter((key) => mayDelete(this.regions.get(key)));
    if (may.length < keys.length) {
      this.page.notices.say("Some are not yours to delete: they stay.");
    }
    if (may.length > 0) {
      this.regions.change(new Map(may.map((key) => [key, null])));
    }
  }

  get mayMove() {
    const { chosen } = this.regions;
    return chosen.some((shape) => this.regions.isOn(shape)) && chosen.every(mayEdit);
  }

  nudge(dx, dy) {
    this.regions.change(this.#tools.get("select").movedBy(dx, dy), "nudge");
  }

  /** Fetch all points of what is selected. */
  async look() {
    const ids = this.regions.chosen.filter((shape) => shape.coarse).map(({ id }) => id);
    if (ids.length > 0) {
      const { now } = this.regions;
      const whole = await this.door.shapes(ids.slice(0, 500));
      if (whole.length > 0) {
        this.regions.merge(whole, now, false);
        this.regions.select(this.regions.selected);
      }
    }
  }

  /** Select what is too small to have come one by one. */
  async pickUnseen(point, screenPixels) {
    if (this.regions.dots.length > 0) {
      const key = await this.seeing.find(point, screenPixels);
      if (key) {
        this.regions.select([key]);
      }
    }
  }

  #roiText() {
    const { chosen } = this.regions;
    return chosen.length === 1 && chosen[0].roi !== undefined ? String(chosen[0].roi) : "";
  }

  #selected() {
    if (this.#opened) {
      this.look();
    }
  }

  async #refused(why) {
    this.page.notices.say(why);
    this.about = await this.door.about().catch(() => this.about);
    this.#count(0);
    this.seeing.look(true);
    this.list?.refresh();
  }
}

/** Join the page. */
export async function join(page) {
  const panel = document.getElementById("panel-rois");
  const part = new RoisPart(page, panel);
  try {
    await part.begin();
  } catch (error) {
    page.notices.trouble("rois", `No regions: ${error.message}`, () => part.begin());
  }
}

