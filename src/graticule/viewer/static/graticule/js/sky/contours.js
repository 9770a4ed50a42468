// Lines along which a function of the picture is zero, through the cells of an even
// grid; where they cross an edge is found exactly. Draws nothing.

/**
 * @typedef {Object} Cells
 * @property {number[]} xs Columns, in pixels of the overlay.
 * @property {number[]} ys Rows.
 * @property {function(number, number): ?number[]} at The direction of a point.
 * @property {Array<?number[]>} directions Of the corners, row by row.
 */

/** Sample directions over a part of the picture: `[x, y, width, height]`. */
export function sampled([x, y, width, height], step, at) {
  const even = (from, size) => {
    const count = Math.min(Math.max(Math.ceil(size / step), 4), 160);
    return Array.from({ length: count + 1 }, (_, i) => from + (i * size) / count);
  };
  const [xs, ys] = [even(x, width), even(y, height)];
  const directions = ys.flatMap((py) => xs.map((px) => at(px, py)));
  return { xs, ys, at, directions };
}

const CLOSE_ENOUGH = 1e-4;
const MOST_STEPS = 8;

/** Where between two points a function is zero, by the rule of false position. */
function crossing([x0, y0, f0], [x1, y1, f1], valueAt) {
  let [low, high] = [0, 1];
  let [fl, fh] = [f0, f1];
  let t = f0 / (f0 - f1);
  for (let turn = 0; turn < MOST_STEPS; turn += 1) {
    const f = valueAt(x0 + t * (x1 - x0), y0 + t * (y1 - y0));
    if (f === null) {
      break;
    }
    if (f < 0 === fl < 0) {
      [low, fl] = [t, f];
    } else {
      [high, fh] = [t, f];
    }
    const next = low + ((high - low) * fl) / (fl - fh);
    const moved = Math.abs(next - t) * Math.hypot(x1 - x0, y1 - y0);
    t = next;
    if (moved < CLOSE_ENOUGH) {
      break;
    }
  }
  return [x0 + t * (x1 - x0), y0 + t * (y1 - y0)];
}

/**
 * Find the pieces of a line.
 *
 * @param {Cells} cells
 * @param {function(number[]): ?number} value Of a direction; null where the line
 *   cannot be.
 * @returns {Array<number[][]>} Pairs of points.
 */
export function contour({ xs, ys, at, directions }, value) {
  const valueAt = (x, y) => {
    const direction = at(x, y);
    return direction && value(direction);
  };
  const values = directions.map((direction) => direction && value(direction));
  const columns = xs.length;
  const pieces = [];
  const known = new Map();
  const edge = (a, b) => {
    const [fa, fb] = [values[a], values[b]];
    if (fa < 0 === fb < 0) {
      return null;
    }
    const key = a * values.length + b;
    if (!known.has(key)) {
      const point = (i) => [xs[i % columns], ys[Math.floor(i / columns)], values[i]];
      known.set(key, crossing(point(a), point(b), valueAt));
    }
    return known.get(key);
  };
  for (let row = 0; row + 1 < ys.length; row += 1) {
    for (let column = 0; column + 1 < columns; column += 1) {
      const a = row * columns + column;
      const corners = [a, a + 1, a + 1 + columns, a + columns];
      if (corners.some((corner) => values[corner] === null)) {
        continue;
      }
      const met = [
        edge(a, a + 1),
        edge(a + 1, a + 1 + columns),
        edge(a + columns, a + columns + 1),
        edge(a, a + columns),
      ].filter(Boolean);
      for (let i = 0; i + 1 < met.length; i += 2) {
        pieces.push([met[i], met[i + 1]]);
      }
    }
  }
  return pieces;
}
