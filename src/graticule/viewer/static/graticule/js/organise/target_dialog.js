// The dialog that asks where things shall go: containers under their projects,
// found by typing, chosen by arrow keys or hand.

import { element } from "../dom.js";
import { post } from "./asking.js";
import { organise } from "./changes.js";
import { labelled, openDialog } from "./dialog.js";
import { byKind, here, listed } from "./words.js";

const WAIT_MS = 200;

/** The list: groups of options, one of them current. */
class Choice {
  constructor(input, list) {
    this.input = input;
    this.list = list;
    input.addEventListener("keydown", (event) => this.#typed(event));
    list.addEventListener("click", ({ target }) => {
      const option = target.closest("[role=option]");
      if (option) {
        this.choose(option);
      }
    });
  }

  get options() {
    return [...this.list.querySelectorAll("[role=option]")];
  }

  get chosen() {
    const option = this.list.querySelector("[aria-selected=true]");
    return option ? Number(option.dataset.target) : null;
  }

  choose(option) {
    this.list.querySelector("[aria-selected=true]")?.setAttribute("aria-selected", "false");
    option.setAttribute("aria-selected", "true");
    option.scrollIntoView({ block: "nearest" });
    this.input.setAttribute("aria-activedescendant", option.id);
    this.list.dispatchEvent(new Event("chosen"));
  }

  show(targets) {
    const groups = new Map();
    for (const target of targets) {
      for (const name of target.within.length > 0 ? target.within : [""]) {
        groups.set(name, [...(groups.get(name) ?? []), target]);
      }
    }
    let number = 0;
    const parts = [...groups].map(([name, members]) => {
      const options = members.map(({ id, name: label }) => {
        number += 1;
        return element(
          "li",
          {
            role: "option",
            id: `target-${number}`,
            "data-target": id,
            "aria-selected": "false",
          },
          label,
        );
      });
      return element(
        "ul",
        { role: "group", "aria-label": name || "In no project" },
        element("li", { class: "group-name", role: "presentation" }, name),
        ...options,
      );
    });
    this.list.replaceChildren(...parts);
    this.input.removeAttribute("aria-activedescendant");
    if (targets.length > 0) {
      this.choose(this.options[0]);
    }
    this.list.dispatchEvent(new Event("chosen"));
  }

  #typed(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const options = this.options;
    if (!step || options.length === 0) {
      return;
    }
    event.preventDefault();
    const at = options.findIndex((each) => each.ariaSelected === "true");
    this.choose(options[Math.min(Math.max(at + step, 0), options.length - 1)]);
  }
}

/**
 * Ask where to, and move or link there.
 *
 * @param {{kind: string, id: number}[]} things Of one kind.
 */
export async function askTarget(things) {
  // Refused at once if nothing of it may be moved: no dialog in vain.
  const first = await post("organise/targets/", { things });
  const list = element("div", { class: "targets", role: "listbox", id: "targets" });
  const input = element("input", {
    class: "field",
    type: "search",
    role: "combobox",
    autocomplete: "off",
    "aria-expanded": "true",
    "aria-controls": "targets",
    "aria-autocomplete": "list",
  });
  list.setAttribute("aria-label", `${first.kind}s`);
  const empty = element("p", { class: "quiet", role: "status" });
  const choice = new Choice(input, list);
  const origin = here(things[0].kind);
  const link = element("button", { type: "button", class: "button" }, "Link there, too");
  const title = `Move ${listed(byKind(things))} to…`;
  const { act, run } = openDialog({
    title,
    act: "Move",
    also: [link],
    body: [labelled(`Find a ${first.kind}`, input), list, empty],
    go: () => go("move"),
  });

  function go(what) {
    const to = { kind: first.kind, id: choice.chosen };
    const from = what === "move" && origin ? { from: origin } : {};
    return organise(what, { things, to, ...from });
  }

  link.title = "They stay where they are, and hang there as well";
  link.addEventListener("click", () => run(() => go("copy")));
  list.addEventListener("chosen", () => {
    act.disabled = choice.chosen === null;
    link.disabled = choice.chosen === null;
  });

  function show({ targets: all, complete, kind }) {
    const targets = all.filter(({ id }) => id !== origin?.id);
    choice.show(targets);
    empty.textContent = complete ? "" : "There are more: type a part of the name.";
    if (targets.length === 0) {
      empty.textContent = input.value
        ? `No ${kind} of yours is called so.`
        : `There is no ${kind} of this group yet that you may change. Make one first.`;
    }
  }

  let timer = null;
  let asked = 0;
  input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(async () => {
      asked += 1;
      const mine = asked;
      const found = await post("organise/targets/", { things, q: input.value.trim() });
      if (mine === asked) {
        show(found);
      }
    }, WAIT_MS);
  });
  show(first);
  input.focus();
}
