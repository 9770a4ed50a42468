// Files dropped anywhere onto a page that shows one thing are attached to it; CSV becomes
// a table. On its way over the page a file is welcomed by a frame.

function holdsFiles({ dataTransfer }) {
  return dataTransfer?.types.includes("Files");
}

/** @param {function(File[])} take */
export function letDropFiles(take) {
  let depth = 0;
  const highlight = (by) => {
    depth = by === 0 ? 0 : Math.max(depth + by, 0);
    document.body.toggleAttribute("data-files-over", depth > 0);
  };
  document.addEventListener("dragenter", (event) => {
    if (holdsFiles(event)) {
      event.preventDefault();
      highlight(1);
    }
  });
  document.addEventListener("dragleave", (event) => {
    if (holdsFiles(event)) {
      highlight(-1);
    }
  });
  document.addEventListener("dragover", (event) => {
    if (holdsFiles(event)) {
      event.preventDefault();
      event.dataTransfer.dropEffect = "copy";
    }
  });
  document.addEventListener("drop", (event) => {
    highlight(0);
    if (holdsFiles(event) && !event.defaultPrevented) {
      event.preventDefault();
      take([...event.dataTransfer.files]);
    }
  });
  // What the panel takes itself ends the welcome, too.
  document.addEventListener("drop", () => highlight(0), true);
}
