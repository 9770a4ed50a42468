// Remembers in this browser which images a person has looked at, the last first.

const MOST = 48;
const key = `graticule.recent.${document.documentElement.dataset.person}`;

/** The ids of the images last seen. */
export function lastSeen() {
  try {
    const found = JSON.parse(localStorage.getItem(key));
    return Array.isArray(found) ? found.filter(Number.isInteger) : [];
  } catch {
    return [];
  }
}

/** Note that an image was looked at. */
export function noteSeen(id) {
  const ids = [id, ...lastSeen().filter((one) => one !== id)].slice(0, MOST);
  try {
    localStorage.setItem(key, JSON.stringify(ids));
  } catch {
    // Not remembered where storage is forbidden.
  }
}

/** Remember none. */
export function forgetSeen() {
  try {
    localStorage.removeItem(key);
  } catch {
    // There is nothing then.
  }
}
