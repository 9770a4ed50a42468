// Calm messages over the stage: short ones that go, troubles that stay until
// they are solved or closed.

import { element, icon } from "../dom.js";

const SHORT_MS = 2500;

export class Notices {
  #host;
  #troubles = new Map();

  constructor(host) {
    this.#host = host;
  }

  /** Say something for a moment. */
  say(text) {
    const notice = element("div", { class: "notice" }, element("p", {}, text));
    this.#host.append(notice);
    setTimeout(() => notice.remove(), SHORT_MS);
  }

  /**
   * Say that something went wrong, once per kind, with a way to try again.
   *
   * @param {string} kind
   * @param {string} text
   * @param {function()} retry
   */
  trouble(kind, text, retry) {
    this.solved(kind);
    const again = () => {
      this.solved(kind);
      retry();
    };
    const notice = element(
      "div",
      { class: "notice trouble", role: "alert" },
      element("p", {}, text),
      element("button", { type: "button", class: "button", onclick: again }, "Try again"),
      element(
        "button",
        {
          type: "button",
          class: "icon-button",
          "aria-label": "Close",
          onclick: () => this.solved(kind),
        },
        icon("close"),
      ),
    );
    this.#troubles.set(kind, notice);
    this.#host.append(notice);
  }

  /** Whether a trouble of this kind is on show. */
  has(kind) {
    return this.#troubles.has(kind);
  }

  /** Take a trouble away. */
  solved(kind) {
    this.#troubles.get(kind)?.remove();
    this.#troubles.delete(kind);
  }
}
