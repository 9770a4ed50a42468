// Times in the reader's own zone; what the server means by them, UTC, is the title.

const FULL = new Intl.DateTimeFormat(undefined, {
  dateStyle: "medium",
  timeStyle: "medium",
});
const SHORT = new Intl.DateTimeFormat(undefined, {
  dateStyle: "medium",
  timeStyle: "short",
});

const two = (number) => String(number).padStart(2, "0");

/** What an input for local time holds at a moment. */
function localText(moment) {
  const day = [moment.getFullYear(), moment.getMonth() + 1, moment.getDate()];
  const time = [moment.getHours(), moment.getMinutes()];
  return `${day.map(two).join("-")}T${time.map(two).join(":")}`;
}

function showTime(element) {
  const moment = new Date(element.dateTime);
  element.title = `${element.dateTime.slice(0, 19).replace("T", " ")} UTC`;
  element.textContent = (element.dataset.time === "short" ? SHORT : FULL).format(moment);
}

/** Let an input that stands for UTC show local time, and still send UTC. */
function useZone(input) {
  const sent = document.createElement("input");
  sent.type = "hidden";
  sent.name = input.name;
  sent.value = input.value;
  input.removeAttribute("name");
  if (input.value) {
    input.value = localText(new Date(`${input.value}Z`));
    input.defaultValue = input.value;
  }
  input.after(sent);
  input.addEventListener("input", () => {
    sent.value = input.value ? new Date(input.value).toISOString().slice(0, 19) : "";
  });
  const zone = input.closest("form").querySelector("[data-zone]");
  if (zone) {
    zone.textContent = "";
  }
}

/** Show all times below an element in the reader's zone. */
export function showTimes(root) {
  root.querySelectorAll("time[data-time]").forEach(showTime);
  root.querySelectorAll("input[data-utc]").forEach((input) => {
    input.removeAttribute("data-utc");
    useZone(input);
  });
}
