// What the tree knows: branches fetched so far, and which are open. Kept for the tab,
// so that the next page shows the tree at once; then it is looked up anew.

import { ask } from "./asking.js";

/** Whether a branch is among those at the top, or among the rest that was not told. */
function mayBeThere(top, key) {
  return top.roots.some(({ kind, branches, total }) =>
    branches.length < total
      ? key.startsWith(`${kind}:`)
      : branches.some(({ id }) => key === `${kind}:${id}`),
  );
}

export class Branches {
  /**
   * @param {string} door The address of the whole tree.
   * @param {string} person Whose tree it is: nobody is shown what another has seen.
   */
  constructor(door, person) {
    this.door = door;
    this.key = `graticule.tree.${person}`;
    this.top = null;
    this.inner = {};
    this.open = [];
    this.scroll = 0;
    try {
      Object.assign(this, JSON.parse(sessionStorage.getItem(this.key)) ?? {});
    } catch {
      // Nothing is kept where storage is forbidden.
    }
  }

  keep() {
    const { top, inner, open, scroll } = this;
    try {
      sessionStorage.setItem(this.key, JSON.stringify({ top, inner, open, scroll }));
    } catch {
      // Too much, or forbidden: the next page asks again.
    }
  }

  isOpen(key) {
    return this.open.includes(key);
  }

  setOpen(key, on) {
    this.open = this.open.filter((one) => one !== key);
    if (on) {
      this.open.push(key);
    }
    this.keep();
  }

  #url(key) {
    const [kind, id] = key.split(":");
    return new URL(`../${kind}/${id}/`, new URL(this.door, location.href));
  }

  /** Fetch what is in a container, if it is not here yet. */
  async fill(key) {
    this.inner[key] ??= await ask(this.#url(key));
    this.keep();
  }

  /** Fetch the rest of a list that was too long; `key` "" is the top. */
  async more(key, list) {
    const url = key ? this.#url(key) : new URL(`${list.kind}/`, new URL(this.door, location.href));
    url.searchParams.set("offset", list.branches.length);
    const { branches, total } = await ask(url);
    list.branches.push(...branches);
    list.total = branches.length > 0 ? total : list.branches.length;
    this.keep();
  }

  /** Look up the top and what is open; says whether anything is another. */
  async refresh() {
    const before = JSON.stringify([this.top, this.inner]);
    const top = await ask(this.door);
    const inner = {};
    const fetched = this.open.filter((key) => mayBeThere(top, key)).map(async (key) => {
      try {
        inner[key] = await ask(this.#url(key));
      } catch {
        // Gone just now, or not for this person any more.
      }
    });
    await Promise.all(fetched);
    this.top = top;
    this.inner = inner;
    this.open = this.open.filter((key) => inner[key]);
    this.keep();
    return JSON.stringify([this.top, this.inner]) !== before;
  }
}
