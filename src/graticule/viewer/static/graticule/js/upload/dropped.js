// What somebody dropped or chose: files with their places in the folders they came in.

/** @typedef {{path: string, file: File}} Found */

// What desktops leave in folders; nobody means to upload it.
const LITTER = new Set([".DS_Store", "Thumbs.db", "desktop.ini", ".localized"]);

function isWanted({ path }) {
  const parts = path.split("/");
  return !LITTER.has(parts.at(-1)) && !parts.at(-1).startsWith("._") && parts[0] !== "__MACOSX";
}

function fileOf(entry) {
  return new Promise((resolve, reject) => {
    entry.file(resolve, reject);
  });
}

/** All entries of a folder: browsers give them in batches. */
async function entriesOf(folder) {
  const reader = folder.createReader();
  const found = [];
  for (;;) {
    const batch = await new Promise((resolve, reject) => {
      reader.readEntries(resolve, reject);
    });
    if (!batch.length) {
      return found;
    }
    found.push(...batch);
  }
}

async function walk(entry, above, found) {
  const path = above + entry.name;
  if (entry.isFile) {
    found.push({ path, file: await fileOf(entry) });
    return;
  }
  for (const inner of await entriesOf(entry)) {
    await walk(inner, `${path}/`, found);
  }
}

/** Whether something that is dragged holds files. */
export function holdsFiles(transfer) {
  return transfer.types.includes("Files");
}

/**
 * List what was dropped, folders with all that is in them.
 *
 * @param {DataTransfer} transfer
 * @returns {Promise<Found[]>}
 */
export async function dropped(transfer) {
  // They are gone after the event: taken before anything is waited for.
  const items = [...transfer.items]
    .filter((item) => item.kind === "file")
    .map((item) => ({ entry: item.webkitGetAsEntry(), file: item.getAsFile() }));
  const found = [];
  for (const { entry, file } of items) {
    if (entry) {
      await walk(entry, "", found);
    } else if (file) {
      // From another page or a mail: it lies in no folder.
      found.push({ path: file.name, file });
    }
  }
  return found.filter(isWanted);
}

/** List what was chosen with an input, which is empty then. */
export function chosen(input) {
  const found = [...input.files].map((file) => ({
    path: file.webkitRelativePath || file.name,
    file,
  }));
  input.value = "";
  return found.filter(isWanted);
}
