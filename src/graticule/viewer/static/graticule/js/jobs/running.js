// The jobs that run, as every page's header and the lists need to know: asked once
// for all of them, often while there are changes, seldom while there are none.

import { ask, pause, seen } from "./asking.js";
import { isChosen } from "./browser_notices.js";

const OFTEN_MS = 1500;
const SELDOM_MS = 10_000;
const NONE_MS = 60_000;
const RUNNING = ["QUEUED", "EXECUTING", "SUSPENDED", "HELD"];

const listeners = new Set();
let last = null;

/**
 * Be told what runs, now and whenever it was asked again.
 *
 * @param {function({running: number, jobs: Object[]}): void} listener
 */
export function watchRunning(listener) {
  listeners.add(listener);
  if (last) {
    listener(last);
  }
}

function addressOf(link) {
  const query = new URLSearchParams(RUNNING.map((phase) => ["PHASE", phase]));
  query.set("LAST", "500");
  if (link.dataset.whose) {
    query.set("WHOSE", link.dataset.whose);
  }
  return `${link.getAttribute("href")}?${query}`;
}

/** Ask from now on. */
export async function follow(link) {
  let before = "";
  let delay = OFTEN_MS;
  for (;;) {
    // Who wants to be told is told of what ends while they look elsewhere.
    const response = await (isChosen()
      ? fetch(addressOf(link), { headers: { Accept: "application/json" } }).catch(() => null)
      : seen().then(() => ask(addressOf(link))));
    if (response?.status === 401 || response?.status === 403) {
      return;
    }
    if (response?.ok) {
      const text = await response.text();
      delay = text === before ? Math.min(delay * 1.5, SELDOM_MS) : OFTEN_MS;
      before = text;
      last = JSON.parse(text);
      listeners.forEach((listener) => listener(last));
    } else {
      delay = Math.min(delay * 2, NONE_MS);
    }
    await pause(last && !last.jobs.length ? NONE_MS : delay);
  }
}
