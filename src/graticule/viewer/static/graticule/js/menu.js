// Menus are <details data-menu>: they work without this, which closes them by
// Escape and when one goes elsewhere, and leads the arrow keys through them.

function close(menu, back) {
  menu.open = false;
  if (back) {
    menu.querySelector("summary").focus();
  }
}

function step(menu, by) {
  const links = [...menu.querySelectorAll("a")];
  const at = links.indexOf(document.activeElement);
  links[(at + by + (at < 0 && by < 0 ? 1 : 0) + links.length) % links.length].focus();
}

function typed(event) {
  const menu = event.currentTarget;
  if (event.key === "Escape" && menu.open) {
    event.stopPropagation();
    close(menu, true);
  } else if (menu.open && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
    event.preventDefault();
    event.stopPropagation();
    step(menu, event.key === "ArrowDown" ? 1 : -1);
  }
}

for (const menu of document.querySelectorAll("[data-menu]")) {
  menu.addEventListener("keydown", typed);
  menu.addEventListener("toggle", () => {
    const list = menu.querySelector("summary").nextElementSibling;
    if (menu.open && list) {
      // What is too long to be seen whole begins at the top.
      const isLong = list.offsetHeight > window.innerHeight / 2;
      (isLong ? menu : list).scrollIntoView({ block: isLong ? "start" : "nearest" });
    }
  });
  menu.addEventListener("focusout", ({ relatedTarget }) => {
    if (relatedTarget && !menu.contains(relatedTarget)) {
      close(menu, false);
    }
  });
  document.addEventListener("pointerdown", ({ target }) => {
    if (!menu.contains(target)) {
      close(menu, false);
    }
  });
}
