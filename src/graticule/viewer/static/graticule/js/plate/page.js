// The plate page: colours wells by a value, shows one well near, and lets arrows
// go from well to well. The address holds what is chosen.

import { HeatMap } from "./heat_map.js";
import { PlateTools } from "./tools.js";
import { WellZoom } from "./well_zoom.js";

const plate = document.getElementById("plate");

/** Let arrows go from well to well; one of them is in the order of Tab. */
function walk(wells) {
  const at = new Map(
    wells.map((well) => {
      const { row, column } = well.closest("td").dataset;
      return [`${row},${column}`, well];
    }),
  );
  wells.forEach((well, index) => {
    well.tabIndex = index === 0 ? 0 : -1;
  });
  plate.addEventListener("keydown", (event) => {
    const step = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
    const cell = event.target.closest("td[data-row]");
    if (!cell || !(event.key in step) || event.ctrlKey || event.metaKey || event.altKey) {
      return;
    }
    event.preventDefault();
    const [down, right] = step[event.key];
    let row = Number(cell.dataset.row) + down;
    let column = Number(cell.dataset.column) + right;
    // Over wells that are missing.
    while (row >= 0 && column >= 0 && row < 512 && column < 512) {
      const next = at.get(`${row},${column}`);
      if (next) {
        event.target.tabIndex = -1;
        next.tabIndex = 0;
        next.focus();
        return;
      }
      row += down;
      column += right;
    }
  });
}

function remember(values) {
  const params = new URLSearchParams(location.search);
  for (const [name, value] of Object.entries(values)) {
    if (value) {
      params.set(name, value);
    } else {
      params.delete(name);
    }
  }
  const query = params.size > 0 ? `?${params}` : location.pathname;
  history.replaceState(null, "", query);
  keepInLinks(params);
}

/** Let other fields and acquisitions be shown as this one is. */
function keepInLinks(params) {
  for (const link of document.querySelectorAll(".choices a")) {
    const url = new URL(link.href);
    for (const name of ["color", "how", "size"]) {
      if (params.has(name)) {
        url.searchParams.set(name, params.get(name));
      } else {
        url.searchParams.delete(name);
      }
    }
    link.href = url;
  }
}

if (plate) {
  const params = new URLSearchParams(location.search);
  const heat = new HeatMap(plate, JSON.parse(document.getElementById("heat").textContent));
  const tools = new PlateTools(document.getElementById("plate-tools"), plate, heat, remember);
  tools.open(params);
  document.addEventListener("tables", () => tools.open(new URLSearchParams(location.search)));
  walk([...plate.querySelectorAll("a.well")]);
  const zoom = new WellZoom(document.getElementById("well-zoom"), plate, remember);
  if (params.has("well")) {
    zoom.show(params.get("well")).catch(() => remember({ well: "" }));
  }
}
