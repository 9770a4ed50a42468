// Follows the job that makes images of an upload until it ends.

import { ask, pause, seen } from "../jobs/asking.js";

const OFTEN_MS = 700;
const SELDOM_MS = 5000;
const RUNNING = new Set(["PENDING", "QUEUED", "HELD", "EXECUTING", "SUSPENDED", "UNKNOWN"]);

/**
 * @typedef {object} Outcome
 * @property {boolean} ended Whether it ended well.
 * @property {string} message Why not.
 * @property {{image_ids: number[], problems: {path: string, cause: string}[]}} report
 */

const NOTHING = { image_ids: [], problems: [] };

async function reportOf(address) {
  const response = await ask(address);
  return response?.ok ? response.json() : NOTHING;
}

/**
 * Wait for the end.
 *
 * @param {{url: string, result: string}} job
 * @param {function({done: ?number, total: ?number, message: string}): void} told
 * @returns {Promise<Outcome>}
 */
export async function read(job, told) {
  let delay = OFTEN_MS;
  for (;;) {
    await seen();
    const response = await ask(job.url);
    if (response?.status === 404) {
      return { ended: false, message: "The job has been deleted.", report: NOTHING };
    }
    if (response?.ok) {
      const shown = await response.json();
      if (!RUNNING.has(shown.phase)) {
        return {
          ended: shown.phase === "COMPLETED",
          message: shown.errorSummary?.message ?? `The job is ${shown.phase}.`,
          report: await reportOf(job.result),
        };
      }
      told({ ...shown.progress, waits: shown.phase !== "EXECUTING" });
    }
    await pause(delay);
    delay = Math.min(delay * 1.2, SELDOM_MS);
  }
}
