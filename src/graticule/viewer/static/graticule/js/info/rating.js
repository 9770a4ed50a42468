// Stars from 1 to 5, as a group of radio buttons: arrow keys choose. The mean of
// everybody stands beside one's own.

import { element, icon } from "../dom.js";
import { button, section } from "./pieces.js";

const STARS = 5;
const PAUSE_MS = 350;
let groups = 0;

export class Rating {
  #field;
  #inputs;
  #mean = element("span", { class: "quiet" });
  #clear;
  #timer = 0;

  constructor(panel) {
    this.panel = panel;
    groups += 1;
    const name = `rating-${groups}`;
    this.#inputs = Array.from({ length: STARS }, (_, index) =>
      element("input", {
        type: "radio",
        name,
        value: index + 1,
        "aria-label": index ? `${index + 1} stars` : "1 star",
        onchange: () => this.#give(index + 1),
      }),
    );
    this.#field = element(
      "fieldset",
      { class: "stars", "aria-label": "Your rating" },
      ...this.#inputs.map((input) => element("label", {}, input, icon("star"))),
    );
    this.#clear = button("Clear", () => this.#give(0), { title: "Take your rating back" });
    const row = element(
      "div",
      { class: "rating" },
      this.#field,
      this.#mean,
      this.#clear,
    );
    row.addEventListener("keydown", (event) => event.stopPropagation());
    this.element = section("Rating", row);
  }

  show({ rating, object }) {
    const { mine, mean, count } = rating;
    this.#field.disabled = !object.may_annotate;
    this.#clear.hidden = !mine || !object.may_annotate;
    this.#fill(mine);
    const people = count === 1 ? "1 person" : `${count} people`;
    this.#mean.textContent = count
      ? `${mean.toFixed(1)} by ${people}`
      : "Not rated yet.";
  }

  #fill(stars) {
    this.#inputs.forEach((input, index) => {
      input.checked = index + 1 === stars;
      input.parentNode.classList.toggle("on", index < stars);
    });
  }

  #give(stars) {
    clearTimeout(this.#timer);
    this.#fill(stars);
    // Arrow keys pass over the stars between: only the last is meant.
    this.#timer = setTimeout(() => {
      const { door } = this.panel;
      this.panel.change(null, () => door.tell("rating/", { stars }));
    }, PAUSE_MS);
  }
}
