// Name, description, what holds the thing, whose it is; name and description are
// changed in place.

import { element } from "../dom.js";
import { iconButton, button, moment, section } from "./pieces.js";

export class Words {
  #text = element("div", {});
  #edit;

  constructor(panel) {
    this.panel = panel;
    this.element = section("Description", this.#text);
    this.#edit = iconButton("pencil", "Change name and description", () => this.#open());
    this.element.firstChild.append(this.#edit);
  }

  show(state) {
    const { object, parents } = state;
    this.#edit.hidden = !object.may_edit;
    const trails = parents.map((trail) => element("dd", {}, ...this.#trail(trail)));
    this.#text.replaceChildren(
      element("p", { class: "info-name" }, object.name || "No name"),
      element(
        "p",
        { class: object.description ? "info-prose" : "info-prose quiet" },
        object.description || "No description.",
      ),
      element(
        "dl",
        { class: "facts" },
        ...(trails.length ? [element("dt", {}, "In"), ...trails] : []),
        element("dt", {}, "Owner"),
        element("dd", {}, object.owner.name),
        element("dt", {}, "Group"),
        element("dd", {}, object.group),
        element("dt", {}, "Added"),
        element("dd", {}, moment(object.created)),
      ),
      ...(object.annotate_refused
        ? [element("p", { class: "info-why" }, object.annotate_refused)]
        : object.edit_refused
          ? [element("p", { class: "info-why" }, object.edit_refused)]
          : []),
    );
  }

  #trail(trail) {
    return trail.flatMap(({ name, url }, index) => [
      ...(index ? [" / "] : []),
      element("a", { href: url }, name),
    ]);
  }

  #open() {
    const { object } = this.panel.state;
    const name = element("input", {
      class: "field wide",
      value: object.name,
      maxlength: 1024,
      required: true,
      "aria-label": "Name",
    });
    const text = element(
      "textarea",
      { class: "field area", rows: 4, "aria-label": "Description" },
      object.description,
    );
    const close = () => {
      this.show(this.panel.state);
      this.#edit.focus();
    };
    const form = element(
      "form",
      { class: "info-form" },
      name,
      text,
      element(
        "div",
        { class: "info-acts" },
        element("button", { class: "button small primary" }, "Save"),
        button("Cancel", close),
      ),
    );
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#save({ name: name.value.trim(), description: text.value });
    });
    form.addEventListener("keydown", (event) => {
      event.stopPropagation();
      if (event.key === "Escape") {
        close();
      }
    });
    this.#text.replaceChildren(form);
    name.focus();
  }

  async #save(words) {
    const { object } = this.panel.state;
    const before = { name: object.name, description: object.description };
    const { door } = this.panel;
    const done = await this.panel.change(
      { object: { ...object, ...words } },
      () => door.tell("words/", words),
      { said: "Saved.", undo: () => door.tell("words/", before) },
    );
    if (done) {
      this.panel.host.dispatchEvent(
        new CustomEvent("renamed", { bubbles: true, detail: words }),
      );
    }
    this.#edit.focus();
  }
}
