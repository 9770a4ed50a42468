// Key-values: one block for each annotation, read as a list, written in a grid.

import { element } from "../dom.js";
import { PairGrid } from "./pair_grid.js";
import { iconButton, section } from "./pieces.js";

const OWN = "openmicroscopy.org/omero/client/mapAnnotation";

export class Pairs {
  #blocks = element("div", { class: "pair-blocks" });
  #new = element("div", {});
  #add;
  #editing = new Map();

  constructor(panel) {
    this.panel = panel;
    this.element = section("Key-values", this.#blocks, this.#new);
    this.#add = iconButton("plus", "Add key-values", () => this.#write());
    this.element.firstChild.append(this.#add);
  }

  show({ pairs, object }) {
    this.#add.hidden = !object.may_annotate;
    const there = new Set(pairs.map(({ id }) => id));
    for (const id of this.#editing.keys()) {
      if (!there.has(id)) {
        this.#editing.delete(id);
      }
    }
    this.#blocks.replaceChildren(
      ...(pairs.length
        ? pairs.map((held) => this.#editing.get(held.id)?.element ?? this.#block(held))
        : [element("p", { class: "quiet" }, "No key-values.")]),
    );
  }

  #block(held) {
    const named = held.namespace && held.namespace !== OWN;
    const buttons = [];
    if (held.may_edit) {
      buttons.push(
        iconButton("pencil", "Edit these key-values", () => this.#edit(held)),
      );
    }
    if (held.may_remove && held.link) {
      const remove = iconButton("bin", "Remove these key-values", () =>
        this.#remove(held),
      );
      buttons.push(remove);
    }
    const list = element("dl", { class: "facts pairs" });
    for (const [key, value] of held.pairs) {
      list.append(element("dt", {}, key), element("dd", {}, value));
    }
    return element(
      "div",
      { class: "pair-block" },
      element(
        "div",
        { class: "pair-head" },
        element(
          "span",
          { class: "quiet", title: held.namespace },
          [named ? held.namespace : "", held.owner.name].filter(Boolean).join(" · "),
        ),
        ...buttons,
      ),
      list,
      ...(held.elsewhere
        ? [element("p", { class: "quiet" }, this.#elsewhere(held.elsewhere))]
        : []),
    );
  }

  #elsewhere(count) {
    const others = count === 1 ? "one other thing" : `${count} other things`;
    return `Also on ${others}: a change shows there, too.`;
  }

  #edit(held) {
    const close = () => {
      this.#editing.delete(held.id);
      this.show(this.panel.state);
      this.element.querySelector("[aria-label='Edit these key-values']")?.focus();
    };
    const grid = new PairGrid(
      held,
      (written) => this.#save(held, written, close),
      close,
    );
    this.#editing.set(held.id, grid);
    this.show(this.panel.state);
    grid.focus();
  }

  async #save(held, written, close) {
    const { door } = this.panel;
    const { id, namespace, pairs } = held;
    const undo = { annotation: id, namespace, pairs, was: written.pairs };
    const said = written.pairs.length ? "Key-values saved." : "Key-values removed.";
    const done = await this.panel.change(
      null,
      () => door.tell("pairs/", { annotation: id, was: pairs, ...written }),
      {
        said,
        undo: () =>
          door.tell("pairs/", written.pairs.length ? undo : { namespace, pairs }),
      },
    );
    if (done) {
      close();
    }
  }

  #write() {
    const close = () => {
      this.#new.replaceChildren();
      this.#add.focus();
    };
    const save = async (written) => {
      if (!written.pairs.length) {
        close();
        return;
      }
      const { door } = this.panel;
      if (await this.panel.change(null, () => door.tell("pairs/", written))) {
        close();
      }
    };
    const grid = new PairGrid({ namespace: OWN, pairs: [] }, save, close);
    this.#new.replaceChildren(grid.element);
    grid.focus();
  }

  #remove(held) {
    const { door, state } = this.panel;
    const { namespace } = held;
    const pairs = state.pairs.filter(({ link }) => link !== held.link);
    return this.panel.change({ pairs }, () => door.remove(held.link), {
      said: "Key-values removed.",
      undo: held.may_edit
        ? () => door.tell("pairs/", { namespace, pairs: held.pairs })
        : null,
    });
  }
}
