// Sends files that belong together by tus, several at once, and goes on where it
// stopped: after a broken line by itself, after a closed page when the same files come
// again. Knows no page; says "progress" as it goes.

import { base, formToken, post, Refusal } from "../organise/asking.js";

const AT_ONCE = 3;
const CHUNK_BYTES = 64 * 2 ** 20;
const PAUSES_MS = [0, 1000, 2000, 4000, 8000, 15_000, 30_000, 30_000, 60_000, 60_000];
// What passes: somebody else at the same place, a piece that came broken, no turn.
const PASSING = new Set([408, 409, 423, 429, 460]);
const FULL = 507;

/** A number that stands for a text, the same everywhere (FNV-1a, 52 bits of it). */
function digest(text) {
  let high = 0x811c9dc5;
  let low = 0x1b873593;
  for (let place = 0; place < text.length; place += 1) {
    const sign = text.charCodeAt(place);
    high = Math.imul(high ^ sign, 0x01000193);
    low = Math.imul(low ^ sign ^ (high >>> 13), 0x85ebca6b);
  }
  return `${(high >>> 0).toString(16)}${(low >>> 0).toString(16)}`;
}

/** By what the server finds the same files again: their places, sizes and times. */
function keyOf(found) {
  const lines = found.map(({ path, file }) => `${path}\n${file.size}\n${file.lastModified}`);
  return `page-${digest(lines.sort().join("\n"))}`;
}

function isPassing(error) {
  const status = error.originalResponse?.getStatus() ?? 0;
  return PASSING.has(status) || (status !== FULL && (status === 0 || status >= 500));
}

function refusalOf(error) {
  const answer = error.originalResponse;
  if (!answer) {
    return new Refusal("The server cannot be reached. Send the same files again later.");
  }
  try {
    return new Refusal(JSON.parse(answer.getBody()).message);
  } catch {
    return new Refusal(`The server answered ${answer.getStatus()}.`);
  }
}

/** The files of one drop on their way. */
export class Sending extends EventTarget {
  #found;
  #dataset;
  #uploads = new Set();
  #sent = new Map();
  #stopped = false;

  /**
   * @param {number} dataset
   * @param {import("./dropped.js").Found[]} found
   */
  constructor(dataset, found) {
    super();
    this.#dataset = dataset;
    this.#found = found;
    this.files = found.length;
    this.bytes = found.reduce((sum, { file }) => sum + file.size, 0);
    this.done = 0;
    this.set = null;
  }

  /** How many bytes are there. */
  get sent() {
    return [...this.#sent.values()].reduce((sum, bytes) => sum + bytes, 0);
  }

  get isStopped() {
    return this.#stopped;
  }

  /**
   * Send all, and have images made of them.
   *
   * @returns {Promise<{url: string, result: string}>} The job that makes them.
   * @throws {Refusal}
   */
  async run() {
    const library = import("../../vendor/tus/tus.min.js");
    this.set = await post("upload/sets/", {
      dataset: this.#dataset,
      files: this.files,
      size: this.bytes,
      key: keyOf(this.#found),
    });
    await library;
    const begun = new Map(this.set.begun.map((each) => [each.path, each]));
    const waiting = this.#found.filter(({ path, file }) => {
      const there = begun.get(path);
      this.#sent.set(path, there?.offset ?? 0);
      const whole = there && there.offset === file.size;
      this.done += whole ? 1 : 0;
      return !whole;
    });
    this.#tell();
    const workers = Array.from({ length: AT_ONCE }, async () => {
      while (waiting.length && !this.#stopped) {
        const next = waiting.shift();
        await this.#send(next, begun.get(next.path)?.url);
      }
    });
    try {
      await Promise.all(workers);
    } catch (error) {
      this.#halt();
      throw error;
    }
    return this.#stopped ? null : post(`upload/sets/${this.set.id}/finish/`, {});
  }

  #send({ path, file }, uploadUrl) {
    return new Promise((resolve, reject) => {
      const upload = new globalThis.tus.Upload(file, {
        endpoint: `${base}upload/`,
        uploadUrl,
        metadata: { set: this.set.id, relativePath: path, filename: file.name },
        headers: { "X-CSRFToken": formToken() },
        chunkSize: CHUNK_BYTES,
        uploadDataDuringCreation: true,
        storeFingerprintForResuming: false,
        retryDelays: PAUSES_MS,
        onShouldRetry: isPassing,
        onProgress: (sent) => {
          this.#sent.set(path, sent);
          this.#tell();
        },
        onError: (error) => reject(refusalOf(error)),
        onSuccess: () => {
          this.#uploads.delete(upload);
          this.#sent.set(path, file.size);
          this.done += 1;
          this.#tell();
          resolve();
        },
      });
      upload.stop = resolve;
      this.#uploads.add(upload);
      upload.start();
    });
  }

  #halt() {
    this.#stopped = true;
    for (const upload of this.#uploads) {
      upload.abort();
      upload.stop();
    }
    this.#uploads.clear();
  }

  /** Stop for good: what has arrived is removed. */
  async cancel() {
    this.#halt();
    if (this.set) {
      const headers = { "X-CSRFToken": formToken() };
      await fetch(this.set.url, { method: "DELETE", headers });
    }
  }

  #tell() {
    this.dispatchEvent(new Event("progress"));
  }
}
