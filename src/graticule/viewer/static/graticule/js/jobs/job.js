// The page of one job: follows it until it has ended. The server answers when the
// phase changes (contract uws 7); progress is looked at every second or so.

import { ask, askPage, pause, seen } from "./asking.js";
import "./confirm.js";
import { renew } from "./renew.js";
import { showTimes } from "./times.js";

const LONGEST_WAIT_S = 50;
const LEAST_WAIT_S = 1;
const MOST_WAIT_S = 8;
const TROUBLE_MS = 1000;
const MOST_TROUBLE_MS = 30_000;

const page = document.querySelector("[data-job]");
const part = (name) => page.querySelector(`[data-${name}]`);
const state = () => page.querySelector(`[data-live="state"]`);

function showProgress({ done, total, message, log }) {
  const bar = page.querySelector("progress");
  const percent = total ? Math.min(100, Math.floor((100 * done) / total)) : null;
  if (bar && percent !== null) {
    bar.max = 100;
    bar.value = percent;
    part("percent").textContent = `${percent} %`;
  }
  part("message").textContent = message;
  showLog(log);
}

function showLog(text) {
  const log = part("log");
  if (log.textContent === text) {
    return;
  }
  const atEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 40;
  log.textContent = text;
  part("log-section").hidden = !text;
  if (atEnd) {
    log.scrollTop = log.scrollHeight;
  }
}

function trouble(text) {
  const line = part("trouble");
  line.hidden = !text;
  line.textContent = text;
}

async function renewPage(phase) {
  const fresh = await askPage();
  if (!fresh) {
    return false;
  }
  renew(fresh, { otherwise: "[data-state]" });
  showLog(fresh.querySelector("[data-log]").textContent);
  document.querySelector("[data-say]").textContent = `The job is ${phase.toLowerCase()}.`;
  return true;
}

async function follow() {
  let wait = LEAST_WAIT_S;
  let delay = TROUBLE_MS;
  let before = "";
  while (state().hasAttribute("data-waits")) {
    await seen();
    const { phase } = state().dataset;
    const seconds = phase === "EXECUTING" ? wait : LONGEST_WAIT_S;
    const begun = performance.now();
    const response = await ask(`${page.dataset.job}?WAIT=${seconds}&PHASE=${phase}`);
    if (response?.status === 404) {
      trouble("This job has been deleted.");
      return;
    }
    if (!response?.ok) {
      if (!document.hidden) {
        trouble("The server cannot be reached. Trying again.");
        await pause(delay);
        delay = Math.min(delay * 2, MOST_TROUBLE_MS);
      }
      continue;
    }
    const job = await response.json();
    trouble("");
    delay = TROUBLE_MS;
    if (job.phase !== phase) {
      if (!(await renewPage(job.phase))) {
        await pause(delay);
      }
      continue;
    }
    showProgress(job.progress);
    const now = JSON.stringify(job.progress);
    wait = now === before ? Math.min(wait * 2, MOST_WAIT_S) : LEAST_WAIT_S;
    before = now;
    // In phases that nobody may wait for, the answer comes at once.
    await pause(Math.max(0, 1000 * LEAST_WAIT_S - (performance.now() - begun)));
  }
}

showTimes(document);
part("log").scrollTop = part("log").scrollHeight;
follow();
