// How positions are written: hours or degrees, with as many digits as make sense;
// and which values grid lines have. Knows no page and no picture.

const MINUS = "\u2212";

/** The ways to write a position; `frame` is the grid's. */
export const WAYS = {
  hours: { name: "ICRS, hours", short: "h m s", frame: "icrs" },
  degrees: { name: "ICRS, degrees", short: "deg", frame: "icrs" },
  galactic: { name: "galactic", short: "l b", frame: "galactic" },
};

/** Write parts of sixty; `parts` are how many of them, 1 to 3. */
function sixty(value, marks, decimals, parts) {
  const scale = 60 ** (parts - 1) * 10 ** decimals;
  let units = Math.round(Math.abs(value) * scale);
  const words = [];
  let size = scale;
  for (let part = 0; part < parts; part += 1) {
    const last = part === parts - 1;
    const whole = last ? units / 10 ** decimals : Math.floor(units / size);
    const text = last ? whole.toFixed(decimals) : String(whole);
    words.push(text.padStart(last && decimals ? 3 + decimals : 2, "0") + marks[part]);
    units -= last ? 0 : whole * size;
    size /= 60;
  }
  return words.join("");
}

function sign(value, text, plus) {
  const isZero = !/[1-9]/.test(text);
  return (isZero ? "" : value < 0 ? MINUS : plus) + text;
}

function hours(degrees, decimals, parts = 3) {
  const text = sixty(degrees / 15, ["h", "m", "s"], decimals, parts);
  return text.startsWith("24h") ? `00h${text.slice(3)}` : text;
}

function arcs(degrees, decimals, parts = 3) {
  return sign(degrees, sixty(degrees, ["°", "′", "″"], decimals, parts), "+");
}

function plain(degrees, decimals, plus) {
  return sign(degrees, Math.abs(degrees).toFixed(decimals), plus);
}

/**
 * Write a position.
 *
 * @param {string} way One of {@link WAYS}.
 * @param {number} lon Of the way's frame, degrees.
 * @param {number} lat
 * @param {number} arcseconds What is worth telling apart.
 */
export function written(way, lon, lat, arcseconds) {
  const decimals = Math.min(Math.max(Math.ceil(-Math.log10(arcseconds)), 0), 6);
  if (way === "hours") {
    return `${hours(lon, decimals + 1)} ${arcs(lat, decimals)}`;
  }
  const digits = Math.min(decimals + 4, 9);
  const both = [plain(lon, digits, ""), plain(lat, digits, "+")];
  return way === "galactic" ? `l ${both[0]} b ${both[1]}` : both.join(" ");
}

const DECADES = [1, 0.1, 0.01, 0.001, 1e-4, 1e-5];
const DECIMAL = [45, 30, 20, ...[10, ...DECADES].flatMap((ten) => [ten, ten / 2, ten / 5])];
const SECONDS = DECADES.flatMap((ten) => [ten, ten / 2, ten / 5]);
const SIXTIETHS = [30, 20, 10, 5, 2];

// Steps of lines, in seconds of time or of arc; in degrees where those are written.
const STEPS = {
  hours: [6, 4, 3, 2, 1]
    .map((step) => step * 3600)
    .concat([...SIXTIETHS, 1].map((step) => step * 60), SIXTIETHS, SECONDS),
  arcs: [45, 30, 20, 10, 5, 2, 1]
    .map((step) => step * 3600)
    .concat([...SIXTIETHS, 1].map((step) => step * 60), SIXTIETHS, SECONDS),
  decimal: DECIMAL,
};

/** Of steps that fall, the smallest that makes at most so many lines. */
function nice(steps, extent, most) {
  const few = steps.filter((step) => extent / step <= most);
  return few.at(-1) ?? steps[0];
}

const decimalsOf = (step) => Math.max(0, Math.ceil(-Math.log10(step) - 1e-9));

function sexagesimal(step, write) {
  const parts = step % 3600 === 0 ? 1 : step % 60 === 0 ? 2 : 3;
  const decimals = parts === 3 ? decimalsOf(step) : 0;
  return (value) => write(value, decimals, parts);
}

/**
 * Choose the values of lines over an extent.
 *
 * @param {string} way
 * @param {"lon"|"lat"} axis
 * @param {number} extent Degrees.
 * @param {number} most Lines, about.
 * @returns {{step: number, label: function(number): string}} The step in degrees.
 */
export function lines(way, axis, extent, most) {
  if (way !== "hours") {
    const step = nice(STEPS.decimal, extent, most);
    const decimals = decimalsOf(step);
    const plus = axis === "lon" ? "" : "+";
    return { step, label: (value) => `${plain(value, decimals, plus)}°` };
  }
  const [unit, steps, write] =
    axis === "lon" ? [240, STEPS.hours, hours] : [3600, STEPS.arcs, arcs];
  const step = nice(steps, extent * unit, most);
  return { step: step / unit, label: sexagesimal(step, write) };
}
