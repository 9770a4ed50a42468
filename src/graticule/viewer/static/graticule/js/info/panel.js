// What a thing bears, as sections: words, tags, key-values, rating, comments, files;
// of an image also how it was taken and what its file says.
// Holds the state; each section draws its part of it. A change shows at once and is
// taken back with a sentence where the server refuses it; what was taken off can be
// put back for a while.

import { element } from "../dom.js";
import { Comments } from "./comments.js";
import { Door } from "./door.js";
import { acquisition, original } from "./file.js";
import { Files } from "./files.js";
import { Pairs } from "./pairs.js";
import { button, iconButton } from "./pieces.js";
import { Rating } from "./rating.js";
import { Tags } from "./tags.js";
import { Words } from "./words.js";

const SAID_MS = 8000;

export class InfoPanel {
  #said = element("div", { class: "info-said", role: "status" });
  #timer = 0;
  #sections = [];

  /** @param {HTMLElement} host Says `data-root`, `data-kind` and `data-id`. */
  constructor(host) {
    this.host = host;
    const { root, kind, id } = host.dataset;
    this.door = new Door(root, kind, id);
    this.state = null;
  }

  /** Ask for the state and show it. */
  async open() {
    this.host.setAttribute("aria-busy", "true");
    try {
      this.#begin(await this.door.state());
    } catch (error) {
      this.host.replaceChildren(
        element(
          "div",
          { class: "group", role: "alert" },
          element("p", {}, error.message),
          button("Try again", () => this.open()),
        ),
      );
    }
    this.host.setAttribute("aria-busy", "false");
  }

  #begin(state) {
    this.#sections = [Words, Tags, Pairs, Rating, Comments, Files].map(
      (Section) => new Section(this),
    );
    this.host.replaceChildren(
      ...this.#sections.map(({ element: made }) => made),
      ...(this.door.kind === "image" ? [acquisition(this.door), original(this.door)] : []),
      this.#said,
    );
    this.show(state);
  }

  /** Show a state. */
  show(state) {
    this.state = state;
    this.#sections.forEach((each) => each.show(state));
  }

  /**
   * Make a change: shown at once, and taken back where it is refused.
   *
   * @param {?object} expected The state to show meanwhile, if that can be told.
   * @param {function(): Promise<object>} tell Tells the server; gives the new state.
   * @param {?{said: string, undo: ?function(): Promise<object>, offer: ?object}} after
   *   What to say when it is done, and how to go back; what else to offer if not.
   * @returns {Promise<boolean>} Whether it was done.
   */
  async change(expected, tell, after = null) {
    const before = this.state;
    if (expected) {
      this.show({ ...before, ...expected });
    }
    this.host.setAttribute("aria-busy", "true");
    try {
      this.show(await tell());
    } catch (error) {
      this.show(before);
      this.say(error.message, { trouble: true, offer: after?.offer });
      return false;
    } finally {
      this.host.setAttribute("aria-busy", "false");
    }
    if (after) {
      this.say(after.said, {
        undo: after.undo && (() => this.change(null, after.undo)),
      });
    } else {
      this.hush();
    }
    return true;
  }

  /** Attach files, as if they were dropped onto the section Files. */
  async takeFiles(files) {
    const section = this.#sections.find((each) => each instanceof Files);
    if (!this.state.object.may_annotate) {
      this.say(this.state.object.annotate_refused, { trouble: true });
      return;
    }
    section.element.scrollIntoView({ block: "nearest" });
    await section.take(files);
  }

  /**
   * Say something below the sections; troubles stay until the next.
   *
   * @param {string} text
   * @param {{trouble: boolean, undo: ?function(), offer: ?{label: string, go: function()}}} how
   */
  say(text, { trouble = false, undo = null, offer = null } = {}) {
    clearTimeout(this.#timer);
    const close = iconButton("close", "Close", () => this.hush());
    const more = undo ? { label: "Undo", go: undo } : offer;
    const back = more && button(more.label, () => (this.hush(), more.go()));
    this.#said.replaceChildren(
      element(
        "div",
        { class: trouble ? "notice trouble" : "notice" },
        element("p", {}, text),
        ...(back ? [back] : []),
        close,
      ),
    );
    if (!trouble) {
      this.#timer = setTimeout(() => this.hush(), SAID_MS);
    }
  }

  /** Say nothing any more. */
  hush() {
    this.#said.replaceChildren();
  }
}
