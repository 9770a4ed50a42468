// What is known about the image, as terms and descriptions.

import { element } from "../dom.js";
import { lengthText } from "./scale_bar.js";

function dimensions({ width, height, z, t, c }) {
  const many = (count, one, more) => (count > 1 ? [`${count} ${more}`] : []);
  return [
    `${width.toLocaleString("en")} × ${height.toLocaleString("en")} px`,
    ...many(z, "z plane", "z planes"),
    ...many(t, "time", "time points"),
    ...many(c, "channel", "channels"),
  ].join(", ");
}

function pixelSize({ x, y, z }, planes) {
  if (!x) {
    return null;
  }
  const plane = y && y !== x ? `${lengthText(x)} × ${lengthText(y)}` : lengthText(x);
  return z && planes > 1 ? `${plane}, ${lengthText(z)} along z` : plane;
}

function channels(list) {
  return list
    .map(({ label, emissionWave }) =>
      emissionWave && !label.includes(String(Math.round(emissionWave)))
        ? `${label} (${Math.round(emissionWave)} nm)`
        : label,
    )
    .join(", ");
}

function date(seconds) {
  if (!seconds) {
    return null;
  }
  const format = { dateStyle: "medium", timeStyle: "short", timeZone: "UTC" };
  return `${new Intl.DateTimeFormat("en-GB", format).format(seconds * 1000)} UTC`;
}

/**
 * The facts of imgData (contract webgateway 7), in reading order; whose it is and
 * what it is in stand beside its description (js/info).
 */
export function factsOf(data) {
  const { meta } = data;
  const facts = [
    ["Dimensions", dimensions(data.size)],
    ["Pixel type", meta.pixelsType],
    ["Pixel size", pixelSize(data.pixel_size, data.size.z)],
    ["Channels", channels(data.channels)],
    ["Magnification", data.nominalMagnification ? `${data.nominalMagnification}×` : null],
    ["Date", date(meta.imageTimestamp)],
    ["Levels", data.tiles ? String(data.levels) : null],
    ["Image id", String(data.id)],
  ];
  return facts.filter(([, value]) => value);
}

/** Put the facts before those that the page came with. */
export function showFacts(host, data) {
  host.prepend(
    ...factsOf(data).flatMap(([term, value]) => [
      element("dt", {}, term),
      element("dd", {}, value),
    ]),
  );
}
