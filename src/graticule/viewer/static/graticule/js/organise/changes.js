// Makes changes, shows what came of them, and takes the last one back (Ctrl+Z).
// What can be undone is kept for the tab, so that it outlives a reload.

import { Refusal, post } from "./asking.js";
import { toast } from "./toast.js";

const STACK = "graticule.undo";
const SAID = "graticule.said";
const MOST = 30;

/**
 * @typedef {{path: string, body: object}} Step  What has to be posted to go back.
 * @typedef {{message: string, back: Step[]}} Change
 */

function read(key, otherwise) {
  try {
    return JSON.parse(sessionStorage.getItem(key)) ?? otherwise;
  } catch {
    return otherwise;
  }
}

function write(key, value) {
  try {
    sessionStorage.setItem(key, JSON.stringify(value));
  } catch {
    // Not kept where storage is forbidden: then a reload forgets it.
  }
}

function say(said) {
  toast(said.message, said.undoable ? { undo: undoLast } : {});
}

/** Show the page as it is now: by the view if it can, else by loading anew. */
async function refresh(said, leadTo) {
  const detail = { followed: null };
  if (!leadTo) {
    document.querySelector("#browse")?.dispatchEvent(new CustomEvent("arranged", { detail }));
  }
  if (await detail.followed) {
    say(said);
    return;
  }
  write(SAID, said);
  if (leadTo) {
    location.assign(leadTo);
  } else {
    location.reload();
  }
}

/** Say what went wrong, if the server refused; anything else is a mistake of ours. */
export function complain(error) {
  if (!(error instanceof Refusal)) {
    throw error;
  }
  toast(error.message, { wrong: true });
}

/**
 * Tell a change that was made, and keep how to undo it.
 *
 * @param {Change} change
 * @param {{leadTo?: string}} options Where to go then; else the page is shown anew.
 */
export function made({ message, back }, { leadTo } = {}) {
  const undoable = back.length > 0;
  if (undoable) {
    write(STACK, [...read(STACK, []), { message, back }].slice(-MOST));
  }
  refresh({ message, undoable }, leadTo);
}

/** Post a change of `/organise/`, and tell it. */
export async function organise(what, body, options = {}) {
  const { message, undo, made: things } = await post(`organise/${what}/`, body);
  const back = undo ? [{ path: "organise/undo/", body: { token: undo.token } }] : [];
  const leadTo = options.open ? things[0]?.url : options.leadTo;
  made({ message, back }, { leadTo });
}

/** Undo the last change that was made in this tab. */
export async function undoLast() {
  const stack = read(STACK, []);
  const last = stack.pop();
  if (!last) {
    return;
  }
  write(STACK, stack);
  try {
    for (const { path, body } of last.back) {
      await post(path, body);
    }
    refresh({ message: `Undone: ${last.message}`, undoable: false });
  } catch (error) {
    complain(error);
  }
}

/** Begin: Ctrl+Z, and what the page before had to say. */
export function watch() {
  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest("input, textarea, select, dialog");
    const undo = (event.ctrlKey || event.metaKey) && !event.shiftKey;
    if (undo && event.key.toLowerCase() === "z" && !typing) {
      event.preventDefault();
      undoLast();
    }
  });
  const said = read(SAID, null);
  if (said) {
    sessionStorage.removeItem(SAID);
    // After the page: what was there from the beginning is not read out.
    setTimeout(() => say(said), 100);
  }
}
