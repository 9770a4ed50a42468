// "Apply to all": the settings shown, saved for all images of a dataset or plate that
// they fit. Says before how many, and afterwards offers the way back.

import { element } from "../dom.js";
import { channelsText, mapsText } from "../image/query.js";
import { complain } from "../organise/changes.js";
import { get, postForm, Refusal } from "../organise/asking.js";
import { openDialog } from "../organise/dialog.js";
import { toast } from "../organise/toast.js";
import { counted } from "../organise/words.js";

function settings({ channels, model, z, t }) {
  return [
    ["c", decodeURIComponent(channelsText(channels, true))],
    ["maps", mapsText(channels, true)],
    ["m", model === "greyscale" ? "g" : "c"],
    ["z", z],
    ["t", t],
  ];
}

function fittingText({ others, fitting }) {
  const left = others - fitting;
  const why = "cannot: other channels, or not yours to change.";
  if (others === 0) {
    return "Nothing else is in it.";
  }
  if (fitting === 0) {
    return `Its ${counted("other image", others)} ${why}`;
  }
  const rest = left ? ` ${counted("image", left)} ${why}` : "";
  return `${counted("other image", fitting)} will take them.${rest}`;
}

function choiceOf(target, index) {
  const value = `${target.kind}-${target.id}`;
  const input = element("input", { type: "radio", name: "to", value });
  input.checked = index === 0;
  return element(
    "label",
    { class: "tick" },
    input,
    element(
      "span",
      {},
      `All images of the ${target.kind} “${target.name}”. ${fittingText(target)}`,
    ),
  );
}

class Spreading {
  constructor(page, others) {
    this.page = page;
    this.others = others;
  }

  get #door() {
    return `spread/${this.page.gateway.imageId}/`;
  }

  async ask() {
    let targets;
    try {
      ({ targets } = await get(this.#door));
    } catch (error) {
      complain(error);
      return;
    }
    const useful = targets.filter(({ fitting }) => fitting > 0);
    if (useful.length === 0) {
      const why = targets.map((each) => `The ${each.kind} “${each.name}”: ${fittingText(each)}`);
      toast(["No other image can take these settings.", ...why].join(" "), { wrong: true });
      return;
    }
    const choices = useful.map(choiceOf);
    const note = "They are saved for you; what others see stays. You can undo it.";
    openDialog({
      title: "Apply these settings to other images",
      body: [...choices, element("p", { class: "quiet" }, note)],
      act: "Apply",
      go: () => {
        const chosen = choices.find((choice) => choice.querySelector("input").checked);
        return this.#apply(chosen.querySelector("input").value);
      },
    });
  }

  async #apply(to) {
    const { display } = this.page;
    const fields = [["to", to], ...settings(display)];
    const { message, left, token } = await postForm(this.#door, fields);
    display.keepAsSaved();
    this.others.renew();
    const rest = left ? ` ${counted("image", left)} did not take them.` : "";
    toast(`${message}${rest}`, { undo: () => this.#undo(token) });
  }

  async #undo(token) {
    try {
      const { message } = await postForm("spread/undo/", [["token", token]]);
      const shown = this.page.display.rendering;
      this.page.display.takeSaved(await this.page.gateway.imageData());
      // What is on the screen stays; only what is saved went back.
      this.page.display.apply(shown);
      this.others.renew();
      toast(message);
    } catch (error) {
      if (!(error instanceof Refusal)) {
        throw error;
      }
      toast(error.message, { wrong: true });
    }
  }
}

/** Give the page "Apply to all". */
export function joinSpreading(page, others) {
  const spreading = new Spreading(page, others);
  page.actions["spread-settings"] = () => spreading.ask();
}
