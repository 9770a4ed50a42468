// Puts parts of a page that was fetched anew in the place of the old ones. Parts
// are marked data-live="name"; what a person is filling in stays as it is.

import { showTimes } from "./times.js";

function isChanged(input) {
  if (input.type === "checkbox" || input.type === "radio") {
    return input.checked !== input.defaultChecked;
  }
  if (input instanceof HTMLSelectElement) {
    return [...input.options].some((option) => option.selected !== option.defaultSelected);
  }
  return input.type !== "hidden" && input.value !== input.defaultValue;
}

function isFilledIn(part) {
  return (
    part.contains(document.activeElement?.closest("input, select, textarea")) ||
    [...part.querySelectorAll(".asks, .setting")].some((form) =>
      [...form.elements].some((input) => input.matches("input, textarea") && isChanged(input)),
    )
  );
}

/** What says which of the buttons and links of a part somebody is at. */
function placeOf(element) {
  const name = element.getAttribute("name");
  return name
    ? `[name="${CSS.escape(name)}"][value="${CSS.escape(element.value)}"]`
    : element.getAttribute("href") && `[href="${CSS.escape(element.getAttribute("href"))}"]`;
}

/**
 * Renew the parts.
 *
 * @param {Document} fresh
 * @param {{evenFilled: boolean, otherwise: string}} options `evenFilled`: what is
 *   being filled in, too; `otherwise`: where the focus goes when its place is gone.
 */
export function renew(fresh, { evenFilled = false, otherwise = null } = {}) {
  for (const part of document.querySelectorAll("[data-live]")) {
    const next = fresh.querySelector(`[data-live="${part.dataset.live}"]`);
    if (!next || (!evenFilled && isFilledIn(part))) {
      continue;
    }
    const focused = part.contains(document.activeElement) ? document.activeElement : null;
    const place = focused && placeOf(focused);
    const open = [...part.querySelectorAll("details")].map((each) => each.open);
    const made = document.importNode(next, true);
    made.querySelectorAll("details").forEach((each, index) => {
      each.open ||= open[index] ?? false;
    });
    part.replaceWith(made);
    showTimes(made);
    if (focused) {
      (
        (place && made.querySelector(place)) ??
        document.querySelector(otherwise ?? "main h1")
      )?.focus();
    }
  }
}
