// The bar above a gallery: how many, sorted by what, how large, grid or list.

import { element, icon, setIcon } from "../dom.js";
import { COLUMNS } from "./cells.js";

const VIEWS = [
  ["grid", "Grid"],
  ["list", "List"],
];
const WAYS = { up: "Ascending", down: "Descending" };

function viewButton([view, title], choose) {
  return element(
    "button",
    {
      type: "button",
      class: "icon-button",
      "data-view": view,
      "aria-label": title,
      title,
      onclick: () => choose({ view }),
    },
    icon(view),
  );
}

export class Toolbar {
  /**
   * @param {object} choice `view`, `sort`, `direction`, `size`.
   * @param {function(object): void} choose Called with what has been changed.
   */
  constructor(choice, choose) {
    this.count = element("span", { class: "count", role: "status" });
    this.sort = element(
      "select",
      { class: "field", "aria-label": "Sort by", onchange: () => choose({ sort: this.sort.value }) },
      ...COLUMNS.map(({ key, title }) => element("option", { value: key }, title)),
    );
    this.way = element(
      "button",
      {
        type: "button",
        class: "icon-button",
        onclick: () => choose({ direction: this.way.dataset.way === "up" ? "down" : "up" }),
      },
      icon("ascending"),
    );
    this.size = element("input", {
      type: "range",
      min: "96",
      max: "320",
      step: "16",
      "aria-label": "Size of thumbnails",
      oninput: () => choose({ size: Number(this.size.value) }),
    });
    this.views = VIEWS.map((view) => viewButton(view, choose));
    this.element = element(
      "div",
      { class: "browse-bar" },
      this.count,
      element("span", { class: "spring" }),
      this.size,
      this.sort,
      this.way,
      element("div", { class: "views", role: "group", "aria-label": "View" }, ...this.views),
    );
    this.show(choice);
  }

  show({ view, sort, direction, size }) {
    this.sort.value = sort;
    this.size.value = size;
    this.size.hidden = view === "list";
    this.way.dataset.way = direction;
    this.way.title = WAYS[direction];
    this.way.setAttribute("aria-label", WAYS[direction]);
    setIcon(this.way.querySelector("svg"), direction === "up" ? "ascending" : "descending");
    this.views.forEach((button) => {
      button.setAttribute("aria-pressed", button.dataset.view === view);
    });
  }

  say(length, size = 0) {
    const images = `${length.toLocaleString("en")} ${length === 1 ? "image" : "images"}`;
    this.count.textContent = size > 0 ? `${size.toLocaleString("en")} of ${images} selected` : images;
  }
}
