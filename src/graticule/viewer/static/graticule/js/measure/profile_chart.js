// A chart of the raw values along a line, one curve for each channel that is on,
// over the foot of the stage; it can be saved as CSV.

import { element, icon } from "../dom.js";
import { svgElement } from "../image/overlay.js";
import { lengthText } from "../image/scale_bar.js";

const WAIT_MS = 120;
const WIDTH = 640;
const HEIGHT = 150;
const LEFT = 52;
const BOTTOM = 20;
const TOP = 8;

function rounded(value) {
  return String(Number(value.toPrecision(4)));
}

export class ProfileChart {
  #timer = null;
  #newest = 0;
  #found = null;
  #line = null;

  /**
   * @param {HTMLElement} stage
   * @param {Object} page
   * @param {Object<string, function()>} actions `close`, `row`, `column`.
   */
  constructor(stage, page, actions) {
    this.page = page;
    this.svg = svgElement("svg", {
      viewBox: `0 0 ${WIDTH} ${HEIGHT}`,
      role: "img",
      "aria-label": "Values along the line",
    });
    this.said = element("output", { class: "profile-said" });
    this.width = element("input", {
      class: "field",
      type: "number",
      min: 1,
      max: 99,
      value: 1,
      "aria-label": "Width of the line in pixels",
      onchange: () => this.show(this.#line, true),
    });
    const button = (text, act, title) =>
      element("button", { type: "button", class: "button small", title, onclick: act }, text);
    this.element = element(
      "section",
      { class: "profile", "aria-label": "Line profile", hidden: true },
      element(
        "div",
        { class: "profile-head" },
        this.said,
        element("label", {}, "Width", this.width),
        button("Row", actions.row, "The whole row through the middle of the line"),
        button("Column", actions.column, "The whole column through the middle of the line"),
        button("CSV", () => this.#save(), "Save the values"),
        element(
          "button",
          { type: "button", class: "icon-button", "aria-label": "Close", onclick: actions.close },
          icon("close"),
        ),
      ),
      this.svg,
    );
    this.svg.addEventListener("pointermove", (event) => this.#pointed(event));
    this.svg.addEventListener("pointerleave", () => this.#tell());
    stage.append(this.element);
    // What stands at the foot of the stage stands above the chart: see image.css.
    new ResizeObserver(() => {
      stage.style.setProperty("--foot", `${this.element.offsetHeight}px`);
    }).observe(this.element);
  }

  hide() {
    this.element.hidden = true;
    this.#line = null;
    clearTimeout(this.#timer);
    this.#newest += 1;
  }

  /** Show a line's profile: at once when it is ended, else soon. */
  show(line, ended) {
    if (!line) {
      return;
    }
    this.#line = line;
    this.element.hidden = false;
    this.#tell();
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#ask(), ended ? 0 : WAIT_MS);
  }

  /** The line's length in pixels, and as people write it. */
  get lengthText() {
    const [x0, y0, x1, y1] = this.#line;
    const pixels = Math.hypot(x1 - x0, y1 - y0);
    const { x, y } = this.page.data.pixel_size;
    const text = `${rounded(pixels)} px`;
    return x && y ? `${lengthText(Math.hypot((x1 - x0) * x, (y1 - y0) * y))} (${text})` : text;
  }

  #tell(more = "") {
    if (this.#line) {
      this.said.value = [this.lengthText, more].filter(Boolean).join("  ·  ");
    }
  }

  async #ask() {
    const number = (this.#newest += 1);
    const { display, gateway } = this.page;
    const active = display.channels.flatMap(({ active: on }, index) => (on ? [index] : []));
    if (active.length === 0) {
      this.svg.replaceChildren();
      return;
    }
    const [x0, y0, x1, y1] = this.#line;
    const query = new URLSearchParams({
      image: gateway.imageId,
      z: display.z,
      t: display.t,
      c: active.join(","),
      width: this.width.value || 1,
      ...{ x0, y0, x1, y1 },
    });
    const url = gateway.prefix.replace(/webgateway\/$/, "measure/profile/");
    let answer;
    try {
      const response = await fetch(`${url}?${query}`);
      answer = await response.json();
    } catch {
      answer = { message: "The server cannot be reached." };
    }
    if (number === this.#newest) {
      this.#found = answer.channels ? answer : null;
      this.#draw();
      if (answer.message) {
        this.#tell(answer.message);
      }
    }
  }

  #draw() {
    const { channels = [], distance = [] } = this.#found ?? {};
    const all = channels.flatMap(({ values }) => values.filter((value) => value !== null));
    if (all.length === 0) {
      this.svg.replaceChildren();
      return;
    }
    const least = all.reduce((one, other) => Math.min(one, other));
    const most = all.reduce((one, other) => Math.max(one, other));
    const span = most - least || 1;
    const longest = distance.at(-1) || 1;
    this.toX = (at) => LEFT + (at / longest) * (WIDTH - LEFT - 4);
    const toY = (value) => TOP + (1 - (value - least) / span) * (HEIGHT - TOP - BOTTOM);
    const curves = channels.map(({ channel, values }) => {
      const points = values.flatMap((value, index) =>
        value === null ? [] : [`${this.toX(distance[index]).toFixed(1)},${toY(value).toFixed(1)}`],
      );
      const { color } = this.page.display.channels[channel];
      const curve = svgElement("polyline", { points: points.join(" "), "data-curve": channel });
      curve.style.stroke = `#${color}`;
      return curve;
    });
    const text = (x, y, said, anchor) =>
      svgElement("text", { x, y, "text-anchor": anchor }, said);
    const foot = HEIGHT - BOTTOM;
    this.svg.replaceChildren(
      svgElement("path", { class: "axis", d: `M${LEFT} ${TOP}V${foot}H${WIDTH - 4}` }),
      text(LEFT - 6, TOP + 9, rounded(most), "end"),
      text(LEFT - 6, foot, rounded(least), "end"),
      text(LEFT, HEIGHT - 5, "0", "middle"),
      text(WIDTH - 4, HEIGHT - 5, this.lengthText, "end"),
      ...curves,
    );
  }

  #pointed(event) {
    if (!this.#found) {
      return;
    }
    const box = this.svg.getBoundingClientRect();
    const { channels, distance } = this.#found;
    const at = ((event.clientX - box.left) / box.width) * WIDTH;
    const part = Math.min(Math.max((at - LEFT) / (WIDTH - LEFT - 4), 0), 1);
    const index = Math.round(part * (distance.length - 1));
    const values = channels.flatMap(({ channel, values: all }) =>
      all[index] === null
        ? []
        : [`${this.page.display.channels[channel].label} ${rounded(all[index])}`],
    );
    this.#tell([`at ${rounded(distance[index])} px`, ...values].join("  "));
  }

  #save() {
    if (!this.#found) {
      return;
    }
    const { channels, distance } = this.#found;
    const labels = channels.map(({ channel }) => this.page.display.channels[channel].label);
    const quoted = (text) => `"${text.replaceAll('"', '""')}"`;
    const rows = [
      ["distance_px", ...labels].map(quoted),
      ...distance.map((at, index) => [at, ...channels.map(({ values }) => values[index] ?? "")]),
    ];
    const text = `${rows.map((row) => row.join(",")).join("\r\n")}\r\n`;
    const url = URL.createObjectURL(new Blob([text], { type: "text/csv" }));
    element("a", { href: url, download: "profile.csv" }).click();
    URL.revokeObjectURL(url);
  }
}
