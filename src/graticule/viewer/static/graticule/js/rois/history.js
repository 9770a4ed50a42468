// Steps that can be undone and done again. A step maps keys of shapes to what
// they were and what they became; null is "not there".

const MOST = 200;

export class History {
  #done = [];
  #undone = [];

  get canUndo() {
    return this.#done.length > 0;
  }

  get canRedo() {
    return this.#undone.length > 0;
  }

  /**
   * Remember a step; a step of the same kind on the same shape soon after the
   * last one becomes part of it (typing, nudging).
   *
   * @param {Map<string, {before: ?Object, after: ?Object}>} step
   * @param {string} kind Empty for steps that stand alone.
   */
  push(step, kind) {
    this.#undone = [];
    const last = this.#done.at(-1);
    const same = (keys) => [...keys].join() === [...step.keys()].join();
    if (kind && last?.kind === kind && same(last.step.keys())) {
      for (const [key, { after }] of step) {
        last.step.get(key).after = after;
      }
      return;
    }
    this.#done.push({ step, kind });
    this.#done.splice(0, this.#done.length - MOST);
  }

  /** Nothing more becomes part of the last step. */
  close() {
    const last = this.#done.at(-1);
    if (last) {
      last.kind = "";
    }
  }

  /** What the last step changes back, by key; null if there is none. */
  undo() {
    const last = this.#done.pop();
    if (!last) {
      return null;
    }
    this.#undone.push({ ...last, kind: "" });
    return new Map([...last.step].map(([key, { before }]) => [key, before]));
  }

  /** What the step undone last changes, by key; null if there is none. */
  redo() {
    const next = this.#undone.pop();
    if (!next) {
      return null;
    }
    this.#done.push(next);
    return new Map([...next.step].map(([key, { after }]) => [key, after]));
  }
}
