// Brings a saved shape into view: its plane, its place, nearer if it is too small.

const LEAST_SCREEN = 24;
const MOST_ZOOM = 12;
const MOST_PART = 0.7;

export class Travel {
  /** @param {RoisPart} part */
  constructor(part) {
    this.part = part;
  }

  /** Go to a line of the list: `{id, box, z, t}`; select the shape. */
  async to({ id, box, z, t }, stay = false) {
    const { page, regions, door } = this.part;
    const { display } = page;
    if ((z ?? display.z) !== display.z || (t ?? display.t) !== display.t) {
      display.change(() => {
        display.z = z ?? display.z;
        display.t = t ?? display.t;
      });
    }
    if (!stay) {
      this.#centre(box);
    }
    const key = regions.keyOf(id);
    const mine = regions.shapes.get(key);
    if (!mine || mine.coarse) {
      const { now } = regions;
      regions.merge(await door.shapes([id]), now, false);
    }
    regions.select([key]);
  }

  #centre([x0, y0, x1, y1]) {
    const { picture } = this.part.page;
    const { clientWidth, clientHeight } = picture.element;
    const [width, height] = [Math.max(x1 - x0, 1), Math.max(y1 - y0, 1)];
    const fits = Math.min(clientWidth / width, clientHeight / height) * MOST_PART;
    // A point is as large at every zoom.
    const isPoint = x1 === x0 && y1 === y0;
    const nearer = Math.min(LEAST_SCREEN / Math.max(width, height), fits, MOST_ZOOM);
    const least = isPoint ? 0 : nearer;
    const zoom = Math.min(Math.max(picture.zoom, least), Math.max(fits, 0.01));
    const percent = zoom === picture.zoom ? null : zoom * 100;
    picture.setView({ percent, x: (x0 + x1) / 2, y: (y0 + y1) / 2 });
  }

  /** Go to the ROI that the address names; the view it names stays. */
  async toRoi(text) {
    const { page, door } = this.part;
    const { rows } = /^\d{1,18}$/.test(text)
      ? await door.list({ roi: text }, 0, 1)
      : { rows: [] };
    if (rows.length === 0) {
      page.notices.say(`There is no ROI ${text} on this image.`);
      return;
    }
    this.part.open();
    await this.to(rows[0], page.address.params.has("zm"));
  }
}
