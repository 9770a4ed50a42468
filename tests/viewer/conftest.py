"""A browser, and the image page as a person holds it."""

import base64
import io
import json
import re
import urllib.request
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pytest
from PIL import Image
from tests.chromium import KeptTab, chromium, watched_tabs

TWO_FRAMES = (
    "() => new Promise(r => requestAnimationFrame(() => requestAnimationFrame(r)))"
)

# When nothing moves any more (what turns for ever is left out).
SETTLED = """() => Promise.all(document.getAnimations()
  .filter(({ effect }) => effect.getComputedTiming().iterations < 100)
  .map(each => each.finished.catch(() => null)))"""


@pytest.fixture(scope="session")
def house(request, tmp_path_factory):
    """People of many groups, and a server of theirs (see :mod:`tests.viewer.house`)."""
    from tests.viewer.house import house

    data = request.config.rootpath.parent / "shared" / "data"
    with house(tmp_path_factory.mktemp("house"), data) as server:
        yield server


@pytest.fixture(scope="module")
def browser():
    """Chromium for the tests of a module."""
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="session")
def museum(tmp_path_factory):
    """A server over a little of everything (see :mod:`tests.viewer.museum`)."""
    from tests.viewer.museum import museum

    with museum(tmp_path_factory.mktemp("museum")) as server:
        yield server


@pytest.fixture
def new_tab(browser):
    """Open tabs; at the end nothing may have gone wrong in them."""
    with watched_tabs(browser) as make:
        yield make


@pytest.fixture(scope="module")
def kept_tab(browser):
    return KeptTab(browser)


@pytest.fixture
def same_tab(kept_tab):
    """A tab that the tests of a module use one after another, emptied each time."""
    yield kept_tab.open()
    wrong = kept_tab.leave()
    assert not wrong, wrong


@pytest.fixture
def page(new_tab):
    return new_tab()


class Stage:
    """The image page of one image in a tab."""

    def __init__(self, page, served, name, query=""):
        self.page = page
        self.url = served.url.rstrip("/")
        self.id = served.image_id(name)
        page.goto(f"{self.url}/image/{self.id}/{query}")
        self.settle()
        page.locator('#viewer[data-state="open"]').wait_for()

    def settle(self):
        """Wait until the newest rendering is on the screen."""
        from playwright.sync_api import expect

        picture = self.page.locator("#picture")
        expect(picture).to_have_attribute("aria-busy", "false", timeout=20_000)
        self.page.evaluate(TWO_FRAMES)

    def channel(self, number):
        return self.page.locator(f'[data-channel="{number}"]')

    def query(self):
        """What the address says once it follows the view."""
        self.page.evaluate(TWO_FRAMES)
        self.page.locator('#viewer[data-address="current"]').wait_for()
        return {
            key: values[0]
            for key, values in parse_qs(urlsplit(self.page.url).query).items()
        }

    def data(self):
        return json.loads(self.get(f"imgData/{self.id}/"))

    def get(self, path):
        with urllib.request.urlopen(f"{self.url}/webgateway/{path}") as answer:
            return answer.read()

    def picture(self, path):
        """A picture of the gateway as an array of floats, rows first."""
        return np.asarray(Image.open(io.BytesIO(self.get(path))), float)

    def seen(self):
        """The canvas as the screen shows it, as an array of floats."""
        canvas = self.page.locator("#picture canvas").first
        png = canvas.evaluate("canvas => canvas.toDataURL()").split(",")[1]
        image = Image.open(io.BytesIO(base64.b64decode(png)))
        return np.asarray(image.convert("RGB"), float)

    def window(self, size=160):
        """Pixels amid the screen at actual size, and where they lie.

        Returns the part of the screenshot, shape (size, size, 3), and its left
        and top in pixels of the image.
        """
        self.page.locator("#picture").press(".")
        self.page.evaluate(TWO_FRAMES)
        self.settle()
        query = self.query()
        assert query["zm"] == "100"
        box = self.page.locator("#picture").bounding_box()
        shot = np.asarray(
            Image.open(io.BytesIO(self.page.screenshot())).convert("RGB"), float
        )
        middle_x = box["x"] + box["width"] / 2
        middle_y = box["y"] + box["height"] / 2
        left, top = int(middle_x) - size // 2, int(middle_y) - size // 2
        part = shot[top : top + size, left : left + size]
        x = float(query["x"]) + left - middle_x
        y = float(query["y"]) + top - middle_y
        assert x == int(x)
        assert y == int(y)
        return part, int(x), int(y)


@pytest.fixture
def open_image(page, served):
    """Open an image of the real files by its file name."""

    def make(name, query="", tab=None):
        return Stage(tab or page, served, name, query)

    return make


@pytest.fixture
def rendering_text():
    """The part of an address that the gateway draws by."""

    def pick(query):
        kept = {key: query[key] for key in ("c", "m", "maps", "p") if key in query}
        return "&".join(
            f"{key}={urllib.request.quote(value)}" for key, value in kept.items()
        )

    return pick


@pytest.fixture
def number_in():
    """The first number of a text."""

    def find(text):
        return float(re.search(r"-?[\d.]+", text)[0])

    return find
