// Asks and tells the server what one thing bears; the only module of the panel
// that fetches. Every change answers how the thing is afterwards.

/** What went wrong, in a sentence for people. */
export class DoorError extends Error {}

function token() {
  const field = document.querySelector("[name=csrfmiddlewaretoken]");
  const cookie = /(?:^|; )csrftoken=([^;]+)/.exec(document.cookie);
  return cookie?.[1] ?? field?.value ?? "";
}

function reason(status, text) {
  try {
    return JSON.parse(text).message;
  } catch {
    return status === 0
      ? "The server cannot be reached. Nothing was changed; try again."
      : `The server answered ${status}. Nothing was changed; try again.`;
  }
}

async function answered(url, options = {}) {
  let response;
  try {
    response = await fetch(url, options);
  } catch {
    throw new DoorError(reason(0, ""));
  }
  if (!response.ok) {
    throw new DoorError(reason(response.status, await response.text()));
  }
  return response.json();
}

export class Door {
  /**
   * @param {string} root The address below which annotations are.
   * @param {string} kind What the thing is, such as "image".
   * @param {string} id
   */
  constructor(root, kind, id) {
    this.root = root;
    this.kind = kind;
    this.id = Number(id);
    this.url = `${root}${kind}/${id}/`;
  }

  /** All that the thing bears. */
  state() {
    return answered(this.url);
  }

  /** Something about the thing, at an address below its own. */
  ask(path) {
    return answered(`${this.url}${path}`);
  }

  /** Change something about the thing, at an address below its own. */
  tell(path, body) {
    return this.#post(`${this.url}${path}`, body);
  }

  /** Put tags on the thing by their words, take others off by their ids. */
  async tags(add, remove) {
    const objects = [{ kind: this.kind, id: this.id }];
    await this.#post(`${this.root}tags/`, { objects, add, remove });
    return this.state();
  }

  /** Words of tags that contain something. */
  async suggest(text) {
    const query = new URLSearchParams({ q: text });
    return (await answered(`${this.root}tags/?${query}`)).tags;
  }

  /** Take an annotation off, by the id of its link. */
  remove(link) {
    return this.#post(`${this.root}links/${link}/remove/`, {});
  }

  /**
   * Attach a file, or what stands in it as a table.
   *
   * @param {File} file
   * @param {function(number)} tell Told the share that was sent, 0 to 1.
   * @param {{table: boolean}} options
   * @returns {{done: Promise, stop: function()}}
   */
  attach(file, tell, { table = false } = {}) {
    const query = new URLSearchParams({ name: file.name, type: file.type });
    const request = new XMLHttpRequest();
    const done = new Promise((resolve, reject) => {
      const failed = () =>
        reject(new DoorError(reason(request.status, request.responseText)));
      request.upload.addEventListener("progress", ({ loaded, total }) =>
        tell(total ? loaded / total : 0),
      );
      request.addEventListener("load", () =>
        request.status === 200 ? resolve(JSON.parse(request.responseText)) : failed(),
      );
      request.addEventListener("error", failed);
      request.addEventListener("abort", () => reject(new DoorError("Stopped.")));
    });
    request.open("POST", `${this.url}${table ? "tables" : "files"}/?${query}`);
    request.setRequestHeader("Content-Type", "application/octet-stream");
    request.setRequestHeader("X-CSRFToken", token());
    request.send(file);
    return { done, stop: () => request.abort() };
  }

  #post(url, body) {
    return answered(url, {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-CSRFToken": token() },
      body: JSON.stringify(body),
    });
  }
}
