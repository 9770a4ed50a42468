"""A browser, and the image page as a person holds it."""

import base64
import io
import json
import re
import shutil
import urllib.request
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pytest
from PIL import Image

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--force-color-profile=srgb",
]
TWO_FRAMES = (
    "() => new Promise(r => requestAnimationFrame(() => requestAnimationFrame(r)))"
)


@pytest.fixture(scope="module")
def browser(served):
    """Chromium for the tests of a module.

    While it runs, Playwright's event loop counts as running and Django refuses
    the database: hence not for the whole session, and after the server.
    """
    from playwright.sync_api import sync_playwright

    program = shutil.which("chromium") or shutil.which("chromium-browser")
    if program is None:
        pytest.fail("Chromium is missing: install Debian's package chromium")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=program, args=FLAGS)
        yield chromium
        chromium.close()


class Watched:
    """A tab and everything that went wrong in it."""

    def __init__(self, context):
        self.page = context.new_page()
        self.wrong = []
        self.page.on("console", self._said)
        self.page.on("pageerror", lambda error: self.wrong.append(str(error)))
        self.page.on("requestfailed", self._failed)
        self.page.on("response", self._answered)

    def _said(self, message):
        if message.type == "error":
            self.wrong.append(f"console: {message.text}")

    def _failed(self, request):
        # Pictures still on their way when the tab leaves are no failure.
        if request.failure != "net::ERR_ABORTED":
            self.wrong.append(f"failed: {request.url} {request.failure}")

    def _answered(self, response):
        if response.status >= 400:
            self.wrong.append(f"{response.status}: {response.url}")


@pytest.fixture
def new_tab(browser):
    """Open tabs; at the end nothing may have gone wrong in them."""
    contexts, tabs = [], []

    def make(*, width=1280, height=800, careless=False, **options):
        context = browser.new_context(
            viewport={"width": width, "height": height}, **options
        )
        contexts.append(context)
        tab = Watched(context)
        if not careless:
            tabs.append(tab)
        return tab.page

    yield make
    for context in contexts:
        context.close()
    assert [tab.wrong for tab in tabs if tab.wrong] == []


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
