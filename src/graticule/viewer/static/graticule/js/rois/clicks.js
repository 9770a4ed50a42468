// Clicks on the picture while no tool of ours is in hand select, and change nothing;
// a second finger gives up what the first began.

const STILL = 4;
const NEAR = 6;

/** @param {RoisPart} part */
export function listenToClicks(part) {
  const { picture, tools } = part.page;
  const at = { x: 0, y: 0 };

  function down(event) {
    at.x = event.clientX;
    at.y = event.clientY;
    // Two fingers move the picture.
    if (!event.isPrimary && part.tool?.begun) {
      part.tool.cancel();
    }
  }

  function clicked({ clientX, clientY }) {
    const still = Math.hypot(clientX - at.x, clientY - at.y) < STILL;
    if (!part.isOpen || !part.layer.shown || !still || tools.current !== "look") {
      return;
    }
    const box = picture.element.getBoundingClientRect();
    const point = picture.pointAt(clientX - box.left, clientY - box.top);
    const hit = part.regions.hit(point, NEAR / picture.placement.scale);
    part.regions.select(hit ? [hit] : []);
    if (!hit) {
      part.pickUnseen(point, NEAR);
    }
  }

  picture.element.addEventListener("pointerdown", down, true);
  picture.element.addEventListener("click", clicked);
}
