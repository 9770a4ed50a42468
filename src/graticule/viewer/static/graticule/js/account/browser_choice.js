// The choice to be told in this browser of jobs that have ended; browser_notices.js
// does the telling on every page.

import { choose, isChosen } from "../jobs/browser_notices.js";

const section = document.getElementById("in-browser");
const button = section.querySelector("button");
const said = section.querySelector("[role=status]");

function show() {
  const on = isChosen();
  button.setAttribute("aria-pressed", String(on));
  button.textContent = on ? "Stop telling me here" : "Tell me here";
}

button.addEventListener("click", async () => {
  const wanted = !isChosen();
  if (wanted && (await Notification.requestPermission()) !== "granted") {
    said.textContent =
      "This browser does not let this site show messages: allow it in the site's settings.";
    return;
  }
  choose(wanted);
  said.textContent = wanted ? "You will be told." : "You will not be told any more.";
  show();
});

section.hidden = !("Notification" in window);
show();
