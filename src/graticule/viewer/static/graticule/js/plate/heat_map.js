// Colours wells by numbers, from dark to bright; wells without one are dimmed.

const BRIGHT = 0.45;

/** The colour at a place from 0 to 1 among stops "rrggbb", as [r, g, b]. */
export function colorAt(stops, place) {
  const scaled = Math.min(Math.max(place, 0), 1) * (stops.length - 1);
  const index = Math.min(Math.floor(scaled), stops.length - 2);
  const part = scaled - index;
  return [0, 2, 4].map((at) => {
    const low = Number.parseInt(stops[index].slice(at, at + 2), 16);
    const high = Number.parseInt(stops[index + 1].slice(at, at + 2), 16);
    return Math.round(low + (high - low) * part);
  });
}

function luminance([red, green, blue]) {
  const linear = [red, green, blue].map((value) => {
    const part = value / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2];
}

/** A number as people read it in a small place. */
export function short(value) {
  const size = Math.abs(value);
  if (size !== 0 && (size >= 1e6 || size < 1e-3)) {
    return value.toExponential(2);
  }
  return String(Number(value.toPrecision(4)));
}

export class HeatMap {
  /**
   * @param {HTMLTableElement} plate
   * @param {string[]} stops Colours from the least to the greatest value.
   */
  constructor(plate, stops) {
    this.plate = plate;
    this.stops = stops;
  }

  /** The colours as a CSS gradient, for a legend. */
  get gradient() {
    return `linear-gradient(to right, ${this.stops.map((stop) => `#${stop}`).join(", ")})`;
  }

  /** Show pictures again. */
  clear() {
    delete this.plate.dataset.colored;
    for (const well of this.plate.querySelectorAll(".well[data-value]")) {
      delete well.dataset.value;
      this.#name(well, "");
    }
  }

  /**
   * Colour wells.
   *
   * @param {{name: string, least: ?number, greatest: ?number, wells: Object[]}} answer
   */
  show({ name, least, greatest, wells }) {
    this.clear();
    this.plate.dataset.colored = name;
    for (const { row, column, value } of wells) {
      const cell = this.plate.querySelector(
        `td[data-row="${row}"][data-column="${column}"]`,
      );
      const well = cell?.querySelector(".well");
      if (well) {
        const place = greatest > least ? (value - least) / (greatest - least) : 0.5;
        const color = colorAt(this.stops, place);
        well.style.setProperty("--heat", `rgb(${color.join(" ")})`);
        const dark = luminance(color) > BRIGHT / 2;
        well.style.setProperty("--on-heat", dark ? "#000" : "#fff");
        well.dataset.value = short(value);
        this.#name(well, `${name} ${short(value)}`);
      }
    }
  }

  #name(well, more) {
    const { label } = well.closest("td").dataset;
    if (well.matches("a")) {
      well.setAttribute("aria-label", more ? `Well ${label}, ${more}` : `Well ${label}`);
    }
  }
}
