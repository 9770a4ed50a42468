// North and east at the middle of what is seen, as two arrows in a corner.

import { svgElement } from "../image/overlay.js";

const LENGTH = 30;
const HEAD = 7;
const LETTER = 12;
// From the left and from the bottom of the stage.
const PLACE = [60, 108];

function arrow([right, down], letter) {
  const tip = [right * LENGTH, down * LENGTH];
  const side = (turn) => [
    tip[0] - HEAD * (right - turn * down * 0.5),
    tip[1] - HEAD * (down + turn * right * 0.5),
  ];
  const d = `M0 0L${tip.join(" ")}M${side(1).join(" ")}L${tip.join(" ")}L${side(-1).join(" ")}`;
  const text = svgElement("text", {
    class: "sky-letter",
    x: right * (LENGTH + LETTER),
    y: down * (LENGTH + LETTER),
    "text-anchor": "middle",
    "dominant-baseline": "central",
  });
  text.textContent = letter;
  return svgElement(
    "g",
    { "data-arrow": letter },
    svgElement("path", { class: "sky-arrow-under", d }),
    svgElement("path", { class: "sky-arrow", d }),
    text,
  );
}

export class Compass {
  constructor(page, mesh) {
    this.page = page;
    this.mesh = mesh;
    this.layer = page.overlay.screenLayer("sky-compass");
  }

  /** Turn the arrows to what is seen now. */
  draw() {
    const { element, view } = this.page.picture;
    const found = this.mesh.compassAt(view.x, view.y);
    if (!found) {
      this.layer.replaceChildren();
      return;
    }
    const [left, bottom] = PLACE;
    this.layer.setAttribute(
      "transform",
      `translate(${left} ${element.clientHeight - bottom})`,
    );
    this.layer.replaceChildren(arrow(found.north, "N"), arrow(found.east, "E"));
  }
}
