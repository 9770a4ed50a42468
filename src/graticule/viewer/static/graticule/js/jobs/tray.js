// The link to the jobs in every page's header: how many run.

import { noticeEnds } from "./browser_notices.js";
import { follow, watchRunning } from "./running.js";

const link = document.querySelector("[data-tray]");
const badge = link.querySelector(".badge");

watchRunning(({ running }) => {
  badge.hidden = !running;
  badge.textContent = running > 99 ? "99+" : running;
  const text = running ? `Jobs: ${running} running` : "Jobs";
  link.setAttribute("aria-label", text);
  link.title = text;
});
watchRunning(noticeEnds);
if (document.querySelector("[data-whose]")) {
  link.dataset.whose = document.querySelector("[data-whose]").dataset.whose;
}
follow(link);
