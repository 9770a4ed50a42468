// Shapes as places: outlines, boxes, distances, moves. Pure; shapes are as the
// server says them, in pixels of the image; none is ever changed, new ones are
// made.

const ELLIPSE_POINTS = 64;

/** Apply a transform `[a, b, c, d, e, f]`, as SVG has it, to a point `[x, y]`. */
export function transformed([a, b, c, d, e, f], [x, y]) {
  return [a * x + c * y + e, b * x + d * y + f];
}

function inverse([a, b, c, d, e, f]) {
  const area = a * d - b * c || 1e-9;
  const [p, q, r, s] = [d / area, -b / area, -c / area, a / area];
  return [p, q, r, s, -p * e - r * f, -q * e - s * f];
}

/** Where a point of the image was before a shape's transform. */
export function localPoint(shape, { x, y }) {
  const matrix = shape.transform;
  const [lx, ly] = matrix ? transformed(inverse(matrix), [x, y]) : [x, y];
  return { x: lx, y: ly };
}

export function isClosed(shape) {
  return ["Rectangle", "Ellipse", "Polygon", "Mask"].includes(shape.type);
}

export function hasPoints(shape) {
  return shape.type === "Polygon" || shape.type === "Polyline";
}

function localOutline(shape) {
  const { type, x, y } = shape;
  if (hasPoints(shape)) {
    return shape.points;
  }
  if (type === "Line") {
    return [
      [shape.x1, shape.y1],
      [shape.x2, shape.y2],
    ];
  }
  if (type === "Ellipse") {
    return Array.from({ length: ELLIPSE_POINTS }, (_, n) => {
      const turn = (2 * Math.PI * n) / ELLIPSE_POINTS;
      return [x + shape.radius_x * Math.cos(turn), y + shape.radius_y * Math.sin(turn)];
    });
  }
  if (type === "Point" || type === "Label") {
    return [[x, y]];
  }
  const [right, bottom] = [x + shape.width, y + shape.height];
  return [
    [x, y],
    [right, y],
    [right, bottom],
    [x, bottom],
  ];
}

/** The outline as points `[x, y]` of the image. */
export function outlineOf(shape) {
  const points = localOutline(shape);
  const matrix = shape.transform;
  return matrix ? points.map((point) => transformed(matrix, point)) : points;
}

/** The box around it: `{x0, y0, x1, y1}`. */
export function boxOf(shape) {
  const box = { x0: Infinity, y0: Infinity, x1: -Infinity, y1: -Infinity };
  for (const [x, y] of outlineOf(shape)) {
    box.x0 = Math.min(box.x0, x);
    box.y0 = Math.min(box.y0, y);
    box.x1 = Math.max(box.x1, x);
    box.y1 = Math.max(box.y1, y);
  }
  return box;
}

function fromEdge([px, py], [ax, ay], [bx, by]) {
  const [dx, dy] = [bx - ax, by - ay];
  const length = dx * dx + dy * dy;
  const along = length ? ((px - ax) * dx + (py - ay) * dy) / length : 0;
  const at = Math.min(Math.max(along, 0), 1);
  return Math.hypot(px - ax - at * dx, py - ay - at * dy);
}

function contains(points, [px, py]) {
  let inside = false;
  points.forEach(([x0, y0], index) => {
    const [x1, y1] = points[(index + 1) % points.length];
    if (y0 > py !== y1 > py && px < x0 + ((py - y0) * (x1 - x0)) / (y1 - y0)) {
      inside = !inside;
    }
  });
  return inside;
}

/** How far a point is from a shape; 0 within an area. */
export function distanceTo(shape, { x, y }) {
  const points = outlineOf(shape);
  const place = [x, y];
  if (points.length === 1) {
    return Math.hypot(x - points[0][0], y - points[0][1]);
  }
  if (isClosed(shape) && contains(points, place)) {
    return 0;
  }
  const edges = isClosed(shape) ? points.length : points.length - 1;
  let least = Infinity;
  for (let index = 0; index < edges; index += 1) {
    const next = points[(index + 1) % points.length];
    least = Math.min(least, fromEdge(place, points[index], next));
  }
  return least;
}

/** The same shape elsewhere. */
export function moved(shape, dx, dy) {
  const next = { ...shape };
  if (shape.transform) {
    const [a, b, c, d, e, f] = shape.transform;
    next.transform = [a, b, c, d, e + dx, f + dy];
  } else if (hasPoints(shape)) {
    next.points = shape.points.map(([x, y]) => [x + dx, y + dy]);
  } else if (shape.type === "Line") {
    Object.assign(next, { x1: shape.x1 + dx, x2: shape.x2 + dx });
    Object.assign(next, { y1: shape.y1 + dy, y2: shape.y2 + dy });
  } else {
    Object.assign(next, { x: shape.x + dx, y: shape.y + dy });
  }
  return next;
}

/** A rectangle or ellipse between two corners, given before any transform. */
export function betweenCorners(shape, { x0, y0, x1, y1 }) {
  const [width, height] = [Math.abs(x1 - x0), Math.abs(y1 - y0)];
  const [x, y] = [Math.min(x0, x1), Math.min(y0, y1)];
  if (shape.type === "Ellipse") {
    const [rx, ry] = [width / 2, height / 2];
    return { ...shape, x: x + rx, y: y + ry, radius_x: rx, radius_y: ry };
  }
  return { ...shape, x, y, width, height };
}

/** Corners of a rectangle or ellipse before its transform. */
export function cornersOf(shape) {
  const { x, y } = shape;
  if (shape.type === "Ellipse") {
    const { radius_x: rx, radius_y: ry } = shape;
    return { x0: x - rx, y0: y - ry, x1: x + rx, y1: y + ry };
  }
  return { x0: x, y0: y, x1: x + shape.width, y1: y + shape.height };
}

