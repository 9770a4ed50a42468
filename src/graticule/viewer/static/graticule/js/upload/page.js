// Lets people upload on the page of a dataset: by dropping, or by two buttons.

import { isTable } from "../info/files.js";
import { Refusal } from "../organise/asking.js";
import { chosen, dropped, holdsFiles } from "./dropped.js";
import { counted, Panel } from "./panel.js";
import { read } from "./reading.js";
import { Sending } from "./sending.js";

const SAID = "graticule.uploaded";

const place = document.querySelector("[data-upload]");
const host = document.querySelector("#uploads");
const body = document.body;
const running = new Set();

/** Say after the page has been loaded anew what was added. */
function sayWhatWasAdded() {
  const said = JSON.parse(sessionStorage.getItem(SAID) ?? "null");
  sessionStorage.removeItem(SAID);
  if (said?.page === location.pathname) {
    const panel = new Panel(host);
    panel.ended(said.title, said.line);
    panel.letClose();
  }
}

function added(report) {
  const count = report.image_ids.length;
  return `${counted(count, "image")} ${count === 1 ? "is" : "are"} here now`;
}

function showImages(report) {
  const said = {
    page: location.pathname,
    title: added(report),
    line: "They are yours, in the group of this dataset.",
  };
  sessionStorage.setItem(SAID, JSON.stringify(said));
  location.reload();
}

async function follow(panel, sending, job) {
  panel.offer({ "Show the job": job.url });
  panel.reading({ waits: true });
  const { ended, message, report } = await read(job, (progress) => panel.reading(progress));
  running.delete(sending);
  if (!ended) {
    panel.failed("No images were made", message, report.problems);
    panel.offer({ "Show the job": job.url, "Remove the files": () => remove(panel, sending) });
  } else if (!report.problems.length && !running.size) {
    showImages(report);
    return;
  } else {
    const wrong = report.problems.length;
    const line = wrong ? `${counted(wrong, "file")} could not be read:` : "";
    panel.ended(added(report), line, report.problems);
    panel.offer({ "Show the images": () => showImages(report), "Show the job": job.url });
  }
  panel.letClose();
}

async function remove(panel, sending) {
  await sending.cancel();
  panel.root.remove();
}

async function upload(found) {
  if (!found.length) {
    return;
  }
  const panel = new Panel(host);
  const sending = new Sending(Number(place.dataset.upload), found);
  running.add(sending);
  panel.sending(sending);
  panel.offer({
    Cancel: async () => {
      running.delete(sending);
      await sending.cancel();
      panel.root.remove();
    },
  });
  sending.addEventListener("progress", () => panel.sending(sending));
  panel.root.scrollIntoView({ block: "nearest" });
  try {
    const job = await sending.run();
    if (job) {
      await follow(panel, sending, job);
    }
  } catch (error) {
    running.delete(sending);
    if (!(error instanceof Refusal)) {
      throw error;
    }
    panel.failed("The upload stopped", error.message);
    panel.offer({
      "Try again": () => {
        panel.root.remove();
        upload(found);
      },
    });
    panel.letClose();
  }
}

/** Tables alone are tables of this dataset; whatever comes with images is theirs. */
async function take(found) {
  const fold = document.querySelector("#info-fold");
  if (fold?.takeFiles && found.length && found.every(({ file }) => isTable(file))) {
    await fold.takeFiles(found.map(({ file }) => file));
  } else {
    await upload(found);
  }
}

let depth = 0;

function highlight(by) {
  depth = by === 0 ? 0 : Math.max(depth + by, 0);
  body.toggleAttribute("data-dropping", depth > 0);
}

document.addEventListener("dragenter", (event) => {
  if (holdsFiles(event.dataTransfer)) {
    event.preventDefault();
    highlight(1);
  }
});
document.addEventListener("dragleave", (event) => {
  if (holdsFiles(event.dataTransfer)) {
    highlight(-1);
  }
});
document.addEventListener("dragover", (event) => {
  if (holdsFiles(event.dataTransfer)) {
    event.preventDefault();
    event.dataTransfer.dropEffect = "copy";
  }
});
document.addEventListener("drop", async (event) => {
  if (holdsFiles(event.dataTransfer)) {
    event.preventDefault();
    highlight(0);
    await take(await dropped(event.dataTransfer));
  }
});
for (const button of place.querySelectorAll("[data-chooses]")) {
  const input = place.querySelector(`input[name="${button.dataset.chooses}"]`);
  button.addEventListener("click", () => input.click());
  input.addEventListener("change", () => upload(chosen(input)));
}
addEventListener("beforeunload", (event) => {
  if ([...running].some((sending) => sending.done < sending.files)) {
    event.preventDefault();
  }
});
sayWhatWasAdded();
place.dataset.ready = "";
