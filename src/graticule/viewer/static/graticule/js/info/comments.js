// Comments: who, when, what; one's own can be deleted.

import "../jobs/confirm.js";

import { element } from "../dom.js";
import { button, moment, section } from "./pieces.js";

export class Comments {
  #list = element("ol", { class: "comments" });
  #field;

  constructor(panel) {
    this.panel = panel;
    this.#field = element("textarea", {
      class: "field area",
      rows: 2,
      placeholder: "Write a comment",
      "aria-label": "Comment",
    });
    this.form = element(
      "form",
      { class: "info-form" },
      this.#field,
      element(
        "div",
        { class: "info-acts" },
        element(
          "button",
          { class: "button small", title: "Ctrl+Enter" },
          "Add comment",
        ),
      ),
    );
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#add();
    });
    this.form.addEventListener("keydown", (event) => {
      event.stopPropagation();
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
        this.#add();
      }
    });
    this.element = section("Comments", this.#list, this.form);
  }

  show({ comments, object }) {
    this.form.hidden = !object.may_annotate;
    this.#list.replaceChildren(
      ...(comments.length
        ? comments.map((comment) => this.#item(comment))
        : [element("li", { class: "quiet" }, "No comments.")]),
    );
  }

  #item(comment) {
    const remove = button("Delete", (event) => {
      if (event.currentTarget.classList.contains("armed")) {
        this.#remove(comment);
      }
    });
    remove.dataset.confirm = "Delete it?";
    remove.setAttribute("aria-label", `Delete the comment of ${comment.owner.name}`);
    return element(
      "li",
      {},
      element(
        "div",
        { class: "comment-head" },
        element("strong", {}, comment.owner.name),
        moment(comment.created),
        ...(comment.may_remove && comment.link ? [remove] : []),
      ),
      element("p", { class: "info-prose" }, comment.text),
    );
  }

  async #add() {
    const text = this.#field.value.trim();
    if (!text) {
      this.#field.focus();
      return;
    }
    const { state, door } = this.panel;
    const now = new Date().toISOString();
    const new_ = { link: 0, text, created: now, owner: { name: "You" } };
    this.#field.value = "";
    const done = await this.panel.change({ comments: [...state.comments, new_] }, () =>
      door.tell("comments/", { text }),
    );
    if (!done) {
      this.#field.value = text;
    }
    this.#field.focus();
  }

  #remove({ link }) {
    const { state, door } = this.panel;
    const comments = state.comments.filter((each) => each.link !== link);
    return this.panel.change({ comments }, () => door.remove(link), {
      said: "Comment deleted.",
    });
  }
}
