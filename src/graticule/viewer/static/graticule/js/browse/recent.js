// The images this person looked at last, on the start page. Only their ids are kept, in
// this browser; what they are called the server says, if they may still be seen.

import { element } from "../dom.js";
import { ask } from "./asking.js";
import { makeCell, showPicture, writeFacts } from "./cells.js";
import { forgetSeen, lastSeen } from "./seen.js";
import { Thumbs } from "./thumbs.js";

const SHOWN = 12;

function cellOf(row, page) {
  const cell = makeCell("grid");
  cell.querySelector(".check").remove();
  cell.removeAttribute("data-item");
  const link = cell.querySelector("a");
  link.href = page.replace("/0/", `/${row.id}/`);
  link.removeAttribute("tabindex");
  writeFacts(cell, "grid", row);
  return cell;
}

async function show(host) {
  const ids = lastSeen().slice(0, SHOWN);
  if (ids.length === 0) {
    return;
  }
  let rows = [];
  try {
    rows = (await ask(`${host.dataset.rows}?${ids.map((id) => `id=${id}`).join("&")}`)).images;
  } catch {
    // The page is whole without them.
  }
  if (rows.length === 0) {
    return;
  }
  const thumbs = new Thumbs(document.documentElement.dataset.gateway);
  const list = element("div", { class: "recent", role: "list", "aria-label": "Recently viewed" });
  for (const row of rows) {
    const cell = cellOf(row, host.dataset.page);
    list.append(cell);
    thumbs.want(row.id, (url) => showPicture(cell, url));
  }
  const clear = () => {
    forgetSeen();
    host.hidden = true;
  };
  host.append(
    element(
      "div",
      { class: "section-head" },
      element("h2", {}, "Recently viewed"),
      element("button", { type: "button", class: "plain", onclick: clear }, "Clear"),
    ),
    list,
  );
  host.hidden = false;
}

show(document.querySelector("#recent"));
