"""Images side by side: linked in place, planes and channels; channels of one."""

import json
import re
import urllib.request
from urllib.parse import unquote

import pytest
from tests.viewer.conftest import TWO_FRAMES

pytestmark = [pytest.mark.browser, pytest.mark.shared_data]
STACK = "mitosis_5d.ome.tif"
CELLS = "bpae_3ch.ome.tif"


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
            ).wait_for()
            self.inside(index).locator('#picture[aria-busy="false"]').wait_for()
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
def two(page, served):
    ids = f"image={served.image_id(STACK)}&image={served.image_id(CELLS)}"
    return Panes(page, f"{served.url}/compare/?{ids}")


def test_zoom_and_place_go_together(two, served):
    first = two.inside(0)
    for _ in range(2):
        first.locator("#picture").press("+")
    first.locator("#picture").press("Shift+ArrowRight")
    two.page.wait_for_timeout(600)  # an animation comes to rest
    one, other = two.query(0), two.query(1)
    # Parts of the images, which are of different sizes.
    (wide, high), (wide_too, high_too) = (size_of(served, n) for n in (STACK, CELLS))
    for axis, size, size_too in (("x", wide, wide_too), ("y", high, high_too)):
        part = float(one[axis]) / size
        assert part == pytest.approx(float(other[axis]) / size_too, abs=0.01)
    assert wide != wide_too
    spans = [float(one["zm"]) * wide, float(other["zm"]) * wide_too]
    assert spans[0] == pytest.approx(spans[1], rel=0.01)


def test_planes_go_together_or_alone(two):
    two.inside(0).locator("#picture").press("t")
    two.settle()
    assert two.query(0)["t"] == "2"
    assert two.query(1)["t"] == "1"  # it has no second time
    two.page.wait_for_url(lambda url: re.search(r"plane=\d,2", unquote(url)))
    two.page.get_by_role("button", name="Z and T").click()
    assert "toggled=planes" in two.page.url


def test_channels_of_two_views_of_one_image(page, served):
    one = served.image_id(CELLS)
    panes = Panes(page, f"{served.url}/compare/?image={one}&image={one}")
    page.get_by_role("button", name="Channels").click()
    panes.inside(0).locator("#picture").press("2")
    other = panes.inside(1)
    other.locator('#viewer[data-address="current"]').wait_for()
    for _ in range(50):
        if panes.query(1)["c"].count("-") == 1:
            break
        page.wait_for_timeout(100)
    assert panes.query(1)["c"].split(",")[1].startswith("-2")


def test_channels_of_one_side_by_side(page, served):
    one = served.image_id(CELLS)
    panes = Panes(page, f"{served.url}/compare/?image={one}&split")
    assert page.locator("iframe").count() == 4
    shown = [
        [part.startswith("-") for part in panes.query(index)["c"].split(",")]
        for index in range(4)
    ]
    assert shown == [
        [False, False, False],
        [False, True, True],
        [True, False, True],
        [True, True, False],
    ]
    # Nothing but the picture is in a pane.
    assert not panes.inside(1).locator(".masthead").is_visible()
    assert not panes.inside(1).locator("#panel").is_visible()


def test_the_address_brings_it_back(two, page):
    two.inside(1).locator("#picture").press("+")
    page.wait_for_url("**at=*")
    page.wait_for_timeout(700)
    before = [two.query(index) for index in range(2)]
    page.reload()
    two.settle()
    for index in range(2):
        now = two.query(index)
        for name in ("zm", "x", "y"):
            assert float(now[name]) == pytest.approx(
                float(before[index][name]), rel=0.01
            )


@pytest.mark.parametrize(
    ("query", "status", "said"),
    [
        ("", 400, "Name images by their numbers"),
        ("image=x", 400, "Name images by their numbers"),
        ("image=999999", 404, "There is no image 999999"),
        ("&".join(["image=1"] * 10), 400, "At most 9 images"),
    ],
)
def test_bad_requests(new_tab, served, query, status, said):
    page = new_tab(careless=True)
    assert page.goto(f"{served.url}/compare/?{query}").status == status
    assert said in page.content()
