// The lookup table of a channel: a button that shows it as a strip and opens the
// list of all. Keys as WAI-ARIA's listbox pattern has them.

import { element } from "../dom.js";
import { LUTS, stripOf } from "./colors.js";

const NONE = "No lookup table";

function nameOf(lut) {
  return lut ? lut.replace(/\.lut$/, "") : NONE;
}

function showStrip(strip, lut) {
  strip.hidden = !lut;
  strip.style.setProperty("--ramp", lut ? stripOf(lut) : "none");
}

export class LutChoice {
  #typed = "";
  #timer = null;

  /**
   * @param {string} label The channel's.
   * @param {function(?string)} onChoose Takes the name of a table, or null.
   */
  constructor(label, onChoose) {
    this.onChoose = onChoose;
    this.strip = element("i", { class: "lut-strip" });
    this.name = element("span");
    this.button = element(
      "button",
      {
        type: "button",
        class: "field lut-button",
        "aria-haspopup": "listbox",
        "aria-expanded": "false",
        onclick: () => this.#open(this.list.hidden),
      },
      this.strip,
      this.name,
    );
    this.label = label;
    this.list = element("div", {
      role: "listbox",
      class: "lut-list",
      tabindex: "0",
      "aria-label": `${label}: lookup table`,
      hidden: true,
      onkeydown: (event) => this.#pressed(event),
      onfocusout: ({ relatedTarget }) => {
        if (!this.element.contains(relatedTarget)) {
          this.#open(false);
        }
      },
    });
    this.element = element("div", { class: "lut-row" }, this.button, this.list);
    this.element.hidden = LUTS.length === 0;
  }

  #fill() {
    const options = [null, ...LUTS.map(({ name }) => name)].map((lut, place) => {
      const strip = element("i", { class: "lut-strip" });
      showStrip(strip, lut);
      return element(
        "div",
        {
          role: "option",
          id: `lut-${this.label}-${place}`.replace(/\s/g, "_"),
          "data-lut": lut ?? "",
          onclick: () => this.#choose(place),
        },
        strip,
        element("span", {}, nameOf(lut)),
      );
    });
    this.list.replaceChildren(...options);
  }

  #open(open) {
    if (open && this.list.childElementCount === 0) {
      this.#fill();
    }
    this.list.hidden = !open;
    this.button.setAttribute("aria-expanded", String(open));
    if (open) {
      const { children } = this.list;
      this.#mark([...children].findIndex(({ dataset }) => dataset.lut === (this.lut ?? "")));
      this.list.focus();
    }
  }

  #mark(place) {
    const options = [...this.list.children];
    this.marked = Math.min(Math.max(place, 0), options.length - 1);
    options.forEach((option, index) => {
      option.classList.toggle("marked", index === this.marked);
      option.setAttribute("aria-selected", String(option.dataset.lut === (this.lut ?? "")));
    });
    this.list.setAttribute("aria-activedescendant", options[this.marked].id);
    options[this.marked].scrollIntoView({ block: "nearest" });
  }

  #choose(place) {
    this.onChoose(this.list.children[place].dataset.lut || null);
    this.#open(false);
    this.button.focus();
  }

  #pressed(event) {
    const { key } = event;
    const last = this.list.childElementCount - 1;
    const next = {
      ArrowDown: this.marked + 1,
      ArrowUp: this.marked - 1,
      PageDown: this.marked + 8,
      PageUp: this.marked - 8,
      Home: 0,
      End: last,
    }[key];
    if (next !== undefined) {
      this.#mark(next);
    } else if (key === "Enter" || key === " ") {
      this.#choose(this.marked);
    } else if (key === "Escape") {
      this.#open(false);
      this.button.focus();
    } else if (key.length === 1 && !event.ctrlKey && !event.metaKey) {
      this.#seek(key);
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  }

  /** Go to the first name that begins as was typed. */
  #seek(key) {
    clearTimeout(this.#timer);
    this.#typed += key.toLowerCase();
    this.#timer = setTimeout(() => {
      this.#typed = "";
    }, 800);
    const found = [...this.list.children].findIndex(({ dataset }) =>
      dataset.lut.toLowerCase().startsWith(this.#typed),
    );
    if (found >= 0) {
      this.#mark(found);
    }
  }

  update(lut) {
    this.lut = lut;
    showStrip(this.strip, lut);
    this.name.textContent = nameOf(lut);
    this.button.setAttribute("aria-label", `${this.label}: lookup table: ${nameOf(lut)}`);
  }
}
