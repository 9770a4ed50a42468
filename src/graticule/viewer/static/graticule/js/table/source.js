// Asks for the rows of a table, some at a time, and keeps those that were asked for
// lately. One condition and one order at a time: another begins anew.

const BLOCK = 100;
const KEPT_BLOCKS = 60;

/** What went wrong, in a sentence for people. */
export class TableError extends Error {}

async function answered(url, signal) {
  let response;
  try {
    response = await fetch(url, { signal });
  } catch (error) {
    if (error.name === "AbortError") {
      throw error;
    }
    throw new TableError("The server cannot be reached.");
  }
  if (!response.ok) {
    const { message } = await response.json().catch(() => ({}));
    throw new TableError(message ?? `The server answered ${response.status}.`);
  }
  return response.json();
}

/** Ask what a table is: columns, number of rows, addresses. */
export function describe(url) {
  return answered(`${url}columns/`);
}

export class Rows extends EventTarget {
  #blocks = new Map();
  #stop = new AbortController();
  #query = new URLSearchParams();

  /** @param {object} about What {@link describe} gave. */
  constructor(about) {
    super();
    this.about = about;
    this.total = about.rows;
    this.columns = about.columns.map((_, index) => index);
  }

  /**
   * Ask for other rows from now on; event "change" when their number is known,
   * "trouble" (detail: the error) when they cannot be had.
   *
   * @param {{query: string, sort: string, columns: number[]}} wanted
   */
  async want({ query, sort, columns }) {
    this.#stop.abort();
    this.#stop = new AbortController();
    this.#blocks.clear();
    this.columns = columns;
    this.#query = new URLSearchParams();
    for (const index of columns) {
      this.#query.append("column", this.about.columns[index].name);
    }
    if (query) {
      this.#query.set("query", query);
    }
    if (sort) {
      this.#query.set("sort", sort);
    }
    await this.#ask(0);
  }

  /** A row, or undefined while it is on its way; event "rows" when it came. */
  row(index) {
    const number = Math.floor(index / BLOCK);
    const block = this.#blocks.get(number);
    if (!block) {
      this.#ask(number);
      return undefined;
    }
    // The order of the map is that of use.
    this.#blocks.delete(number);
    this.#blocks.set(number, block);
    return block.rows?.[index - number * BLOCK];
  }

  async #ask(number) {
    const { signal } = this.#stop;
    this.#blocks.set(number, {});
    const query = new URLSearchParams(this.#query);
    query.set("offset", number * BLOCK);
    query.set("limit", BLOCK);
    try {
      const { total, rows, numbers } = await answered(
        `${this.about.page_url}?${query}`,
        signal,
      );
      this.#blocks.set(number, {
        rows: rows.map((values, index) => ({ number: numbers[index], values })),
      });
      this.#forget();
      const first = number === 0;
      this.total = total;
      this.dispatchEvent(new Event(first ? "change" : "rows"));
    } catch (error) {
      if (error.name !== "AbortError") {
        this.#blocks.delete(number);
        this.dispatchEvent(new CustomEvent("trouble", { detail: error }));
      }
    }
  }

  #forget() {
    const over = this.#blocks.size - KEPT_BLOCKS;
    [...this.#blocks.keys()].slice(0, Math.max(0, over)).forEach((number) => {
      this.#blocks.delete(number);
    });
  }
}
