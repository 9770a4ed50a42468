// What the dialog's choices mean: sizes in pixels and on paper, and the query that
// the server makes the figure by. Pure; draws nothing.

const MM = { mm: 1, cm: 10, in: 25.4 };
const MM_PER_INCH = 25.4;
const DPI = 300;

const positive = (text, otherwise) => (Number(text) > 0 ? Number(text) : otherwise);

/**
 * The figure's width in pixels.
 *
 * @param {FormData} choices
 * @param {{region: number[], zoom: number}} seen
 */
export function widthOf(choices, { region, zoom }) {
  const [, , across] = region;
  if (choices.get("size") === "full") {
    return across;
  }
  if (choices.get("size") === "screen") {
    return Math.max(1, Math.round(across * zoom * window.devicePixelRatio));
  }
  const mm = positive(choices.get("paper"), 85) * MM[choices.get("unit")];
  return Math.max(1, Math.round((mm / MM_PER_INCH) * dpiOf(choices)));
}

export function dpiOf(choices) {
  return positive(choices.get("dpi"), DPI);
}

/** How large the figure becomes, in a sentence for people. */
export function sizeText(choices, seen) {
  const [, , across, down] = seen.region;
  const width = widthOf(choices, seen);
  const height = Math.max(1, Math.round((down * width) / across));
  const mm = (pixels) =>
    Number(((pixels / dpiOf(choices)) * MM_PER_INCH).toPrecision(3)).toLocaleString("en");
  const factor = width / across;
  const detail =
    factor === 1
      ? "Every pixel of the image, as it is."
      : factor > 1
        ? `Each pixel of the image becomes ${factor.toPrecision(2)} wide.`
        : `${Math.round(factor * 100) || "Below 1"} % of full resolution.`;
  const pixels = `${width.toLocaleString("en")} × ${height.toLocaleString("en")} pixels`;
  return `${pixels}, ${mm(width)} × ${mm(height)} mm on paper. ${detail}`;
}

/**
 * The query of a figure.
 *
 * @param {FormData} choices
 * @param {{region: number[], zoom: number, z: number, t: number, rendering: string}} seen
 * @param {?number} [most] A preview's width at most: the same figure, smaller.
 */
export function figureQuery(choices, seen, most = null) {
  const width = widthOf(choices, seen);
  const shown = most === null ? width : Math.min(width, most);
  const query = new URLSearchParams({
    format: most === null ? choices.get("format") : "png",
    z: String(seen.z),
    t: String(seen.t),
    region: seen.region.join(","),
    width: String(shown),
    dpi: String((dpiOf(choices) * shown) / width),
    names: choices.get("names"),
    regions: choices.get("regions"),
  });
  if (choices.get("text")) {
    query.set("text", choices.get("text"));
  }
  if (choices.has("bar")) {
    query.set("bar", choices.get("bar_um") || "auto");
    query.set("bar_at", choices.get("bar_at"));
    query.set("bar_color", choices.get("bar_color").slice(1));
    query.set("bar_label", String(choices.has("bar_label")));
  }
  return `${query}&${seen.rendering}`;
}
