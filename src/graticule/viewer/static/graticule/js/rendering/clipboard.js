// Copying settings from image to image: by the server's clipboard, which other clients
// share, and by this browser's, which works where nobody has logged in.
// What it stores: localStorage["graticule.rendering"].

import { GatewayError } from "../image/gateway.js";
import { applyQuery, channelsText, mapsText } from "../image/query.js";
import { toast } from "../organise/toast.js";

const STORE = "graticule.rendering";

function copied({ data, display }) {
  const [low, high] = data.pixel_range;
  return {
    c: decodeURIComponent(channelsText(display.channels, true)),
    maps: mapsText(display.channels, true),
    m: display.model === "greyscale" ? "g" : "c",
    pixel_range: `${low}:${high}`,
    imageId: String(data.id),
  };
}

function stored() {
  try {
    return JSON.parse(localStorage.getItem(STORE) ?? "null");
  } catch {
    return null;
  }
}

/** What the server holds; null for nothing, or where it has no session. */
async function held(gateway) {
  try {
    return (await gateway.json("getImgRDef/")).rdef;
  } catch (error) {
    if (!(error instanceof GatewayError)) {
      throw error;
    }
    return null;
  }
}

/** Copy what is shown. */
export async function copySettings(page) {
  const { gateway, notices } = page;
  const settings = copied(page);
  try {
    localStorage.setItem(STORE, JSON.stringify(settings));
  } catch {
    // The server's clipboard is left.
  }
  try {
    await gateway.json(`copyImgRDef/?${new URLSearchParams(settings)}`);
  } catch (error) {
    if (!(error instanceof GatewayError)) {
      throw error;
    }
    // This browser's clipboard is left.
  }
  notices.say("Settings copied. Paste them on the page of another image.");
}

function sentence(here, there, samePixels) {
  const many = (count) => `${count} ${count === 1 ? "channel" : "channels"}`;
  const parts = ["Settings pasted."];
  if (here !== there) {
    parts.push(`They are of ${many(there)}, here are ${here}: each went to its number.`);
  }
  if (!samePixels) {
    parts.push("Windows stayed: the pixels are of another range.");
  }
  return parts.join(" ");
}

/** Draw the image by what was copied last, here or anywhere. */
export async function pasteSettings(page, history) {
  const { gateway, notices, display, data } = page;
  const settings = (await held(gateway)) ?? stored();
  if (!settings?.c) {
    notices.say("Nothing has been copied yet: use Copy on the page of an image.");
    return;
  }
  const { c, maps, m, pixel_range: range } = settings;
  const count = c.split(",").length;
  const samePixels = !range || range === data.pixel_range.join(":");
  const windows = display.channels.map(({ window }) => ({ ...window }));
  const active = display.channels.map((channel) => channel.active);
  const before = structuredClone(display.rendering);
  history.begin();
  display.change(() => {
    const text = typeof maps === "string" ? maps : JSON.stringify(maps ?? []);
    const model = { greyscale: "g", color: "c" }[m] ?? m;
    applyQuery(display, new Map([["c", c], ["maps", text], ["m", model]]));
    display.channels.forEach((channel, index) => {
      if (!samePixels) {
        channel.window = windows[index];
      }
      if (index >= count) {
        channel.active = active[index];
      }
    });
  });
  toast(sentence(display.channels.length, count, samePixels), {
    undo: () => {
      history.begin();
      display.apply(before);
      toast("Drawn as before.");
    },
  });
}
