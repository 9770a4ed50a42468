// What is shown and how: the one state of the image page. Every part changes
// it through `change` and listens to its "change" event; it draws nothing.

function channelOf(data) {
  const channel = {
    label: data.label,
    emissionWave: data.emissionWave,
    active: data.active,
    color: data.color,
    lut: data.lut ?? null,
    inverted: data.inverted,
    family: data.family ?? "linear",
    coefficient: data.coefficient ?? 1,
    window: { start: data.window.start, end: data.window.end },
    measured: { start: data.window.min, end: data.window.max },
  };
  channel.saved = structuredClone(channel);
  return channel;
}

export class Display extends EventTarget {
  /** @param {Object} data The answer of imgData (contract webgateway 7). */
  constructor(data) {
    super();
    this.size = data.size;
    this.pixelRange = { start: data.pixel_range[0], end: data.pixel_range[1] };
    this.wholeNumbers = !["float", "double"].includes(data.meta.pixelsType);
    this.channels = data.channels.map(channelOf);
    this.savedModel = data.rdefs.model;
    this.savedPlane = { z: data.rdefs.defaultZ, t: data.rdefs.defaultT };
    this.savedProjection = data.rdefs.projection;
    this.model = this.savedModel;
    this.projection = this.savedProjection;
    this.quality = null;
    this.z = this.savedPlane.z;
    this.t = this.savedPlane.t;
  }

  /** Change it by a function, then tell everybody. */
  change(alter) {
    alter(this);
    this.dispatchEvent(new Event("change"));
  }

  /** Switch a channel; in greyscale one at a time is drawn. */
  switchChannel(index, active) {
    this.change(() => {
      if (this.model === "greyscale" && active) {
        this.channels.forEach((channel) => {
          channel.active = false;
        });
      }
      this.channels[index].active = active;
    });
  }

  /** Choose greyscale or colour; leaving greyscale brings the others back. */
  setGreyscale(grey) {
    this.change(() => {
      this.model = grey ? "greyscale" : "color";
      if (grey) {
        this.before = this.channels.map((channel) => channel.active);
        const first = Math.max(this.before.indexOf(true), 0);
        this.channels.forEach((channel, index) => {
          channel.active = index === first;
        });
      } else if (this.before) {
        this.channels.forEach((channel, index) => {
          channel.active ||= this.before[index];
        });
        this.before = null;
      }
    });
  }

  /** Step along "z" or "t"; past the end is the end. */
  step(axis, by) {
    const last = this.size[axis] - 1;
    const next = Math.min(Math.max(this[axis] + by, 0), last);
    if (next !== this[axis]) {
      this.change(() => {
        this[axis] = next;
      });
    }
  }

  /** Set one channel as it is saved. */
  resetChannel(index) {
    this.change(() => {
      const channel = this.channels[index];
      Object.assign(channel, structuredClone(channel.saved), { active: channel.active });
    });
  }

  /** Set everything but the plane as it is saved. */
  reset() {
    this.change(() => {
      this.model = this.savedModel;
      this.projection = this.savedProjection;
      this.before = null;
      this.channels.forEach((channel) => {
        Object.assign(channel, structuredClone(channel.saved));
      });
    });
  }
}
