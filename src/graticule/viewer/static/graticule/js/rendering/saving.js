// Saving how the image is drawn, for the person who looks; says plainly what is not
// saved, and why somebody may not save.

import { GatewayError } from "../image/gateway.js";
import { renderingQuery } from "../image/query.js";

const WHY_NOT = {
  stranger: "Log in to save settings. Copy and the link keep them, too.",
  reader: "You may look at this image, not annotate it: its group decides. Copy and the link keep settings, too.",
};

// The first says why not.
const SAVING = ["save-settings", "as-imported", "spread-settings"];

function saveQuery(display) {
  const { z, t } = display;
  return `${renderingQuery(display, true)}&z=${z + 1}&t=${t + 1}`;
}

/** Say it when something could not be done; what is no answer is a mistake of ours. */
export async function tried(notices, what, act) {
  try {
    notices.solved("settings");
    await act();
  } catch (error) {
    if (!(error instanceof GatewayError)) {
      throw error;
    }
    notices.trouble("settings", `${what} ${error.message}`, () => tried(notices, what, act));
  }
}

/** Give the page saving; `others` is told when settings have been saved. */
export function joinSaving(page, others) {
  const { display, gateway, notices, data, actions } = page;
  const viewer = document.getElementById("viewer");
  const [save, ...more] = SAVING.map((name) =>
    document.querySelector(`[data-action=${name}]`),
  );
  const marker = document.getElementById("unsaved");
  const may = data.perms.canAnnotate;
  const reason = document.getElementById("why-not");
  reason.textContent = may ? "" : WHY_NOT[viewer.dataset.person ? "reader" : "stranger"];
  const update = () => {
    marker.hidden = !display.unsaved;
    reason.hidden = may || !display.unsaved;
    save.disabled = !may;
    more.forEach((button) => {
      button.disabled = !may;
    });
    if (!may) {
      save.setAttribute("aria-describedby", reason.id);
    }
  };
  display.addEventListener("change", update);
  update();
  actions["save-settings"] = () =>
    tried(notices, "The settings could not be saved.", async () => {
      await gateway.post(`saveImgRDef/${gateway.imageId}/?${saveQuery(display)}`);
      display.keepAsSaved();
      others.renew();
      notices.say("Settings saved for you.");
    });
  actions["as-imported"] = () =>
    tried(notices, "The settings could not be set back.", async () => {
      await gateway.post("resetRDef/", { to_type: "image", toids: gateway.imageId });
      display.takeSaved(await gateway.imageData());
      others.renew();
      notices.say("As the image came; saved for you.");
    });
}
