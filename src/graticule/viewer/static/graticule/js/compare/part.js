// The image page as a pane: tells the page around it what is looked at, and does
// as it is told. See page.js for the other side.
//
// Places are told as parts of the image, so that images of different sizes go
// together: `x` and `y` of the centre from 0 to 1, `span` the width of the whole
// image on the screen.

const CLOSE = 1e-3;

function isSame(one, other) {
  return (
    one &&
    Math.abs(one.x - other.x) < CLOSE &&
    Math.abs(one.y - other.y) < CLOSE &&
    Math.abs(one.span / other.span - 1) < CLOSE
  );
}

const RENDERED = ["active", "color", "lut", "inverted", "family", "coefficient"];

class Pane {
  #told = {};

  constructor(page) {
    this.page = page;
    const { picture, display } = page;
    picture.addEventListener("move", () => this.#tellView());
    display.addEventListener("change", () => this.#tellDisplay());
    window.addEventListener("message", (event) => this.#hear(event));
    this.#told = { planes: this.#planes(), channels: JSON.stringify(this.#channels()) };
    this.#say("ready", null);
  }

  #say(what, value) {
    parent.postMessage({ graticule: what, value }, location.origin);
  }

  get #view() {
    const { width, height } = this.page.data.size;
    const { percent, x, y } = this.page.picture.view;
    return { x: x / width, y: y / height, span: (width * percent) / 100 };
  }

  #tellView() {
    const view = this.#view;
    if (!isSame(this.#told.view, view)) {
      this.#told.view = view;
      this.#say("view", view);
    }
  }

  #planes() {
    const { z, t } = this.page.display;
    return `${z},${t}`;
  }

  #channels() {
    return this.page.display.channels.map((channel) => ({
      ...Object.fromEntries(RENDERED.map((name) => [name, channel[name]])),
      window: { ...channel.window },
    }));
  }

  #tellDisplay() {
    const { display } = this.page;
    if (this.#told.planes !== this.#planes()) {
      this.#told.planes = this.#planes();
      this.#say("planes", { z: display.z, t: display.t });
    }
    const channels = this.#channels();
    const text = JSON.stringify(channels);
    if (this.#told.channels !== text) {
      this.#told.channels = text;
      this.#say("channels", channels);
    }
  }

  #hear({ source, origin, data }) {
    if (source !== parent || origin !== location.origin || !data?.graticule) {
      return;
    }
    const { graticule: what, value } = data;
    if (what === "view") {
      this.#look(value);
    } else if (what === "planes") {
      this.#turn(value);
    } else if (what === "channels") {
      this.#draw(value);
    }
  }

  #look({ x, y, span }) {
    const { width, height } = this.page.data.size;
    this.#told.view = { x, y, span };
    this.page.picture.setView({ percent: (span / width) * 100, x: x * width, y: y * height });
    this.#told.view = this.#view;
  }

  #turn({ z, t }) {
    const { display } = this.page;
    const within = (value, size) => Math.min(value, size - 1);
    const next = { z: within(z, display.size.z), t: within(t, display.size.t) };
    this.#told.planes = `${next.z},${next.t}`;
    if (next.z !== display.z || next.t !== display.t) {
      display.change(() => Object.assign(display, next));
    }
  }

  #draw(channels) {
    const { display } = this.page;
    display.change(() => {
      display.channels.forEach((channel, index) => {
        if (channels[index]) {
          Object.assign(channel, structuredClone(channels[index]));
        }
      });
      this.#told.channels = JSON.stringify(this.#channels());
    });
  }
}

/** Join the page, where it is a pane. */
export function join(page) {
  if (window !== window.parent && document.body.classList.contains("is-pane")) {
    new Pane(page);
  }
}
