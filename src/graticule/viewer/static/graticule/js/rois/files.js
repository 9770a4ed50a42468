// Files of shapes: links to what the list holds, and shapes drawn in from a file
// (our JSON, or GeoJSON).

const MOST = 5000;
const MEGABYTE = 1 << 20;
const MOST_BYTES = 20 * MEGABYTE;

/** Shapes out of a file's text; throws a sentence. */
export function shapesOf(text) {
  let value;
  try {
    value = JSON.parse(text);
  } catch {
    throw new Error("The file is not JSON.");
  }
  if (Array.isArray(value?.shapes)) {
    return value.shapes;
  }
  if (value?.type === "FeatureCollection" && Array.isArray(value.features)) {
    return value.features.flatMap(shapesOfFeature);
  }
  throw new Error("The file has no shapes: it must be JSON saved here, or GeoJSON.");
}

const KEPT = ["text", "z", "c", "t", "stroke", "fill"];

function shapesOfFeature({ geometry, properties }) {
  const style = {};
  for (const name of KEPT) {
    if (properties?.[name] !== undefined && properties[name] !== null) {
      style[name] = properties[name];
    }
  }
  for (const name of ["stroke", "fill"]) {
    if (/^#[0-9a-f]{6}$/i.test(style[name])) {
      style[name] += "ff";
    }
  }
  const label = properties?.type === "Label" && style.text;
  style.text ??= properties?.name;
  const made = shapesOfGeometry(geometry ?? {}, label);
  return made.map((shape) => JSON.parse(JSON.stringify({ ...shape, ...style })));
}

function shapesOfGeometry({ type, coordinates, geometries }, label) {
  const pairs = (points) => points.map(([x, y]) => [x, y]);
  const ring = ([outer]) => ({ type: "Polygon", points: pairs(outer.slice(0, -1)) });
  const line = (points) => ({ type: "Polyline", points: pairs(points) });
  const point = ([x, y]) => ({ type: label ? "Label" : "Point", x, y });
  const readers = {
    Polygon: () => [ring(coordinates)],
    MultiPolygon: () => coordinates.map(ring),
    LineString: () => [line(coordinates)],
    MultiLineString: () => coordinates.map(line),
    Point: () => [point(coordinates)],
    MultiPoint: () => coordinates.map(point),
    GeometryCollection: () => geometries.flatMap((each) => shapesOfGeometry(each, label)),
  };
  return readers[type]?.() ?? [];
}

/** Keep the links to what the list holds, and read files. */
export function offerFiles(part) {
  const host = part.panel.querySelector("#rois-files");
  const links = [...host.querySelectorAll("a[data-form]")];
  const update = () => {
    for (const link of links) {
      const more = link.dataset.more ? { [link.dataset.more]: "true" } : {};
      link.href = part.door.fileUrl(link.dataset.form, part.list.wanted, more);
    }
  };
  host.addEventListener("toggle", update);
  for (const name of ["pointerdown", "focusin"]) {
    host.addEventListener(name, update);
  }
  update();
  const input = host.querySelector("input[type=file]");
  input.closest("label").hidden = !part.mayDraw;
  input.addEventListener("change", () => read(part, input));
}

async function read(part, input) {
  const [file] = input.files;
  const { notices } = part.page;
  try {
    if (file.size > MOST_BYTES) {
      throw new Error(`The file is larger than ${MOST_BYTES / MEGABYTE} MB.`);
    }
    const shapes = shapesOf(await file.text());
    if (shapes.length === 0 || shapes.length > MOST) {
      throw new Error(`The file has ${shapes.length} shapes: 1 to ${MOST} are drawn in.`);
    }
    part.addAll(shapes);
    notices.say(`${shapes.length} shapes drawn in. Undo takes them back.`);
  } catch (error) {
    notices.trouble("rois-file", `${file.name}: ${error.message}`, () => input.click());
  }
  input.value = "";
}
