"""What each picture of the guides shows, and how a person gets there."""

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Page

PASSWORD = "one two three demo"
CELL = "dividing-cell"
MOSAIC = "mosaic"
_TELL = """async ([path, body]) => {
  const token = /csrftoken=([^;]+)/.exec(document.cookie)[1];
  const headers = { "Content-Type": "application/json", "X-CSRFToken": token };
  const answer = await fetch(path, {
    method: "POST", headers, body: JSON.stringify(body) });
  if (!answer.ok) { throw new Error(`${path}: ${await answer.text()}`); }
}"""


@dataclass(frozen=True)
class Museum:
    """The running server, and its catalogue."""

    url: str
    catalogue: Path

    def ask(self, query: str, *values: object) -> int:
        """Ask the catalogue for one number."""
        with sqlite3.connect(self.catalogue) as database:
            found = database.execute(query, values).fetchone()
        return int(found[0])

    def image(self, name: str) -> int:
        """Find an image by the beginning of its name, or of its file's."""
        return self.ask(
            "SELECT min(i.id) FROM catalog_image i "
            "LEFT JOIN catalog_fileset f ON f.id = i.fileset_id "
            "WHERE i.name LIKE ? OR f.entry LIKE ?",
            f"{name}%",
            f"%/{name}%",
        )

    def thing(self, kind: str, name: str) -> int:
        """Find a container by its name."""
        return self.ask(f"SELECT min(id) FROM catalog_{kind} WHERE name = ?", name)


@dataclass(frozen=True)
class Shot:
    """A picture: its name, how to get to what it shows, light or dark."""

    name: str
    lead: Callable[[Page, Museum], None]
    scheme: str = "light"


def prepare(page: Page, museum: Museum) -> None:
    """Log Anna in; write tags and more onto things, draw regions, run jobs."""
    page.goto(f"{museum.url}/webclient/login/")
    page.get_by_label("User name").fill("anna")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    page.wait_for_url(lambda address: "login" not in address)
    cell, mosaic = museum.image(CELL), museum.image(MOSAIC)
    images = [{"kind": "image", "id": number} for number in (cell, mosaic)]
    marked = {"objects": images, "add": ["mitosis", "for figure 2"]}
    pairs = [["Cell line", "RPE-1"], ["Temperature", "37 °C"], ["Passage", "12"]]
    about = f"/annotate/image/{cell}"
    told = "The second daughter rounds up late: compare with the drug series."
    page.goto(f"{museum.url}/image/{cell}/")
    for path, body in (
        ("/annotate/tags/", marked),
        ("/annotate/pairs/", {"objects": images, "pairs": pairs}),
        (f"{about}/comments/", {"text": told}),
        (f"{about}/rating/", {"stars": 4}),
        (f"/regions/{cell}/save/", {"new": [*regions()]}),
    ):
        page.evaluate(_TELL, [path, body])
    for name, query, title in (
        ("movie", f"IMAGE={cell}&AXIS=t&SIZE=512", "Division"),
        ("projection", f"IMAGE={cell}", "Brightest of all z"),
        ("echo", "TEXT=hello&SECONDS=900", "A long rehearsal"),
    ):
        page.goto(f"{museum.url}/services/{name}/async?{query}")
        page.get_by_label("Name of the job").fill(title)
        page.get_by_role("button", name="Run", exact=True).click()
        phase = "EXECUTING" if name == "echo" else "COMPLETED"
        page.locator(f'.state[data-phase="{phase}"]').wait_for()
    for name in ("spiral-galaxy", "colon-wall", MOSAIC, CELL):
        image(page, museum, name)


def regions() -> list[dict[str, object]]:
    """Make some regions: nuclei where the demo has them, and the dividing cell."""
    nuclei = (
        *((94, 76, 45, 39), (258, 140, 45, 40), (365, 198, 48, 43)),
        *((81, 227, 43, 45), (371, 302, 51, 38), (154, 307, 44, 41)),
        *((288, 391, 45, 45), (139, 432, 48, 44)),
    )
    shapes: list[dict[str, object]] = [
        {
            "type": "Ellipse",
            "x": x,
            "y": y,
            "radius_x": across,
            "radius_y": down,
            "text": f"Nucleus {n + 1}",
            "stroke": "#ffd24dff",
        }
        for n, (x, y, across, down) in enumerate(nuclei)
    ]
    corners = [(214, 262), (240, 226), (276, 216), (312, 234), (300, 272), (254, 292)]
    dividing = {"type": "Polygon", "points": corners, "text": "Metaphase"}
    shapes.append({**dividing, "stroke": "#ffffffff"})
    return [{"key": f"k{n}", "shape": shape} for n, shape in enumerate(shapes)]


def image(page: Page, museum: Museum, name: str, query: str = "") -> None:
    """Open an image and wait until it is whole."""
    page.goto(f"{museum.url}/image/{museum.image(name)}/{query}")
    page.locator('#viewer[data-parts="there"]').wait_for()
    still(page)


def still(page: Page) -> None:
    """Wait until the newest picture is on the screen."""
    page.locator('#picture[aria-busy="false"]').wait_for()
    page.wait_for_timeout(700)


def listed(page: Page, museum: Museum, path: str) -> None:
    """Open a page that lists, and wait for its thumbnails."""
    page.goto(f"{museum.url}/{path}")
    page.locator('#tree[data-state="ready"]').wait_for()
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(300)


def start(page: Page, museum: Museum) -> None:
    listed(page, museum, "")


def dataset(page: Page, museum: Museum) -> None:
    listed(page, museum, f"dataset/{museum.thing('dataset', 'living-cells')}/")


def search(page: Page, museum: Museum) -> None:
    listed(page, museum, "search/?q=cell")
    page.locator(".facets summary").click()
    page.locator('.facet-lists[aria-busy="false"]').wait_for()


def suggestions(page: Page, museum: Museum) -> None:
    listed(page, museum, "")
    page.keyboard.press("/")
    page.keyboard.type("cell")
    page.get_by_role("option").first.wait_for()


def selecting(page: Page, museum: Museum) -> None:
    number = museum.thing("dataset", "retina")
    listed(page, museum, f"dataset/{number}/")
    for item in page.locator("#browse [data-item]").all()[:2]:
        item.locator("a").click(modifiers=["Control"])
    page.get_by_role("button", name="Move to").click()
    page.get_by_role("dialog").wait_for()
    page.wait_for_timeout(300)


def viewer(page: Page, museum: Museum) -> None:
    image(page, museum, CELL)


def slide(page: Page, museum: Museum) -> None:
    image(page, museum, "colon-wall")


def sky(page: Page, museum: Museum) -> None:
    image(page, museum, "spiral-galaxy")


def rois(page: Page, museum: Museum) -> None:
    image(page, museum, CELL, "?tab=rois")
    page.get_by_role("row").filter(has_text="Nucleus 3").first.click()
    page.locator("#picture").press("0")
    still(page)


def info(page: Page, museum: Museum) -> None:
    image(page, museum, CELL, "?tab=info")
    page.get_by_text("Attach files").wait_for()


def measure(page: Page, museum: Museum) -> None:
    image(page, museum, CELL)
    page.locator("#picture").press("m")
    box = page.locator("#picture canvas").first.bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x - 190, y - 60)
    page.mouse.down()
    page.mouse.move(x + 190, y + 70, steps=6)
    page.mouse.up()
    page.wait_for_timeout(800)


def compare(page: Page, museum: Museum) -> None:
    ids = [museum.image(CELL), museum.image(MOSAIC)]
    page.goto(f"{museum.url}/compare/?image={ids[0]}&image={ids[1]}")
    for index in range(2):
        frame = page.locator("iframe").nth(index).content_frame
        frame.locator('#picture[aria-busy="false"]').wait_for()
    page.wait_for_timeout(900)


def plate(page: Page, museum: Museum) -> None:
    page.goto(f"{museum.url}/plate/{museum.ask('SELECT id FROM catalog_plate')}/")
    page.locator('#plate-tools[data-state="ready"]').wait_for()
    page.get_by_label("Colour by").select_option(label="Nuclear (%)")
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(400)


def well(page: Page, museum: Museum) -> None:
    plate(page, museum)
    page.locator("td[data-label=C7] .well").click()
    page.locator("#well-zoom[open]").wait_for()
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(400)


def table(page: Page, museum: Museum) -> None:
    number = museum.ask(
        "SELECT id FROM catalog_originalfile WHERE name = 'translocation.csv'"
    )
    page.goto(f"{museum.url}/table/{number}/")
    page.locator('#table[aria-busy="false"]').wait_for()


def jobs(page: Page, museum: Museum) -> None:
    page.goto(f"{museum.url}/services/jobs")
    page.locator("[data-tray] .badge:not([hidden])").wait_for()


def job(page: Page, museum: Museum) -> None:
    page.goto(f"{museum.url}/services/movie/async")
    page.get_by_role("link", name="Division").first.click()
    page.locator("video, .results").first.wait_for()
    page.wait_for_load_state("networkidle")


def share(page: Page, museum: Museum) -> None:
    dataset(page, museum)
    page.get_by_role("button", name="Share by a link").click()
    page.get_by_role("dialog").wait_for()


def tokens(page: Page, museum: Museum) -> None:
    page.goto(f"{museum.url}/account/tokens/")


def administration(page: Page, museum: Museum) -> None:
    page.goto(f"{museum.url}/administration/")


SHOTS = (
    Shot("start", start),
    Shot("dataset", dataset),
    Shot("search", search),
    Shot("suggestions", suggestions),
    Shot("selecting", selecting),
    Shot("viewer", viewer),
    Shot("viewer-dark", viewer, "dark"),
    Shot("slide", slide, "dark"),
    Shot("sky", sky, "dark"),
    Shot("regions", rois),
    Shot("info", info),
    Shot("measure", measure),
    Shot("compare", compare, "dark"),
    Shot("plate", plate),
    Shot("well", well),
    Shot("table", table),
    Shot("jobs", jobs),
    Shot("job", job),
    Shot("share", share),
    Shot("tokens", tokens),
    Shot("administration", administration),
)
