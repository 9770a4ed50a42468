// What the pointer does on the stage: looking around, or one of the tools that
// parts of the page add (drawing, measuring). One is in hand at a time.

import { element, icon } from "../dom.js";

const LOOK = "look";

/**
 * @typedef {Object} Tool
 * @property {string} name In the address too (`tool=`).
 * @property {string} label What the button says.
 * @property {string} icon Of icons.svg.
 * @property {string} [key] A single key that takes it up.
 * @property {function()} [start] Called when it is taken up.
 * @property {function()} [stop] Called when it is put down.
 * @property {function(PointerEvent, {x: number, y: number})} [down] The point is
 *   in pixels of the image, with fractions, and may lie outside.
 * @property {function(PointerEvent, {x: number, y: number})} [move] Also without
 *   a button held.
 * @property {function(PointerEvent, {x: number, y: number})} [up]
 * @property {function(MouseEvent, {x: number, y: number})} [double]
 * @property {function()} [cancel] Escape was pressed: give up what is begun;
 *   true keeps the tool in hand.
 */

export class Tools extends EventTarget {
  #tools = new Map();
  #current = LOOK;

  /**
   * @param {HTMLElement} host The toolbar.
   * @param {Picture} picture
   * @param {Keys} keys
   */
  constructor(host, picture, keys) {
    super();
    this.host = host;
    this.picture = picture;
    this.keys = keys;
    this.add({ name: LOOK, label: "Look around", icon: "hand", key: "v" });
    for (const [type, method] of [
      ["pointerdown", "down"],
      ["pointermove", "move"],
      ["pointerup", "up"],
      ["dblclick", "double"],
    ]) {
      picture.element.addEventListener(type, (event) => this.#tell(method, event), true);
    }
    document.addEventListener("keydown", (event) => this.#pressed(event));
  }

  /** The name of the tool in hand. */
  get current() {
    return this.#current;
  }

  /** @param {Tool} tool */
  add(tool) {
    this.#tools.set(tool.name, tool);
    const title = tool.key ? `${tool.label} (${tool.key})` : tool.label;
    const attributes = {
      type: "button",
      class: "icon-button",
      "data-tool": tool.name,
      "aria-label": tool.label,
      "aria-pressed": String(tool.name === this.#current),
      title,
      onclick: () => this.take(tool.name),
    };
    this.host.append(element("button", attributes, icon(tool.icon)));
    this.host.hidden = this.#tools.size < 2;
    if (tool.key) {
      this.keys.add(tool.key, tool.label, () => this.take(tool.name));
    }
  }

  /** Take a tool up; the one in hand again puts it down. Event: "change". */
  take(name) {
    const next = name === this.#current || !this.#tools.has(name) ? LOOK : name;
    this.#tools.get(this.#current).stop?.();
    this.#current = next;
    this.picture.setPanning(next === LOOK);
    this.picture.element.dataset.tool = next;
    for (const button of this.host.querySelectorAll("[data-tool]")) {
      button.setAttribute("aria-pressed", String(button.dataset.tool === next));
    }
    this.#tools.get(next).start?.();
    this.dispatchEvent(new Event("change"));
  }

  #tell(method, event) {
    const tool = this.#tools.get(this.#current);
    const isTouchPair = event.isPrimary === false;
    if (!tool[method] || isTouchPair || (method === "down" && event.button !== 0)) {
      return;
    }
    const box = this.picture.element.getBoundingClientRect();
    const point = this.picture.pointAt(event.clientX - box.left, event.clientY - box.top);
    if (point) {
      tool[method](event, point);
    }
  }

  #pressed(event) {
    const typing = event.target.closest("input, select, textarea, dialog");
    if (event.key === "Escape" && this.#current !== LOOK && !typing) {
      if (!this.#tools.get(this.#current).cancel?.()) {
        this.take(LOOK);
      }
    }
  }
}
