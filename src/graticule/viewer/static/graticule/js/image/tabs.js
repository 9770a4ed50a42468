// The tabs of the panel: one is open; the others' parts may wait to be filled
// until they are. Keys as WAI-ARIA's tabs pattern has them.

export class Tabs extends EventTarget {
  /**
   * @param {HTMLElement} list Holds buttons with role "tab", each controlling a
   *   panel; the name of a tab is its `data-tab`.
   */
  constructor(list) {
    super();
    this.tabs = [...list.querySelectorAll("[role=tab]")];
    for (const tab of this.tabs) {
      tab.addEventListener("click", () => this.open(tab.dataset.tab));
    }
    list.addEventListener("keydown", (event) => this.#pressed(event));
  }

  /** The name of the open tab. */
  get current() {
    return this.tabs.find((tab) => tab.ariaSelected === "true").dataset.tab;
  }

  /** Open a tab by its name; event "change". A name of none is passed over. */
  open(name) {
    if (!this.tabs.some((tab) => tab.dataset.tab === name)) {
      return;
    }
    for (const tab of this.tabs) {
      const chosen = tab.dataset.tab === name;
      tab.ariaSelected = String(chosen);
      tab.tabIndex = chosen ? 0 : -1;
      document.getElementById(tab.getAttribute("aria-controls")).hidden = !chosen;
    }
    this.dispatchEvent(new Event("change"));
  }

  /** Call back when a tab is open for the first time, now if it is. */
  whenOpen(name, callback) {
    const look = () => {
      if (this.current === name) {
        this.removeEventListener("change", look);
        callback();
      }
    };
    this.addEventListener("change", look);
    look();
  }

  #pressed(event) {
    const here = this.tabs.indexOf(event.target.closest("[role=tab]"));
    const last = this.tabs.length - 1;
    const next = {
      ArrowRight: here === last ? 0 : here + 1,
      ArrowLeft: here === 0 ? last : here - 1,
      Home: 0,
      End: last,
    }[event.key];
    if (here >= 0 && next !== undefined) {
      event.preventDefault();
      event.stopPropagation();
      this.open(this.tabs[next].dataset.tab);
      this.tabs[next].focus();
    }
  }
}
