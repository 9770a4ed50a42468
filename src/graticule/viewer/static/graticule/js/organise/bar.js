// The bar at the foot of a page while something is selected: how much it is, and
// what can be done with it.

import { element, icon } from "../dom.js";
import { base, formToken, get } from "./asking.js";
import { complain, organise } from "./changes.js";
import { askDelete } from "./container_dialogs.js";
import { copySettings, holdsSettings, pasteSettings } from "./settings_clipboard.js";
import { askTags } from "./tag_dialog.js";
import { askTarget } from "./target_dialog.js";
import { CONTAINERS, PARENT, byKind, here, listed, oneKind } from "./words.js";

const LONGEST_ADDRESS = 1_800;
const MOST_COMPARED = 9;

function compare(images) {
  location.assign(`${base}compare/?${images.map(({ id }) => `image=${id}`).join("&")}`);
}

/** The bar over one selection. */
export class Bar {
  #selection;
  #host;
  #mayChange;
  #count = element("strong", { "aria-live": "polite" });
  #acts = element("div", { class: "bar-acts" });
  #jobs = null;

  /**
   * @param {HTMLElement} host
   * @param {import("../browse/selection.js").Selection} selection
   * @param {boolean} mayChange Whether somebody is logged in.
   */
  constructor(host, selection, mayChange) {
    this.#host = host;
    this.#selection = selection;
    this.#mayChange = mayChange;
    const clear = element(
      "button",
      {
        type: "button",
        class: "icon-button",
        title: "Select nothing (Esc)",
        "aria-label": "Select nothing",
        onclick: () => selection.clear(),
      },
      icon("close"),
    );
    host.append(
      element(
        "div",
        { class: "bar", role: "toolbar", "aria-label": "Selection" },
        clear,
        this.#count,
        this.#acts,
      ),
    );
    selection.addEventListener("change", () => this.show());
    this.show();
  }

  /** Show what fits the selection. */
  show() {
    const things = this.#selection.ids;
    this.#host.hidden = things.length === 0;
    document.body.toggleAttribute("data-bar", things.length > 0);
    if (things.length > 0) {
      this.#count.textContent = `${listed(byKind(things))} selected`;
      this.#acts.replaceChildren(...this.#actsFor(things));
    }
  }

  #act(label, name, go) {
    return element(
      "button",
      {
        type: "button",
        class: "button",
        "data-act": name,
        onclick: async () => {
          try {
            await go();
          } catch (error) {
            complain(error);
          }
        },
      },
      icon(name),
      label,
    );
  }

  #actsFor(things) {
    const kind = oneKind(things);
    const acts = [];
    if (this.#mayChange) {
      acts.push(this.#act("Tag", "tag", () => askTags(things)));
      if (PARENT[kind]) {
        acts.push(this.#act("Move to…", "move", () => askTarget(things)));
      }
      const from = here(kind);
      if (from) {
        const go = () => organise("remove", { things, from });
        acts.push(this.#act("Remove from here", "out", go));
      }
      if (things.every((thing) => CONTAINERS.includes(thing.kind))) {
        acts.push(this.#act("Delete", "bin", () => askDelete(things)));
      }
    }
    return kind === "image" ? [...acts, ...this.#actsForImages(things)] : acts;
  }

  #actsForImages(images) {
    const acts = [];
    if (this.#mayChange && images.length === 1) {
      const copy = () => copySettings(images[0], () => this.show());
      acts.push(this.#act("Copy settings", "copy", copy));
    }
    if (this.#mayChange && holdsSettings()) {
      acts.push(this.#act("Paste settings", "paste", () => pasteSettings(images)));
    }
    if (images.length > 1 && images.length <= MOST_COMPARED) {
      acts.push(this.#act("Compare", "split", () => compare(images)));
    }
    if (document.documentElement.hasAttribute("data-shared")) {
      return acts;
    }
    acts.push(this.#makeMenu(images));
    const ids = images.map(({ id }) => `image=${id}`).join("&");
    const address = `${base}webgateway/archived_files/download/?${ids}`;
    if (address.length <= LONGEST_ADDRESS * 4) {
      acts.push(
        element(
          "a",
          { class: "button", href: address, "data-act": "download" },
          icon("download"),
          "Originals",
        ),
      );
    }
    return acts;
  }

  /** The jobs that take several images, in a menu over the bar. */
  #makeMenu(images) {
    const list = element("ul", {});
    const menu = element(
      "details",
      { class: "menu above", "data-act": "make" },
      element("summary", { class: "button" }, icon("make"), "Make", icon("chevron")),
      list,
    );
    menu.addEventListener("toggle", async () => {
      if (!menu.open) {
        return;
      }
      try {
        this.#jobs ??= (await get("organise/offers/")).jobs;
      } catch (error) {
        complain(error);
        return;
      }
      list.replaceChildren(...this.#jobs.map((job) => element("li", {}, offer(job, images))));
    });
    menu.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && menu.open) {
        event.stopPropagation();
        menu.open = false;
        menu.querySelector("summary").focus();
      }
    });
    return menu;
  }
}

/** A way to a job's form: a link, or a form posted where the link is too long. */
function offer({ title, help, url, parameter }, images) {
  const words = [element("strong", {}, title), element("span", {}, help)];
  const query = images.map(({ id }) => `${parameter}=${id}`).join("&");
  if (url.length + query.length <= LONGEST_ADDRESS) {
    return element("a", { href: `${url}?${query}` }, ...words);
  }
  const fields = images.map(({ id }) =>
    element("input", { type: "hidden", name: parameter, value: id }),
  );
  return element(
    "form",
    { method: "post", action: url },
    element("input", { type: "hidden", name: "csrfmiddlewaretoken", value: formToken() }),
    ...fields,
    element("button", { type: "submit" }, ...words),
  );
}
