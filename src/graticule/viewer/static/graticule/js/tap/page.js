// The page that asks in ADQL: examples, and the first rows of an answer shown in place.
// Without this script the form downloads the answer.

const MOST_SHOWN = 200;

const form = document.querySelector("[data-ask]");
const query = form.querySelector("textarea");
const trouble = form.querySelector("[data-trouble]");
const answer = document.querySelector("[data-answer]");

form.querySelector("[data-example]").addEventListener("change", (event) => {
  if (event.target.value) {
    query.value = event.target.value;
    query.focus();
  }
});

form.addEventListener("submit", (event) => {
  hideTrouble();
  const pressed = event.submitter;
  if (pressed && !("show" in pressed.dataset)) return;
  event.preventDefault();
  show(pressed);
});

/** Put the cursor where a message says that the query went wrong. */
function pointAt(message) {
  const found = /line (\d+), column (\d+)/.exec(message);
  if (!found) return;
  const lines = query.value.split("\n");
  const before = lines.slice(0, Number(found[1]) - 1);
  const at = before.reduce((sum, line) => sum + line.length + 1, 0) + Number(found[2]) - 1;
  query.focus();
  query.setSelectionRange(at, at);
}

function hideTrouble() {
  trouble.hidden = true;
  query.removeAttribute("aria-invalid");
}

function tellTrouble(message) {
  trouble.textContent = message.replace(/^UsageError: /, "");
  trouble.hidden = false;
  query.setAttribute("aria-invalid", "true");
  pointAt(message);
}

/** Ask, and show the rows below. */
async function show(button) {
  button.disabled = true;
  const asked = new FormData(form);
  const most = Number(asked.get("MAXREC") || MOST_SHOWN);
  asked.set("RESPONSEFORMAT", "json");
  asked.set("MAXREC", String(Math.min(most, MOST_SHOWN)));
  try {
    const reply = await fetch(form.action, {
      method: "POST",
      body: asked,
      headers: { Accept: "application/json" },
    });
    const found = await reply.json();
    if (reply.ok) fill(found);
    else tellTrouble(found.message);
  } catch {
    tellTrouble("The server cannot be reached. Try again in a moment.");
  } finally {
    button.disabled = false;
  }
}

/** Write columns and rows into the table. */
function fill({ metadata, data, overflow }) {
  const head = document.createElement("tr");
  for (const column of metadata) {
    const cell = document.createElement("th");
    cell.scope = "col";
    cell.textContent = column.unit ? `${column.name} [${column.unit}]` : column.name;
    if (column.description) cell.title = column.description;
    head.append(cell);
  }
  answer.querySelector("thead").replaceChildren(head);
  const rows = data.map((row) => {
    const line = document.createElement("tr");
    row.forEach((value, place) => line.append(cellOf(value, metadata[place])));
    return line;
  });
  answer.querySelector("tbody").replaceChildren(...rows);
  const count = data.length === 1 ? "1 row" : `${data.length} rows`;
  const none = "No rows. The query is well formed; nothing that you may see fulfils it.";
  const more = `The first ${count}. There are more: download them, or run a job.`;
  answer.querySelector("[data-count]").textContent = !data.length ? none : overflow ? more : count;
  answer.hidden = false;
  answer.querySelector("h2").focus();
}

function cellOf(value, column) {
  const cell = document.createElement("td");
  if (typeof value === "number") cell.className = "number";
  if (typeof value === "string" && column.ucd === "meta.ref.url" && /^https?:/.test(value)) {
    const link = document.createElement("a");
    link.href = value;
    link.textContent = "Links";
    cell.append(link);
  } else {
    cell.textContent = value === null ? "" : String(value);
  }
  return cell;
}
