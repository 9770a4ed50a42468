// The parts of the image page beyond the picture and its channels. Each lives in
// a folder of its own and is fetched once the first picture is there: nothing
// may stand between a person and the image. A part is a function of the page,
// which it may use: data, display, picture, gateway, notices, keys, actions,
// overlay, tools, tabs, address, settled().

const PARTS = [
  () => import("../rendering/part.js"),
  () => import("../measure/part.js"),
  () => import("../compare/part.js"),
  () => import("../info/part.js"),
  () => import("../rois/part.js"),
  () => import("../sky/part.js"),
  () => import("../view_export/part.js"),
];

/** Fetch and join all parts; `viewer` says `data-parts` "there" after it. */
export async function joinParts(page, viewer) {
  const modules = await Promise.all(PARTS.map((fetched) => fetched()));
  for (const { join } of modules) {
    await join(page);
  }
  viewer.dataset.parts = "there";
}
