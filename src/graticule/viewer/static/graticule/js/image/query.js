// The gateway's query grammar (contract webgateway 3): settings to text and
// back. Pure; z and t are 1-based in page addresses only.

function colorText(channel) {
  return channel.lut ?? channel.color;
}

/** The `c` parameter; without `all` only the active channels, for renderings. */
export function channelsText(channels, all = false) {
  return channels
    .map((channel, index) => ({ channel, number: index + 1 }))
    .filter(({ channel }) => all || channel.active)
    .map(({ channel, number }) => {
      const sign = channel.active ? "" : "-";
      const { start, end } = channel.window;
      return `${sign}${number}|${start}:${end}$${encodeURIComponent(colorText(channel))}`;
    })
    .join(",");
}

/** The `maps` parameter, one entry per entry of `c`. */
export function mapsText(channels, all = false) {
  const maps = channels
    .filter((channel) => all || channel.active)
    .map(({ inverted, family, coefficient }) => ({
      inverted: { enabled: inverted },
      quantization: { family, coefficient },
    }));
  return JSON.stringify(maps);
}

function needsMaps(channels) {
  return channels.some(
    (channel) =>
      channel.inverted ||
      channel.family !== "linear" ||
      channel.saved.inverted ||
      channel.saved.family !== "linear",
  );
}

/** The query of renderings: c, maps where needed, m, p where set, q. */
export function renderingQuery(display, all = false) {
  const parts = [`c=${channelsText(display.channels, all)}`];
  if (needsMaps(display.channels)) {
    parts.push(`maps=${encodeURIComponent(mapsText(display.channels, all))}`);
  }
  parts.push(`m=${display.model === "greyscale" ? "g" : "c"}`);
  if (display.projection !== "normal") {
    parts.push(`p=${display.projection}`);
  }
  if (display.quality !== null) {
    parts.push(`q=${display.quality}`);
  }
  return parts.join("&");
}

/**
 * What a job is to be told of what is shown: planes from 0, and the rendering in
 * the gateway's words, by the names that jobs have for them.
 *
 * @returns {Object<string, string>}
 */
export function jobValues(display) {
  const rendering = new URLSearchParams(renderingQuery(display));
  const values = { Z: String(display.z), T: String(display.t) };
  for (const name of ["c", "maps", "m", "p"]) {
    if (rendering.has(name)) {
      values[name.toUpperCase()] = rendering.get(name);
    }
  }
  return values;
}

/** The query of a page that reproduces the view (contract 13.2). */
export function pageQuery(display, view) {
  const parts = [renderingQuery(display, true)];
  parts.push(`z=${display.z + 1}`, `t=${display.t + 1}`);
  if (view) {
    parts.push(`zm=${view.percent}`, `x=${view.x}`, `y=${view.y}`);
  }
  return parts.join("&");
}

function parseWindow(text) {
  const [start, end, more] = text.split(":").map((part) => part.trim());
  if (!start || !end || more !== undefined) {
    return null;
  }
  const bounds = { start: Number(start), end: Number(end) };
  return Number.isFinite(bounds.start) && Number.isFinite(bounds.end) ? bounds : null;
}

function parseColor(text) {
  if (text?.endsWith(".lut")) {
    return { lut: text };
  }
  if (!/^([0-9a-f]{3,4}|[0-9a-f]{6}|[0-9a-f]{8})$/i.test(text ?? "")) {
    return null;
  }
  const full = text.length < 5 ? [...text].map((digit) => digit + digit).join("") : text;
  return { color: full.slice(0, 6).toUpperCase(), lut: null };
}

/** Parse `c` into entries `{number, active, window, color}`; bad ones vanish. */
export function parseChannels(text) {
  return text.split(",").flatMap((entry) => {
    const [, head, tail] = /^([^|]*)(?:\|(.*))?$/s.exec(entry);
    const [index, early] = head.split("$");
    if (!/^\s*[-+]?\d+\s*$/.test(index)) {
      return [];
    }
    const [bounds, late] = (tail ?? "").split("$");
    return [
      {
        number: Math.abs(Number(index)),
        active: !index.trim().startsWith("-"),
        window: parseWindow(bounds),
        color: parseColor(late ?? early),
      },
    ];
  });
}

function parseMaps(text) {
  try {
    const maps = JSON.parse(text ?? "[]");
    return Array.isArray(maps) ? maps : [];
  } catch {
    return [];
  }
}

function isOn(flag) {
  return flag?.enabled === true || flag?.enabled === "true";
}

const FAMILIES = ["linear", "polynomial", "exponential", "logarithmic"];

function applyChannels(channels, params) {
  const entries = parseChannels(params.get("c"));
  const maps = parseMaps(params.get("maps"));
  channels.forEach((channel) => {
    channel.active = false;
  });
  entries.forEach((entry, place) => {
    const channel = channels[entry.number - 1];
    if (!channel) {
      return;
    }
    channel.active = entry.active;
    Object.assign(channel.window, entry.window);
    Object.assign(channel, entry.color);
    const map = maps[place];
    if (map) {
      channel.inverted = isOn(map.inverted ?? map.reverse);
      const { family, coefficient } = map.quantization ?? {};
      if (FAMILIES.includes(family)) {
        channel.family = family;
        channel.coefficient = Number(coefficient) > 0 ? Number(coefficient) : 1;
      }
    }
  });
}

function place(text, size, otherwise) {
  const number = Number.parseInt(text ?? "", 10);
  return Number.isNaN(number) ? otherwise : Math.min(Math.max(number - 1, 0), size - 1);
}

/** Set a display as the page's query says; what is malformed is passed over. */
export function applyQuery(display, params) {
  if (params.has("c")) {
    applyChannels(display.channels, params);
  }
  const model = { g: "greyscale", c: "color" }[params.get("m")];
  display.model = model ?? display.model;
  if (/^(normal|intmax|intmean|intsum)(\|\d+:\d+)?$/.test(params.get("p") ?? "")) {
    display.projection = params.get("p");
  }
  const quality = Number(params.get("q") ?? NaN);
  if (quality > 0 && quality <= 1) {
    display.quality = quality;
  }
  display.z = place(params.get("z"), display.size.z, display.z);
  display.t = place(params.get("t"), display.size.t, display.t);
}

/** Where the page's query looks: `{percent, x, y}`, any of them null. */
export function viewOf(params) {
  const number = (key) => {
    const value = Number.parseFloat(params.get(key) ?? "");
    return Number.isFinite(value) ? value : null;
  };
  const percent = number("zm");
  return { percent: percent > 0 ? percent : null, x: number("x"), y: number("y") };
}
