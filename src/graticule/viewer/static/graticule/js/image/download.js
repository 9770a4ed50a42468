// The link that saves what is drawn as a JPEG: the whole plane where the
// gateway gives it at once, else the part that is seen.

// Planes up to this are asked for whole (contract clients 1.5).
const WHOLE_PIXELS = 10_188_864;

/**
 * Address and description of the download for the present view.
 *
 * @returns {{href: ?string, title: string}} Without `href` the part seen is too
 *   large to be asked for at once.
 */
export function downloadOf(gateway, display, query, picture) {
  const { width, height } = display.size;
  if (width * height <= WHOLE_PIXELS) {
    return {
      href: gateway.planeUrl(display.z, display.t, query),
      title: "Download the whole plane as JPEG",
    };
  }
  const region = picture.region;
  if (region[2] * region[3] <= WHOLE_PIXELS) {
    return {
      href: gateway.regionUrl(display.z, display.t, region, query),
      title: "Download the part in view as JPEG, full size",
    };
  }
  return { href: null, title: "Zoom in to download the part in view, full size" };
}
