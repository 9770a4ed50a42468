// Makes the OpenSeadragon viewer that pictures are shown on; knows no image.

const { OpenSeadragon } = window;

// OpenSeadragon would write a style element, which a strict content policy
// forbids, unless it finds its mark. An element of no namespace bears the mark
// without being a style; image.css says what the style would.
const STYLE_MARK = "data-openseadragon-mobile-css";

function forestallStyle() {
  if (!document.querySelector(`style[${STYLE_MARK}]`)) {
    const mark = document.createElementNS(null, "style");
    mark.setAttribute(STYLE_MARK, "");
    document.head.append(mark);
  }
}

/** Keep an element on whole screen pixels: between them, pictures blur. */
function keepOnGrid(element) {
  const fit = () => {
    const { left, top, right, bottom } = element.parentElement.getBoundingClientRect();
    element.style.left = `${Math.ceil(left) - left}px`;
    element.style.top = `${Math.ceil(top) - top}px`;
    element.style.width = `${Math.floor(right) - Math.ceil(left)}px`;
    element.style.height = `${Math.floor(bottom) - Math.ceil(top)}px`;
  };
  fit();
  new ResizeObserver(fit).observe(element.parentElement);
}

/** Make a viewer in an element: quiet, without controls or keys of its own. */
export function makeStage(element) {
  forestallStyle();
  keepOnGrid(element);
  const viewer = OpenSeadragon({
    element,
    drawer: "canvas",
    tabIndex: -1,
    showNavigationControl: false,
    gestureSettingsMouse: { clickToZoom: false, dblClickToZoom: true },
    gestureSettingsPen: { clickToZoom: false },
    zoomPerScroll: 1.25,
    animationTime: 0.35,
    springStiffness: 9,
    visibilityRatio: 0.25,
    maxZoomPixelRatio: 32,
    preserveImageSizeOnResize: true,
    // A stage full of tiles is asked for at once: the browser queues them better
    // than anything that waits for one tile before it asks for the next.
    imageLoaderLimit: 32,
    maxTilesPerFrame: 32,
    timeout: 60000,
  });
  viewer.addHandler("canvas-key", (event) => {
    event.preventDefaultAction = true;
  });
  return viewer;
}
