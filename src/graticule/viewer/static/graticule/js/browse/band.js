// A band drawn by the mouse over empty space selects what it touches: with Shift more,
// with Ctrl or Cmd the other way round. Escape leaves everything as it was. A finger
// scrolls instead.

import { element } from "../dom.js";

const LEAST = 5;
const EDGE = 48;
const STEP = 18;
const CONTROLS = "a, button, input, select, textarea, label, summary, .browse-bar, .list-head";

function keyOf({ kind, id }) {
  return `${kind}:${id}`;
}

/** What is selected if those in the band are changed, from what was before. */
function mixed(before, inside, toggles) {
  if (!toggles) {
    return [...before, ...inside];
  }
  const held = new Set(before.map(keyOf));
  const touched = new Set(inside.map(keyOf));
  return [
    ...before.filter((thing) => !touched.has(keyOf(thing))),
    ...inside.filter((thing) => !held.has(keyOf(thing))),
  ];
}

class Band {
  #frame = null;

  constructor(event, selection, view) {
    this.selection = selection;
    this.view = view;
    this.from = { x: event.pageX, y: event.pageY };
    this.at = { x: event.clientX, y: event.clientY };
    this.was = selection.ids;
    this.toggles = event.ctrlKey || event.metaKey;
    this.before = this.toggles || event.shiftKey ? this.was : [];
    this.mark = null;
  }

  move({ clientX, clientY }) {
    this.at = { x: clientX, y: clientY };
    const far =
      Math.abs(clientX + window.scrollX - this.from.x) > LEAST ||
      Math.abs(clientY + window.scrollY - this.from.y) > LEAST;
    if (!this.mark && far) {
      this.mark = element("div", { class: "band", "aria-hidden": "true" });
      document.body.append(this.mark);
      document.body.toggleAttribute("data-banding", true);
      getSelection().removeAllRanges();
    }
    if (this.mark) {
      this.#frame ??= requestAnimationFrame(() => this.#draw());
    }
  }

  #box() {
    const x = this.at.x + window.scrollX;
    const y = this.at.y + window.scrollY;
    return {
      left: Math.min(x, this.from.x),
      top: Math.min(y, this.from.y),
      right: Math.max(x, this.from.x),
      bottom: Math.max(y, this.from.y),
    };
  }

  #draw() {
    this.#frame = null;
    const { left, top, right, bottom } = this.#box();
    Object.assign(this.mark.style, {
      left: `${left}px`,
      top: `${top}px`,
      width: `${right - left}px`,
      height: `${bottom - top}px`,
    });
    const inside = this.view.touched({ left, top, right, bottom });
    this.selection.replace(mixed(this.before, inside, this.toggles));
    this.#scroll();
  }

  /** Go on while the pointer rests at an edge of the screen. */
  #scroll() {
    const down = this.at.y > window.innerHeight - EDGE;
    const up = this.at.y < EDGE;
    const before = window.scrollY;
    if (up || down) {
      window.scrollBy(0, down ? STEP : -STEP);
    }
    if (window.scrollY !== before) {
      this.#frame = requestAnimationFrame(() => this.#draw());
    }
  }

  end() {
    cancelAnimationFrame(this.#frame);
    if (this.mark) {
      this.#draw();
      cancelAnimationFrame(this.#frame);
      this.mark.remove();
      document.body.removeAttribute("data-banding");
    }
  }

  cancel() {
    cancelAnimationFrame(this.#frame);
    this.mark?.remove();
    document.body.removeAttribute("data-banding");
    this.selection.replace(this.was);
  }
}

/**
 * Let people draw a band.
 *
 * @param {HTMLElement} host What shows the things.
 * @param {import("./selection.js").Selection} selection
 * @param {{touched: function(object): object[]}} view
 */
export function letBand(host, selection, view) {
  let band = null;
  const page = host.closest(".page");

  function starts(event) {
    const plain = event.pointerType === "mouse" && event.button === 0;
    const empty = event.target === page || host.contains(event.target);
    return plain && empty && !event.target.closest(CONTROLS);
  }

  page.addEventListener("pointerdown", (event) => {
    if (starts(event)) {
      band = new Band(event, selection, view);
    }
  });
  // Else text would be selected on the way.
  page.addEventListener("mousedown", (event) => {
    if (band) {
      event.preventDefault();
    }
  });
  document.addEventListener("pointermove", (event) => band?.move(event));
  document.addEventListener("pointerup", () => {
    band?.end();
    band = null;
  });
  document.addEventListener("pointercancel", () => {
    band?.cancel();
    band = null;
  });
  document.addEventListener(
    "keydown",
    (event) => {
      if (band?.mark && event.key === "Escape") {
        event.stopPropagation();
        band.cancel();
        band = null;
      }
    },
    true,
  );
}
