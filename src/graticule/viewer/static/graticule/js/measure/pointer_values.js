// The raw values under the pointer, beside where it is. Values come in squares of
// pixels and are kept for a while, so that a moving pointer asks seldom.

const WAIT_MS = 60;
const MOST_KEPT = 20_000;
const SIZE_UM = [
  ["mm", 1e3],
  ["µm", 1],
  ["nm", 1e-3],
];

function lengthText(um) {
  const [unit, size] = SIZE_UM.find(([, each]) => Math.abs(um) >= each) ?? SIZE_UM.at(-1);
  return `${Number((um / size).toPrecision(4))} ${unit}`;
}

export class PointerValues {
  #known = new Map();
  #wanted = null;
  #timer = null;

  constructor(page) {
    this.page = page;
    this.output = document.getElementById("pointer");
    const { element } = page.picture;
    element.addEventListener("pointermove", (event) => this.#moved(event));
    element.addEventListener("pointerleave", () => {
      this.#wanted = null;
    });
    page.display.addEventListener("change", () => this.#say());
  }

  #moved(event) {
    const box = this.page.picture.element.getBoundingClientRect();
    this.#wanted = this.page.picture.pixelAt(
      event.clientX - box.left,
      event.clientY - box.top,
    );
    this.#say();
  }

  #key({ x, y }) {
    const { z, t } = this.page.display;
    return `${z} ${t} ${x}-${y}`;
  }

  #say() {
    const at = this.#wanted;
    if (!at) {
      return;
    }
    const { x: width, y: height } = this.page.data.pixel_size;
    const place = [`x ${at.x}  y ${at.y}`];
    if (width && height) {
      place.push(`${lengthText((at.x + 0.5) * width)}, ${lengthText((at.y + 0.5) * height)}`);
    }
    const found = this.#known.get(this.#key(at));
    if (found) {
      place.push(...this.#values(found));
    } else {
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.#ask(at), WAIT_MS);
    }
    this.output.value = place.join("  ·  ");
  }

  #values(found) {
    const { channels } = this.page.display;
    return channels.flatMap(({ active, label }, channel) => {
      const value = found[channel];
      // The only channel needs no number.
      const name = channels.length === 1 && label === "0" ? "value" : label;
      return active && value !== undefined
        ? [`${name} ${Number(value.toPrecision(6))}`]
        : [];
    });
  }

  async #ask(at) {
    const { display, gateway } = this.page;
    const { z, t } = display;
    const c = display.channels.map((_, channel) => channel).join(",");
    const query = new URLSearchParams({ image: gateway.imageId, z, t, c, ...at });
    const url = gateway.prefix.replace(/webgateway\/$/, "iviewer/get_intensity/");
    let answer;
    try {
      const response = await fetch(`${url}?${query}`);
      answer = response.ok ? await response.json() : null;
    } catch {
      answer = null;
    }
    if (!answer) {
      return;
    }
    for (const [pixel, values] of Object.entries(answer.pixels)) {
      this.#known.set(`${z} ${t} ${pixel}`, values);
    }
    while (this.#known.size > MOST_KEPT) {
      this.#known.delete(this.#known.keys().next().value);
    }
    if (this.#wanted && this.#known.has(this.#key(this.#wanted))) {
      this.#say();
    }
  }
}
