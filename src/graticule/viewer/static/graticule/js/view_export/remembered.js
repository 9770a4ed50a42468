// The dialog's choices from one figure to the next: a paper's figures are alike.
// What it stores: localStorage["graticule.figure"].

const STORE = "graticule.figure";

/** Keep the choices. */
export function remember(form) {
  const kept = {};
  for (const field of form.elements) {
    if (field.name && (field.type !== "radio" || field.checked)) {
      kept[field.name] = field.type === "checkbox" ? field.checked : field.value;
    }
  }
  // A length suits one image only.
  delete kept.bar_um;
  try {
    localStorage.setItem(STORE, JSON.stringify(kept));
  } catch {
    // Not remembered where storage is forbidden.
  }
}

/** Choose as the last time; what a field does not know stays. */
export function recall(form) {
  let kept;
  try {
    kept = JSON.parse(localStorage.getItem(STORE) ?? "{}");
  } catch {
    return;
  }
  for (const field of form.elements) {
    const value = kept?.[field.name];
    if (value === undefined) {
      continue;
    }
    if (field.type === "checkbox") {
      field.checked = value === true;
    } else if (field.type === "radio") {
      field.checked = field.value === value;
    } else if (field.tagName !== "SELECT" || [...field.options].some((o) => o.value === value)) {
      field.value = value;
    }
  }
}
