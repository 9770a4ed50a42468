// A bar of a round length at the foot of the stage.

const LONGEST_PX = 180;
const UNITS = [
  ["cm", 1e4],
  ["mm", 1e3],
  ["µm", 1],
  ["nm", 1e-3],
];

/** The longest 1, 2 or 5 times a power of ten that is not above `most`. */
export function roundLength(most) {
  const power = 10 ** Math.floor(Math.log10(most));
  const digit = [5, 2, 1].find((step) => step * power <= most * (1 + 1e-9));
  return (digit ?? 1) * power;
}

/** A length in micrometres as people write it. */
export function lengthText(um) {
  const [unit, size] = UNITS.find(([, each]) => um >= each) ?? UNITS.at(-1);
  return `${Number((um / size).toPrecision(3))} ${unit}`;
}

export class ScaleBar {
  /** @param {?number} pixelSize Micrometres per pixel; without it no bar. */
  constructor(element, pixelSize) {
    this.element = element;
    this.pixelSize = pixelSize;
    element.hidden = !(pixelSize > 0);
  }

  /** Fit the bar to a zoom (screen pixels per image pixel). */
  update(zoom) {
    if (this.element.hidden) {
      return;
    }
    const umPerPx = this.pixelSize / zoom;
    const length = roundLength(umPerPx * LONGEST_PX);
    this.element.querySelector(".scale-text").textContent = lengthText(length);
    this.element.querySelector(".scale-line").style.width = `${length / umPerPx}px`;
  }
}
