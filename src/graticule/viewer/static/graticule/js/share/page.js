// The share button: a dialog that makes a link to the thing of the page, shows it
// once to be copied, and lists and revokes those there are.

import { element } from "../dom.js";
import { base, get, post } from "../organise/asking.js";
import { complain } from "../organise/changes.js";
import { labelled, openDialog } from "../organise/dialog.js";

const LIFETIMES = [
  [1, "1 day"],
  [7, "1 week"],
  [30, "1 month"],
  [90, "3 months"],
  [365, "1 year"],
];
const USUAL_DAYS = 7;

function day(text) {
  return new Date(text).toLocaleDateString(undefined, { dateStyle: "medium" });
}

/** What can be copied, and whether it was. */
function copyable(url) {
  const field = element("input", { class: "field", readonly: true, value: url });
  const button = element("button", { type: "button", class: "button" }, "Copy");
  field.addEventListener("focus", () => field.select());
  button.addEventListener("click", async () => {
    field.focus();
    try {
      await navigator.clipboard.writeText(url);
      button.textContent = "Copied";
    } catch {
      button.textContent = "Press Ctrl+C";
    }
  });
  return element("div", { class: "beside" }, labelled("The link, shown only now", field), button);
}

function row({ id, created, expires, used }, gone) {
  const revoke = element(
    "button",
    { type: "button", class: "button small", "aria-label": `Revoke the link of ${day(created)}` },
    "Revoke",
  );
  const item = element(
    "li",
    {},
    element(
      "span",
      {},
      `Made ${day(created)}, ends ${day(expires)}, ${used ? `used ${day(used)}` : "never used"}`,
    ),
    revoke,
  );
  revoke.addEventListener("click", async () => {
    try {
      await post("share/revoke/", { link: id });
      item.remove();
      gone();
    } catch (error) {
      complain(error);
    }
  });
  return item;
}

async function share(thing) {
  const address = `share/links/?kind=${thing.kind}&id=${thing.id}`;
  const { links } = await get(address);
  const days = element(
    "select",
    { class: "field" },
    ...LIFETIMES.map(([value, text]) =>
      element("option", { value, selected: value === USUAL_DAYS }, text),
    ),
  );
  const place = element("div", { role: "status" });
  const list = element("ul", { class: "links" });
  const heading = element("h3", {}, "Links to this");
  const say = () => {
    heading.hidden = list.children.length === 0;
  };
  const show = (found) => {
    list.replaceChildren(...found.map((link) => row(link, say)));
    say();
  };
  show(links);
  openDialog({
    title: `Share this ${thing.kind}`,
    act: "Make a link",
    leave: "Close",
    body: [
      element(
        "p",
        {},
        `Whoever has the link sees this ${thing.kind} and what is in it without a login, ` +
          "and changes nothing. You can revoke it at any time.",
      ),
      labelled("Good for", days),
      place,
      heading,
      list,
      element("a", { href: `${base}share/` }, "All your links"),
    ],
    go: async () => {
      const made = await post("share/links/", { thing, days: Number(days.value) });
      place.replaceChildren(copyable(made.url));
      place.querySelector("input").focus();
      show((await get(address)).links);
      return false;
    },
  });
  days.focus();
}

for (const button of document.querySelectorAll("[data-share]")) {
  button.addEventListener("click", async () => {
    const thing = { kind: button.dataset.share, id: Number(button.dataset.id) };
    try {
      await share(thing);
    } catch (error) {
      complain(error);
    }
  });
}
