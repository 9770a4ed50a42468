// Buttons with data-confirm="words" act at the second click: the first shows the
// words for a while. No question pops up, nothing is lost by one slip.

const SECONDS = 5;
const armed = new Map();

function labelOf(button) {
  return button.querySelector("[data-label]") ?? button;
}

function disarm(button) {
  const before = armed.get(button);
  if (before) {
    clearTimeout(before.timer);
    labelOf(button).textContent = before.text;
    if (before.name !== null) {
      button.setAttribute("aria-label", before.name);
    }
    button.classList.remove("armed");
    armed.delete(button);
  }
}

function arm(button) {
  const label = labelOf(button);
  armed.set(button, {
    text: label.textContent,
    name: button.getAttribute("aria-label"),
    timer: setTimeout(() => disarm(button), SECONDS * 1000),
  });
  label.textContent = button.dataset.confirm;
  if (button.hasAttribute("aria-label")) {
    button.setAttribute(
      "aria-label",
      `${button.dataset.confirm} ${button.getAttribute("aria-label")}`,
    );
  }
  button.classList.add("armed");
  const say = document.querySelector("[data-say]");
  if (say) {
    say.textContent = `${button.dataset.confirm} Press again to confirm.`;
  }
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-confirm]");
  if (button && !armed.has(button)) {
    event.preventDefault();
    arm(button);
  }
  for (const other of [...armed.keys()]) {
    if (other !== button) {
      disarm(other);
    }
  }
});

// What was sent stays sent when one comes back by the browser's button.
document.addEventListener("submit", (event) => {
  if (!event.target.matches("[data-once]")) {
    return;
  }
  if (event.target.dataset.sent) {
    event.preventDefault();
    return;
  }
  event.target.dataset.sent = "yes";
});
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("[data-sent]")) {
    delete form.dataset.sent;
  }
});
