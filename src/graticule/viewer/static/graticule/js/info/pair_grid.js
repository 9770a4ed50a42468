// A grid of keys and values to write in: rows are added, deleted and moved; by keys,
// too (Enter goes on to the next row, Alt with arrow keys moves one).

import { element } from "../dom.js";
import { button, iconButton } from "./pieces.js";

export class PairGrid {
  #rows = element("div", { class: "pair-rows" });
  #namespace;

  /**
   * @param {{namespace: string, pairs: string[][]}} held
   * @param {function({namespace: string, pairs: string[][]})} save
   * @param {function()} cancel
   */
  constructor(held, save, cancel) {
    this.cancel = cancel;
    this.#namespace = element("input", {
      class: "field wide",
      value: held.namespace,
      maxlength: 1024,
      "aria-label": "Namespace",
      title: "What kind of key-values these are; leave it for ordinary ones",
    });
    this.element = element(
      "form",
      { class: "info-form pair-grid" },
      this.#rows,
      element(
        "details",
        {},
        element("summary", {}, "Namespace"),
        this.#namespace,
      ),
      element(
        "div",
        { class: "info-acts" },
        element("button", { class: "button small primary" }, "Save"),
        button("Add row", () => this.#add("", "").focus()),
        button("Cancel", cancel),
      ),
    );
    this.element.addEventListener("submit", (event) => {
      event.preventDefault();
      save({ namespace: this.#namespace.value.trim(), pairs: this.pairs });
    });
    this.element.addEventListener("keydown", (event) => this.#pressed(event));
    held.pairs.forEach(([key, value]) => this.#add(key, value));
    this.#add("", "");
  }

  /** Keys and values as they are written now, without empty rows. */
  get pairs() {
    return [...this.#rows.children]
      .map((row) => [...row.querySelectorAll("input")].map(({ value }) => value))
      .filter(([key, value]) => key.trim() || value.trim());
  }

  /** Put the cursor into the first row that is empty. */
  focus() {
    const fields = [...this.#rows.querySelectorAll("input")];
    (fields.find(({ value }) => !value) ?? fields[0]).focus();
  }

  #add(key, value, after = null) {
    const fields = [
      element("input", { class: "field", value: key, "aria-label": "Key", placeholder: "key" }),
      element("input", { class: "field", value, "aria-label": "Value", placeholder: "value" }),
    ];
    const row = element("div", { class: "pair-row" }, ...fields);
    row.append(
      iconButton("up", "Move up", () => this.#move(row, -1), { tabindex: -1 }),
      iconButton("down", "Move down", () => this.#move(row, 1), { tabindex: -1 }),
      iconButton("bin", "Delete row", () => this.#delete(row)),
    );
    if (after) {
      after.after(row);
    } else {
      this.#rows.append(row);
    }
    return fields[0];
  }

  #move(row, by) {
    const other = by < 0 ? row.previousElementSibling : row.nextElementSibling;
    if (other && by < 0) {
      other.before(row);
    } else if (other) {
      other.after(row);
    }
  }

  #delete(row) {
    const next = row.nextElementSibling ?? row.previousElementSibling;
    row.remove();
    (next?.querySelector("input") ?? this.#add("", "")).focus();
  }

  #pressed(event) {
    event.stopPropagation();
    const field = event.target.closest(".pair-row input");
    if (event.key === "Escape") {
      event.preventDefault();
      this.cancel();
    } else if (field && event.key === "Enter" && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      this.#goOn(field);
    } else if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      this.element.requestSubmit();
    } else if (field && event.altKey && event.key.startsWith("Arrow")) {
      event.preventDefault();
      this.#move(field.parentNode, event.key === "ArrowUp" ? -1 : 1);
      field.focus();
    }
  }

  #goOn(field) {
    const row = field.parentNode;
    const [, value] = row.querySelectorAll("input");
    if (field !== value) {
      value.focus();
    } else if (row.nextElementSibling) {
      row.nextElementSibling.querySelector("input").focus();
    } else {
      this.#add("", "").focus();
    }
  }
}
