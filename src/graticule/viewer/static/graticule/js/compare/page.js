// Several image pages side by side: what is done in one is done in all, as far as
// the buttons say. The address holds the place, the planes and what goes together.

const DELAY_MS = 200;

const frames = [...document.querySelectorAll(".pane iframe")];
const buttons = [...document.querySelectorAll("[data-link]")];
const params = new URLSearchParams(location.search);
const shared = { view: null, planes: null, channels: null };
let timer = null;

function isLinked(what) {
  return buttons.some(
    (button) => button.dataset.link === what && button.ariaPressed === "true",
  );
}

function send(frame, what) {
  if (shared[what] !== null) {
    frame.contentWindow.postMessage({ graticule: what, value: shared[what] }, location.origin);
  }
}

function remember() {
  const now = new URLSearchParams(location.search);
  const set = (name, text) => (text ? now.set(name, text) : now.delete(name));
  const { view, planes } = shared;
  set("at", view && [view.x, view.y, view.span].map((n) => Number(n.toFixed(5))).join(","));
  set("plane", planes && `${planes.z + 1},${planes.t + 1}`);
  const usual = (button) => button.dataset.link !== "channels";
  const changed = buttons.filter((b) => (b.ariaPressed === "true") !== usual(b));
  set("toggled", changed.map((button) => button.dataset.link).join(","));
  history.replaceState(null, "", `?${now}`);
}

function recall() {
  const at = (params.get("at") ?? "").split(",").map(Number);
  if (at.length === 3 && at.every((number) => Number.isFinite(number) && number > -1e6)) {
    shared.view = { x: at[0], y: at[1], span: at[2] };
  }
  const plane = (params.get("plane") ?? "").split(",").map((text) => Number(text) - 1);
  if (plane.length === 2 && plane.every((number) => Number.isInteger(number) && number >= 0)) {
    shared.planes = { z: plane[0], t: plane[1] };
  }
  for (const what of (params.get("toggled") ?? "").split(",")) {
    const button = buttons.find((each) => each.dataset.link === what);
    if (button) {
      button.ariaPressed = String(button.ariaPressed !== "true");
    }
  }
}

window.addEventListener("message", ({ source, origin, data }) => {
  const from = frames.find((frame) => frame.contentWindow === source);
  if (!from || origin !== location.origin || !data?.graticule) {
    return;
  }
  const what = data.graticule;
  if (what === "ready") {
    // Whoever comes later goes where the others are.
    Object.keys(shared).forEach((each) => isLinked(each) && send(from, each));
    from.dataset.state = "ready";
    return;
  }
  if (!(what in shared) || !isLinked(what)) {
    return;
  }
  shared[what] = data.value;
  frames.filter((frame) => frame !== from).forEach((frame) => send(frame, what));
  clearTimeout(timer);
  timer = setTimeout(remember, DELAY_MS);
});

for (const button of buttons) {
  button.addEventListener("click", () => {
    button.ariaPressed = String(button.ariaPressed !== "true");
    remember();
  });
}
recall();
