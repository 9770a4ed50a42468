// Undo and redo of how the image is drawn. A step is what one gesture does to one
// thing: a slider dragged from here to there, a key held down.

const MOST = 200;

/** Name what differs between two renderings. */
export function differences(before, after) {
  const names = ["model", "projection"].filter((name) => before[name] !== after[name]);
  after.channels.forEach((channel, index) => {
    for (const [name, value] of Object.entries(channel)) {
      const was = before.channels[index][name];
      if (JSON.stringify(was) !== JSON.stringify(value)) {
        names.push(`${index}.${name}`);
      }
    }
  });
  return names.join();
}

export class RenderingHistory extends EventTarget {
  #past = [];
  #future = [];
  #present;
  #gesture = 0;
  #last = "";
  #restoring = false;

  /** @param {Display} display */
  constructor(display) {
    super();
    this.display = display;
    this.#present = display.rendering;
    display.addEventListener("change", () => this.#changed());
  }

  get canUndo() {
    return this.#past.length > 0;
  }

  get canRedo() {
    return this.#future.length > 0;
  }

  /** What changes from now on is a new step. */
  begin() {
    this.#gesture += 1;
  }

  #changed() {
    const next = this.display.rendering;
    const names = differences(this.#present, next);
    if (!names || this.#restoring) {
      return;
    }
    const step = `${this.#gesture} ${names}`;
    if (step !== this.#last) {
      this.#past.push(this.#present);
      this.#past.splice(0, this.#past.length - MOST);
    }
    this.#last = step;
    this.#future = [];
    this.#present = next;
    this.dispatchEvent(new Event("change"));
  }

  undo() {
    this.#move(this.#past, this.#future);
  }

  redo() {
    this.#move(this.#future, this.#past);
  }

  #move(from, to) {
    const rendering = from.pop();
    if (!rendering) {
      return;
    }
    to.push(this.#present);
    this.#present = rendering;
    this.#last = "";
    this.#restoring = true;
    this.display.apply(rendering);
    this.#restoring = false;
    this.dispatchEvent(new Event("change"));
  }
}

function wayOf(event) {
  const { key, ctrlKey, metaKey, shiftKey, altKey } = event;
  if (!(ctrlKey || metaKey) || altKey) {
    return null;
  }
  const ways = { z: shiftKey ? "redo" : "undo", y: "redo" };
  return ways[key.toLowerCase()] ?? null;
}

function isTyping({ target }) {
  return Boolean(
    target.closest("input:not([type=checkbox], [type=range], [type=color]), textarea, dialog"),
  );
}

/**
 * Give the page undo and redo. Keys are ours while the channels are open and nobody
 * else has taken them.
 *
 * @returns {RenderingHistory}
 */
export function joinHistory(page) {
  const history = new RenderingHistory(page.display);
  const buttons = ["undo", "redo"].map((name) =>
    document.querySelector(`[data-action=${name}]`),
  );
  const show = () => {
    [history.canUndo, history.canRedo].forEach((can, index) => {
      buttons[index].disabled = !can;
    });
  };
  history.addEventListener("change", show);
  page.actions.undo = () => history.undo();
  page.actions.redo = () => history.redo();
  document.addEventListener("pointerdown", () => history.begin(), true);
  document.addEventListener(
    "keydown",
    (event) => event.repeat || history.begin(),
    true,
  );
  document.addEventListener("keydown", (event) => {
    const way = wayOf(event);
    const ours = page.tabs.current === "channels" && !isTyping(event);
    if (way && ours && !event.defaultPrevented) {
      event.preventDefault();
      history[way]();
    }
  });
  return history;
}
