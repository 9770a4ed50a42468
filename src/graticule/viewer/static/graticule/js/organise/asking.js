// Asks the server to change something, and about what could be changed.

const gateway = document.documentElement.dataset.gateway;

/** Where the server's addresses begin. */
export const base = gateway.replace(/webgateway\/$/, "");

/** What the server said no with, in a sentence for people. */
export class Refusal extends Error {}

/** The token that forms of this page carry. */
export function formToken() {
  return document.querySelector("[name=csrfmiddlewaretoken]")?.value ?? "";
}

async function answered(path, options) {
  let response;
  try {
    response = await fetch(base + path, options);
  } catch {
    throw new Refusal("The server cannot be reached. Try again in a moment.");
  }
  const type = response.headers.get("Content-Type") ?? "";
  const value = type.includes("json") ? await response.json() : {};
  if (!response.ok) {
    throw new Refusal(value.message ?? `The server answered ${response.status}.`);
  }
  return value;
}

/**
 * Post JSON.
 *
 * @param {string} path Below the server's root, such as `organise/move/`.
 * @param {object} body
 * @returns {Promise<object>}
 * @throws {Refusal}
 */
export function post(path, body) {
  return answered(path, {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-CSRFToken": formToken() },
    body: JSON.stringify(body),
  });
}

/** Post a form, as the gateway's clients do. */
export function postForm(path, fields) {
  const form = new URLSearchParams();
  for (const [name, value] of fields) {
    form.append(name, value);
  }
  return answered(path, {
    method: "POST",
    headers: { "X-CSRFToken": formToken() },
    body: form,
  });
}

/** Get JSON. */
export function get(path) {
  return answered(path, {});
}
