// After a change of what a page lists it follows without being loaded anew: the page is
// asked for once more, and what is another in it takes the place of what is here.

// What may be another beside the list itself.
const PARTS = [".trail", ".page-head p", ".kinds", ".chips"];

async function asked() {
  const response = await fetch(location.href, { headers: { Accept: "text/html" } });
  if (!response.ok || response.redirected) {
    throw new Error(`The page answered ${response.status}.`);
  }
  return new DOMParser().parseFromString(await response.text(), "text/html");
}

function replaceParts(there) {
  for (const selector of PARTS) {
    const ours = [...document.querySelectorAll(selector)];
    const theirs = [...there.querySelectorAll(selector)];
    if (ours.length !== theirs.length) {
      return false;
    }
    ours.forEach((part, at) => part.replaceWith(document.adoptNode(theirs[at])));
  }
  return true;
}

function replaceTitle(there) {
  document.title = there.title;
  const title = document.querySelector(".page-head h1");
  const { textContent } = there.querySelector(".page-head h1");
  if (!title.querySelector("input") && title.textContent !== textContent) {
    title.textContent = textContent;
  }
  const words = there.querySelector("[data-arrange]")?.dataset.description;
  const head = document.querySelector("[data-arrange]");
  if (head && words !== undefined) {
    head.dataset.description = words;
  }
}

/**
 * Show the page as it is now; nothing stays selected.
 *
 * @param {HTMLElement} host The list.
 * @param {Gallery|Shelf} view What shows it.
 * @returns {Promise<boolean>} Whether it could be done; else load the page anew.
 */
export async function follow(host, view) {
  try {
    return await replaced(host, view, await asked());
  } catch {
    // Out of reach, or another page by now: loading anew says what it is.
    return false;
  }
}

async function replaced(host, view, there) {
  const list = there.querySelector("#browse");
  // The first thing in an empty place, or the last gone: that is another page.
  const alike =
    list &&
    list.dataset.ids === host.dataset.ids &&
    Boolean(list.firstElementChild) === Boolean(host.firstElementChild);
  if (!alike || !replaceParts(there)) {
    return false;
  }
  replaceTitle(there);
  host.selection.clear();
  await view.follow(list);
  document.dispatchEvent(new Event("followed"));
  document.querySelector("#tree")?.tree?.refresh();
  return true;
}
