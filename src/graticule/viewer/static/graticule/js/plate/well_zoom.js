// One well near: its picture, all its fields, the wells beside it a key away.

import { element, icon } from "../dom.js";

const LARGE_PX = 512;
const SMALL_PX = 96;

export class WellZoom {
  #wells = null;
  #label = "";
  #field = 0;

  /**
   * @param {HTMLDialogElement} dialog
   * @param {HTMLTableElement} plate
   * @param {function(Object<string, string>)} remember Puts the well into the address.
   */
  constructor(dialog, plate, remember) {
    this.dialog = dialog;
    this.plate = plate;
    this.remember = remember;
    this.gateway = document.documentElement.dataset.gateway;
    plate.addEventListener("click", (event) => {
      const well = event.target.closest("a.well");
      const plain = !event.ctrlKey && !event.metaKey && !event.shiftKey && event.button === 0;
      if (well && plain) {
        event.preventDefault();
        // What cannot be shown here has a page all the same.
        this.show(well.closest("td").dataset.label).catch(() => {
          location.href = well.href;
        });
      }
    });
    dialog.addEventListener("close", () => {
      this.remember({ well: "" });
      this.#cell()?.querySelector(".well")?.focus();
    });
    dialog.addEventListener("keydown", (event) => this.#pressed(event));
  }

  /**
   * Show a well by its label.
   *
   * @param {string} label
   * @param {number} [field] Counted from 0; without it, the one that the plate shows.
   */
  async show(label, field) {
    this.#wells ??= await this.#ask();
    const well = this.#wells.get(label);
    if (!well || well.images.length === 0) {
      return;
    }
    this.#label = label;
    this.#field = Math.min(field ?? this.#onPlate(well), well.images.length - 1);
    this.remember({ well: label });
    this.#fill(well);
    if (!this.dialog.open) {
      this.dialog.showModal();
    }
    this.dialog.querySelector("a.button").focus();
  }

  async #ask() {
    const run = this.plate.dataset.acquisition;
    const url = this.plate.dataset.address.replace("columns/", "wells/");
    const response = await fetch(run ? `${url}?acquisition=${run}` : url);
    if (!response.ok) {
      throw new Error(response.statusText);
    }
    const { wells } = await response.json();
    return new Map(wells.map((well) => [well.label, well]));
  }

  #cell() {
    return this.plate.querySelector(`td[data-label="${CSS.escape(this.#label)}"]`);
  }

  /** Which of a well's fields its place on the plate shows. */
  #onPlate(well) {
    const shown = this.#cell()?.querySelector("[data-thumb]")?.dataset.thumb;
    return Math.max(0, well.images.findIndex((image) => String(image.id) === shown));
  }

  #thumbnail(image, size) {
    return `${this.gateway}render_thumbnail/${image.id}/${size}/`;
  }

  #fill(well) {
    const image = well.images[this.#field];
    const value = this.#cell()?.querySelector(".well")?.dataset.value;
    const button = (name, label, act) =>
      element(
        "button",
        { type: "button", class: "icon-button", "aria-label": label, title: label, onclick: act },
        icon(name),
      );
    this.dialog.replaceChildren(
      element(
        "div",
        { class: "well-zoom-head" },
        element("h2", { id: "well-heading" }, `Well ${well.label}`),
        button("close", "Close", () => this.dialog.close()),
      ),
      element(
        "div",
        { class: "large" },
        element("img", { src: this.#thumbnail(image, LARGE_PX), alt: image.name }),
      ),
      ...(well.images.length > 1 ? [this.#fields(well)] : []),
      element(
        "footer",
        {},
        element(
          "span",
          {},
          [image.name, value && `${this.plate.dataset.colored}: ${value}`]
            .filter(Boolean)
            .join(" · "),
        ),
        element("a", { class: "button primary", href: this.#imageUrl(image) }, "Open image"),
        element("a", { class: "button", href: this.#wellUrl(well) }, "Well page"),
      ),
    );
  }

  #imageUrl(image) {
    // Pages of images lie beside those of plates.
    return location.pathname.replace(/plate\/\d+\/$/, `image/${image.id}/`);
  }

  #wellUrl({ row, column }) {
    return `${location.pathname}well/${row}/${column}/`;
  }

  #fields(well) {
    const buttons = well.images.map((image, index) =>
      element(
        "button",
        {
          type: "button",
          "aria-label": `Field ${index + 1}`,
          "aria-pressed": String(index === this.#field),
          onclick: () => this.show(well.label, index),
        },
        element("img", { src: this.#thumbnail(image, SMALL_PX), alt: "", loading: "lazy" }),
      ),
    );
    return element("div", { class: "fields", role: "group", "aria-label": "Fields" }, ...buttons);
  }

  #pressed(event) {
    const step = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
    if (!(event.key in step)) {
      return;
    }
    event.preventDefault();
    const [down, right] = step[event.key];
    const from = this.#wells.get(this.#label);
    // The nearest in this direction, over wells that are missing.
    const ahead = ({ row, column }) => (row - from.row) * down + (column - from.column) * right;
    const [next] = [...this.#wells.values()]
      .filter(
        (well) =>
          well.images.length > 0 &&
          ahead(well) > 0 &&
          (down ? well.column === from.column : well.row === from.row),
      )
      .sort((one, other) => ahead(one) - ahead(other));
    if (next) {
      this.show(next.label, this.#field);
    }
  }
}
