// Attached files: uploaded one after the other with their progress, fetched, removed.

import "../jobs/confirm.js";

import { element } from "../dom.js";
import { button, iconButton, moment, section } from "./pieces.js";
import { tableFold } from "./rows.js";

const UNITS = ["bytes", "KB", "MB", "GB", "TB"];
const TABLES = /\.(csv|tsv|parquet)$/i;

/** A size in words, such as "1.4 MB". */
export function sizeText(bytes) {
  const power = bytes < 1000 ? 0 : Math.min(4, Math.floor(Math.log10(bytes) / 3));
  const value = bytes / 1000 ** power;
  return `${power ? value.toPrecision(3) : value} ${UNITS[power]}`;
}

/** Whether a file becomes a table, by its name. */
export function isTable({ name }) {
  return TABLES.test(name);
}

export class Files {
  #list = element("ul", { class: "files" });
  #waiting = element("div", { class: "uploads" });
  #field;
  #rows = new Map();

  constructor(panel) {
    this.panel = panel;
    this.#field = element("input", {
      type: "file",
      class: "unseen",
      multiple: true,
      "aria-label": "Attach files",
      onchange: () => this.take([...this.#field.files]),
    });
    this.drop = element(
      "label",
      { class: "drop" },
      this.#field,
      element("span", { class: "button small" }, "Attach files"),
      element("span", { class: "quiet" }, "or drop them here; CSV becomes a table"),
    );
    this.element = section("Files", this.#list, this.#waiting, this.drop);
    this.element.addEventListener("dragover", (event) => this.#over(event));
    this.element.addEventListener("dragleave", () =>
      this.drop.classList.remove("over"),
    );
    this.element.addEventListener("drop", (event) => this.#dropped(event));
  }

  show({ files, object }) {
    this.drop.hidden = !object.may_annotate;
    this.#list.replaceChildren(
      ...(files.length
        ? files.map((file) => this.#item(file))
        : [element("li", { class: "quiet" }, "No files.")]),
    );
  }

  #item(file) {
    const remove = button("Remove", (event) => {
      if (event.currentTarget.classList.contains("armed")) {
        this.#remove(file);
      }
    });
    remove.dataset.confirm = "Remove it?";
    remove.setAttribute("aria-label", `Remove the file ${file.name}`);
    const type = file.table ? "table" : file.media_type;
    const facts = [sizeText(file.size_bytes), type, file.owner.name];
    return element(
      "li",
      {},
      element(
        "div",
        { class: "file-head" },
        element("a", { href: file.url, download: true }, file.name),
        ...(file.table
          ? [element("a", { class: "button small", href: file.table }, "Open table")]
          : []),
        ...(file.may_remove ? [remove] : []),
      ),
      element(
        "div",
        { class: "quiet" },
        `${facts.filter(Boolean).join(" · ")} · `,
        moment(file.created),
      ),
      ...(file.table ? [this.#rowsOf(file)] : []),
    );
  }

  /** The rows of a table within the panel; they stay open when others change. */
  #rowsOf(file) {
    if (!this.#rows.has(file.id)) {
      this.#rows.set(file.id, tableFold(file.table));
    }
    return this.#rows.get(file.id);
  }

  #over(event) {
    if (!this.drop.hidden && event.dataTransfer.types.includes("Files")) {
      event.preventDefault();
      this.drop.classList.add("over");
    }
  }

  #dropped(event) {
    this.drop.classList.remove("over");
    if (!this.drop.hidden && event.dataTransfer.files.length) {
      event.preventDefault();
      event.stopPropagation();
      this.take([...event.dataTransfer.files]);
    }
  }

  /** Upload files one after the other; one that fails does not stop the others. */
  async take(files) {
    this.#field.value = "";
    for (const file of files) {
      const most = this.panel.state.object.max_file_bytes;
      if (file.size > most) {
        this.panel.say(
          `${file.name} has ${sizeText(file.size)}; at most ${sizeText(most)} can be ` +
            "attached (setting max_attachment_bytes). Keep it elsewhere and attach " +
            "a note of where.",
          { trouble: true },
        );
      } else {
        await this.#take(file);
      }
    }
  }

  async #take(file) {
    if (!isTable(file)) {
      await this.#upload(file);
      return;
    }
    const most = this.panel.state.object.max_table_bytes;
    const asFile = {
      label: "Attach as a plain file",
      go: () => this.#upload(file),
    };
    if (file.size > most) {
      this.panel.say(
        `${file.name} has ${sizeText(file.size)}; at most ${sizeText(most)} become a ` +
          "table here (setting max_table_upload_bytes). The command graticule table " +
          "import takes any size.",
        { trouble: true, offer: asFile },
      );
    } else if (await this.#upload(file, { table: true, offer: asFile })) {
      document.dispatchEvent(new Event("tables"));
    }
  }

  async #upload(file, { table = false, offer = null } = {}) {
    const bar = element("progress", { max: 1, value: 0, "aria-label": file.name });
    const sent = (share) => {
      // All is there: now the server reads it, for as long as it takes.
      if (table && share === 1) {
        bar.removeAttribute("value");
      } else {
        bar.value = share;
      }
    };
    const { done, stop } = this.panel.door.attach(file, sent, { table });
    const row = element(
      "div",
      { class: "sending" },
      element("span", {}, file.name),
      bar,
      iconButton("stop", `Stop sending ${file.name}`, stop),
    );
    this.#waiting.append(row);
    const said = table ? `${file.name} is a table now.` : `${file.name} attached.`;
    const taken = await this.panel.change(null, () => done, { said, offer });
    row.remove();
    return taken;
  }

  #remove({ link, name }) {
    const { state, door } = this.panel;
    const files = state.files.filter((each) => each.link !== link);
    return this.panel.change({ files }, () => door.remove(link), {
      said: `${name} removed.`,
    });
  }
}
