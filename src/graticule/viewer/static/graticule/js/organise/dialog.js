// A dialog: title, what is asked, buttons. Escape and Cancel close it; while the
// server works it waits; a refusal is shown in it and nothing typed is lost.

import { element, icon } from "../dom.js";
import { Refusal } from "./asking.js";

let count = 0;

/**
 * Open a dialog.
 *
 * @param {object} options
 * @param {string} options.title
 * @param {Node[]} options.body
 * @param {string} options.act What the button says.
 * @param {function(): Promise<boolean|void>} options.go Acts; `false` keeps it open.
 * @param {boolean} [options.danger]
 * @param {Node[]} [options.also] Further buttons.
 * @param {string} [options.leave] What the button says that does nothing.
 * @returns {{dialog: HTMLDialogElement, act: HTMLButtonElement,
 *   run: function(function(): Promise<boolean|void>): Promise<void>}}
 */
export function openDialog({
  title,
  body,
  act,
  go,
  danger = false,
  also = [],
  leave = "Cancel",
}) {
  count += 1;
  const name = `dialog-${count}`;
  const wrong = element("p", { class: "wrong", role: "alert", hidden: true });
  const button = element(
    "button",
    { type: "submit", class: danger ? "button danger" : "button primary" },
    act,
  );
  const form = element(
    "form",
    { method: "dialog" },
    ...body,
    wrong,
    element(
      "div",
      { class: "dialog-acts" },
      ...also,
      element("span", { class: "space" }),
      element("button", { type: "button", class: "button", onclick: close }, leave),
      button,
    ),
  );
  const dialog = element(
    "dialog",
    { class: "dialog", "aria-labelledby": name },
    element(
      "div",
      { class: "dialog-head" },
      element("h2", { id: name }, title),
      element(
        "button",
        { type: "button", class: "icon-button", "aria-label": "Close", onclick: close },
        icon("close"),
      ),
    ),
    form,
  );

  function close() {
    dialog.close();
  }

  async function run(action) {
    wrong.hidden = true;
    const buttons = form.querySelectorAll(".dialog-acts button");
    const were = [...buttons].map((each) => each.disabled);
    buttons.forEach((each) => {
      each.disabled = true;
    });
    try {
      if ((await action()) !== false) {
        close();
      }
    } catch (error) {
      if (!(error instanceof Refusal)) {
        throw error;
      }
      wrong.textContent = error.message;
      wrong.hidden = false;
    } finally {
      buttons.forEach((each, index) => {
        each.disabled = were[index];
      });
    }
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    run(go);
  });
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
  return { dialog, act: button, run };
}

/** A field with its label over it. */
export function labelled(text, input) {
  return element("label", { class: "labelled" }, element("span", {}, text), input);
}
