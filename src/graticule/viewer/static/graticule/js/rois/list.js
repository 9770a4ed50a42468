// The list of shapes: lines from the server, page by page as they come into view;
// only those in view are in the page, however many there are.

import { element, icon, setIcon } from "../dom.js";
import { measureOf, Measures, planeText } from "./measures.js";

const ROW = 36;
const PAGE = 100;
const MOST_PAGES = 12;
const SPARE = 6;
const REST_MS = 250;

export class List {
  #pages = new Map();
  #rows = new Map();
  #timer = null;
  #active = 0;
  #generation = 0;

  /** @param {RoisPart} part */
  constructor(part) {
    this.part = part;
    const by = (id) => part.panel.querySelector(`#${id}`);
    this.scroll = by("rois-grid");
    this.body = by("rois-rows");
    this.empty = by("rois-empty");
    this.form = by("rois-filter");
    this.measures = new Measures(part, by("rois-measure"), () => this.#draw());
    this.total = 0;
    const { z, t } = part.page.display.size;
    this.form.elements.plane.closest("label").hidden = z * t === 1;
    this.scroll.addEventListener("scroll", () => this.#draw());
    this.scroll.addEventListener("keydown", (event) => this.#pressed(event));
    this.form.addEventListener("input", () => this.#later());
    this.form.addEventListener("submit", (event) => event.preventDefault());
    part.regions.addEventListener("select", () => this.#selected());
    part.regions.addEventListener("change", () => this.#draw());
    part.saving.addEventListener("saved", () => this.refresh());
    part.page.display.addEventListener("change", () => {
      if (this.form.elements.plane.checked) {
        this.#later();
      }
    });
    new ResizeObserver(() => this.#draw()).observe(this.scroll);
    this.refresh();
  }

  /** What filters and sorts the list, as the server asks it. */
  get wanted() {
    const { text, type, plane, order } = this.form.elements;
    const { z, t } = this.part.page.display;
    const backwards = order.value.startsWith("-");
    return {
      ...(text.value.trim() ? { text: text.value.trim() } : {}),
      ...(type.value ? { type: type.value } : {}),
      ...(plane.checked ? { z, t } : {}),
      order: order.value.replace("-", ""),
      ...(backwards ? { backwards: "true" } : {}),
    };
  }

  #later() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.scroll.scrollTop = 0;
      this.refresh();
    }, REST_MS);
  }

  /** Ask anew for what is in view. */
  async refresh() {
    this.#generation += 1;
    const generation = this.#generation;
    const first = this.#firstPage();
    const rows = await this.#ask(first, true);
    if (rows && generation === this.#generation) {
      this.#pages = new Map([[first, rows]]);
      this.body.style.height = `${this.total * ROW}px`;
      this.scroll.style.height = `${Math.min(this.total, 9) * ROW}px`;
      this.scroll.setAttribute("aria-rowcount", String(this.total));
      this.scroll.hidden = this.total === 0;
      this.#sayEmpty();
      this.part.status?.listed(this.total);
      this.#draw();
    }
  }

  #sayEmpty() {
    const { part } = this;
    const filtered = Object.keys(this.wanted).some((name) => name !== "order");
    this.empty.hidden = this.total > 0;
    if (filtered) {
      this.empty.textContent = "Nothing of that kind. Change the filter to see more.";
    } else if (part.mayDraw) {
      this.empty.textContent =
        "No regions yet. Take a tool beside the image, or press r, and drag.";
    } else {
      this.empty.textContent = "There are no regions on this image.";
    }
  }

  #firstPage() {
    return Math.floor(Math.floor(this.scroll.scrollTop / ROW) / PAGE);
  }

  async #ask(page, count) {
    try {
      const answer = await this.part.door.list(this.wanted, page * PAGE, PAGE, count);
      this.total = answer.total ?? this.total;
      this.part.page.notices.solved("rois-list");
      return answer.rows;
    } catch (error) {
      this.part.page.notices.trouble("rois-list", `No list: ${error.message}`, () =>
        this.refresh(),
      );
      return null;
    }
  }

  /** The line at a place, or null while it is on its way. */
  #at(index) {
    const page = Math.floor(index / PAGE);
    if (!this.#pages.has(page)) {
      this.#fetch(page);
    }
    return this.#pages.get(page)?.[index % PAGE] ?? null;
  }

  async #fetch(page) {
    const generation = this.#generation;
    this.#pages.set(page, []);
    const rows = await this.#ask(page, false);
    if (generation !== this.#generation) {
      return;
    }
    this.#pages.set(page, rows ?? []);
    if (this.#pages.size > MOST_PAGES) {
      this.#pages.delete(this.#pages.keys().next().value);
    }
    this.#draw();
  }

  #draw() {
    const first = Math.max(Math.floor(this.scroll.scrollTop / ROW) - SPARE, 0);
    const seen = Math.ceil(this.scroll.clientHeight / ROW) + 2 * SPARE;
    const last = Math.min(first + seen, this.total);
    for (const [index, row] of this.#rows) {
      if (index < first || index >= last) {
        row.remove();
        this.#rows.delete(index);
      }
    }
    const shown = [];
    for (let index = first; index < last; index += 1) {
      const line = this.#at(index);
      if (!this.#rows.has(index)) {
        const made = this.#made(index);
        this.#rows.set(index, made);
        this.body.append(made);
      }
      this.#write(this.#rows.get(index), line, index);
      if (line) {
        shown.push(line);
      }
    }
    this.measures.want(shown);
  }

  #made(index) {
    const eye = element(
      "button",
      { type: "button", class: "icon-button", tabindex: "-1" },
      icon("eye"),
    );
    const row = element(
      "div",
      {
        role: "row",
        "aria-rowindex": String(index + 1),
        onclick: (event) => this.#clicked(event, index),
      },
      element("span", { role: "gridcell", class: "kind" }, icon("roi-rectangle")),
      element("span", { role: "gridcell", class: "name" }),
      element("span", { role: "gridcell", class: "plane" }),
      element("span", { role: "gridcell", class: "measure" }),
      element("span", { role: "gridcell", class: "eye" }, eye),
    );
    row.style.transform = `translateY(${index * ROW}px)`;
    return row;
  }

  #write(row, line, index) {
    row.tabIndex = index === this.#active ? 0 : -1;
    row.dataset.shape = line?.id ?? "";
    if (!line) {
      row.querySelector(".name").textContent = "…";
      return;
    }
    const { regions, page } = this.part;
    const hidden = regions.allHidden || regions.hidden.has(line.id);
    const name = line.text || `${line.type} ${line.id}`;
    const [kind, label, plane, measure, eye] = row.children;
    setIcon(kind.firstChild, `roi-${line.type.toLowerCase()}`);
    kind.style.setProperty("--kind", line.stroke ?? "#ffff00ff");
    label.textContent = name;
    row.title = `${line.type}, shape ${line.id} of ROI ${line.roi}`;
    plane.textContent = planeText(line, page.display.size);
    measure.textContent = measureOf(line, this.measures);
    row.ariaSelected = String(regions.selected.has(regions.keyOf(line.id)));
    row.classList.toggle("away", hidden);
    const button = eye.firstChild;
    button.ariaPressed = String(!hidden);
    button.ariaLabel = `Show ${name}`;
    setIcon(button.firstChild, hidden ? "eye-off" : "eye");
  }

  #clicked(event, index) {
    const line = this.#at(index);
    this.#active = index;
    if (!line) {
      return;
    }
    if (event.target.closest("button")) {
      this.#toggle(line);
      return;
    }
    this.#rows.get(index)?.focus();
    this.part.travel.to(line);
  }

  #toggle({ id }) {
    const { regions } = this.part;
    regions.hide(id, !regions.hidden.has(id));
  }

  /** The line of what was selected elsewhere comes into view. */
  async #selected() {
    this.#draw();
    const [shape] = this.part.regions.chosen;
    if (this.part.regions.selected.size !== 1 || shape?.id === undefined) {
      return;
    }
    const isShown = [...this.#rows.values()].some(
      (row) => row.dataset.shape === String(shape.id) && this.#isSeen(row),
    );
    if (isShown) {
      return;
    }
    const place = await this.part.door.place(this.wanted, shape.id).catch(() => null);
    if (place !== null) {
      this.#active = place;
      this.scroll.scrollTop = (place - 3) * ROW;
      this.#draw();
    }
  }

  #isSeen(row) {
    const [inner, outer] = [row, this.scroll].map((e) => e.getBoundingClientRect());
    return inner.top >= outer.top - 1 && inner.bottom <= outer.bottom + 1;
  }

  #pressed(event) {
    const seen = Math.max(Math.floor(this.scroll.clientHeight / ROW) - 1, 1);
    const next = {
      ArrowDown: this.#active + 1,
      ArrowUp: this.#active - 1,
      PageDown: this.#active + seen,
      PageUp: this.#active - seen,
      Home: 0,
      End: this.total - 1,
    }[event.key];
    const line = this.#at(this.#active);
    if (next !== undefined) {
      this.#focus(Math.min(Math.max(next, 0), this.total - 1));
    } else if (event.key === "Enter" && line) {
      this.part.travel.to(line);
    } else if (event.key === " " && line) {
      this.#toggle(line);
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  }

  #focus(index) {
    this.#active = index;
    const top = index * ROW;
    const { scrollTop, clientHeight } = this.scroll;
    if (top < scrollTop) {
      this.scroll.scrollTop = top;
    } else if (top + ROW > scrollTop + clientHeight) {
      this.scroll.scrollTop = top + ROW - clientHeight;
    }
    this.#draw();
    this.#rows.get(index)?.focus();
  }
}
