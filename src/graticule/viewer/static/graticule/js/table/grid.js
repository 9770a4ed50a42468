// Rows of a table as a grid, of which only those on the screen are made: ten million
// scroll as ten do. Columns sort by their heads and are filtered below them.

import { element, icon } from "../dom.js";
import { HINTS } from "./filters.js";

const ROW_PX = 30;
// Browsers end at some millions of pixels; beyond, the bar is a share of the rows.
const LONGEST_PX = 8_000_000;
const WIDEST_CH = 34;

function written(value) {
  if (value === null || value === undefined) {
    return "";
  }
  if (typeof value === "number" && !Number.isInteger(value)) {
    return String(Number(value.toPrecision(7)));
  }
  return Array.isArray(value) ? value.map(written).join(", ") : String(value);
}

export class Grid {
  #scroller;
  #space = element("div", { class: "grid-space" });
  #head = element("thead", {});
  #body = element("tbody", {});
  #table;
  #top = 0;
  #drawn = false;

  /**
   * @param {Rows} rows See source.js.
   * @param {{sort: function(number), filter: ?function(number, HTMLInputElement)}} acts
   */
  constructor(rows, acts) {
    this.rows = rows;
    this.acts = acts;
    this.#table = element(
      "table",
      { class: "grid-table", "aria-label": rows.about.name },
      this.#head,
      this.#body,
    );
    this.#space.append(this.#table);
    this.#scroller = element(
      "div",
      { class: "grid-scroll", tabindex: 0, role: "region", "aria-label": "Rows" },
      this.#space,
    );
    this.element = this.#scroller;
    this.#scroller.addEventListener("scroll", () => this.#scrolled());
    this.#scroller.addEventListener("wheel", (event) => this.#turned(event), {
      passive: false,
    });
    this.#scroller.addEventListener("keydown", (event) => this.#pressed(event));
    new ResizeObserver(() => this.draw()).observe(this.#scroller);
    rows.addEventListener("rows", () => this.draw());
  }

  /** How many rows are seen at once. */
  get #seen() {
    const height = this.#scroller.clientHeight - this.#head.offsetHeight;
    return Math.max(1, Math.floor(height / ROW_PX));
  }

  get #last() {
    return Math.max(0, this.rows.total - this.#seen);
  }

  get #isShare() {
    return this.rows.total * ROW_PX > LONGEST_PX;
  }

  /** Go to a row. */
  goTo(row) {
    this.#top = Math.min(this.#last, Math.max(0, row));
    const path = this.#space.offsetHeight - this.#scroller.clientHeight;
    this.#scroller.scrollTop = this.#isShare
      ? (this.#top / Math.max(1, this.#last)) * path
      : this.#top * ROW_PX;
    this.draw();
  }

  #scrolled() {
    const { scrollTop } = this.#scroller;
    const path = this.#space.offsetHeight - this.#scroller.clientHeight;
    const row = this.#isShare ? (scrollTop / path) * this.#last : scrollTop / ROW_PX;
    // What we scrolled to ourselves is off by the part of a pixel at most.
    const pixel = this.#isShare ? this.#last / path : 1;
    if (Math.abs(row - this.#top) > pixel) {
      this.#top = Math.min(this.#last, row);
      this.draw();
    }
  }

  #turned(event) {
    if (this.#isShare && !event.ctrlKey && event.deltaY) {
      event.preventDefault();
      this.#scroller.scrollLeft += event.deltaX;
      this.goTo(this.#top + event.deltaY / ROW_PX);
    }
  }

  #pressed(event) {
    if (event.target !== this.#scroller) {
      return;
    }
    const by = {
      ArrowDown: 1,
      ArrowUp: -1,
      PageDown: this.#seen,
      PageUp: -this.#seen,
      Home: -Infinity,
      End: Infinity,
    }[event.key];
    if (by !== undefined) {
      event.preventDefault();
      this.goTo(Math.floor(this.#top) + by);
    }
  }

  /** Make the heads anew: other columns, another order. */
  showHeads({ sort, filters }) {
    const heads = this.rows.columns.map((index) => this.#headOf(index, sort));
    const number = element("th", { scope: "col", class: "grid-number" }, "Row");
    const under = this.rows.columns.map((index) => this.#filterOf(index, filters));
    this.#head.replaceChildren(
      element("tr", {}, number, ...heads),
      ...(this.acts.filter ? [element("tr", {}, element("td", {}), ...under)] : []),
    );
    this.#table.setAttribute("aria-colcount", this.rows.columns.length + 1);
    this.#drawn = false;
  }

  #headOf(index, sort) {
    const { name, kind, description, shape } = this.rows.about.columns[index];
    const sorted = { [name]: "ascending", [`-${name}`]: "descending" }[sort];
    const label = element(
      "button",
      {
        type: "button",
        title: [name, kind, description].filter(Boolean).join(" — "),
        disabled: shape === "array",
        onclick: () => this.acts.sort(index),
      },
      element("span", {}, name),
      ...(sorted ? [icon(sorted === "ascending" ? "up" : "down")] : []),
    );
    return element(
      "th",
      { scope: "col", class: shape, "aria-sort": sorted },
      label,
      element("span", { class: "grid-kind" }, kind.replace("_", " ")),
    );
  }

  #filterOf(index, filters) {
    const { name, shape } = this.rows.about.columns[index];
    if (shape === "array") {
      return element("td", {});
    }
    const field = element("input", {
      class: "field",
      value: filters[name] ?? "",
      placeholder: HINTS[shape],
      "aria-label": `Filter ${name}`,
      onchange: () => this.acts.filter(index, field),
    });
    return element("td", {}, field);
  }

  /** Draw the rows that are on the screen now. */
  draw() {
    const { total } = this.rows;
    const height = this.#head.offsetHeight + total * ROW_PX;
    this.#space.style.height = `${Math.min(LONGEST_PX, height)}px`;
    this.#top = Math.min(this.#top, this.#last);
    const first = Math.floor(this.#top);
    const count = Math.min(this.#seen + 1, total - first);
    this.#table.setAttribute("aria-rowcount", total);
    this.#body.replaceChildren(
      ...Array.from({ length: count }, (_, at) => this.#rowOf(first + at)),
    );
    this.#measure();
  }

  #rowOf(index) {
    const row = this.rows.row(index);
    const made = element("tr", { "aria-rowindex": index + 1 });
    const about = this.rows.about.columns;
    made.append(
      element(
        "th",
        { scope: "row", class: "grid-number" },
        row ? String(row.number + 1) : "…",
      ),
      ...this.rows.columns.map((column, at) =>
        this.#cellOf(about[column], row?.values[at]),
      ),
    );
    return made;
  }

  #cellOf({ shape, points }, value) {
    const text = written(value);
    const cell = element("td", { class: shape, title: text.length > 30 && text });
    if (points && Number(value) > 0) {
      const href = `${this.rows.about.thing_url}${points}/${value}/`;
      cell.append(element("a", { href, title: `Go to the ${points} ${value}` }, text));
    } else {
      cell.append(text);
    }
    return cell;
  }

  /** Widths by the first rows; then they stay, whatever comes. */
  #measure() {
    if (this.#drawn || (this.rows.total && !this.rows.row(0))) {
      return;
    }
    this.#drawn = true;
    const heads = [...this.#head.querySelectorAll("tr:first-child th")];
    this.rows.columns.forEach((column, at) => {
      const { name } = this.rows.about.columns[column];
      const texts = Array.from({ length: Math.min(100, this.rows.total) }, (_, index) =>
        written(this.rows.row(index)?.values[at]),
      );
      const longest = Math.max(name.length + 3, 11, ...texts.map(({ length }) => length));
      heads[at + 1].style.width = `${Math.min(WIDEST_CH, longest) + 2}ch`;
    });
    heads[0].style.width = `${String(this.rows.about.rows).length + 4}ch`;
  }
}
