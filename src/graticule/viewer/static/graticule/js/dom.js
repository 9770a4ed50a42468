// Makes elements; knows nothing of images.

/**
 * Make an element.
 *
 * @param {string} tag
 * @param {Object<string, *>} attributes `on…` functions become listeners,
 *   `true` an empty attribute, `false` and `undefined` none.
 * @param {...(Node|string)} children
 * @returns {HTMLElement}
 */
export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) {
      made.addEventListener(name.slice(2), value);
    } else if (value !== false && value !== undefined) {
      made.setAttribute(name, value === true ? "" : value);
    }
  }
  made.append(...children);
  return made;
}

const ICONS = new URL("../icons.svg", import.meta.url).pathname;

/** Make an icon of icons.svg. */
export function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  use.setAttribute("href", `${ICONS}#${name}`);
  svg.append(use);
  return svg;
}

/** Change which icon an element made by {@link icon} shows. */
export function setIcon(svg, name) {
  svg.querySelector("use").setAttribute("href", `${ICONS}#${name}`);
}
