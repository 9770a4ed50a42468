// Asks the server for shapes of one image, and has them saved.

/** What went wrong, in a sentence for people; `status` 0 is "no answer". */
export class RegionsError extends Error {
  constructor(message, status) {
    super(message);
    this.status = status;
  }
}

const MOST_KEPT_ALIVE = 60_000;

function token() {
  const found = document.cookie.match(/(?:^|; )csrftoken=([^;]+)/);
  return found ? decodeURIComponent(found[1]) : "";
}

async function reason(response) {
  if (response.redirected || response.status === 403) {
    return "You are not logged in, or may not do this. Log in and try again.";
  }
  try {
    return (await response.json()).message;
  } catch {
    return `The server answered ${response.status}.`;
  }
}

export class Door {
  /** @param {string} base The address of the image's regions, with a final slash. */
  constructor(base) {
    this.base = base;
  }

  async #answer(path, options) {
    let response;
    try {
      response = await fetch(this.base + path, {
        headers: { "X-Requested-With": "XMLHttpRequest", ...options?.headers },
        ...options,
      });
    } catch (error) {
      if (error.name === "AbortError") {
        throw error;
      }
      throw new RegionsError("The server cannot be reached.", 0);
    }
    const type = response.headers.get("Content-Type") ?? "";
    if (!response.ok || !type.includes("json")) {
      throw new RegionsError(await reason(response), response.status);
    }
    return response.json();
  }

  /** How many there are, and whether one may draw. */
  about() {
    return this.#answer("");
  }

  /** What is in a view: `{z, t, x0, y0, x1, y1, pixel}`. */
  view(view, signal) {
    return this.#answer(`view/?${new URLSearchParams(view)}`, { signal });
  }

  /** A page of the list; `wanted` are the parameters that filter and sort. */
  list(wanted, offset, limit, count = false) {
    const query = new URLSearchParams({ ...wanted, offset, limit });
    if (count) {
      query.set("count", "true");
    }
    return this.#answer(`list/?${query}`);
  }

  /** Where in the list a shape is, from 0; null if it is not in it. */
  async place(wanted, shape) {
    const query = new URLSearchParams({ ...wanted, shape });
    return (await this.#answer(`place/?${query}`)).place;
  }

  /** Some shapes by number, every point of them. */
  async shapes(ids) {
    return (await this.#answer(`shapes/?ids=${ids.join(",")}`)).shapes;
  }

  /** Sizes, and statistics of channels. */
  async measures(ids, z, t, channels) {
    const query = new URLSearchParams({ ids, z, t, channels });
    return (await this.#answer(`measures/?${query}`)).measures;
  }

  /** Save; `{saved: [{key, roi, id}], refused: [sentence]}`. */
  save(changes) {
    const body = JSON.stringify(changes);
    return this.#answer("save/", {
      method: "POST",
      // So that it arrives when the page is left; browsers take little that way.
      keepalive: body.length < MOST_KEPT_ALIVE,
      headers: {
        "Content-Type": "application/json",
        "X-CSRFToken": token(),
        "X-Requested-With": "XMLHttpRequest",
      },
      body,
    });
  }

  /** The address of a file of what a list holds. */
  fileUrl(form, wanted, more = {}) {
    return `${this.base}file.${form}?${new URLSearchParams({ ...wanted, ...more })}`;
  }
}
