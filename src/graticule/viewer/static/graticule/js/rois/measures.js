// The measure that the list shows, and numbers as people write them: sizes come
// with the lines, intensities are asked for as lines come into view.

import { element } from "../dom.js";

const AT_ONCE = 100;
const REST_MS = 200;

/** A number with four digits that count, in a unit. */
export function written(value, unit) {
  if (value === undefined || value === null) {
    return "";
  }
  const digits = Math.abs(value) >= 1000 ? 0 : undefined;
  const text =
    digits === 0
      ? Math.round(value).toLocaleString("en")
      : Number(value.toPrecision(4)).toLocaleString("en", { maximumFractionDigits: 6 });
  return unit ? `${text} ${unit}` : text;
}

/** An area, or where there is none a length, in micrometres if known. */
export function sizeText({ area_px, area_um2, length_px, length_um }) {
  if (area_px !== undefined) {
    return area_um2 === undefined ? written(area_px, "px²") : written(area_um2, "µm²");
  }
  return lengthText({ length_px, length_um });
}

export function lengthText({ length_px, length_um }) {
  return length_um === undefined ? written(length_px, "px") : written(length_um, "µm");
}

/** What the list says of a line. */
export function measureOf(line, measures) {
  const { chosen } = measures;
  if (chosen === "size") {
    return sizeText(line);
  }
  if (chosen === "length") {
    return lengthText(line);
  }
  return measures.mean(line.id);
}

/** On which planes it is: "z 3 t 1", with nothing said of a single one. */
export function planeText({ z, t }, size) {
  const said = [];
  if (size.z > 1) {
    said.push(z === undefined ? "all z" : `z ${z + 1}`);
  }
  if (size.t > 1) {
    said.push(t === undefined ? "all t" : `t ${t + 1}`);
  }
  return said.join(" ");
}

export class Measures {
  #known = new Map();
  #wanted = new Set();
  #timer = null;

  /**
   * @param {RoisPart} part
   * @param {HTMLSelectElement} select
   * @param {function()} changed
   */
  constructor(part, select, changed) {
    this.part = part;
    this.select = select;
    this.changed = changed;
    part.page.data.channels.forEach(({ label }, index) => {
      select.append(element("option", { value: String(index) }, `Mean of ${label}`));
    });
    select.addEventListener("change", () => this.#forget());
    part.page.display.addEventListener("change", () => this.#forgetPlane());
    part.saving.addEventListener("saved", () => this.#forget());
  }

  /** "size", "length", or the number of a channel. */
  get chosen() {
    return this.select.value;
  }

  #forget() {
    this.#known.clear();
    this.changed();
  }

  #forgetPlane() {
    const { z, t } = this.part.page.display;
    if (this.plane !== `${z} ${t}`) {
      this.plane = `${z} ${t}`;
      this.#forget();
    }
  }

  mean(id) {
    return this.#known.get(id) ?? "…";
  }

  /** Ask for what some lines need, a moment later. */
  want(lines) {
    if (!/^\d+$/.test(this.chosen)) {
      return;
    }
    const missing = lines.filter(({ id }) => !this.#known.has(id));
    missing.forEach(({ id }) => this.#wanted.add(id));
    if (missing.length > 0 && !this.#timer) {
      this.#timer = setTimeout(() => this.#ask(), REST_MS);
    }
  }

  async #ask() {
    this.#timer = null;
    const ids = [...this.#wanted].slice(0, AT_ONCE);
    this.#wanted.clear();
    const { z, t } = this.part.page.display;
    const { chosen } = this;
    try {
      const found = await this.part.door.measures(ids, z, t, chosen);
      ids.forEach((id) => this.#known.set(id, "–"));
      for (const { id, channels } of found) {
        if (channels.length > 0) {
          this.#known.set(id, written(channels[0].mean));
        }
      }
    } catch {
      ids.forEach((id) => this.#known.set(id, "–"));
    }
    if (chosen === this.chosen) {
      this.changed();
    }
  }
}
