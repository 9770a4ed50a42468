// Tells in this browser that a job has ended, where somebody chose so on their
// account page. What it stores: localStorage["graticule.notices"].

const STORE = "graticule.notices";
const WORDS = { COMPLETED: "Done", ERROR: "Failed", ABORTED: "Aborted" };

/** Whether this browser tells. */
export function isChosen() {
  try {
    return (
      localStorage.getItem(STORE) === "on" &&
      "Notification" in window &&
      Notification.permission === "granted"
    );
  } catch {
    return false;
  }
}

/** Let this browser tell, or not any more. */
export function choose(on) {
  localStorage.setItem(STORE, on ? "on" : "off");
}

async function tell(job) {
  const response = await fetch(job.href, { headers: { Accept: "application/json" } });
  if (!response.ok) {
    return;
  }
  const { phase, runId, errorSummary } = await response.json();
  if (!(phase in WORDS)) {
    return;
  }
  const name = runId ?? job.service;
  const notice = new Notification(`${WORDS[phase]}: ${name}`, {
    body: phase === "ERROR" ? (errorSummary?.message ?? "") : "",
    // Several open pages tell once.
    tag: `graticule-${job.jobId}`,
  });
  notice.addEventListener("click", () => {
    window.focus();
    location.assign(job.href);
  });
}

let before = new Map();

/** Look which of the jobs that ran do so no more. */
export function noticeEnds({ jobs }) {
  const now = new Map(jobs.map((job) => [job.jobId, job]));
  if (isChosen()) {
    for (const [id, job] of before) {
      if (!now.has(id)) {
        tell(job);
      }
    }
  }
  before = now;
}
