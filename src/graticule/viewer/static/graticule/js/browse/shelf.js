// The view of a page as the server wrote it: sections of cards and images.

import { addCheck, thingOf } from "./picking.js";

/** How far apart two elements are, sideways. */
function sideways(first, second) {
  return Math.abs(first.left - second.left);
}

export class Shelf {
  #items;

  constructor(host) {
    this.#items = [...host.querySelectorAll("[data-item]")];
    this.#items.forEach((item) => addCheck(item, item.dataset.name));
  }

  get length() {
    return this.#items.length;
  }

  /** The things from a place up to another, not included. */
  async range(from, to) {
    return this.#items.slice(from, to).map(thingOf);
  }

  indexOf(item) {
    return this.#items.indexOf(item);
  }

  focus(index) {
    this.#items[index].querySelector("a").focus();
  }

  neighbour(index, key) {
    const last = this.length - 1;
    switch (key) {
      case "ArrowLeft":
        return Math.max(index - 1, 0);
      case "ArrowRight":
        return Math.min(index + 1, last);
      case "Home":
        return 0;
      case "End":
        return last;
      default:
        return this.#beyond(index, key === "ArrowDown" || key === "PageDown" ? 1 : -1);
    }
  }

  /** The nearest of the row below, or above: rows are as the screen has them. */
  #beyond(index, step) {
    const boxes = this.#items.map((item) => item.getBoundingClientRect());
    const here = boxes[index];
    let best = -1;
    for (let at = index + step; at >= 0 && at < boxes.length; at += step) {
      const box = boxes[at];
      if (best >= 0 && box.top !== boxes[best].top) {
        break;
      }
      const other = box.top !== here.top;
      if (other && (best < 0 || sideways(box, here) < sideways(boxes[best], here))) {
        best = at;
      }
    }
    return best < 0 ? index : best;
  }
}
