// Sets the chosen theme before the first paint; a classic script for that
// reason. What it stores: localStorage["graticule.theme"], "light" or "dark".
(() => {
  let chosen = null;
  try {
    chosen = localStorage.getItem("graticule.theme");
  } catch {
    // Storage may be forbidden; the system's preference then stands.
  }
  if (chosen === "light" || chosen === "dark") {
    document.documentElement.dataset.theme = chosen;
  }
})();
