// Plays through planes: how fast, over which, and what comes at the end. Shows every
// plane: where the server is slower than the rate, playing is slower too.

import { element, icon } from "../dom.js";

const RATES = [1, 2, 5, 8, 12, 25];
const RATE = 8;
const ENDINGS = [
  ["loop", "Loop"],
  ["bounce", "Back and forth"],
  ["once", "Once"],
];

/** The plane after `place`: `{place, forward}`, or null at the end. */
export function nextPlane(place, forward, { first, last, ending }) {
  if (place < first || place > last) {
    return { place: first, forward: true };
  }
  const next = place + (forward ? 1 : -1);
  if (next >= first && next <= last) {
    return { place: next, forward };
  }
  if (ending === "bounce" && first < last) {
    return { place: place + (forward ? -1 : 1), forward: !forward };
  }
  return ending === "loop" ? { place: first, forward: true } : null;
}

export class Player extends EventTarget {
  /**
   * @param {number} size Planes there are.
   * @param {{here: function(): number, go: function(number),
   *   settled: function(): Promise}} picture
   */
  constructor(size, picture) {
    super();
    this.picture = picture;
    this.size = size;
    this.playing = false;
    this.rate = RATE;
    this.ending = "loop";
    this.first = 0;
    this.last = size - 1;
  }

  /** Start or stop; event "change". */
  toggle(play = !this.playing) {
    this.playing = play;
    this.dispatchEvent(new Event("change"));
    if (play) {
      this.#run();
    }
  }

  async #run() {
    let forward = true;
    const atEnd = this.ending === "once" && this.picture.here() >= this.last;
    if (atEnd) {
      this.picture.go(this.first);
    }
    while (this.playing) {
      const shown = performance.now();
      const next = nextPlane(this.picture.here(), forward, this);
      if (!next) {
        this.toggle(false);
        return;
      }
      ({ forward } = next);
      this.picture.go(next.place);
      await this.picture.settled();
      const left = 1000 / this.rate - (performance.now() - shown);
      await new Promise((resolve) => {
        setTimeout(resolve, Math.max(left, 0));
      });
    }
  }
}

/** A button, and what it shows: rate, ending, and the planes that are played. */
export class PlaySettings {
  constructor(name, player) {
    this.player = player;
    this.element = element("div", { class: "play-settings", hidden: true });
    this.button = element(
      "button",
      {
        type: "button",
        class: "icon-button more",
        "aria-expanded": "false",
        "aria-label": `How ${name} is played`,
        title: `How ${name} is played`,
        onclick: () => this.#open(this.element.hidden),
      },
      icon("chevron"),
    );
    this.first = this.#plane(`First ${name} plane played`, "first");
    this.last = this.#plane(`Last ${name} plane played`, "last");
    this.element.append(
      this.#choice(
        `${name} planes a second`,
        RATES.map((rate) => [rate, `${rate} a second`]),
        RATE,
        (value) => {
          player.rate = Number(value);
        },
      ),
      this.#choice(`At the end of ${name}`, ENDINGS, "loop", (value) => {
        player.ending = value;
      }),
      element("span", {}, "planes"),
      this.first,
      element("span", {}, "to"),
      this.last,
    );
    this.#update();
  }

  #open(open) {
    this.element.hidden = !open;
    this.button.setAttribute("aria-expanded", String(open));
  }

  #choice(label, options, chosen, take) {
    const select = element(
      "select",
      { class: "field", "aria-label": label, onchange: ({ target }) => take(target.value) },
      ...options.map(([value, text]) => element("option", { value }, text)),
    );
    select.value = chosen;
    return select;
  }

  #plane(label, end) {
    return element("input", {
      type: "number",
      class: "field plane-number",
      min: 1,
      max: this.player.size,
      "aria-label": label,
      onchange: ({ target }) => this.#typed(end, target.valueAsNumber - 1),
    });
  }

  #typed(end, place) {
    const { player } = this;
    const [least, most] = end === "first" ? [0, player.last] : [player.first, player.size - 1];
    if (Number.isInteger(place)) {
      player[end] = Math.min(Math.max(place, least), most);
    }
    this.#update();
  }

  #update() {
    this.first.value = this.player.first + 1;
    this.last.value = this.player.last + 1;
  }
}
