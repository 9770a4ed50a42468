// The view of a page as the server wrote it: sections of cards and images.

import { addCheck, thingOf } from "./picking.js";

/** How far apart two elements are, sideways. */
function sideways(first, second) {
  return Math.abs(first.left - second.left);
}

export class Shelf {
  #items;

  /** @param {HTMLElement} host Holds the things, each with `data-item`. */
  constructor(host) {
    this.host = host;
    this.#find();
  }

  #find() {
    this.#items = [...this.host.querySelectorAll("[data-item]")];
    this.#items.forEach((item) => addCheck(item, item.dataset.name));
  }

  /** Show what the server wrote after a change, as the host of another document. */
  follow(there) {
    this.host.replaceChildren(...document.adoptNode(there).childNodes);
    this.#find();
  }

  /** The things that touch a box of the page, in CSS pixels. */
  touched({ left, top, right, bottom }) {
    return this.#items
      .filter((item) => {
        const box = item.getBoundingClientRect();
        const x = box.left + window.scrollX;
        const y = box.top + window.scrollY;
        return x <= right && x + box.width >= left && y <= bottom && y + box.height >= top;
      })
      .map(thingOf);
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
