// Rendering settings of one image, put onto others: the clipboard is the session's,
// the same as that of other front ends.

import { get, postForm } from "./asking.js";
import { made } from "./changes.js";
import { toast } from "./toast.js";
import { counted } from "./words.js";

const HELD = "graticule.settings-of";

/** Whether settings were copied in this tab. */
export function holdsSettings() {
  try {
    return sessionStorage.getItem(HELD) !== null;
  } catch {
    return false;
  }
}

/** Copy the settings of an image. */
export async function copySettings({ id }, changed) {
  await get(`webgateway/copyImgRDef/?fromid=${id}`);
  try {
    sessionStorage.setItem(HELD, String(id));
  } catch {
    // Then they cannot be pasted from here.
  }
  toast("Settings copied. Select images and paste them.");
  changed();
}

/** Put the copied settings onto images; settings have their own history per image. */
export async function pasteSettings(images) {
  const fields = [["to_type", "image"], ...images.map(({ id }) => ["toids", id])];
  const answer = await postForm("webgateway/copyImgRDef/", fields);
  const taken = answer ? answer.true.length : 0;
  if (taken === 0) {
    const why = "they have other channels, or are not yours";
    toast(`None of these images took the settings: ${why}.`, { wrong: true });
    return;
  }
  const refused = answer.false.length;
  const rest = refused ? ` ${counted("image", refused)} did not take them.` : "";
  const message = `Settings pasted onto ${counted("image", taken)}.${rest}`;
  made({ message, back: [] });
}
