// The graticule: lines of equal longitude and latitude over the part of the picture
// that is seen, at round values, with labels where they leave it.

import { svgElement } from "../image/overlay.js";
import { contour, sampled } from "./contours.js";
import { degreesOf, directionOf, dot } from "./mesh.js";
import { lines, WAYS } from "./writing.js";

const CELL = 14; // screen pixels between samples
const APART = 130; // screen pixels between lines, about
const MOST_LINES = 80;
const INSET = 7;
const EDGE = 1e-6;

/** Longitudes and latitudes that are seen: the middle and how far they go. */
function extents(directions) {
  const known = directions.filter(Boolean);
  if (known.length === 0) {
    return null;
  }
  const places = known.map(degreesOf);
  const lats = places.map(({ lat }) => lat);
  const [south, north] = [Math.min(...lats), Math.max(...lats)];
  const sum = known.reduce((all, each) => all.map((v, i) => v + each[i]), [0, 0, 0]);
  const middle = degreesOf(sum).lon;
  const aside = places.map(({ lon }) => ((lon - middle + 540) % 360) - 180);
  const [west, east] = [Math.min(...aside), Math.max(...aside)];
  return { south, north, west: middle + west, east: middle + east };
}

/** A function that is zero on a meridian, and null on the far side of the pole. */
function meridian(lon) {
  const across = directionOf(lon + 90, 0);
  const along = directionOf(lon, 0);
  return (direction) => (dot(along, direction) < 0 ? null : dot(across, direction));
}

function parallel(lat) {
  const height = Math.sin((lat * Math.PI) / 180);
  return (direction) => direction[2] - height;
}

function valuesBetween(from, to, step) {
  const first = Math.ceil(from / step - EDGE);
  const count = Math.min(Math.floor(to / step + EDGE) - first + 1, MOST_LINES);
  return Array.from({ length: Math.max(count, 0) }, (_, i) => (first + i) * step);
}

export class Grid {
  constructor(page, mesh) {
    this.page = page;
    this.mesh = mesh;
    this.layer = page.overlay.layer("sky-grid");
    this.labels = page.overlay.screenLayer("sky-labels");
  }

  clear() {
    this.layer.replaceChildren();
    this.labels.replaceChildren();
  }

  /** Draw it for what is seen now. */
  draw(way) {
    const { picture } = this.page;
    const at = picture.placement;
    const region = visible(picture.region, at, picture.element);
    const cells = sampled(region, CELL / at.scale, (x, y) => {
      const direction = this.mesh.directionAt(x, y);
      return direction && WAYS[way].frame === "galactic"
        ? this.mesh.galactic(direction)
        : direction;
    });
    const seen = extents(cells.directions);
    if (!seen) {
      this.clear();
      return;
    }
    const most = Math.max((Math.max(region[2], region[3]) * at.scale) / APART, 3);
    const drawn = [
      ...this.#family(way, "lon", seen.west, seen.east, most, cells, meridian),
      ...this.#family(way, "lat", seen.south, seen.north, most, cells, parallel),
    ];
    this.layer.replaceChildren(
      ...drawn.map(({ axis, value, path }) =>
        svgElement(
          "g",
          { "data-axis": axis, "data-value": value },
          svgElement("path", { class: "sky-under", d: path }),
          svgElement("path", { class: "sky-line", d: path }),
        ),
      ),
    );
    this.#label(drawn, region, at);
  }

  #family(way, axis, from, to, most, cells, zero) {
    const { step, label } = lines(way, axis, to - from, most);
    const turn = (value) => (axis === "lon" ? ((value % 360) + 360) % 360 : value);
    return valuesBetween(from, to, step)
      .filter((value) => axis === "lon" || Math.abs(value) < 90 - EDGE)
      .filter((value, i, all) => axis === "lat" || i === 0 || value < all[0] + 360 - EDGE)
      .map((value) => ({ value: turn(value), pieces: contour(cells, zero(value)) }))
      .filter(({ pieces }) => pieces.length > 0)
      .map(({ value, pieces }) => ({
        axis,
        value,
        text: label(value),
        pieces,
        path: pieces
          .map(([a, b]) => `M${a.map(short).join(" ")}L${b.map(short).join(" ")}`)
          .join(""),
      }));
  }

  /** Put labels where lines leave the part that is seen, none upon another. */
  #label(drawn, region, at) {
    const taken = occupied(this.page.picture.element);
    this.labels.replaceChildren();
    for (const { axis, text, pieces, value } of drawn) {
      const places = ends(pieces, region, axis);
      for (const { x, y, side } of places) {
        const made = svgElement("text", {
          class: "sky-label",
          "data-axis": axis,
          "data-value": value,
          ...anchored(side, at.x + x * at.scale, at.y + y * at.scale),
        });
        made.textContent = text;
        this.labels.append(made);
        const box = made.getBoundingClientRect();
        if (taken.every((other) => apart(box, other))) {
          taken.push(box);
          break;
        }
        made.remove();
      }
    }
  }
}

const short = (value) => Number(value.toFixed(4));

/** What is really seen of a region, whose edges are those of whole pixels. */
function visible([left, top, width, height], at, { clientWidth, clientHeight }) {
  const [x, y] = [Math.max(left, -at.x / at.scale), Math.max(top, -at.y / at.scale)];
  const right = Math.min(left + width, (clientWidth - at.x) / at.scale);
  const bottom = Math.min(top + height, (clientHeight - at.y) / at.scale);
  return [x, y, right - x, bottom - y];
}

/** Where a line meets the edges of what is seen; the preferred edge first. */
function ends(pieces, [left, top, width, height], axis) {
  const close = Math.max(width, height) * EDGE;
  const order = axis === "lon" ? ["bottom", "top", "right", "left"] : ["right", "left"];
  const found = [];
  for (const [x, y] of pieces.flat()) {
    for (const [side, off] of [
      ["bottom", y - top - height],
      ["top", y - top],
      ["right", x - left - width],
      ["left", x - left],
    ]) {
      if (Math.abs(off) < close) {
        found.push({ x, y, side });
      }
    }
  }
  const rank = ({ side }) => (order.indexOf(side) + 9) % 9;
  return found.sort((a, b) => rank(a) - rank(b));
}

function anchored(side, x, y) {
  return {
    bottom: { x, y: y - INSET, "text-anchor": "middle" },
    top: { x, y: y + INSET, "text-anchor": "middle", "dominant-baseline": "hanging" },
    right: { x: x - INSET, y, "text-anchor": "end", "dominant-baseline": "middle" },
    left: { x: x + INSET, y, "text-anchor": "start", "dominant-baseline": "middle" },
  }[side];
}

/** What stands over the picture already, and the world outside of the stage. */
function occupied(element) {
  const stage = element.getBoundingClientRect();
  const { left, top, right, bottom } = stage;
  const far = 1e5;
  const boxes = [...element.parentElement.querySelectorAll(".overlay")]
    .map((each) => each.getBoundingClientRect())
    .filter(({ width }) => width > 0);
  return [
    ...boxes,
    { left: -far, right: left, top: -far, bottom: far },
    { left: right, right: far, top: -far, bottom: far },
    { left: -far, right: far, top: -far, bottom: top },
    { left: -far, right: far, top: bottom, bottom: far },
  ];
}

function apart(a, b) {
  const gap = 4;
  return (
    a.right + gap <= b.left ||
    b.right + gap <= a.left ||
    a.bottom <= b.top ||
    b.bottom <= a.top
  );
}
