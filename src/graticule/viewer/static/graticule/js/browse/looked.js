// Loaded by the page of an image: notes that it was looked at.

import { noteSeen } from "./seen.js";

noteSeen(Number(document.querySelector("#viewer").dataset.image));
