// Brings a browse page to life: what can be selected on it, and how it is shown.

import { letPick } from "./picking.js";
import { Selection } from "./selection.js";
import { Shelf } from "./shelf.js";

const host = document.querySelector("#browse");
const view = new Shelf(host);
host.selection = new Selection(view);
letPick(host, host.selection, view);
