// Going to a position: a line to write it in, and a mark where it is. The server
// reads what people write and finds the pixel exactly.

import { element } from "../dom.js";
import { svgElement } from "../image/overlay.js";

const RING = 11;
const GAP = 5;
const TICK = 9;

export class Finder {
  #place = null;

  /**
   * @param {Object} page
   * @param {string} address Of the image's sky.
   * @param {function()} changed Called when the mark comes or goes.
   */
  constructor(page, address, changed) {
    this.page = page;
    this.address = address;
    this.changed = changed;
    this.layer = page.overlay.screenLayer("sky-mark");
    this.said = element("p", { class: "sky-said", role: "status" });
    this.input = element("input", {
      class: "field",
      type: "text",
      name: "position",
      "aria-label": "Position",
      placeholder: "17:45:40 −29:00:28",
      autocomplete: "off",
      spellcheck: "false",
    });
    this.form = element(
      "form",
      { class: "sky-find", hidden: true, onsubmit: (event) => this.#submitted(event) },
      element(
        "div",
        { class: "sky-find-line" },
        this.input,
        element("button", { type: "submit", class: "button" }, "Go"),
      ),
      this.said,
    );
    this.form.addEventListener("keydown", (event) => {
      if (event.key === "Escape") {
        event.stopPropagation();
        this.open(false);
        page.picture.element.focus();
      }
    });
    page.picture.addEventListener("frame", () => this.#follow());
  }

  /** What the address says: right ascension and declination in degrees. */
  get written() {
    const place = this.#place;
    return place && `${place.ra.toFixed(7)},${place.dec.toFixed(7)}`;
  }

  /** Show or hide the line. */
  open(on) {
    this.form.hidden = !on;
    if (on) {
      this.#say("Right ascension and declination, or l=… b=… for galactic ones.");
      this.input.focus();
      this.input.select();
    }
    this.changed();
  }

  /** Take the mark away. */
  clear() {
    this.#place = null;
    this.layer.replaceChildren();
    this.changed();
  }

  #submitted(event) {
    event.preventDefault();
    if (this.input.value.trim()) {
      this.go(this.input.value);
    } else {
      this.clear();
      this.#say("The mark is gone.");
    }
  }

  /**
   * Mark a position, and look at it.
   *
   * @param {string} text As a person writes it.
   * @param {boolean} [looking] Whether the view moves there.
   */
  async go(text, looking = true) {
    let answer;
    try {
      const query = new URLSearchParams({ position: text });
      const response = await fetch(`${this.address}find/?${query}`);
      answer = await response.json();
      if (!response.ok) {
        this.#say(answer.message);
        return;
      }
    } catch {
      this.#say("The server does not answer. Try again in a moment.");
      return;
    }
    if (!answer.inside) {
      this.#say("That position is not in this image.");
      return;
    }
    this.#place = answer;
    this.#say("");
    if (looking) {
      const [x, y] = [answer.x + 0.5, answer.y + 0.5];
      this.page.picture.setView({ percent: null, x, y });
    }
    this.#follow();
    this.changed();
  }

  #say(text) {
    this.said.textContent = text;
  }

  #follow() {
    const at = this.page.picture.placement;
    const place = this.#place;
    if (!at || !place) {
      return;
    }
    const x = at.x + (place.x + 0.5) * at.scale;
    const y = at.y + (place.y + 0.5) * at.scale;
    if (!this.layer.firstChild) {
      const ticks = [
        [0, -1],
        [1, 0],
        [0, 1],
        [-1, 0],
      ].map(([right, down]) => {
        const [from, to] = [RING - GAP, RING + TICK];
        return `M${right * from} ${down * from}L${right * to} ${down * to}`;
      });
      const d = `M${-RING} 0a${RING} ${RING} 0 1 0 ${2 * RING} 0a${RING} ${RING} 0 1 0 ${-2 * RING} 0${ticks.join("")}`;
      this.layer.append(
        svgElement("path", { class: "sky-mark-under", d }),
        svgElement("path", { class: "sky-mark", d }),
      );
    }
    this.layer.setAttribute("transform", `translate(${x} ${y})`);
  }
}
