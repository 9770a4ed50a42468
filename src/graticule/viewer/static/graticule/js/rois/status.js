// The head of the tab: how much is shown, whether all is saved, and the buttons
// that show, hide, undo.

const WORDS = { saved: "All changes saved.", saving: "Saving…" };

export class Status {
  #edited = false;

  /** @param {RoisPart} part */
  constructor(part) {
    this.part = part;
    const by = (name) => part.panel.querySelector(`[data-rois="${name}"]`);
    this.says = by("says");
    this.saved = by("saved");
    this.again = by("again");
    this.buttons = { undo: by("undo"), redo: by("redo"), show: by("show"), names: by("names") };
    this.buttons.undo.addEventListener("click", () => part.regions.undo());
    this.buttons.redo.addEventListener("click", () => part.regions.redo());
    this.buttons.show.addEventListener("click", () => this.#toggleAll());
    this.buttons.names.addEventListener("click", () => this.#toggleNames());
    this.again.addEventListener("click", () => part.saving.now());
    part.regions.addEventListener("edit", () => {
      this.#edited = true;
    });
    for (const name of ["change", "select"]) {
      part.regions.addEventListener(name, () => this.#update());
    }
    part.seeing.addEventListener("seen", () => this.#update());
    part.saving.addEventListener("state", () => this.#update());
    const reason = by("reason");
    reason.hidden = part.mayDraw;
    reason.textContent = part.about.reason ?? "";
    for (const button of [this.buttons.undo, this.buttons.redo]) {
      button.hidden = !part.mayDraw;
    }
    this.#update();
  }

  /** The list holds so many. */
  listed(total) {
    this.total = total;
    this.#update();
  }

  #toggleAll() {
    const { regions } = this.part;
    regions.hideAll(!regions.allHidden);
  }

  #toggleNames() {
    const { layer } = this.part;
    layer.texts = !layer.texts;
    layer.repaint();
    this.#update();
  }

  #update() {
    const { regions, seeing, saving, layer } = this.part;
    this.buttons.undo.disabled = !regions.history.canUndo;
    this.buttons.redo.disabled = !regions.history.canRedo;
    this.buttons.show.ariaPressed = String(!regions.allHidden);
    this.buttons.names.ariaPressed = String(layer.texts);
    this.says.textContent = this.#shown(regions, seeing);
    const failed = saving.state === "failed";
    const words = failed ? `Not saved: ${saving.why}` : WORDS[saving.state];
    this.saved.textContent = this.#edited ? words : "";
    this.saved.dataset.state = saving.state;
    this.again.hidden = !failed;
  }

  #shown(regions, seeing) {
    if (regions.allHidden) {
      return "All are hidden.";
    }
    const few = (number) => number.toLocaleString("en");
    if (regions.dots.length > 0) {
      const rest = few(seeing.total - seeing.single);
      return `${few(seeing.single)} drawn, ${rest} smaller ones as dots. Zoom in to see each.`;
    }
    return "";
  }
}
