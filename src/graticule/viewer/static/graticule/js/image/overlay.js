// What is drawn above the picture and moves with it: one SVG in the image's own
// pixels. Parts (regions, profiles, grids) each have a layer; it draws nothing.

const SVG = "http://www.w3.org/2000/svg";

/** Make an element of SVG. */
export function svgElement(tag, attributes = {}, ...children) {
  const made = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined && value !== false) {
      made.setAttribute(name, value);
    }
  }
  made.append(...children);
  return made;
}

export class Overlay {
  #moving;

  /** @param {Picture} picture */
  constructor(picture) {
    this.picture = picture;
    this.#moving = svgElement("g");
    this.element = svgElement("svg", { class: "drawings", role: "presentation" });
    this.element.append(this.#moving);
    picture.element.append(this.element);
    picture.addEventListener("frame", () => this.#follow());
    this.#follow();
  }

  /**
   * A layer in image pixels: the centre of the first pixel is (0.5, 0.5). Lines
   * keep their width on the screen (see `.drawings` in image.css).
   */
  layer(name) {
    const group = svgElement("g", { "data-layer": name });
    this.#moving.append(group);
    return group;
  }

  /** A layer in pixels of the screen, from the stage's left top. */
  screenLayer(name) {
    const group = svgElement("g", { "data-layer": name });
    this.element.append(group);
    return group;
  }

  #follow() {
    const at = this.picture.placement;
    if (at) {
      const { scale, x, y } = at;
      this.#moving.setAttribute("transform", `matrix(${scale} 0 0 ${scale} ${x} ${y})`);
    }
  }
}
