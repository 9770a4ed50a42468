"""Planes: typed, played, projected, and there before they are asked for."""

import numpy as np
import pytest
import tifffile
from playwright.sync_api import expect
from tests.viewer.test_image import LOSS, STACK, composed, difference, same_as_gateway

pytestmark = [pytest.mark.browser, pytest.mark.shared_data]

POLLEN = "pollen_z.tif"
AT_WORK = "() => document.querySelector('#viewer').dataset.parts === 'there'"


def planes_of(stage, axis):
    return stage.data()["size"][axis]


def test_a_typed_number_and_big_steps(open_image, rendering_text):
    stage = open_image(POLLEN, "?z=1")
    page = stage.page
    last = planes_of(stage, "z")
    assert last > 20
    number = page.get_by_role("spinbutton", name="Z plane, typed")
    number.fill("7")
    number.press("Enter")
    stage.settle()
    query = stage.query()
    assert query["z"] == "7"
    assert same_as_gateway(stage, rendering_text(query), z=6)
    number.fill(str(last + 50))
    number.press("Enter")
    expect(number).to_have_value(str(last))
    page.locator("#picture").focus()
    page.keyboard.press("Home")
    expect(number).to_have_value("1")
    page.keyboard.press("PageUp")
    step = max(5, round(last / 10))
    expect(number).to_have_value(str(1 + step))
    page.keyboard.press("PageUp")
    page.keyboard.press("PageDown")
    expect(number).to_have_value(str(1 + step))
    page.keyboard.press("End")
    expect(number).to_have_value(str(last))


def watch(page):
    """Keep every number that is shown along t, in order, however short it stays."""
    page.evaluate(
        """() => {
          const field = document.querySelector('[data-axis="t"] .plane-number');
          window.shown = [field.value];
          const { get, set } =
            Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value");
          Object.defineProperty(field, "value", {
            configurable: true,
            get,
            set(value) {
              set.call(this, value);
              if (window.shown.at(-1) !== this.value) {
                window.shown.push(this.value);
              }
            },
          });
        }"""
    )


def test_playing_back_and_forth_within_a_range(open_image):
    stage = open_image(STACK, "?t=1")
    page = stage.page
    page.get_by_role("button", name="How T is played").click()
    page.get_by_role("combobox", name="T planes a second").select_option("25")
    page.get_by_role("combobox", name="At the end of T").select_option("bounce")
    watch(page)
    page.get_by_role("button", name="Play along T").click()
    page.wait_for_function("() => window.shown.length >= 7", timeout=20_000)
    page.get_by_role("button", name="Stop T").click()
    shown = page.evaluate("() => window.shown.slice(0, 7)")
    assert shown == ["1", "2", "3", "2", "1", "2", "3"]
    first = page.get_by_role("spinbutton", name="First T plane played")
    first.fill("2")
    first.press("Enter")
    page.get_by_role("combobox", name="At the end of T").select_option("loop")
    number = page.get_by_role("spinbutton", name="T plane, typed")
    number.fill("2")
    number.press("Enter")
    watch(page)
    page.get_by_role("button", name="Play along T").click()
    page.wait_for_function("() => window.shown.length >= 5", timeout=20_000)
    page.get_by_role("button", name="Stop T").click()
    assert page.evaluate("() => window.shown.slice(0, 5)") == ["2", "3", "2", "3", "2"]


def test_playing_once_ends_at_the_end(open_image):
    stage = open_image(STACK, "?t=1")
    page = stage.page
    page.get_by_role("button", name="How T is played").click()
    page.get_by_role("combobox", name="At the end of T").select_option("once")
    page.get_by_role("button", name="Play along T").click()
    expect(page.get_by_role("button", name="Play along T")).to_be_visible(
        timeout=20_000
    )
    assert stage.query()["t"] == "3"


def test_a_projection_of_some_planes(open_image, shared_data, new_tab):
    stage = open_image(STACK)
    page = stage.page
    page.locator("#projection select").select_option("intmax")
    page.get_by_role("slider", name="Projected planes start").press("ArrowRight")
    page.get_by_role("slider", name="Projected planes end").press("ArrowLeft")
    expect(page.locator("#projection output")).to_have_text("planes 2 to 4")
    stage.settle()
    query = stage.query()
    assert query["p"] == "intmax|1:3"
    planes = tifffile.imread(shared_data / "fluorescence" / STACK)[0][:, 1:4].max(
        axis=1
    )
    part, x, y = stage.window(size=120)
    expected = composed(planes[:, y : y + 120, x : x + 120], stage.data()["channels"])
    assert difference(part, expected) < LOSS
    other = open_image(STACK, f"?{page.url.split('?')[1]}", tab=new_tab())
    assert other.query()["p"] == "intmax|1:3"
    expect(other.page.locator("#projection output")).to_have_text("planes 2 to 4")
    assert np.array_equal(other.seen(), stage.seen())


def fetched(page):
    """Bytes from the network for each picture of the image, by its address."""
    return page.evaluate(
        """() => performance.getEntriesByType("resource")
          .filter(({ name }) => name.includes("render_image"))
          .map(({ name, transferSize, initiatorType }) =>
            [new URL(name).pathname, transferSize, initiatorType])"""
    )


def test_the_next_planes_are_there_before_they_are_asked_for(open_image):
    stage = open_image(POLLEN, "?z=5")
    page = stage.page
    page.wait_for_function(AT_WORK, timeout=20_000)
    page.keyboard.press("z")
    stage.settle()
    page.wait_for_function(
        """() => performance.getEntriesByType("resource").filter(({ name, responseEnd,
          initiatorType }) => initiatorType === "fetch" && responseEnd > 0
          && name.includes("render_image")).length >= 4""",
        timeout=20_000,
    )
    ahead = [path for path, size, kind in fetched(page) if kind == "fetch" and size]
    image = stage.id
    assert ahead == [f"/webgateway/render_image/{image}/{z}/0/" for z in (6, 7, 8, 9)]
    before = stage.seen()
    page.keyboard.press("z")
    stage.settle()
    shown = [row for row in fetched(page) if row[0] == ahead[0] and row[2] != "fetch"]
    assert shown
    assert [size for _, size, _ in shown] == [0]
    assert difference(stage.seen(), before) > 0


def test_they_are_fetched_downwards_and_round_the_end(open_image):
    stage = open_image(POLLEN, "?z=5")
    page = stage.page
    page.wait_for_function(AT_WORK, timeout=20_000)
    page.keyboard.press("Z")
    stage.settle()
    page.wait_for_function(
        """() => performance.getEntriesByType("resource").filter(({ name, responseEnd,
          initiatorType }) => initiatorType === "fetch" && responseEnd > 0
          && name.includes("render_image")).length >= 4""",
        timeout=20_000,
    )
    # downwards, and round from the first to the last
    image, last = stage.id, planes_of(stage, "z")
    ahead = [path for path, size, kind in fetched(page) if kind == "fetch" and size]
    assert ahead == [
        f"/webgateway/render_image/{image}/{z % last}/0/" for z in (2, 1, 0, -1)
    ]


def test_who_changes_the_view_gives_up_what_was_for_the_old_one(open_image):
    stage = open_image(POLLEN, "?z=5")
    page = stage.page
    page.wait_for_function(AT_WORK, timeout=20_000)

    def hold(route):
        if route.request.resource_type != "fetch":
            route.continue_()

    page.route("**/render_image/**", hold)
    with page.expect_request(lambda request: request.resource_type == "fetch"):
        page.keyboard.press("z")
    with page.expect_event("requestfailed") as given_up:
        page.keyboard.press("+")
    assert given_up.value.failure == "net::ERR_ABORTED"
    assert given_up.value.resource_type == "fetch"
    assert f"/render_image/{stage.id}/6/0/" in given_up.value.url
