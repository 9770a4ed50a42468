// Which projection along z, for images that are drawn whole: the gateway does
// not project regions and tiles (contract webgateway 3.3).

import { element } from "../dom.js";

const KINDS = [
  ["normal", "One plane"],
  ["intmax", "Maximum along Z"],
  ["intmean", "Mean along Z"],
  ["intsum", "Sum along Z"],
];

/** Put the choice into `host`; shown by `group` only where it means something. */
export function offerProjection(group, host, display, tiled) {
  if (tiled || display.size.z < 2) {
    display.projection = "normal";
    return;
  }
  const select = element(
    "select",
    {
      class: "field",
      "aria-labelledby": "projection-heading",
      onchange: ({ target }) =>
        display.change(() => {
          display.projection = target.value;
        }),
    },
    ...KINDS.map(([value, text]) => element("option", { value }, text)),
  );
  const update = () => {
    select.value = display.projection.split("|")[0];
  };
  select.style.width = "100%";
  display.addEventListener("change", update);
  update();
  host.replaceChildren(select);
  group.hidden = false;
}
