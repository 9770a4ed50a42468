// Brings a browse page to life: what can be selected on it, and how it is shown.

import { letBand } from "./band.js";
import { follow } from "./following.js";
import { Gallery } from "./gallery.js";
import { letPick } from "./picking.js";
import { Selection } from "./selection.js";
import { Shelf } from "./shelf.js";

const host = document.querySelector("#browse");
const view = host.dataset.ids ? new Gallery(host) : new Shelf(host);
host.selection = new Selection(view);
letPick(host, host.selection, view);
letBand(host, host.selection, view);
host.addEventListener("arranged", ({ detail }) => {
  detail.followed = follow(host, view);
});
view.open?.();
