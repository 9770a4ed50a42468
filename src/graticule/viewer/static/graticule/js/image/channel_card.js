// One channel in the panel: on or off, window over histogram, curve, colour.

import { element, icon } from "../dom.js";
import { ColorChoice, rampOf, swatchOf } from "./colors.js";
import { CurveChoice } from "./curve_choice.js";
import { Histogram } from "./histogram.js";
import { LutChoice } from "./lut_choice.js";
import { WindowSlider } from "./window_slider.js";

const HISTOGRAM_DELAY_MS = 120;

export class ChannelCard {
  #timer = null;

  /**
   * @param {Display} display
   * @param {Gateway} gateway
   * @param {number} index The channel's, from 0.
   * @param {function(): Promise} settled Resolves when the picture is shown:
   *   histograms wait for it.
   */
  constructor(display, gateway, index, settled) {
    this.display = display;
    this.settled = settled;
    this.index = index;
    this.wide = false;
    this.logarithmic = false;
    const { label } = this.channel;
    this.slider = new WindowSlider(`${label}: window`, display.wholeNumbers, (window) =>
      this.#alter({ window }),
    );
    this.histogram = new Histogram(this.slider.canvas, gateway, index);
    this.colors = new ColorChoice(label, (choice) => this.#alter(choice));
    this.luts = new LutChoice(label, (lut) => this.#alter({ lut }));
    this.curve = new CurveChoice(label, (choice) => this.#alter(choice));
    this.element = element(
      "li",
      { class: "channel", "data-channel": index + 1 },
      this.#head(),
      this.slider.element,
      this.#details(),
    );
    new ResizeObserver(() => this.#draw()).observe(this.slider.canvas);
  }

  get channel() {
    return this.display.channels[this.index];
  }

  #alter(changes) {
    this.display.change(() => Object.assign(this.channel, changes));
  }

  #head() {
    const { label, emissionWave } = this.channel;
    this.check = element("input", {
      type: "checkbox",
      onchange: ({ target }) => this.display.switchChannel(this.index, target.checked),
    });
    this.swatch = element("button", {
      type: "button",
      class: "swatch",
      title: "Colour",
      "aria-label": `${label}: colour`,
      onclick: () => this.#openColors(),
    });
    this.more = element(
      "button",
      {
        type: "button",
        class: "icon-button more",
        "aria-expanded": "false",
        "aria-label": `${label}: more`,
        onclick: () => this.expand(this.details.hidden),
      },
      icon("chevron"),
    );
    const wave = emissionWave && !label.includes(String(Math.round(emissionWave)));
    return element(
      "div",
      { class: "channel-head" },
      element(
        "label",
        {
          title: `${label}. Alt with a click: this one only`,
          onclick: (event) => this.#clicked(event),
        },
        this.check,
        element("span", { class: "label" }, label),
        wave ? element("span", { class: "wave" }, `${Math.round(emissionWave)} nm`) : "",
      ),
      this.swatch,
      this.more,
    );
  }

  #clicked(event) {
    if (event.altKey) {
      event.preventDefault();
      this.display.solo(this.index);
      // The browser puts the mark back after this.
      setTimeout(() => this.update());
    }
  }

  #details() {
    this.start = this.#number("start");
    this.end = this.#number("end");
    this.details = element(
      "div",
      { class: "details", hidden: true },
      element("div", { class: "numbers" }, this.start, element("span", {}, "to"), this.end),
      this.#tools(),
      this.curve.element,
      this.colors.element,
      this.luts.element,
    );
    return this.details;
  }

  #tools() {
    this.reverse = this.#tool("Reverse", "Bright becomes dark", () =>
      this.#alter({ inverted: !this.channel.inverted }),
    );
    this.log = this.#tool("Log", "Histogram on a logarithmic scale", () => {
      this.logarithmic = !this.logarithmic;
      this.update();
    });
    const full = this.#tool("Full", "Everything the pixel type can hold", () =>
      this.#choose({ ...this.display.pixelRange }, true),
    );
    full.hidden = !this.display.wholeNumbers;
    return element(
      "div",
      { class: "tools" },
      this.#tool("Auto", "By this plane's histogram, without its rarest values", () =>
        this.#choose(this.histogram.automatic(this.channel.measured)),
      ),
      this.#tool("Min–max", "From the darkest to the brightest value", () =>
        this.#choose({ ...this.channel.measured }),
      ),
      full,
      this.reverse,
      this.log,
      this.#tool("Only", "This channel only; again: those before", () =>
        this.display.solo(this.index),
      ),
      this.#tool("Reset", "As it is saved", () => {
        this.wide = false;
        this.display.resetChannel(this.index);
      }),
    );
  }

  #choose(window, wide = false) {
    this.wide = wide;
    const { wholeNumbers } = this.display;
    const start = wholeNumbers ? Math.floor(window.start) : window.start;
    const end = wholeNumbers ? Math.ceil(window.end) : window.end;
    this.#alter({ window: { start, end } });
  }

  #tool(text, title, onclick) {
    return element(
      "button",
      { type: "button", class: "button small", title, onclick },
      text,
    );
  }

  #number(end) {
    return element("input", {
      type: "number",
      class: "field",
      step: this.display.wholeNumbers ? "1" : "any",
      "aria-label": `${this.channel.label}: window ${end} value`,
      onchange: ({ target }) => {
        const window = { ...this.channel.window, [end]: target.valueAsNumber };
        if (Number.isFinite(window[end]) && window.start < window.end) {
          this.#alter({ window });
        } else {
          this.update();
        }
      },
    });
  }

  #openColors() {
    this.expand(true);
    this.colors.presets[0].focus();
  }

  /** Show or hide the numbers, tools and colours. */
  expand(open) {
    this.details.hidden = !open;
    this.more.setAttribute("aria-expanded", String(open));
  }

  get #domain() {
    const { window, measured } = this.channel;
    const around = this.wide ? this.display.pixelRange : measured;
    return {
      start: Math.min(around.start, window.start),
      end: Math.max(around.end, window.end),
    };
  }

  /** Show what the display says of this channel. */
  update() {
    const { channel } = this;
    this.element.classList.toggle("off", !channel.active);
    this.check.checked = channel.active;
    this.swatch.style.setProperty("--swatch", swatchOf(channel));
    const grey = this.display.model === "greyscale";
    const look = grey ? { ...channel, lut: null, color: "FFFFFF" } : channel;
    this.slider.update(channel.window, this.#domain, rampOf(look));
    const text = (value) => String(Number(value.toPrecision(7)));
    this.start.value = text(channel.window.start);
    this.end.value = text(channel.window.end);
    this.reverse.setAttribute("aria-pressed", String(channel.inverted));
    this.log.setAttribute("aria-pressed", String(this.logarithmic));
    this.colors.update(channel);
    this.luts.update(channel.lut);
    this.curve.update(channel);
    this.#draw();
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#loadHistogram(), HISTOGRAM_DELAY_MS);
  }

  async #loadHistogram() {
    await this.settled();
    if (this.channel.active) {
      await this.histogram.load(this.display.z, this.display.t);
      this.#draw();
    }
  }

  #draw() {
    this.histogram.draw(this.#domain, this.channel, this.logarithmic);
  }
}
