// The page of a table: the grid, which columns, the filters, downloads; all of it
// stands in the address.

import "../menu.js";

import { element } from "../dom.js";
import { conditionOf } from "./filters.js";
import { Grid } from "./grid.js";
import { describe, Rows } from "./source.js";

const host = document.getElementById("table");
const by = (id) => document.getElementById(id);

class TablePage {
  #said = by("table-said");

  constructor(about) {
    this.about = about;
    this.rows = new Rows(about);
    const params = new URLSearchParams(location.search);
    this.sort = params.get("sort") ?? "";
    const names = about.columns.map(({ name }) => name);
    const chosen = params.getAll("column").map((name) => names.indexOf(name));
    const there = chosen.filter((index) => index >= 0);
    this.columns = there.length ? there : names.map((_, index) => index);
    this.filters = Object.fromEntries(
      names.filter((name) => params.has(`.${name}`)).map((n) => [n, params.get(`.${n}`)]),
    );
    this.grid = new Grid(this.rows, {
      sort: (index) => this.#sortBy(index),
      filter: (index, field) => this.#filter(index, field),
    });
    host.replaceChildren(this.grid.element);
    this.rows.addEventListener("change", () => this.#came());
    this.rows.addEventListener("trouble", ({ detail }) => this.#trouble(detail));
    this.#offerColumns();
    by("table-clear").addEventListener("click", () => {
      this.filters = {};
      this.#want();
    });
    this.#want();
  }

  #conditions() {
    return Object.entries(this.filters).map(([name, text]) =>
      conditionOf(this.about.columns.find((column) => column.name === name), text),
    );
  }

  get query() {
    return this.#conditions().filter(Boolean).join(" & ");
  }

  #want() {
    host.setAttribute("aria-busy", "true");
    this.rows.want({ query: this.query, sort: this.sort, columns: this.columns });
    this.grid.showHeads(this);
    by("table-clear").hidden = !Object.keys(this.filters).length;
    this.#keep();
  }

  /** Write what is shown into the address and the links to downloads. */
  #keep() {
    const params = new URLSearchParams();
    const all = this.columns.length === this.about.columns.length;
    const names = all ? [] : this.columns.map((index) => this.about.columns[index].name);
    names.forEach((name) => params.append("column", name));
    if (this.sort) {
      params.set("sort", this.sort);
    }
    Object.entries(this.filters).forEach(([name, text]) => params.set(`.${name}`, text));
    const query = params.size ? `?${params}` : "";
    history.replaceState(history.state, "", location.pathname + query);
    for (const link of document.querySelectorAll("[data-format]")) {
      const asked = new URLSearchParams({ TABLE: this.about.id });
      asked.set("QUERY", this.query || "*");
      names.forEach((name) => asked.append("COLUMN", name));
      asked.set("FORMAT", link.dataset.format);
      link.href = `${this.about.job_url}?${asked}`;
    }
  }

  #came() {
    host.setAttribute("aria-busy", "false");
    const { total } = this.rows;
    const all = this.about.rows.toLocaleString("en");
    const some = total.toLocaleString("en");
    this.#said.className = "";
    this.#said.textContent =
      total === this.about.rows ? `${all} rows` : `${some} of ${all} rows`;
    by("table-none").hidden = total > 0;
    this.grid.goTo(0);
  }

  #trouble(error) {
    host.setAttribute("aria-busy", "false");
    this.#said.className = "trouble";
    this.#said.textContent = error.message;
  }

  /** Up, down, and back to the order of the file. */
  #sortBy(index) {
    const { name } = this.about.columns[index];
    this.sort = { [name]: `-${name}`, [`-${name}`]: "" }[this.sort] ?? name;
    this.#want();
    const at = this.columns.indexOf(index);
    host.querySelectorAll("thead button")[at].focus();
  }

  #filter(index, field) {
    const column = this.about.columns[index];
    const text = field.value.trim();
    const understood = !text || conditionOf(column, text) !== null;
    field.setAttribute("aria-invalid", String(!understood));
    if (!understood) {
      this.#trouble({
        message: `“${text}” is no filter for ${column.name}: write ${field.placeholder}.`,
      });
      return;
    }
    delete this.filters[column.name];
    if (text) {
      this.filters[column.name] = text;
    }
    this.#want();
    const again = [...host.querySelectorAll("thead input")].find(
      ({ ariaLabel }) => ariaLabel === field.ariaLabel,
    );
    again?.focus();
  }

  #offerColumns() {
    const boxes = this.about.columns.map(({ name }, index) => {
      const box = element("input", {
        type: "checkbox",
        checked: this.columns.includes(index),
        onchange: () => this.#choose(index, box),
      });
      return element("li", {}, element("label", {}, box, name));
    });
    by("table-columns").replaceChildren(...boxes);
  }

  #choose(index, box) {
    const chosen = new Set(this.columns);
    if (box.checked) {
      chosen.add(index);
    } else if (chosen.size > 1) {
      chosen.delete(index);
    } else {
      box.checked = true; // one column stays
    }
    this.columns = [...chosen].sort((first, second) => first - second);
    this.#want();
  }
}

async function open() {
  try {
    new TablePage(await describe(host.dataset.url));
  } catch (error) {
    host.replaceChildren(
      element("p", { role: "alert" }, error.message),
      element("button", { type: "button", class: "button", onclick: open }, "Try again"),
    );
  }
}

open();
