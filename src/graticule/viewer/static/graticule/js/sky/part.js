// The sky on the image page, for images with celestial coordinates: where the
// pointer is, the graticule, north and east, going to a position.

import { element, icon } from "../dom.js";
import { Compass } from "./compass.js";
import { Finder } from "./finder.js";
import { Grid } from "./grid.js";
import { degreesOf, Mesh } from "./mesh.js";
import { WAYS, written } from "./writing.js";

// Positions are told to this part of a pixel.
const PART = 0.1;
const STORE = "graticule.sky";

function remembered() {
  try {
    return localStorage.getItem(STORE);
  } catch {
    return null;
  }
}

function remember(way) {
  try {
    localStorage.setItem(STORE, way);
  } catch {
    // Not remembered where storage is forbidden.
  }
}

class Sky {
  #pointer = null;
  #drawing = false;

  constructor(page, mesh, address) {
    this.page = page;
    this.mesh = mesh;
    this.isGrid = false;
    this.way = remembered() in WAYS ? remembered() : "hours";
    this.grid = new Grid(page, mesh);
    this.compass = new Compass(page, mesh);
    this.finder = new Finder(page, address, () => this.#changed());
    this.output = element("output", {
      class: "overlay sky-readout",
      "aria-label": "Position on the sky",
    });
    this.bar = this.#bar();
    document.querySelector(".stage").append(this.bar, this.output);
    this.#restore();
    this.#listen();
    this.#changed();
  }

  #restore() {
    const { address } = this.page;
    const words = (address.add("sky", () => this.#state()) ?? "").split(",");
    const place = address.add("place", () => this.finder.written);
    this.isGrid = words.includes("grid");
    this.way = words.find((word) => word in WAYS) ?? this.way;
    if (place) {
      this.finder.go(place, false);
    }
  }

  #state() {
    return [this.isGrid && "grid", this.way !== "hours" && this.way]
      .filter(Boolean)
      .join(",");
  }

  #bar() {
    const button = (title, act, ...inside) =>
      element(
        "button",
        { type: "button", class: "icon-button", title, onclick: act },
        ...inside,
      );
    this.gridButton = button("Graticule (k)", () => this.toggle(), icon("graticule"));
    this.gridButton.setAttribute("aria-label", "Graticule");
    this.findButton = button("Go to a position (j)", () => this.find(), icon("search"));
    this.findButton.setAttribute("aria-label", "Go to a position");
    this.wayButton = element("button", {
      type: "button",
      class: "readout sky-way",
      onclick: () => this.nextWay(),
    });
    return element(
      "div",
      { class: "overlay sky-bar" },
      element(
        "div",
        { class: "toolbar", role: "toolbar", "aria-label": "Sky" },
        this.gridButton,
        this.findButton,
        this.wayButton,
      ),
      this.finder.form,
    );
  }

  #listen() {
    const { keys, picture } = this.page;
    keys.add("k", "Graticule on or off", () => this.toggle());
    keys.add("j", "Go to a position on the sky", () => this.finder.open(true));
    keys.add("c", "Copy the position under the pointer", () => this.copy());
    for (const type of ["pointermove", "pointerdown"]) {
      picture.element.addEventListener(type, (event) => this.#pointed(event));
    }
    picture.element.addEventListener("pointerleave", () => {
      this.#pointer = null;
      this.#tell();
    });
    picture.addEventListener("frame", () => this.#draw());
    picture.addEventListener("move", () => this.#draw());
  }

  /** The graticule on or off. */
  toggle() {
    this.isGrid = !this.isGrid;
    this.#changed();
  }

  /** Ask for a position, or stop asking. */
  find() {
    this.finder.open(this.finder.form.hidden);
  }

  /** Write positions in the next way. */
  nextWay() {
    const ways = Object.keys(WAYS);
    this.way = ways[(ways.indexOf(this.way) + 1) % ways.length];
    remember(this.way);
    this.#changed();
  }

  /** Copy the position under the pointer, or in the middle. */
  async copy() {
    const { x, y } = this.#pointer ?? this.page.picture.view;
    const text = this.#text(x, y);
    if (!text) {
      this.page.notices.say("There is no sky here.");
      return;
    }
    try {
      await navigator.clipboard.writeText(text.replaceAll("\u2212", "-"));
      this.page.notices.say(`Copied ${text}`);
    } catch {
      this.page.notices.say(text);
    }
  }

  #changed() {
    this.gridButton.setAttribute("aria-pressed", String(this.isGrid));
    this.findButton.setAttribute("aria-expanded", String(!this.finder.form.hidden));
    const { name, short } = WAYS[this.way];
    this.wayButton.textContent = short;
    this.wayButton.title = `Positions are ${name}. Click for the next way`;
    this.wayButton.setAttribute("aria-label", `${short} (positions: ${name})`);
    this.#tell();
    this.#draw();
    this.page.address.changed();
  }

  #pointed(event) {
    const { picture } = this.page;
    const box = picture.element.getBoundingClientRect();
    const [x, y] = [event.clientX - box.left, event.clientY - box.top];
    this.#pointer = picture.pixelAt(x, y) && picture.pointAt(x, y);
    this.#tell();
  }

  #text(x, y) {
    const direction = this.mesh.directionAt(x, y);
    const size = this.mesh.pixelSize(x, y);
    if (!direction || !size) {
      return "";
    }
    const isGalactic = WAYS[this.way].frame === "galactic";
    const { lon, lat } = degreesOf(
      isGalactic ? this.mesh.galactic(direction) : direction,
    );
    return written(this.way, lon, lat, size * PART);
  }

  #tell() {
    const at = this.#pointer;
    const text = at ? this.#text(at.x, at.y) : "";
    this.output.value = text && `${text}  ·  ${WAYS[this.way].frame === "icrs" ? "ICRS" : "galactic"}`;
  }

  #draw() {
    if (this.#drawing) {
      return;
    }
    this.#drawing = true;
    requestAnimationFrame(() => {
      this.#drawing = false;
      if (!this.page.picture.ready) {
        return;
      }
      this.compass.draw();
      if (this.isGrid) {
        this.grid.draw(this.way);
      } else {
        this.grid.clear();
      }
    });
  }
}

/** Join the page, if the image shows the sky. */
export async function join(page) {
  const viewer = document.getElementById("viewer");
  if (!("sky" in viewer.dataset)) {
    return;
  }
  const { prefix, imageId } = page.gateway;
  const address = `${prefix.replace(/webgateway\/$/, "sky/")}${imageId}/`;
  let answer;
  try {
    const response = await fetch(`${address}mesh/`);
    answer = response.ok ? await response.json() : null;
  } catch {
    answer = null;
  }
  if (answer) {
    viewer.dataset.sky = "there";
    new Sky(page, new Mesh(answer), address);
  }
}
