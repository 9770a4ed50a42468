// The tags of a thing: added by typing, with those suggested that are in use;
// removed by their cross, which can be undone.

import { element, icon } from "../dom.js";
import { section } from "./pieces.js";

const PAUSE_MS = 150;
let lists = 0;

export class Tags {
  #list = element("ul", { class: "tags" });
  #field;
  #offers;
  #timer = 0;

  constructor(panel) {
    this.panel = panel;
    lists += 1;
    this.#offers = element("datalist", { id: `tags-${lists}` });
    this.#field = element("input", {
      class: "field",
      list: this.#offers.id,
      placeholder: "Add a tag",
      "aria-label": "Add a tag",
      maxlength: 1000,
      autocomplete: "off",
      oninput: () => this.#typed(),
      onfocus: () => this.#typed(),
    });
    this.form = element(
      "form",
      { class: "info-add" },
      this.#field,
      element("button", { class: "button small" }, "Add"),
      this.#offers,
    );
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#add(this.#field.value.trim());
    });
    this.form.addEventListener("keydown", (event) => event.stopPropagation());
    this.element = section("Tags", this.#list, this.form);
  }

  show({ tags, object }) {
    this.form.hidden = !object.may_annotate;
    this.#list.replaceChildren(
      ...(tags.length
        ? tags.map((tag) => this.#chip(tag))
        : [element("li", { class: "quiet" }, "No tags.")]),
    );
  }

  #chip(tag) {
    const remove = element(
      "button",
      {
        type: "button",
        "aria-label": `Remove the tag ${tag.text}`,
        title: "Remove",
        onclick: () => this.#remove(tag),
      },
      icon("close"),
    );
    return element(
      "li",
      { class: "tag", title: `${tag.description || tag.text} — ${tag.added_by.name}` },
      element("span", {}, tag.text),
      ...(tag.may_remove && tag.id ? [remove] : []),
    );
  }

  #typed() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(async () => {
      try {
        const found = await this.panel.door.suggest(this.#field.value.trim());
        this.#offers.replaceChildren(
          ...found.map(({ text }) => element("option", { value: text })),
        );
      } catch {
        // Nothing is suggested; tags can be typed all the same.
      }
    }, PAUSE_MS);
  }

  async #add(text) {
    if (!text) {
      return;
    }
    const { state, door } = this.panel;
    const { tags } = state;
    if (tags.some((tag) => tag.text === text)) {
      this.panel.say(`“${text}” is there already.`);
      this.#field.select();
      return;
    }
    const new_ = { id: 0, text, description: "", added_by: { name: "" } };
    this.#field.value = "";
    const done = await this.panel.change({ tags: [...tags, new_] }, () =>
      door.tags([text], []),
    );
    if (!done) {
      this.#field.value = text;
    }
  }

  async #remove(tag) {
    const { state, door } = this.panel;
    const tags = state.tags.filter(({ id }) => id !== tag.id);
    await this.panel.change({ tags }, () => door.tags([], [tag.id]), {
      said: `Tag “${tag.text}” removed.`,
      undo: () => door.tags([tag.id], []),
    });
    this.#field.focus();
  }
}
