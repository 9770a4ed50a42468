// Asks the gateway about one image; the only module that fetches of it.

/** What went wrong, in a sentence for people; `status` 0 is "no answer". */
export class GatewayError extends Error {
  constructor(message, status) {
    super(message);
    this.status = status;
  }
}

async function answered(url, options = {}) {
  let response;
  try {
    response = await fetch(url, options);
  } catch {
    throw new GatewayError("The server cannot be reached.", 0);
  }
  if (!response.ok) {
    throw new GatewayError(await reason(response), response.status);
  }
  return response;
}

/** What a page that says why there is nothing says (error.html). */
function saidOnPage(text) {
  const page = new DOMParser().parseFromString(text, "text/html");
  return page.querySelector(".plaque p")?.textContent.trim();
}

async function reason(response) {
  if (response.status === 403 || response.status === 401) {
    return "You may have to log in to see this.";
  }
  const type = response.headers.get("Content-Type") ?? "";
  const text = await response.text();
  if (type.includes("json")) {
    const { message, error } = JSON.parse(text);
    return message || error || `The server answered ${response.status}.`;
  }
  if (response.status === 404) {
    return saidOnPage(text) || "This is not there, or not for you to see.";
  }
  const plain = text.length < 300 && !text.includes("<");
  return plain && text ? text : `The server answered ${response.status}.`;
}

function csrfToken() {
  const field = document.querySelector("[name=csrfmiddlewaretoken]");
  return field?.value ?? document.cookie.match(/(?:^|; )csrftoken=([^;]+)/)?.[1] ?? "";
}

export class Gateway {
  /**
   * @param {string} prefix Of its addresses.
   * @param {string} imageId
   * @param {string} revision Of the image: pictures that name it may be shown again
   *   for a while without asking.
   */
  constructor(prefix, imageId, revision) {
    this.prefix = prefix;
    this.imageId = imageId;
    this.revision = revision;
  }

  /** Everything about the image (contract webgateway 7). */
  async imageData() {
    const response = await answered(`${this.prefix}imgData/${this.imageId}/`);
    const data = await response.json();
    if (data.ConcurrencyException) {
      throw new GatewayError("This image is still being prepared.", 503);
    }
    if (data.Exception || !data.channels) {
      throw new GatewayError(data.Exception || "This image cannot be drawn.", 500);
    }
    return data;
  }

  /** Counts of one plane between the channel's minimum and maximum. */
  async histogram(channel, z, t, bins) {
    const url =
      `${this.prefix}histogram_json/${this.imageId}/channel/${channel}/` +
      `?theZ=${z}&theT=${t}&bins=${bins}`;
    const answer = await (await answered(url)).json();
    if (!answer.data) {
      throw new GatewayError(answer.error ?? "No histogram.", 500);
    }
    return answer.data;
  }

  /** Ask for something about the image, or about settings. */
  async json(path) {
    return (await answered(`${this.prefix}${path}`)).json();
  }

  /**
   * Change something.
   *
   * @param {string} path
   * @param {Object<string, string>} [form]
   */
  async post(path, form = {}) {
    const options = {
      method: "POST",
      headers: { "X-CSRFToken": csrfToken() },
      body: new URLSearchParams(form),
    };
    return (await answered(`${this.prefix}${path}`, options)).json();
  }

  /** Fetch a file; `url` is whole. */
  async blob(url) {
    return (await answered(url)).blob();
  }

  /** Why a picture did not come: null when it comes now. */
  async troubleWith(url) {
    try {
      await answered(url);
      return null;
    } catch (error) {
      return error;
    }
  }

  /** A plane as it is shown on the stage; may be shown again without asking. */
  stageUrl(z, t, query) {
    return `${this.planeUrl(z, t, query)}&rev=${this.revision}`;
  }

  planeUrl(z, t, query) {
    return `${this.prefix}render_image/${this.imageId}/${z}/${t}/?${query}`;
  }

  regionUrl(z, t, [x, y, width, height], query) {
    return (
      `${this.prefix}render_image_region/${this.imageId}/${z}/${t}/` +
      `?region=${x},${y},${width},${height}&${query}`
    );
  }

  tileUrl(z, t, [level, column, row, width, height], query) {
    return (
      `${this.prefix}render_image_region/${this.imageId}/${z}/${t}/` +
      `?tile=${level},${column},${row},${width},${height}&${query}&rev=${this.revision}`
    );
  }
}
