// Keys of the image page, and the sheet that lists them. Single keys can be
// turned off (WCAG 2.1.4); what it stores: localStorage["graticule.keys"].

import { element, icon } from "../dom.js";

const STORE = "graticule.keys";
const NUDGE = 0.12;

const HELP = [
  [["↑", "↓", "z", "⇧ z"], "Step along Z"],
  [["←", "→", "t", "⇧ t"], "Step along T"],
  [["Page ↑", "Page ↓"], "Many planes at once, along Z; with ⇧ along T"],
  [["Home", "End"], "First, last plane along Z; with ⇧ along T"],
  [["Space"], "Play or stop"],
  [["⇧ ↑", "⇧ ↓", "⇧ ←", "⇧ →"], "Move the image"],
  [["+", "−"], "Zoom in, out"],
  [["0"], "Fit the whole image"],
  [["."], "Actual size"],
  [["1", "…", "9"], "Switch a channel on or off; with ⇧ this one only"],
  [["g"], "Grey or colour"],
  [["Ctrl z", "Ctrl ⇧ z"], "Undo, do again how it is drawn"],
  [["f"], "Full screen"],
  [["p"], "Show or hide the panel"],
  [["l"], "Copy a link to this view"],
  [["/"], "Search"],
  [["?"], "This list"],
];

const ARROWS = {
  ArrowUp: ["z", 1, 0, -NUDGE],
  ArrowDown: ["z", -1, 0, NUDGE],
  ArrowRight: ["t", 1, NUDGE, 0],
  ArrowLeft: ["t", -1, -NUDGE, 0],
};

// Big steps are a tenth of the stack, at least some planes.
const BIG_PART = 10;
const BIG_LEAST = 5;

function stored() {
  try {
    return localStorage.getItem(STORE) !== "off";
  } catch {
    return true;
  }
}

function store(on) {
  try {
    localStorage.setItem(STORE, on ? "on" : "off");
  } catch {
    // Not remembered where storage is forbidden.
  }
}

export class Keys {
  /**
   * @param {HTMLDialogElement} sheet
   * @param {Display} display
   * @param {Picture} picture
   * @param {Object<string, function()>} actions By name, as in data-action.
   */
  constructor(sheet, display, picture, actions) {
    this.display = display;
    this.picture = picture;
    this.actions = actions;
    this.sheet = sheet;
    this.on = stored();
    this.added = new Map();
    this.#fillSheet();
    document.addEventListener("keydown", (event) => this.#pressed(event));
  }

  /**
   * Give a single key to a part of the page, and a line in the sheet.
   *
   * @param {string} key As `KeyboardEvent.key` names it.
   * @param {string} what
   * @param {function()} act
   */
  add(key, what, act) {
    this.added.set(key, { what, act });
    this.#fillSheet();
  }

  #fillSheet() {
    const close = element(
      "button",
      {
        type: "button",
        class: "icon-button",
        "aria-label": "Close",
        onclick: () => this.sheet.close(),
      },
      icon("close"),
    );
    const check = element("input", {
      type: "checkbox",
      onchange: ({ target }) => {
        this.on = target.checked;
        store(this.on);
      },
    });
    check.checked = this.on;
    const more = [...this.added].map(([key, { what }]) => [[key], what]);
    const rows = [...HELP.slice(0, -2), ...more, ...HELP.slice(-2)].map(([keys, what]) =>
      element(
        "tr",
        {},
        element(
          "td",
          {},
          ...keys.flatMap((key) => [key === "…" ? key : element("kbd", {}, key), " "]),
        ),
        element("td", {}, what),
      ),
    );
    this.sheet.replaceChildren(
      element(
        "div",
        { class: "sheet-head" },
        element("h2", { id: "help-heading" }, "Keys"),
        close,
      ),
      element("table", {}, element("tbody", {}, ...rows)),
      element("label", {}, check, "Use single keys"),
    );
  }

  #pressed(event) {
    const { target, key } = event;
    if (event.ctrlKey || event.metaKey || event.altKey || this.sheet.open) {
      return;
    }
    if (target.closest("input:not([type=checkbox]), select, textarea")) {
      return;
    }
    if (key === " " && target.closest("button, a, input")) {
      return;
    }
    const done =
      this.on &&
      (this.#arrow(key, event.shiftKey) ||
        this.#far(key, event.shiftKey) ||
        this.#solo(event) ||
        this.#single(key));
    if (done) {
      event.preventDefault();
    }
  }

  #arrow(key, shift) {
    if (!(key in ARROWS)) {
      return false;
    }
    const [axis, by, right, down] = ARROWS[key];
    const flat = this.display.size.z === 1 && this.display.size.t === 1;
    if (shift || flat) {
      this.picture.panBy(right, down);
    } else {
      this.display.step(axis, by);
    }
    return true;
  }

  /** Big steps; along the only axis there is, else along z. */
  #far(key, shift) {
    const { display } = this;
    const { z } = display.size;
    const axis = z === 1 || (shift && display.size.t > 1) ? "t" : "z";
    const size = display.size[axis];
    const big = Math.max(BIG_LEAST, Math.round(size / BIG_PART));
    const place = {
      PageUp: display[axis] + big,
      PageDown: display[axis] - big,
      Home: 0,
      End: size - 1,
    }[key];
    if (place === undefined || size === 1) {
      return false;
    }
    display.goTo(axis, place);
    return true;
  }

  #solo({ code, shiftKey }) {
    const number = /^Digit([1-9])$/.exec(code)?.[1];
    if (!shiftKey || !this.display.channels[number - 1]) {
      return false;
    }
    this.display.solo(number - 1);
    return true;
  }

  #single(key) {
    const act = {
      z: () => this.display.step("z", 1),
      Z: () => this.display.step("z", -1),
      t: () => this.display.step("t", 1),
      T: () => this.display.step("t", -1),
      " ": this.actions.play,
      "+": this.actions["zoom-in"],
      "=": this.actions["zoom-in"],
      "-": this.actions["zoom-out"],
      0: this.actions.fit,
      ".": this.actions["actual-size"],
      g: this.actions.greyscale,
      f: this.actions["full-screen"],
      p: this.actions.panel,
      l: this.actions["copy-link"],
      "?": this.actions.help,
      ...(this.added.has(key) ? { [key]: this.added.get(key).act } : {}),
    }[key];
    if (act) {
      act();
      return true;
    }
    const channel = this.display.channels[Number(key) - 1];
    if (/^[1-9]$/.test(key) && channel) {
      this.display.switchChannel(Number(key) - 1, !channel.active);
      return true;
    }
    return false;
  }
}
