// Which projection along z, and over which planes, for images that are drawn whole:
// the gateway does not project regions and tiles (contract webgateway 3.3).

import { element } from "../dom.js";
import { WindowSlider } from "./window_slider.js";

const KINDS = [
  ["normal", "One plane"],
  ["intmax", "Maximum along Z"],
  ["intmean", "Mean along Z"],
  ["intsum", "Sum along Z"],
];
const ALL = "all planes";

/** Read `p` of the contract: its kind, and its planes from 0, both ends included. */
export function projectionOf(text, planes) {
  const [kind, range] = text.split("|");
  const [start, end] = range ? range.split(":").map(Number) : [0, planes - 1];
  const last = Math.max(planes - 1, 1);
  const first = Math.min(start, last - 1);
  return { kind, start: first, end: Math.min(Math.max(end, first + 1), last) };
}

/** Write `p` of the contract; all planes are not named. */
export function projectionText({ kind, start, end }, planes) {
  const whole = start === 0 && end === planes - 1;
  return kind === "normal" || whole ? kind : `${kind}|${start}:${end}`;
}

/** Put the choice into `host`, and show it with its `group`. */
export function offerProjection(group, host, display) {
  const planes = display.size.z;
  const change = (changes) =>
    display.change(() => {
      const now = projectionOf(display.projection, planes);
      display.projection = projectionText({ ...now, ...changes }, planes);
    });
  const kinds = element(
    "select",
    {
      class: "field",
      "aria-labelledby": "projection-heading",
      onchange: ({ target }) => change({ kind: target.value }),
    },
    ...KINDS.map(([value, text]) => element("option", { value }, text)),
  );
  // People count planes from 1.
  const slider = new WindowSlider("Projected planes", true, ({ start, end }) =>
    change({ start: start - 1, end: end - 1 }),
  );
  const text = element("output", { class: "range-text" });
  const range = element("div", { class: "plane-range" }, slider.element, text);
  const update = () => {
    const { kind, start, end } = projectionOf(display.projection, planes);
    kinds.value = kind;
    range.hidden = kind === "normal";
    slider.update({ start: start + 1, end: end + 1 }, { start: 1, end: planes }, "var(--accent)");
    text.value = end - start === planes - 1 ? ALL : `planes ${start + 1} to ${end + 1}`;
  };
  display.addEventListener("change", update);
  update();
  host.replaceChildren(kinds, range);
  group.hidden = false;
}
