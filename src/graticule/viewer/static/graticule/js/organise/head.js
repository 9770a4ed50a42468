// What can be done with the thing that a page shows: new containers in it, renaming
// in place (F2), describing, deleting. Built beside the title from data-arrange.

import { element, icon } from "../dom.js";
import { complain, organise } from "./changes.js";
import { askDelete, askDescription, askNew } from "./container_dialogs.js";

const NEW = { project: ["dataset"], start: ["project", "dataset", "screen"] };

function act(label, name, go, options = {}) {
  return element(
    "button",
    {
      type: "button",
      class: options.small ? "icon-button" : "button",
      "aria-label": options.small ? label : undefined,
      title: options.title ?? undefined,
      "data-act": options.act ?? name,
      onclick: async () => {
        try {
          await go();
        } catch (error) {
          complain(error);
        }
      },
    },
    icon(name),
    ...(options.small ? [] : [label]),
  );
}

/** Let the title be typed over; Enter keeps it, Escape leaves it. */
function rename(title, thing) {
  const was = title.textContent;
  const input = element("input", {
    class: "title-field",
    value: was,
    maxlength: "1024",
    "aria-label": "Name",
  });
  let done = false;

  async function end(keep) {
    if (done) {
      return;
    }
    done = true;
    const name = input.value.trim();
    title.textContent = was;
    if (!keep || !name || name === was) {
      return;
    }
    title.textContent = name;
    try {
      await organise("describe", { thing, name });
    } catch (error) {
      title.textContent = was;
      complain(error);
    }
  }

  input.addEventListener("keydown", (event) => {
    event.stopPropagation();
    if (event.key === "Enter" || event.key === "Escape") {
      end(event.key === "Enter");
    }
  });
  input.addEventListener("blur", () => end(true));
  title.replaceChildren(input);
  input.select();
}

/**
 * Put the actions beside the title.
 *
 * @param {HTMLElement} host Says in its data what the page shows.
 */
export function arrangeHead(host) {
  const { arrange: kind, id, description, up } = host.dataset;
  const title = document.querySelector(".page-head h1");
  const thing = id ? { kind, id: Number(id) } : null;
  for (const made of NEW[kind] ?? []) {
    const go = () => askNew(made, thing ?? undefined);
    host.append(act(`New ${made}`, "plus", go, { act: `new-${made}` }));
  }
  if (!thing) {
    return;
  }
  const start = () => rename(title, thing);
  host.append(
    act("Rename", "pencil", start, { small: true, title: "Rename (F2)" }),
    act(
      "Describe",
      "text",
      () => askDescription(thing, { name: title.textContent, description }),
      { small: true, title: "Describe" },
    ),
  );
  if (kind !== "plate") {
    const go = () => askDelete([thing], { leadTo: up });
    host.append(act("Delete", "bin", go, { small: true, title: "Delete" }));
  }
  document.addEventListener("keydown", (event) => {
    if (event.key === "F2" && !event.target.closest("input, textarea, select, dialog")) {
      event.preventDefault();
      start();
    }
  });
}
