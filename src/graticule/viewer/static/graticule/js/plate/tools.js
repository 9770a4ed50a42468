// The choices above a plate: which value colours the wells, and how large they are.

import { element } from "../dom.js";
import { short } from "./heat_map.js";

const WAYS = {
  mean: "Mean",
  median: "Median",
  min: "Least",
  max: "Greatest",
  sum: "Sum",
  count: "Number of rows",
};
const SIZES = { least: 2, most: 14, step: 0.5 };
const SMALL_REM = 3;

async function asked(url) {
  let response;
  try {
    response = await fetch(url);
  } catch {
    throw new Error("The server cannot be reached.");
  }
  const answer = await response.json();
  if (!response.ok) {
    throw new Error(answer.message);
  }
  return answer;
}

export class PlateTools {
  #newest = 0;

  /**
   * @param {HTMLElement} host
   * @param {HTMLTableElement} plate
   * @param {HeatMap} heat
   * @param {function(Object<string, string>)} remember Puts choices into the address.
   */
  constructor(host, plate, heat, remember) {
    this.host = host;
    this.plate = plate;
    this.heat = heat;
    this.remember = remember;
    const change = () => this.#chosen();
    this.by = element("select", { class: "field", onchange: change });
    this.how = element("select", { class: "field", onchange: change });
    this.how.append(
      ...Object.entries(WAYS).map(([value, text]) => element("option", { value }, text)),
    );
    this.size = element("input", {
      type: "range",
      min: SIZES.least,
      max: SIZES.most,
      step: SIZES.step,
      oninput: () => this.#sized(),
    });
    this.bar = element("i");
    this.bar.style.background = heat.gradient;
    this.least = element("span");
    this.greatest = element("span");
    this.legend = element(
      "div",
      { class: "heat-legend", hidden: true },
      this.least,
      this.bar,
      this.greatest,
    );
    this.said = element("p", { role: "status" });
  }

  /** Offer what there is, and choose what the address says. */
  async open(params) {
    let columns = [];
    try {
      ({ columns } = await asked(this.plate.dataset.address));
    } catch (error) {
      this.said.textContent = `Tables could not be asked. ${error.message}`;
    }
    this.#offer(columns);
    this.size.value = params.get("size") ?? this.#presentSize();
    if (params.has("size")) {
      this.#sized();
    }
    this.how.value = params.get("how") in WAYS ? params.get("how") : "mean";
    const by = params.get("color") ?? "";
    if ([...this.by.options].some((option) => option.value === by)) {
      this.by.value = by;
    }
    this.host.hidden = false;
    await this.#chosen();
    this.host.dataset.state = "ready";
  }

  #offer(columns) {
    const tables = Map.groupBy
      ? Map.groupBy(columns, (column) => column.table)
      : columns.reduce(
          (map, column) => map.set(column.table, [...(map.get(column.table) ?? []), column]),
          new Map(),
        );
    this.by.replaceChildren(
      element("option", { value: "" }, "Pictures"),
      ...[...tables.values()].map((group) =>
        element(
          "optgroup",
          { label: group[0].tableName },
          ...group.map(({ table, column, name }) =>
            element("option", { value: `${table}.${column}` }, name),
          ),
        ),
      ),
    );
    const choices =
      columns.length > 0
        ? [
            element("label", {}, "Colour by", this.by),
            element("label", {}, "Of each well", this.how),
            this.legend,
          ]
        : [];
    this.host.replaceChildren(
      ...choices,
      element("label", {}, "Size of wells", this.size),
      this.said,
    );
  }

  async #chosen() {
    const [table, column] = this.by.value.split(".");
    const number = (this.#newest += 1);
    this.how.closest("label")?.toggleAttribute("hidden", !table);
    this.remember({ color: this.by.value, how: table ? this.how.value : "" });
    if (!table) {
      this.heat.clear();
      this.legend.hidden = true;
      this.said.textContent = "";
      return;
    }
    const query = new URLSearchParams({ table, column, how: this.how.value });
    try {
      const url = this.plate.dataset.address.replace("columns/", "values/");
      const answer = await asked(`${url}?${query}`);
      if (number === this.#newest) {
        this.#show(answer);
      }
    } catch (error) {
      this.said.textContent = error.message;
    }
  }

  #show(answer) {
    this.heat.show(answer);
    const some = answer.wells.length > 0;
    this.legend.hidden = !some;
    this.said.textContent = some
      ? ""
      : "The table has no value for any of these wells.";
    if (some) {
      this.least.textContent = short(answer.least);
      this.greatest.textContent = short(answer.greatest);
    }
  }

  #presentSize() {
    const cell = this.plate.querySelector("tbody td");
    const root = Number.parseFloat(getComputedStyle(document.documentElement).fontSize);
    return cell ? cell.getBoundingClientRect().width / root : SIZES.least;
  }

  #sized() {
    this.plate.style.setProperty("--well", `${this.size.value}rem`);
    this.plate.dataset.sized = "";
    this.plate.toggleAttribute("data-small", Number(this.size.value) < SMALL_REM);
    this.remember({ size: this.size.value });
  }
}
