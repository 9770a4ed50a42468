"""Images side by side: linked in place, planes and channels; channels of one."""

import json
import re
import urllib.error
import urllib.request
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from playwright.sync_api import expect
from tests.patience import eventually
from tests.viewer.conftest import TWO_FRAMES

pytestmark = [pytest.mark.browser, pytest.mark.shared_data]
STACK = "mitosis_5d.ome.tif"
CELLS = "bpae_3ch.ome.tif"
SOON = {"timeout": 20_000}


def size_of(served, name):
    url = f"{served.url}/webgateway/imgData/{served.image_id(name)}/size/"
    with urllib.request.urlopen(url) as answer:
        size = json.load(answer)
    return size["width"], size["height"]


class Panes:
    def __init__(self, page, url):
        self.page = page
        page.goto(url)
        self.settle()

    def settle(self):
        frames = self.page.locator("iframe")
        for index in range(frames.count()):
            frames.nth(index).and_(
                self.page.locator('iframe[data-state="ready"]')
            ).wait_for(**SOON)
            self.inside(index).locator('#picture[aria-busy="false"]').wait_for(**SOON)
        self.page.evaluate(TWO_FRAMES)

    def inside(self, index):
        return self.page.locator("iframe").nth(index).content_frame

    def query(self, index):
        """What a pane's own address says, once it follows."""
        self.inside(index).locator('#viewer[data-address="current"]').wait_for()
        search = self.inside(index).locator("body").evaluate("() => location.search")
        pairs = (pair.partition("=") for pair in search[1:].split("&"))
        return {name: value for name, _, value in pairs}


@pytest.fixture
def page(same_tab):
    return same_tab


@pytest.fixture
def two(page, served):
    ids = f"image={served.image_id(STACK)}&image={served.image_id(CELLS)}"
    return Panes(page, f"{served.url}/compare/?{ids}")


def test_zoom_and_place_go_together(two, served):
    first = two.inside(0)
    before = float(two.query(0)["zm"])
    for _ in range(2):
        first.locator("#picture").press("+")
    first.locator("#picture").press("Shift+ArrowRight")
    # Parts of the images, which are of different sizes.
    (wide, high), (wide_too, high_too) = (size_of(served, n) for n in (STACK, CELLS))
    assert wide != wide_too

    def is_together():
        one, other = two.query(0), two.query(1)
        assert float(one["zm"]) > 1.5 * before
        assert abs(float(one["x"]) - wide / 2) > 1
        for axis, size, size_too in (("x", wide, wide_too), ("y", high, high_too)):
            part = float(one[axis]) / size
            assert part == pytest.approx(float(other[axis]) / size_too, abs=0.01)
        spans = [float(one["zm"]) * wide, float(other["zm"]) * wide_too]
        assert spans[0] == pytest.approx(spans[1], rel=0.01)

    eventually(two.page, is_together)


def test_planes_go_together_or_alone(two):
    two.inside(0).locator("#picture").press("t")
    two.settle()

    def is_there():
        assert two.query(0)["t"] == "2"
        assert two.query(1)["t"] == "1"  # it has no second time

    eventually(two.page, is_there)
    two.page.wait_for_url(lambda url: re.search(r"plane=\d,2", unquote(url)))
    two.page.get_by_role("button", name="Z and T").click()
    expect(two.page).to_have_url(re.compile("toggled=planes"))


def test_channels_of_two_views_of_one_image(page, served):
    one = served.image_id(CELLS)
    panes = Panes(page, f"{served.url}/compare/?image={one}&image={one}")
    page.get_by_role("button", name="Channels").click()
    panes.inside(0).locator("#picture").press("2")

    def is_off_there():
        channels = panes.query(1)["c"].split(",")
        assert [text[0] == "-" for text in channels] == [False, True, False]

    eventually(page, is_off_there)


def test_channels_of_one_side_by_side(page, served):
    one = served.image_id(CELLS)
    panes = Panes(page, f"{served.url}/compare/?image={one}&split")
    expect(page.locator("iframe")).to_have_count(4)
    panes.settle()
    for index, off in enumerate(
        [
            [False, False, False],
            [False, True, True],
            [True, False, True],
            [True, True, False],
        ]
    ):
        channels = panes.query(index)["c"].split(",")
        assert [text.startswith("-") for text in channels] == off
    # Nothing but the picture is in a pane.
    expect(panes.inside(1).locator(".masthead")).to_be_hidden()
    expect(panes.inside(1).locator("#panel")).to_be_hidden()


def test_the_address_brings_it_back(two, page, served):
    wide, _ = size_of(served, CELLS)
    start = float(two.query(1)["zm"])
    two.inside(1).locator("#picture").press("+")

    def is_written():
        now = [two.query(index) for index in range(2)]
        zoom = float(now[1]["zm"])
        assert zoom > 1.2 * start
        at = parse_qs(urlsplit(page.url).query).get("at", ["0"])[0]
        assert float(at.split(",")[-1]) == pytest.approx(zoom * wide / 100, rel=0.01)
        return now

    before = eventually(page, is_written)
    page.reload()
    two.settle()

    def is_back():
        for index in range(2):
            now = two.query(index)
            for name in ("zm", "x", "y"):
                assert float(now[name]) == pytest.approx(
                    float(before[index][name]), rel=0.01
                )

    eventually(page, is_back)


@pytest.mark.parametrize(
    ("query", "status", "said"),
    [
        ("", 400, "Name images by their numbers"),
        ("image=x", 400, "Name images by their numbers"),
        ("image=999999", 404, "There is no image 999999"),
        ("&".join(["image=1"] * 10), 400, "At most 9 images"),
    ],
)
def test_bad_requests(served, query, status, said):
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(f"{served.url}/compare/?{query}")
    with refused.value as answer:
        assert answer.code == status
        assert said in answer.read().decode()
