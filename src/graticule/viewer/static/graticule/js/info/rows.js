// The rows of an attached table within the panel: fetched when the fold is opened,
// sorted by their heads. Filters and the rest are on the table's own page.

import { element } from "../dom.js";
import { Grid } from "../table/grid.js";
import { describe, Rows } from "../table/source.js";
import { button } from "./pieces.js";

/**
 * A fold with a table.
 *
 * @param {string} url The address of the table's page.
 * @returns {HTMLDetailsElement}
 */
export function tableFold(url) {
  const host = element("div", {});
  const fold = element(
    "details",
    { class: "file-rows" },
    element("summary", {}, "Rows"),
    host,
  );
  let asked = false;
  const ask = async () => {
    try {
      show(host, await describe(url));
    } catch (error) {
      host.replaceChildren(
        element("p", { role: "alert" }, error.message),
        button("Try again", ask),
      );
    }
  };
  fold.addEventListener("toggle", () => {
    if (fold.open && !asked) {
      asked = true;
      ask();
    }
  });
  return fold;
}

function show(host, about) {
  const rows = new Rows(about);
  const columns = about.columns.map((_, index) => index);
  let sort = "";
  const want = () => {
    rows.want({ query: "", sort, columns });
    grid.showHeads({ sort, filters: {} });
  };
  const grid = new Grid(rows, {
    sort: (index) => {
      const { name } = about.columns[index];
      sort = { [name]: `-${name}`, [`-${name}`]: "" }[sort] ?? name;
      want();
      host.querySelectorAll("thead button")[index].focus();
    },
  });
  rows.addEventListener("change", () => grid.goTo(0));
  rows.addEventListener("trouble", ({ detail }) => {
    host.replaceChildren(element("p", { role: "alert" }, detail.message));
  });
  host.replaceChildren(grid.element);
  want();
}
