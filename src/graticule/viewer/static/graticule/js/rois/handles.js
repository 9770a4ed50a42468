// Where a shape is taken hold of, and what becomes of it when a handle moves.
// Pure, like geometry.js.

import {
  betweenCorners,
  cornersOf,
  hasPoints,
  localPoint,
  transformed,
} from "./geometry.js";

const SIDES = {
  nw: [0, 0],
  n: [0.5, 0],
  ne: [1, 0],
  e: [1, 0.5],
  se: [1, 1],
  s: [0.5, 1],
  sw: [0, 1],
  w: [0, 0.5],
};
// Corners closer together on the screen have no handle between them.
const LEAST_BETWEEN = 26;

/** @typedef {{name: string, x: number, y: number, between: ?boolean}} Handle */

function local(shape, scale) {
  if (shape.type === "Line") {
    return [
      { name: "1", at: [shape.x1, shape.y1] },
      { name: "2", at: [shape.x2, shape.y2] },
    ];
  }
  if (shape.type === "Rectangle" || shape.type === "Ellipse") {
    const { x0, y0, x1, y1 } = cornersOf(shape);
    return Object.entries(SIDES).map(([name, [right, down]]) => ({
      name,
      at: [x0 + right * (x1 - x0), y0 + down * (y1 - y0)],
    }));
  }
  return hasPoints(shape) ? corners(shape, scale) : [];
}

function corners({ points, type }, scale) {
  const found = points.map((at, index) => ({ name: `p${index}`, at }));
  const edges = type === "Polygon" ? points.length : points.length - 1;
  for (let index = 0; index < edges; index += 1) {
    const [x0, y0] = points[index];
    const [x1, y1] = points[(index + 1) % points.length];
    const at = [(x0 + x1) / 2, (y0 + y1) / 2];
    if (Math.hypot(x1 - x0, y1 - y0) * scale >= LEAST_BETWEEN) {
      found.push({ name: `m${index}`, at, between: true });
    }
  }
  return found;
}

/**
 * List the handles of a shape, in pixels of the image.
 *
 * @param {Object} shape
 * @param {number} scale Pixels of the screen in one of the image.
 * @returns {Handle[]}
 */
export function handlesOf(shape, scale) {
  return local(shape, scale).map(({ name, at, between }) => {
    const [x, y] = shape.transform ? transformed(shape.transform, at) : at;
    return { name, x, y, between };
  });
}

/**
 * Take hold of a handle: one between two corners becomes a corner.
 *
 * @returns {{shape: Object, name: string}}
 */
export function held(shape, handle) {
  if (!handle.between) {
    return { shape, name: handle.name };
  }
  const index = Number(handle.name.slice(1)) + 1;
  const points = [...shape.points];
  const { x, y } = localPoint(shape, handle);
  points.splice(index, 0, [x, y]);
  return { shape: { ...shape, points }, name: `p${index}` };
}

/** The shape when one of its handles is at a point of the image. */
export function dragged(shape, name, point) {
  const { x, y } = localPoint(shape, point);
  if (shape.type === "Line") {
    return { ...shape, [`x${name}`]: x, [`y${name}`]: y };
  }
  if (name.startsWith("p")) {
    const points = shape.points.with(Number(name.slice(1)), [x, y]);
    return { ...shape, points };
  }
  const next = cornersOf(shape);
  if (name.includes("w")) {
    next.x0 = x;
  }
  if (name.includes("e")) {
    next.x1 = x;
  }
  if (name.includes("n")) {
    next.y0 = y;
  }
  if (name.includes("s")) {
    next.y1 = y;
  }
  return betweenCorners(shape, next);
}

/** The shape without a corner, or null where it needs all it has. */
export function withoutCorner(shape, name) {
  const fewest = shape.type === "Polygon" ? 3 : 2;
  if (!/^p\d+$/.test(name) || shape.points.length <= fewest) {
    return null;
  }
  return { ...shape, points: shape.points.toSpliced(Number(name.slice(1)), 1) };
}
