// A gallery: very many images as a grid or a list, of which a few are in the page.

import { element } from "../dom.js";
import { COLUMNS, makeCell, showPicture, writeFacts } from "./cells.js";
import { readChoice, scrolledBefore, writeChoice } from "./choice.js";
import { Listing } from "./listing.js";
import { showPicked } from "./picking.js";
import { Thumbs } from "./thumbs.js";
import { Toolbar } from "./toolbar.js";
import { Window } from "./window.js";

const GAP = 16;
const ROW = { height: 48, pitch: 49 };
const SETTLED_MS = 150;

export class Gallery {
  /** @param {HTMLElement} host Its data say where to ask, and where images are. */
  constructor(host) {
    const { ids, rows, page } = host.dataset;
    this.host = host;
    this.page = page;
    this.choice = readChoice();
    this.listing = new Listing(ids, rows);
    this.thumbs = new Thumbs(document.documentElement.dataset.gateway);
    this.toolbar = new Toolbar(this.choice, (changed) => this.#choose(changed));
    this.body = element("div", { class: "cells" });
    this.head = element("div", { class: "list-head", role: "rowgroup", hidden: true });
    this.table = element("div", { class: "gallery" }, this.head, this.body);
    this.note = element("p", { class: "note", role: "status", hidden: true });
    this.window = new Window(this.body, {
      make: () => makeCell(this.choice.view),
      fill: (cell, index) => this.#fill(cell, index),
      empty: (cell) => this.thumbs.unwant(Number(cell.dataset.id)),
      near: (from, to) => this.listing.want(from - 30, to + 30),
    });
    this.settled = null;
    host.replaceChildren(this.toolbar.element, this.note, this.table);
    this.listing.addEventListener("rows", () => {
      this.#trouble(null);
      this.window.each((cell) => this.#write(cell));
    });
    this.listing.addEventListener("trouble", ({ detail }) => this.#trouble(detail));
  }

  /** Fetch the order and show it where it was left. */
  async open() {
    history.scrollRestoration = "manual";
    await this.#sort(this.choice.at);
    new ResizeObserver(() => this.#lay()).observe(this.host);
    window.addEventListener("scroll", () => this.#remember(), { passive: true });
    window.addEventListener("pagehide", () => this.#writeAddress());
    this.host.selection?.addEventListener("change", () => this.#count());
  }

  get length() {
    return this.listing.length;
  }

  range(from, to) {
    return this.listing.range(from, to);
  }

  indexOf(item) {
    return Number(item.dataset.index);
  }

  focus(index) {
    this.#current(index);
    this.window.reveal(index, this.#covered());
    this.window.cell(index).querySelector("a").focus({ preventScroll: true });
  }

  neighbour(index, key) {
    const { columns, rows } = this.window;
    const steps = {
      ArrowLeft: columns > 1 ? -1 : 0,
      ArrowRight: columns > 1 ? 1 : 0,
      ArrowUp: -columns,
      ArrowDown: columns,
      PageUp: -columns * rows,
      PageDown: columns * rows,
      Home: -this.length,
      End: this.length,
    };
    const to = index + steps[key];
    const last = this.length - 1;
    const isRow = key === "ArrowUp" || key === "ArrowDown";
    return isRow && (to < 0 || to > last) ? index : Math.min(Math.max(to, 0), last);
  }

  /** The images whose cells touch a box of the page, in CSS pixels. */
  touched({ left, top, right, bottom }) {
    const { x, y } = this.body.getBoundingClientRect();
    const [across, down] = [x + window.scrollX, y + window.scrollY];
    const box = {
      left: left - across,
      top: top - down,
      right: right - across,
      bottom: bottom - down,
    };
    return this.window
      .touched(box)
      .map((index) => ({ kind: "image", id: this.listing.ids[index] }));
  }

  /** Look the list up anew after a change; what is shown stays where it is. */
  async follow() {
    const at = this.window.first;
    const { sort, direction } = this.choice;
    if (!(await this.listing.sort(sort, direction))) {
      return;
    }
    this.listing.doubt();
    await this.listing.want(at - 30, at + 60);
    const y = window.scrollY;
    this.#show(Math.min(at, Math.max(this.length - 1, 0)));
    window.scrollTo(0, y);
    this.window.draw();
  }

  async #sort(at) {
    const { sort, direction } = this.choice;
    this.table.setAttribute("aria-busy", "true");
    try {
      if (!(await this.listing.sort(sort, direction))) {
        return;
      }
      this.#trouble(null);
    } catch (error) {
      this.#trouble(error);
      return;
    } finally {
      this.table.setAttribute("aria-busy", "false");
    }
    this.#show(Math.min(at, Math.max(this.length - 1, 0)));
  }

  /** Show everything anew, with a place at the top. */
  #show(at) {
    const { view } = this.choice;
    this.window.clear();
    this.window.kept = at;
    this.table.dataset.view = view;
    this.table.setAttribute("role", view === "list" ? "table" : "presentation");
    this.body.setAttribute("role", view === "list" ? "rowgroup" : "list");
    this.body.setAttribute("aria-label", "Images");
    if (view === "list") {
      this.table.setAttribute("aria-label", "Images");
      this.table.setAttribute("aria-rowcount", this.length + 1);
    } else {
      this.table.removeAttribute("aria-label");
      this.table.removeAttribute("aria-rowcount");
    }
    this.#writeHead();
    this.#count();
    this.#lay(false);
    const before = at === this.choice.at ? scrolledBefore() : null;
    if (before !== null) {
      window.scrollTo(0, before);
      this.window.draw();
    } else if (at > 0) {
      this.window.scrollTo(at);
      window.scrollBy(0, -this.#covered());
    }
    this.table.dataset.state = "ready";
  }

  #writeHead() {
    const { view, sort, direction } = this.choice;
    this.head.hidden = view !== "list";
    const titles = COLUMNS.map(({ key, title, number }) => {
      const way = direction === "up" ? "ascending" : "descending";
      const press = () =>
        this.#choose({ sort: key, direction: key === sort && direction === "up" ? "down" : "up" });
      return element(
        "div",
        {
          role: "columnheader",
          class: number ? "number" : false,
          "aria-sort": key === sort ? way : "none",
        },
        element("button", { type: "button", onclick: press }, title),
      );
    });
    this.head.replaceChildren(element("div", { role: "row", class: "row" }, ...titles));
  }

  #lay(keep = true) {
    const at = keep ? this.window.first : 0;
    const { view, size } = this.choice;
    const width = this.body.clientWidth;
    if (!width) {
      return;
    }
    const was = this.window.columns;
    if (view === "list") {
      this.window.lay(this.length, { columns: 1, width, gap: 0, ...ROW });
    } else {
      const columns = Math.max(1, Math.floor((width + GAP) / (size + GAP)));
      const side = Math.floor((width - GAP * (columns - 1)) / columns);
      const text = size < 128 ? 22 : 58;
      this.table.toggleAttribute("data-small", size < 128);
      const height = side + text;
      this.window.lay(this.length, { columns, width: side, height, gap: GAP, pitch: height + 14 });
      this.thumbs.resize(side * window.devicePixelRatio > 288 ? 512 : 256);
    }
    if (keep && was !== this.window.columns && at > 0) {
      this.window.scrollTo(at);
      window.scrollBy(0, -this.#covered());
    }
  }

  #choose(changed) {
    const { view, sort, direction } = this.choice;
    const at = this.window.first;
    this.choice = { ...this.choice, ...changed, at: -1 };
    this.toolbar.show(this.choice);
    if (sort !== this.choice.sort || direction !== this.choice.direction) {
      // Another order is looked at from its beginning.
      window.scrollTo(0, Math.min(window.scrollY, this.#start()));
      this.#sort(0).then(() => this.#writeAddress());
    } else if (view !== this.choice.view) {
      this.#show(at);
    } else {
      this.#lay();
    }
    this.#remember();
  }

  #fill(cell, index) {
    const id = this.listing.ids[index];
    cell.dataset.kind = "image";
    cell.dataset.id = id;
    cell.dataset.index = index;
    const link = cell.querySelector("a");
    link.href = this.page.replace("/0/", `/${id}/`);
    link.tabIndex = index === this.window.kept ? 0 : -1;
    if (this.choice.view === "list") {
      cell.setAttribute("aria-rowindex", index + 2);
    } else {
      cell.setAttribute("aria-setsize", this.length);
      cell.setAttribute("aria-posinset", index + 1);
    }
    this.#write(cell);
    showPicked(cell, this.host.selection);
    showPicture(cell, undefined);
    this.thumbs.want(id, (url) => showPicture(cell, url));
  }

  #write(cell) {
    const row = this.listing.row(Number(cell.dataset.id));
    // Most cells have their facts already when others' come.
    if (cell.written !== row || !row) {
      cell.written = row;
      cell.dataset.name = row?.name ?? "";
      writeFacts(cell, this.choice.view, row);
    }
  }

  #current(index) {
    this.window.cell(this.window.kept)?.querySelector("a").setAttribute("tabindex", "-1");
    this.window.kept = index;
    this.window.cell(index)?.querySelector("a").setAttribute("tabindex", "0");
  }

  /** How much of the screen's top the bar and the head of the list take. */
  #covered() {
    return this.toolbar.element.offsetHeight + this.head.offsetHeight;
  }

  #start() {
    return this.host.getBoundingClientRect().top + window.scrollY;
  }

  #count() {
    this.toolbar.say(this.length, this.host.selection?.size);
  }

  #trouble(error) {
    this.note.hidden = !error;
    this.note.textContent = error ? `${error.message} Reload the page to try again.` : "";
  }

  #remember() {
    clearTimeout(this.settled);
    this.settled = setTimeout(() => this.#writeAddress(), SETTLED_MS);
  }

  #writeAddress() {
    clearTimeout(this.settled);
    const scrolled = window.scrollY > this.#start();
    writeChoice({ ...this.choice, at: scrolled ? this.window.first : 0 });
  }
}
