// What stands around the picture: channel cards, facts, keys, tools, tabs, links to
// what is shown; then the parts. Fetched when the picture's tiles have been asked for.

import { ChannelCard } from "./channel_card.js";
import { DownloadLink, offerFormats, offerJobs } from "./download.js";
import { showFacts } from "./facts.js";
import { Keys } from "./keys.js";
import { Overlay } from "./overlay.js";
import { joinParts } from "./parts.js";
import { offerProjection } from "./projection.js";
import { renderingQuery } from "./query.js";
import { Tabs } from "./tabs.js";
import { Tools } from "./tools.js";

const by = (id) => document.getElementById(id);

/**
 * Give the page all that it has besides the picture.
 *
 * @param {ImagePage} page
 * @param {HTMLElement} viewer
 */
export function furnish(page, viewer) {
  const { data, display, picture } = page;
  if (page.canProject) {
    offerProjection(by("projection-group"), by("projection"), display);
  }
  showCards(page);
  showFacts(by("facts"), data);
  page.keys = new Keys(by("help"), display, picture, page.actions);
  page.overlay = new Overlay(picture);
  page.tools = new Tools(by("tools"), picture, page.keys);
  page.tabs = new Tabs(by("tabs"));
  keepLinks(page, new DownloadLink(by("download"), viewer.dataset.name, picture));
  join(page, viewer);
}

function showCards(page) {
  const { display } = page;
  page.cards = page.data.channels.map(
    (_, index) =>
      new ChannelCard(display, page.gateway, index, () => page.settled()),
  );
  by("channels").replaceChildren(...page.cards.map((card) => card.element));
  page.cards.find((card) => card.channel.active)?.expand(true);
  const update = () => {
    page.cards.forEach((card) => card.update());
    markModel(display);
    markAll(display);
  };
  display.addEventListener("change", update);
  update();
}

function markModel(display) {
  const grey = document.querySelector("[data-action=greyscale]");
  grey.setAttribute("aria-pressed", String(display.model === "greyscale"));
}

/** The mark of all channels: on, off, or some. */
function markAll(display) {
  const on = display.channels.filter((channel) => channel.active).length;
  const all = by("all-channels");
  all.checked = on > 0;
  all.indeterminate = on > 0 && on < display.channels.length;
}

/** Keep links to what is shown. */
function keepLinks(page, download) {
  const { address, display } = page;
  const offer = () => {
    const query = renderingQuery(display);
    download.update(page.gateway, display, query);
    offerFormats(by("save"), display, query);
    offerJobs(by("panel"), display);
  };
  address.addEventListener("written", offer);
  if (page.picture.ready) {
    offer();
  }
}

/** Join the parts that can wait for the first picture. */
async function join(page, viewer) {
  await page.settled();
  await joinParts(page, viewer);
  const { tools, tabs, address } = page;
  const tool = address.add("tool", () => (tools.current === "look" ? "" : tools.current));
  const first = tabs.current;
  const tab = address.add("tab", () => (tabs.current === first ? "" : tabs.current));
  tabs.open(tab);
  if (tool) {
    tools.take(tool);
  }
  tools.addEventListener("change", () => address.changed());
  tabs.addEventListener("change", () => address.changed());
}
