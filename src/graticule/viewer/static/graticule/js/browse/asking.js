// Asks the server for JSON on behalf of browse pages.

/** What went wrong, in a sentence for people. */
export class AskingError extends Error {}

async function sentence(response) {
  try {
    return (await response.json()).message;
  } catch {
    return `The server answered ${response.status}.`;
  }
}

/**
 * @param {string} url
 * @param {AbortSignal} [signal]
 * @returns {Promise<object>}
 * @throws {AskingError} If there is no answer, or one that says why not.
 * @throws {DOMException} `AbortError` if it was given up.
 */
export async function ask(url, signal) {
  let response;
  try {
    response = await fetch(url, { headers: { Accept: "application/json" }, signal });
  } catch (error) {
    if (error.name === "AbortError") {
      throw error;
    }
    throw new AskingError("The server cannot be reached.");
  }
  if (!response.ok || response.redirected) {
    throw new AskingError(
      response.redirected ? "You may have to log in again." : await sentence(response),
    );
  }
  return response.json();
}
