// Keys of the regions, looked at before those of the page: only while the tab is
// open, and only where there is something to do; nothing of them in fields.

const STEPS = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};
const FAR = 10;

function isTyping(target) {
  return target.closest("input:not([type=checkbox]), select, textarea, dialog");
}

/** @param {RoisPart} part */
export function listenToKeys(part) {
  const { regions } = part;

  function withControl(event) {
    const key = event.key.toLowerCase();
    if (key === "z" && !event.shiftKey && regions.history.canUndo) {
      regions.undo();
    } else if ((key === "y" || (key === "z" && event.shiftKey)) && regions.history.canRedo) {
      regions.redo();
    } else if (key === "d" && regions.selected.size > 0) {
      part.duplicate();
    } else {
      return false;
    }
    return true;
  }

  function plainKey(event) {
    const { key, target } = event;
    const inList = target.closest("[role=grid]");
    const tool = part.tool;
    if (tool?.begun && key === "Backspace" && tool.back) {
      return tool.back();
    }
    if (key === "Enter" && tool?.enter && !target.closest("button, a, [role=grid]")) {
      tool.enter(part.centre);
      return true;
    }
    if ((key === "Delete" || key === "Backspace") && regions.selected.size > 0) {
      part.remove();
      return true;
    }
    const onButton = target.closest("button, a, [role=tab], [role=slider]");
    if (key in STEPS && !inList && !onButton && part.mayMove) {
      const far = event.shiftKey ? FAR : 1;
      const [dx, dy] = STEPS[key];
      part.nudge(dx * far, dy * far);
      return true;
    }
    return false;
  }

  document.addEventListener(
    "keydown",
    (event) => {
      if (!part.isOpen || isTyping(event.target)) {
        return;
      }
      const control = event.ctrlKey || event.metaKey;
      const done = control ? withControl(event) : !event.altKey && plainKey(event);
      if (done) {
        event.preventDefault();
        event.stopImmediatePropagation();
      }
    },
    true,
  );
}
