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
   * @param {?{said: string, undo: ?function(): Promise<object>}} after What to say
   *   when it is done, and how to go back.
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
      this.say(error.message, { trouble: true });
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

  /** Say something below the sections; troubles stay until the next. */
  say(text, { trouble = false, undo = null } = {}) {
    clearTimeout(this.#timer);
    const close = iconButton("close", "Close", () => this.hush());
    const back = undo && button("Undo", () => (this.hush(), undo()));
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
