// Keeps the page's address to what is shown, so that it restores everything.
// Parts of the page add parameters of their own; those of parts that are not
// there yet stay as they came.

const DELAY_MS = 150;

export class Address extends EventTarget {
  #timer = null;
  #writers = new Map();
  #basis;

  /**
   * @param {HTMLElement} viewer Says `data-address` "behind" or "current".
   * @param {function(): ?string} basis The query of rendering, plane and view;
   *   null while there is no view.
   */
  constructor(viewer, basis) {
    super();
    this.viewer = viewer;
    this.#basis = basis;
    this.params = new URLSearchParams(location.search);
  }

  /**
   * Give a part a parameter.
   *
   * @param {string} name
   * @param {function(): ?string} write What it says now; null or "" for none.
   * @returns {?string} What it said as the page came.
   */
  add(name, write) {
    this.#writers.set(name, write);
    return this.params.get(name);
  }

  /** Follow after a moment. */
  changed() {
    this.viewer.dataset.address = "behind";
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.write(), DELAY_MS);
  }

  /** Follow at once; event "written". */
  write() {
    const basis = this.#basis();
    if (basis === null) {
      this.changed();
      return;
    }
    const asked = new URLSearchParams(basis);
    const own = new URLSearchParams();
    for (const [name, text] of this.params) {
      if (!asked.has(name) && !this.#writers.has(name) && !FORMER.has(name)) {
        own.append(name, text);
      }
    }
    for (const [name, write] of this.#writers) {
      const text = write();
      if (text) {
        own.set(name, text);
      }
    }
    const more = own.size > 0 ? `&${own}` : "";
    history.replaceState(null, "", `?${basis}${more}`);
    this.viewer.dataset.address = "current";
    this.dispatchEvent(new Event("written"));
  }
}

// Of the rendering and the view: absent from the basis they are not said.
const FORMER = new Set(["c", "maps", "m", "p", "q", "z", "t", "zm", "x", "y"]);
