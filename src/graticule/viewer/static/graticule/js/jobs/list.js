// A list of jobs: rows that run are kept up to date, several can be picked.

import { askPage } from "./asking.js";
import "./confirm.js";
import { renew } from "./renew.js";
import { watchRunning } from "./running.js";
import { showTimes } from "./times.js";

const form = document.querySelector("[data-jobs-list]");
const rows = () => [...form.querySelectorAll("tr[data-job]")];
const boxes = () => [...form.querySelectorAll('[name="ID"]')];
let renewing = false;

function showProgress(row, { done, total, message }) {
  const bar = row.querySelector("progress");
  const percent = total ? Math.min(100, Math.floor((100 * done) / total)) : null;
  if (percent !== null) {
    bar.max = 100;
    bar.value = percent;
  }
  row.querySelector("[data-percent]").textContent = percent === null ? "" : `${percent} %`;
  row.querySelector(".progress-cell").title = message;
}

async function renewRows() {
  if (renewing) {
    return;
  }
  renewing = true;
  const fresh = await askPage();
  renewing = false;
  if (!fresh) {
    return;
  }
  const before = new Map(rows().map((row) => [row.dataset.job, row.dataset.phase]));
  const picked = new Set(boxes().filter((box) => box.checked).map((box) => box.value));
  renew(fresh, { evenFilled: true });
  boxes().forEach((box) => {
    box.checked = picked.has(box.value);
  });
  offerPicking();
  const said = rows()
    .filter((row) => before.has(row.dataset.job) && before.get(row.dataset.job) !== row.dataset.phase)
    .map((row) => `${row.querySelector("th a").textContent}: ${row.dataset.phase.toLowerCase()}`);
  document.querySelector("[data-say]").textContent = said.join(", ");
}

/** Whether something runs that the list should show and does not. */
function isNew(found) {
  const { service, filtered } = form.dataset;
  const known = new Set(rows().map((row) => row.dataset.job));
  return (
    filtered === undefined &&
    [...found.values()].some(
      (job) => !known.has(job.jobId) && (!service || job.service === service),
    )
  );
}

function update({ jobs }) {
  const found = new Map(jobs.map((job) => [job.jobId, job]));
  let moved = false;
  for (const row of rows()) {
    const job = found.get(row.dataset.job);
    const ran = "running" in row.dataset;
    if (job && ran && job.phase === row.dataset.phase) {
      showProgress(row, job.progress);
    } else if (job || ran) {
      moved = true;
    }
  }
  if (moved || isNew(found)) {
    renewRows();
  }
}

/** Show how many are picked, and what can be done with them. */
function offerPicking() {
  const bulk = form.querySelector(".bulk");
  if (!bulk) {
    return;
  }
  const all = form.querySelector("[data-pick-all]");
  const count = boxes().filter((box) => box.checked).length;
  if (all) {
    all.hidden = false;
    all.checked = count > 0 && count === boxes().length;
    all.indeterminate = count > 0 && !all.checked;
  }
  bulk.querySelectorAll("button").forEach((button) => {
    button.disabled = !count;
  });
  bulk.querySelector("[data-picked]").textContent = count
    ? `${count} selected:`
    : "With selected:";
}

form.addEventListener("change", (event) => {
  if (event.target.matches("[data-pick-all]")) {
    boxes().forEach((box) => {
      box.checked = event.target.checked;
    });
  }
  offerPicking();
});

// Enter would press the first button.
form.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && event.target.matches("input")) {
    event.preventDefault();
  }
});

showTimes(document);
offerPicking();
watchRunning(update);
