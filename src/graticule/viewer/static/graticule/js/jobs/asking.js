// Asks the server for as long as somebody looks: not from a hidden tab, and ever
// more seldom while it cannot be reached.

/** Resolves when the tab is seen. */
export function seen() {
  if (!document.hidden) {
    return Promise.resolve();
  }
  return new Promise((resolve) => {
    document.addEventListener("visibilitychange", function look() {
      if (!document.hidden) {
        document.removeEventListener("visibilitychange", look);
        resolve();
      }
    });
  });
}

/** Resolves after some milliseconds, or earlier when the tab is seen again. */
export function pause(milliseconds) {
  return new Promise((resolve) => {
    const wake = () => {
      if (!document.hidden) {
        clearTimeout(timer);
        document.removeEventListener("visibilitychange", wake);
        resolve();
      }
    };
    const timer = setTimeout(() => {
      document.removeEventListener("visibilitychange", wake);
      resolve();
    }, milliseconds);
    document.addEventListener("visibilitychange", wake);
  });
}

/**
 * Fetch; given up when the tab is hidden, so that no connection is held for nobody.
 *
 * @param {string} url
 * @param {string} type The media type wanted.
 * @returns {Promise<?Response>} `null` if there was no answer.
 */
export async function ask(url, type = "application/json") {
  const giveUp = new AbortController();
  const hide = () => document.hidden && giveUp.abort();
  document.addEventListener("visibilitychange", hide);
  try {
    return await fetch(url, { headers: { Accept: type }, signal: giveUp.signal });
  } catch {
    return null;
  } finally {
    document.removeEventListener("visibilitychange", hide);
  }
}

/** Fetch this page anew, as a document; `null` if there was no answer. */
export async function askPage() {
  const response = await ask(location.href, "text/html");
  if (!response?.ok) {
    return null;
  }
  return new DOMParser().parseFromString(await response.text(), "text/html");
}
