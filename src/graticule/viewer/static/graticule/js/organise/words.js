// How many of what, in words; what holds what.

export const PARENT = { image: "dataset", dataset: "project", plate: "screen" };
export const CONTAINERS = ["project", "dataset", "screen"];

/** `1 image`, `1,204 images`. */
export function counted(kind, number) {
  return `${number.toLocaleString("en")} ${kind}${number === 1 ? "" : "s"}`;
}

/** `2 projects and 5 datasets`, of a table of kinds. */
export function listed(counts) {
  const parts = Object.entries(counts)
    .filter(([, number]) => number > 0)
    .map(([kind, number]) => counted(kind, number));
  const last = parts.pop();
  return parts.length > 0 ? `${parts.join(", ")} and ${last}` : (last ?? "nothing");
}

/** The numbers of things by kind. */
export function byKind(things) {
  const counts = {};
  for (const { kind } of things) {
    counts[kind] = (counts[kind] ?? 0) + 1;
  }
  return counts;
}

/** The one kind of some things, or nothing. */
export function oneKind(things) {
  const kinds = Object.keys(byKind(things));
  return kinds.length === 1 ? kinds[0] : null;
}

/** The container that this page shows, if it can hold things of a kind. */
export function here(kind) {
  const { kind: container, id } = document.querySelector("#browse")?.dataset ?? {};
  return id && container === PARENT[kind] ? { kind: container, id: Number(id) } : null;
}
