// What is shown and how: the one state of the image page. Every part changes
// it through `change` and listens to its "change" event; it draws nothing.

// What of a channel is rendering; the rest is what it is.
const RENDERED = ["active", "color", "lut", "inverted", "family", "coefficient"];

function rendered(channel) {
  const { start, end } = channel.window;
  const kept = Object.fromEntries(RENDERED.map((key) => [key, channel[key]]));
  return { ...kept, window: { start, end } };
}

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

  /**
   * How it is drawn, without the plane: a value of its own, the same text as JSON
   * for the same rendering.
   *
   * @returns {{model: string, projection: string, channels: Object[]}}
   */
  get rendering() {
    const { model, projection } = this;
    return { model, projection, channels: this.channels.map(rendered) };
  }

  /** How it is drawn by the saved settings. */
  get savedRendering() {
    return {
      model: this.savedModel,
      projection: this.savedProjection,
      channels: this.channels.map(({ saved }) => rendered(saved)),
    };
  }

  /** Whether it is drawn otherwise than is saved; projections are never saved. */
  get unsaved() {
    const text = ({ model, channels }) => JSON.stringify({ model, channels });
    return text(this.rendering) !== text(this.savedRendering);
  }

  /** Draw it as a rendering says; of its channels as many as there are here. */
  apply({ model, projection, channels }) {
    this.change(() => {
      this.before = null;
      this.model = model ?? this.model;
      this.projection = projection ?? this.projection;
      this.channels.forEach((channel, index) => {
        Object.assign(channel, structuredClone(channels[index] ?? {}));
      });
    });
  }

  /** Take what is shown for what is saved. */
  keepAsSaved() {
    this.change(() => {
      this.savedModel = this.model;
      this.savedPlane = { z: this.z, t: this.t };
      this.channels.forEach((channel) => {
        Object.assign(channel.saved, rendered(channel));
      });
    });
  }

  /** Take an answer of imgData for what is saved, and draw it so. */
  takeSaved(data) {
    this.savedModel = data.rdefs.model;
    this.savedPlane = { z: data.rdefs.defaultZ, t: data.rdefs.defaultT };
    this.channels.forEach((channel, index) => {
      channel.saved = channelOf(data.channels[index]).saved;
    });
    this.reset();
  }

  /** Switch all channels on, or off; in greyscale one stays the only one. */
  switchAll(active) {
    this.change(() => {
      this.model = active ? "color" : this.model;
      this.channels.forEach((channel) => {
        channel.active = active;
      });
    });
  }

  /** Show one channel only; once more brings back those that were with it. */
  solo(index) {
    const now = this.channels.map((channel) => channel.active);
    const alone = now.every((active, place) => active === (place === index));
    const next = alone ? this.together : now.map((_, place) => place === index);
    if (!next) {
      return;
    }
    this.together = alone ? null : now;
    this.change(() => {
      this.channels.forEach((channel, place) => {
        channel.active = next[place];
      });
    });
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
    this.goTo(axis, this[axis] + by);
  }

  /** Go to a plane along "z" or "t", from 0; beyond an end is the end. */
  goTo(axis, place) {
    const next = Math.min(Math.max(place, 0), this.size[axis] - 1);
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
