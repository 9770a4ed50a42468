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

/** Put the copied settings onto images. */
export async function pasteSettings(images) {
  const source = sessionStorage.getItem(HELD);
  const fields = images.map(({ id }) => ["toids", id]);
  const { taken, left, token } = await postForm(`spread/${source}/`, fields);
  if (taken === 0) {
    const why = "they have other channels, or are not yours";
    toast(`None of these images took the settings: ${why}.`, { wrong: true });
    return;
  }
  const rest = left ? ` ${counted("image", left)} did not take them.` : "";
  const message = `Settings pasted onto ${counted("image", taken)}.${rest}`;
  made({ message, back: [{ path: "spread/undo/", body: { token } }] });
}
