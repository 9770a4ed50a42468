// What is selected: its words, colours, planes, place, measures; changed here where
// that is permitted.

import { element } from "../dom.js";
import { boxOf, cornersOf, betweenCorners, hasPoints, moved } from "./geometry.js";
import { lengthText, sizeText, written } from "./measures.js";
import { mayDelete, mayEdit } from "./regions.js";

const REST_MS = 250;

export class Card {
  #timer = null;
  #shown = "";

  /** @param {RoisPart} part */
  constructor(part) {
    this.part = part;
    this.host = part.panel.querySelector("#rois-card");
    this.form = this.host.querySelector("form");
    this.title = this.host.querySelector("h2");
    this.why = this.host.querySelector(".why");
    this.table = this.host.querySelector("table");
    this.size = this.host.querySelector(".size");
    const { elements } = this.form;
    this.fields = elements;
    this.form.addEventListener("submit", (event) => event.preventDefault());
    elements.text.addEventListener("input", () =>
      this.#alter("text", { text: elements.text.value || undefined }),
    );
    for (const name of ["stroke", "fill", "filled", "stroke_width"]) {
      elements[name].addEventListener("input", () => this.#styled());
    }
    elements.all_z.addEventListener("change", () => this.#attached("z", "all_z"));
    elements.all_t.addEventListener("change", () => this.#attached("t", "all_t"));
    for (const name of ["x", "y", "width", "height"]) {
      elements[name].addEventListener("change", () => this.#placed(name));
    }
    elements.points.addEventListener("change", () => this.#corners());
    const act = (name, call) =>
      this.host.querySelector(`[data-rois="${name}"]`).addEventListener("click", call);
    act("duplicate", () => part.duplicate());
    act("delete", () => part.remove());
    part.regions.addEventListener("select", () => this.show());
    part.regions.addEventListener("change", () => this.#follow());
    part.saving.addEventListener("saved", () => this.#measureSoon());
    part.page.display.addEventListener("change", () => this.#measureSoon());
    this.show();
  }

  /** Begin to type the text of what was just drawn. */
  editText() {
    this.fields.text.focus();
    this.fields.text.select();
  }

  show() {
    const { chosen } = this.part.regions;
    this.host.hidden = chosen.length === 0;
    if (chosen.length === 0) {
      this.#shown = "";
      return;
    }
    const [first] = chosen;
    const one = chosen.length === 1;
    this.title.textContent = one
      ? `${first.type}${first.id === undefined ? "" : ` ${first.id}`}`
      : `${chosen.length} selected`;
    const editable = chosen.every(mayEdit);
    this.why.textContent = editable ? "" : whyNot(chosen.find((shape) => !mayEdit(shape)));
    this.form.querySelector("fieldset").disabled = !editable;
    this.host.querySelector('[data-rois="delete"]').disabled = !chosen.some(mayDelete);
    const { part } = this;
    this.host.querySelector('[data-rois="duplicate"]').disabled =
      !part.mayDraw || first.type === "Mask";
    this.#fill(first, one);
    this.#measureSoon();
  }

  #follow() {
    const { chosen } = this.part.regions;
    if (chosen.length === 1) {
      this.#place(chosen[0]);
    }
  }

  #fill(shape, one) {
    const { fields } = this;
    const { size } = this.part.page.display;
    setUnlessTyping(fields.text, shape.text ?? "");
    fields.stroke.value = (shape.stroke ?? "#ffff00ff").slice(0, 7);
    fields.filled.checked = Boolean(shape.fill);
    fields.fill.value = (shape.fill ?? shape.stroke ?? "#ffff00ff").slice(0, 7);
    setUnlessTyping(fields.stroke_width, String(shape.stroke_width ?? 2));
    fields.all_z.checked = shape.z === undefined || shape.z === null;
    fields.all_t.checked = shape.t === undefined || shape.t === null;
    fields.all_z.closest("label").hidden = size.z < 2;
    fields.all_t.closest("label").hidden = size.t < 2;
    this.form.querySelector(".place").hidden = !one;
    this.form.querySelector(".corners").hidden = !one || !hasPoints(shape);
    this.#place(shape);
  }

  #place(shape) {
    const sized = shape.type === "Rectangle" || shape.type === "Ellipse";
    const { x0, y0, x1, y1 } = sized ? cornersOf(shape) : boxOf(shape);
    const { fields } = this;
    const round = (value) => String(Math.round(value * 100) / 100);
    setUnlessTyping(fields.x, round(x0));
    setUnlessTyping(fields.y, round(y0));
    setUnlessTyping(fields.width, round(x1 - x0));
    setUnlessTyping(fields.height, round(y1 - y0));
    const isPlace = shape.type === "Point" || shape.type === "Label";
    for (const field of [fields.width, fields.height]) {
      field.disabled = !sized;
      field.closest("label").hidden = isPlace;
    }
    if (hasPoints(shape) && !this.form.querySelector(".corners").hidden) {
      const text = shape.points.map((point) => point.map(round).join(",")).join(" ");
      setUnlessTyping(fields.points, text);
    }
  }

  /** Give fields to everything selected. */
  #alter(kind, fields) {
    const changes = new Map();
    for (const key of this.part.regions.selected) {
      const shape = this.part.regions.get(key);
      const next = typeof fields === "function" ? fields(shape) : { ...shape, ...fields };
      changes.set(key, next);
    }
    this.part.regions.change(changes, kind);
  }

  #styled() {
    const { stroke, fill, filled, stroke_width: width } = this.fields;
    const style = {
      stroke: `${stroke.value}ff`,
      fill: filled.checked ? `${fill.value}40` : undefined,
      stroke_width: Math.min(Math.max(Number(width.value) || 2, 0.5), 100),
    };
    this.part.style = style;
    this.#alter("style", style);
  }

  #attached(axis, name) {
    const here = this.part.page.display[axis];
    this.#alter("", { [axis]: this.fields[name].checked ? undefined : here });
  }

  #placed(name) {
    const value = Number(this.fields[name].value);
    if (!Number.isFinite(value) || this.fields[name].value === "") {
      this.show();
      return;
    }
    this.#alter("place", (shape) => {
      if (name === "x" || name === "y") {
        const sized = shape.type === "Rectangle" || shape.type === "Ellipse";
        const from = sized && !shape.transform ? cornersOf(shape) : boxOf(shape);
        return name === "x" ? moved(shape, value - from.x0, 0) : moved(shape, 0, value - from.y0);
      }
      const corners = cornersOf(shape);
      const far = name === "width" ? "x1" : "y1";
      corners[far] = corners[name === "width" ? "x0" : "y0"] + Math.max(value, 0.01);
      return betweenCorners(shape, corners);
    });
  }

  #corners() {
    const numbers = this.fields.points.value.split(/[\s,]+/).filter(Boolean).map(Number);
    const [shape] = this.part.regions.chosen;
    const fewest = shape.type === "Polygon" ? 6 : 4;
    const fine = numbers.every(Number.isFinite) && numbers.length % 2 === 0;
    if (!fine || numbers.length < fewest) {
      this.part.page.notices.say("Corners are written x,y x,y …: nothing was changed.");
      return;
    }
    const points = numbers.flatMap((x, n) => (n % 2 ? [] : [[x, numbers[n + 1]]]));
    this.#alter("", { points });
  }

  #measureSoon() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#measure(), REST_MS);
  }

  async #measure() {
    const { regions, page, door } = this.part;
    const [shape] = regions.chosen;
    const single = regions.selected.size === 1 && shape?.id !== undefined;
    this.table.hidden = !single;
    this.size.hidden = !single;
    if (!single || this.part.saving.pending) {
      return;
    }
    const { z, t, channels } = page.display;
    const active = channels.flatMap(({ active: on }, index) => (on ? [index] : []));
    try {
      const [found] = await door.measures([shape.id], z, t, active.join(","));
      if (regions.selected.size === 1 && regions.chosen[0]?.id === shape.id && found) {
        this.#write(found);
      }
    } catch (error) {
      this.size.textContent = error.message;
      this.table.hidden = true;
    }
  }

  #write(found) {
    const around = found.area_px === undefined ? "" : lengthText(found);
    const pixels = found.area_um2 === undefined ? "" : written(found.area_px, "px²");
    this.size.textContent = [sizeText(found), pixels, around && `${around} around`]
      .filter(Boolean)
      .join(" · ");
    this.table.hidden = found.channels.length === 0;
    const { channels } = this.part.page.display;
    const rows = found.channels.map((told) => {
      const numbers = [told.mean, told.deviation, told.min, told.max];
      const cells = numbers.map((number) => element("td", {}, written(number)));
      const { label } = channels[told.channel];
      return element("tr", {}, element("th", { scope: "row" }, String(label)), ...cells);
    });
    this.table.tBodies[0].replaceChildren(...rows);
  }
}

function setUnlessTyping(field, value) {
  if (document.activeElement !== field && field.value !== value) {
    field.value = value;
  }
}

function whyNot(shape) {
  if (shape.type === "Mask") {
    return "Masks are shown and measured, not changed here.";
  }
  if (shape.locked) {
    return "This shape is locked.";
  }
  return shape.coarse ? "" : "Drawn by somebody else: you may look, not change it.";
}
