// Shows one upload: how much has been sent, what is being read, what came of it.

import { element, icon } from "../dom.js";

const UNITS = ["bytes", "kB", "MB", "GB", "TB"];

/** A size for people: "4.2 MB". */
export function sized(bytes) {
  let unit = 0;
  let rest = bytes;
  while (rest >= 999.5 && unit < UNITS.length - 1) {
    rest /= 1000;
    unit += 1;
  }
  return `${unit && rest < 99.5 ? rest.toFixed(1) : Math.round(rest)} ${UNITS[unit]}`;
}

/** "1 file", "1,204 files". */
export function counted(number, one) {
  return `${number.toLocaleString("en")} ${one}${number === 1 ? "" : "s"}`;
}

export class Panel {
  #title = element("h2", {});
  #bar = element("progress", { max: "1" });
  #line = element("p", { class: "upload-line" });
  #list = element("ul", { class: "upload-problems" });
  #acts = element("div", { class: "upload-acts" });

  /** @param {HTMLElement} host Where panels stand, the newest first. */
  constructor(host) {
    this.root = element(
      "section",
      { class: "upload-panel", "data-upload-state": "sending", "aria-live": "polite" },
      this.#title,
      this.#bar,
      this.#line,
      this.#list,
      this.#acts,
    );
    this.#bar.setAttribute("aria-label", "Progress of the upload");
    host.prepend(this.root);
  }

  #show(state, title, line) {
    this.root.dataset.uploadState = state;
    // Said again only when it is something else: screen readers read it out.
    if (this.#title.textContent !== title) {
      this.#title.textContent = title;
    }
    this.#line.textContent = line;
  }

  #part(done, total) {
    this.#bar.hidden = false;
    if (total > 0) {
      this.#bar.value = done / total;
    } else {
      this.#bar.removeAttribute("value");
    }
  }

  sending({ files, done, sent, bytes }) {
    this.#show(
      "sending",
      `Sending ${counted(files, "file")}`,
      `${sized(sent)} of ${sized(bytes)}${files > 1 ? `, ${done} of ${files} there` : ""}`,
    );
    this.#part(sent, bytes);
  }

  reading({ done, total, message, waits }) {
    const line = waits ? "Waiting for a turn" : message || "Looking at the files";
    this.#show("reading", "Reading the images", line);
    this.#part(done, total);
  }

  /** Say what came of it, and which files gave no image. */
  ended(title, line, problems = []) {
    this.#show("ended", title, line);
    this.#bar.hidden = true;
    this.#list.replaceChildren(
      ...problems.map(({ path, cause }) =>
        element("li", {}, element("strong", {}, path), `: ${cause}`),
      ),
    );
  }

  failed(title, line, problems = []) {
    this.ended(title, line, problems);
    this.root.dataset.uploadState = "failed";
  }

  /** Offer things to do: names to functions, or to addresses. */
  offer(acts) {
    this.#acts.replaceChildren(
      ...Object.entries(acts).map(([name, act]) =>
        typeof act === "string"
          ? element("a", { class: "button", href: act }, name)
          : element("button", { type: "button", class: "button", onclick: act }, name),
      ),
    );
  }

  /** Let people take it away. */
  letClose() {
    this.#acts.append(
      element(
        "button",
        {
          type: "button",
          class: "icon-button",
          "aria-label": "Close",
          onclick: () => this.root.remove(),
        },
        icon("close"),
      ),
    );
  }
}
