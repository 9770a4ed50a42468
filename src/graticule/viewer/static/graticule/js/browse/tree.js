// The tree beside browse pages: what there is, opened bit by bit, led through by keys
// as in every tree (arrows, Home, End, letters); a drawer on small screens.

import { element, icon } from "../dom.js";
import { Branches } from "./branches.js";

const NUMBER = new Intl.NumberFormat("en");
const FULL = { project: "dataset", screen: "plate" };
const UNITS = { project: "datasets", dataset: "images", screen: "plates", plate: "wells" };

export class Tree {
  /** @param {HTMLElement} host Its data say where to ask and what is shown beside. */
  constructor(host) {
    const { door, path, orphaned } = host.dataset;
    this.host = host;
    this.path = path.split(" ").filter(Boolean);
    this.orphaned = orphaned;
    this.branches = new Branches(door, document.documentElement.dataset.person);
    this.list = host.querySelector('[role="tree"]');
    this.note = host.querySelector(".tree-note");
    this.list.addEventListener("click", (event) => this.#clicked(event));
    this.list.addEventListener("keydown", (event) => this.#typed(event));
    this.host.querySelector(".tree-scroll").addEventListener("scrollend", ({ target }) => {
      this.branches.scroll = target.scrollTop;
      this.branches.keep();
    });
  }

  /** Show what is known, then what is true. */
  async start() {
    this.path.slice(0, -1).forEach((key) => this.branches.setOpen(key, true));
    if (this.branches.top) {
      this.draw();
      this.host.querySelector(".tree-scroll").scrollTop = this.branches.scroll;
    }
    this.#current()?.scrollIntoView({ block: "nearest" });
    await this.refresh();
  }

  /** Look up everything that is shown, after a change. */
  async refresh() {
    try {
      const first = !this.branches.top;
      if (await this.branches.refresh()) {
        this.draw();
      }
      this.#say("");
      if (first) {
        this.#current()?.scrollIntoView({ block: "nearest" });
      }
    } catch (error) {
      this.#say(`${error.message} Reload the page to try again.`);
    }
    this.host.dataset.state = "ready";
  }

  draw() {
    const held = this.list.contains(document.activeElement)
      ? document.activeElement.dataset.key
      : null;
    const { roots, orphaned } = this.branches.top;
    const nodes = roots.flatMap((list) => this.#list("", list, 1));
    if (orphaned > 0) {
      nodes.push(this.#orphans(orphaned));
    }
    this.list.replaceChildren(...nodes);
    this.#say(nodes.length > 0 ? "" : "Nothing is here yet.");
    const items = this.#items();
    const at = items.find(({ dataset }) => dataset.key === held);
    this.#roam(at ?? this.#current() ?? items[0]);
    at?.focus();
  }

  #list(parent, list, level) {
    const nodes = list.branches.map((branch) => this.#node(branch, level));
    if (list.branches.length < list.total) {
      const left = NUMBER.format(list.total - list.branches.length);
      const more = this.#item(`more:${parent}:${list.kind}`, level, "#", "more", `${left} more`);
      nodes.push(element("li", { role: "none" }, more));
    }
    return nodes;
  }

  #node({ kind, id, name, children, url }, level) {
    const key = `${kind}:${id}`;
    const item = this.#item(key, level, url, kind, name);
    const count = element("span", { class: "tree-count", title: `${children} ${UNITS[kind]}` });
    count.textContent = NUMBER.format(children);
    item.append(count);
    const node = element("li", { role: "none" }, item);
    if (FULL[kind] && children > 0) {
      const open = this.branches.isOpen(key);
      item.setAttribute("aria-expanded", open);
      item.firstChild.append(icon("chevron"));
      const inner = this.branches.inner[key];
      if (open && inner) {
        const group = element("ul", { role: "group", id: `tree-${kind}-${id}` });
        group.append(...this.#list(key, inner, level + 1));
        item.setAttribute("aria-owns", group.id);
        node.append(group);
      }
    }
    return node;
  }

  #orphans(orphaned) {
    const item = this.#item("orphaned", 1, this.orphaned, "orphaned", "Orphaned images");
    const count = element("span", { class: "tree-count" }, NUMBER.format(orphaned));
    item.append(count);
    return element("li", { role: "none" }, item);
  }

  #item(key, level, url, picture, name) {
    return element(
      "a",
      {
        role: "treeitem",
        "aria-level": level,
        "aria-current": key === this.path.at(-1) ? "page" : false,
        "data-key": key,
        href: url,
        tabindex: "-1",
        title: name,
      },
      element("span", { class: "tree-turn" }),
      icon(picture),
      element("span", { class: "tree-name" }, name),
    );
  }

  #items() {
    return [...this.list.querySelectorAll('[role="treeitem"]')];
  }

  #current() {
    return this.list.querySelector("[aria-current]");
  }

  /** Let Tab lead to one item. */
  #roam(item) {
    this.list.querySelector('[tabindex="0"]')?.setAttribute("tabindex", "-1");
    item?.setAttribute("tabindex", "0");
  }

  #focus(item) {
    if (item) {
      this.#roam(item);
      item.focus();
    }
  }

  async #turn(item, on) {
    const { key } = item.dataset;
    this.branches.setOpen(key, on);
    try {
      if (on) {
        await this.branches.fill(key);
      }
      this.draw();
    } catch (error) {
      this.branches.setOpen(key, false);
      this.#say(error.message);
    }
  }

  async #more(key) {
    const [, kind, id, list] = key.match(/^more:(?:(\w+):(\d+))?:(\w+)$/);
    const parent = kind ? `${kind}:${id}` : "";
    const found = kind
      ? this.branches.inner[parent]
      : this.branches.top.roots.find((root) => root.kind === list);
    try {
      await this.branches.more(parent, found);
      this.draw();
    } catch (error) {
      this.#say(error.message);
    }
  }

  #clicked(event) {
    const item = event.target.closest('[role="treeitem"]');
    if (!item) {
      return;
    }
    this.#roam(item);
    if (item.dataset.key.startsWith("more:")) {
      event.preventDefault();
      this.#more(item.dataset.key);
    } else if (event.target.closest(".tree-turn") && item.hasAttribute("aria-expanded")) {
      event.preventDefault();
      item.focus();
      this.#turn(item, item.getAttribute("aria-expanded") !== "true");
    }
  }

  #typed(event) {
    const item = event.target.closest('[role="treeitem"]');
    if (!item || event.ctrlKey || event.metaKey || event.altKey) {
      return;
    }
    const items = this.#items();
    const at = items.indexOf(item);
    const open = item.getAttribute("aria-expanded");
    const moves = {
      ArrowDown: () => this.#focus(items[at + 1]),
      ArrowUp: () => this.#focus(items[at - 1]),
      Home: () => this.#focus(items[0]),
      End: () => this.#focus(items.at(-1)),
      ArrowRight: () => (open === "false" ? this.#turn(item, true) : open && this.#focus(items[at + 1])),
      ArrowLeft: () => (open === "true" ? this.#turn(item, false) : this.#focus(this.#above(item))),
      " ": () => item.click(),
    };
    if (moves[event.key]) {
      event.preventDefault();
      moves[event.key]();
    } else if (event.key.length === 1) {
      this.#search(items, at, event.key.toLowerCase());
    }
  }

  #above(item) {
    return item.closest('[role="group"]')?.parentElement.querySelector('[role="treeitem"]');
  }

  /** Go to the next item that begins with a letter. */
  #search(items, at, letter) {
    const round = [...items.slice(at + 1), ...items.slice(0, at)];
    this.#focus(round.find(({ title }) => title.toLowerCase().startsWith(letter)));
  }

  #say(text) {
    this.note.textContent = text;
    this.note.hidden = !text;
  }
}
