// What can be done with rendering settings beyond changing them: undoing, saving,
// taking others', copying, and having neighbouring planes ready.

import { copySettings, pasteSettings } from "./clipboard.js";
import { joinHistory } from "./history.js";
import { Others } from "./others.js";
import { joinPrefetch } from "./prefetch.js";
import { joinSaving } from "./saving.js";
import { joinSpreading } from "./spread.js";

/** Join the part to the image page. */
export function join(page) {
  const history = joinHistory(page);
  const others = new Others(document.getElementById("others"), page, history);
  joinSaving(page, others);
  joinPrefetch(page);
  joinSpreading(page, others);
  page.actions["copy-settings"] = () => copySettings(page);
  page.actions["paste-settings"] = () => pasteSettings(page, history);
}
