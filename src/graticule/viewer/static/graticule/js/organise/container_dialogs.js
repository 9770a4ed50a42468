// Dialogs that make, describe and delete containers.

import { element } from "../dom.js";
import { get, post } from "./asking.js";
import { organise } from "./changes.js";
import { labelled, openDialog } from "./dialog.js";
import { byKind, listed } from "./words.js";

function fields(name, description) {
  const first = element("input", {
    class: "field",
    required: true,
    maxlength: "1024",
    value: name,
    autocomplete: "off",
  });
  const second = element("textarea", { class: "field", rows: "3" });
  second.value = description;
  return [first, second];
}

/**
 * Ask for a name, and make a container.
 *
 * @param {string} kind
 * @param {{kind: string, id: number}} [parent]
 */
export async function askNew(kind, parent) {
  const [name, description] = fields("", "");
  const body = [labelled("Name", name), labelled("Description (optional)", description)];
  const { groups } = parent ? { groups: [] } : await get("organise/offers/");
  const group = element("select", { class: "field" });
  group.append(
    ...groups.map(({ id, name: label }) => element("option", { value: id }, label)),
  );
  if (groups.length > 1) {
    body.push(labelled("Group", group));
  }
  openDialog({
    title: `New ${kind}`,
    act: "Make",
    body,
    go: () =>
      organise(
        "create",
        {
          kind,
          name: name.value,
          description: description.value,
          ...(parent && { parent }),
          ...(groups.length > 1 && { group: Number(group.value) }),
        },
        { open: true },
      ),
  });
  name.focus();
}

/** Ask for name and description of something, and set them. */
export function askDescription(thing, was) {
  const [name, description] = fields(was.name, was.description);
  openDialog({
    title: `Describe the ${thing.kind}`,
    act: "Save",
    body: [labelled("Name", name), labelled("Description", description)],
    go: () =>
      organise("describe", { thing, name: name.value, description: description.value }),
  });
  description.focus();
}

/**
 * Say what a deletion takes and leaves, and do it.
 *
 * @param {{kind: string, id: number}[]} things
 * @param {{leadTo?: string}} options
 */
export async function askDelete(things, options = {}) {
  const [without, within] = await Promise.all(
    [false, true].map((contents) => post("organise/deletion/", { things, contents })),
  );
  const inside = listed(without.inside);
  const many = Object.keys(without.inside).length > 0;
  const box = element("input", { type: "checkbox" });
  const stays = element("p", { role: "status" });

  function say() {
    const plan = box.checked ? within : without;
    const rest = many && !box.checked ? `${inside} in it stay, in no project.` : "";
    stays.textContent = [plan.stays, rest].filter(Boolean).join(" ");
  }

  box.addEventListener("change", say);
  say();
  openDialog({
    title: `Delete ${listed(byKind(things))}?`,
    act: "Delete",
    danger: true,
    body: [
      stays,
      ...(many
        ? [element("label", { class: "tick" }, box, `Delete the ${inside} in it, too`)]
        : []),
      element("p", { class: "quiet" }, "Files stay where they are. This can be undone."),
    ],
    go: () => organise("delete", { things, contents: box.checked }, options),
  });
}
