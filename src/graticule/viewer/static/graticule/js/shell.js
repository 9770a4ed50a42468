// What every page's header does: theme toggle, "/" to search.

const ORDER = ["auto", "light", "dark"];
const NAMES = { auto: "as the system", light: "light", dark: "dark" };

const root = document.documentElement;
const toggle = document.querySelector("[data-theme-toggle]");

function chosen() {
  return root.dataset.theme ?? "auto";
}

function label() {
  const text = `Theme: ${NAMES[chosen()]}`;
  toggle.setAttribute("aria-label", text);
  toggle.title = text;
  const use = toggle.querySelector("use");
  const icon = { auto: "auto", light: "sun", dark: "moon" }[chosen()];
  use.setAttribute("href", use.getAttribute("href").replace(/#.*/, `#${icon}`));
}

function choose(theme) {
  if (theme === "auto") {
    delete root.dataset.theme;
  } else {
    root.dataset.theme = theme;
  }
  try {
    if (theme === "auto") {
      localStorage.removeItem("graticule.theme");
    } else {
      localStorage.setItem("graticule.theme", theme);
    }
  } catch {
    // Not remembered where storage is forbidden.
  }
  label();
}

toggle.addEventListener("click", () => {
  choose(ORDER[(ORDER.indexOf(chosen()) + 1) % ORDER.length]);
});
label();

document.addEventListener("keydown", (event) => {
  const typing = event.target.closest("input, select, textarea");
  const box = document.querySelector(".seek input");
  if (event.key === "/" && box && !typing && !event.ctrlKey && !event.metaKey) {
    event.preventDefault();
    box.focus();
    box.select();
  }
});
