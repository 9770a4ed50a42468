// Where on the sky the points of an image are, worked out from a mesh that the
// server measured to be exact. Points are in the overlay's pixels: the centre of
// the first pixel is (0.5, 0.5). Knows no page.

const DEGREE = Math.PI / 180;

/** Weights of the cubic through four values at 0, 1, 2 and 3 (Lagrange). */
function weights(t) {
  const [a, b, c] = [t - 1, t - 2, t - 3];
  return [(-a * b * c) / 6, (t * b * c) / 2, (-t * a * c) / 2, (t * a * b) / 6];
}

function normed([x, y, z]) {
  const length = Math.hypot(x, y, z);
  return [x / length, y / length, z / length];
}

export const dot = (a, b) => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];

/** Longitude (0 to 360) and latitude of a direction, in degrees. */
export function degreesOf([x, y, z]) {
  const lon = Math.atan2(y, x) / DEGREE;
  return { lon: (lon + 360) % 360, lat: Math.atan2(z, Math.hypot(x, y)) / DEGREE };
}

/** The direction of a longitude and a latitude in degrees. */
export function directionOf(lon, lat) {
  const [l, b] = [lon * DEGREE, lat * DEGREE];
  return [Math.cos(b) * Math.cos(l), Math.cos(b) * Math.sin(l), Math.sin(b)];
}

/** The angle between two directions, in degrees. */
export function angleBetween(a, b) {
  const across = Math.hypot(
    a[1] * b[2] - a[2] * b[1],
    a[2] * b[0] - a[0] * b[2],
    a[0] * b[1] - a[1] * b[0],
  );
  return Math.atan2(across, dot(a, b)) / DEGREE;
}

export class Mesh {
  /** @param {Object} answer Of `sky/<image>/mesh/`. */
  constructor(answer) {
    const { width, height, columns, rows, galactic } = answer;
    Object.assign(this, { width, height, columns, rows, turn: galactic });
    this.nodes = Float64Array.from(answer.nodes, (value) => value ?? NaN);
  }

  /**
   * The direction of a point: three numbers, ICRS.
   *
   * @returns {?number[]} Null where there is no sky.
   */
  directionAt(x, y) {
    const { columns, rows, nodes } = this;
    const u = (x / this.width) * (columns - 1);
    const v = (y / this.height) * (rows - 1);
    const left = Math.min(Math.max(Math.floor(u) - 1, 0), columns - 4);
    const top = Math.min(Math.max(Math.floor(v) - 1, 0), rows - 4);
    const across = weights(u - left);
    const down = weights(v - top);
    const found = [0, 0, 0];
    for (let j = 0; j < 4; j += 1) {
      for (let i = 0; i < 4; i += 1) {
        const weight = down[j] * across[i];
        const at = 3 * ((top + j) * columns + left + i);
        found[0] += weight * nodes[at];
        found[1] += weight * nodes[at + 1];
        found[2] += weight * nodes[at + 2];
      }
    }
    return Number.isNaN(found[0]) ? null : normed(found);
  }

  /** The same direction in galactic coordinates. */
  galactic(direction) {
    return this.turn.map((row) => dot(row, direction));
  }

  /** The size of a pixel around a point, in arcseconds; null without a sky. */
  pixelSize(x, y) {
    const here = this.directionAt(x, y);
    const there = this.directionAt(x + 0.5, y);
    return here && there ? angleBetween(here, there) * 2 * 3600 : null;
  }

  /**
   * Which way north and east are on the picture.
   *
   * @returns {?{north: number[], east: number[]}} Unit steps to the right and down;
   *   null where there is no sky, or on a pole.
   */
  compassAt(x, y) {
    const half = 0.5;
    const points = [
      [x, y],
      [x + half, y],
      [x - half, y],
      [x, y + half],
      [x, y - half],
    ].map(([px, py]) => this.directionAt(px, py));
    if (points.includes(null)) {
      return null;
    }
    const [here, right, left, down, up] = points;
    const length = Math.hypot(here[0], here[1]);
    if (length < 1e-9) {
      return null;
    }
    const east = [-here[1] / length, here[0] / length, 0];
    const north = [-here[2] * east[1], here[2] * east[0], length];
    const step = (a, b) => a.map((value, index) => value - b[index]);
    const [toRight, toDown] = [step(right, left), step(down, up)];
    // A step on the picture goes so far east and north; turned around.
    const [a, b] = [dot(east, toRight), dot(east, toDown)];
    const [c, d] = [dot(north, toRight), dot(north, toDown)];
    const area = a * d - b * c;
    const unit = (px, py) => {
      const size = Math.hypot(px, py);
      return [px / size, py / size];
    };
    return { east: unit(d / area, -c / area), north: unit(-b / area, a / area) };
  }
}
