// Cells of a gallery: an image as a picture with its name, or as a row of facts.

import { element } from "../dom.js";
import { addCheck } from "./picking.js";

const TIMES = "\u00d7";
const NUMBER = new Intl.NumberFormat("en");
const DAY = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium" });
const MOMENT = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "short" });

/** The columns of the list: what they are called, and what stands in them. */
export const COLUMNS = [
  { key: "name", title: "Name" },
  {
    key: "size",
    title: "Size",
    text: ({ width, height }) => `${NUMBER.format(width)} ${TIMES} ${NUMBER.format(height)}`,
  },
  { key: "channels", title: "Channels", number: true, text: (row) => `${row.channels}` },
  { key: "z", title: "Z", number: true, text: (row) => NUMBER.format(row.z) },
  { key: "t", title: "T", number: true, text: (row) => NUMBER.format(row.t) },
  {
    key: "pixel_size",
    title: "Pixel size",
    number: true,
    text: (row) => length(row.pixel_size_um),
  },
  { key: "owner", title: "Owner", text: (row) => row.owner },
  { key: "acquired", title: "Acquired", text: (row) => day(row.acquired), long: "acquired" },
  { key: "imported", title: "Imported", text: (row) => day(row.imported), long: "imported" },
  { key: "format", title: "Format", text: (row) => row.format },
];

function length(micrometres) {
  if (micrometres === null) {
    return "";
  }
  return micrometres < 0.1
    ? `${Number((micrometres * 1000).toPrecision(3))} nm`
    : `${Number(micrometres.toPrecision(3))} \u00b5m`;
}

function day(text) {
  return text ? DAY.format(new Date(text)) : "";
}

function summary(row) {
  if (row.missing) {
    return "file is missing";
  }
  const parts = [COLUMNS[1].text(row)];
  if (row.channels > 1) {
    parts.push(`${row.channels} channels`);
  }
  if (row.z > 1) {
    parts.push(`${NUMBER.format(row.z)} z`);
  }
  if (row.t > 1) {
    parts.push(`${NUMBER.format(row.t)} t`);
  }
  return parts.join(", ");
}

function picture() {
  return element("div", { class: "thumb" }, element("img", { alt: "", decoding: "async" }));
}

function pictureCell() {
  const link = element(
    "a",
    { tabindex: "-1" },
    picture(),
    element("div", { class: "name" }),
    element("div", { class: "facts" }),
  );
  const cell = element("div", { class: "item cell", role: "listitem", "data-item": true }, link);
  addCheck(cell, "");
  return cell;
}

function rowCell() {
  const cell = element("div", { class: "item cell row", role: "row", "data-item": true });
  const link = element("a", { tabindex: "-1" }, picture(), element("span", { class: "name" }));
  cell.append(element("div", { role: "cell", class: "first" }, link));
  addCheck(cell.firstChild, "");
  for (const { number } of COLUMNS.slice(1)) {
    cell.append(element("div", { role: "cell", class: number ? "number" : false }));
  }
  return cell;
}

/** Make an empty cell of a grid or a list. */
export function makeCell(view) {
  return view === "list" ? rowCell() : pictureCell();
}

/** Write the facts of an image, or nothing while they are not here. */
export function writeFacts(cell, view, row) {
  const name = cell.querySelector(".name");
  name.textContent = row?.name ?? "";
  name.title = row?.name ?? "";
  cell.querySelector(".check input")?.setAttribute("aria-label", `Select ${row?.name ?? ""}`);
  if (view === "grid") {
    cell.querySelector(".facts").textContent = row ? summary(row) : "";
    return;
  }
  [...cell.children].slice(1).forEach((part, place) => {
    const { text, long } = COLUMNS[place + 1];
    part.textContent = row ? text(row) : "";
    part.title = long && row?.[long] ? MOMENT.format(new Date(row[long])) : "";
  });
}

/** Show a thumbnail, none, or (undefined) that it is still to come. */
export function showPicture(cell, url) {
  const image = cell.querySelector("img");
  const thumb = image.parentElement;
  if (url) {
    image.src = url;
  } else {
    image.removeAttribute("src");
  }
  if (url === null) {
    thumb.dataset.state = "none";
  } else {
    delete thumb.dataset.state;
  }
}
