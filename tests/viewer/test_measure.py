"""Measuring as a person does it: the pointer, a line, a row, its values."""

import csv
import re

import numpy as np
import pytest
import tifffile
from playwright.sync_api import expect
from tests.patience import eventually

pytestmark = [pytest.mark.browser, pytest.mark.shared_data]
STACK = "mitosis_5d.ome.tif"
CELLS = "bpae_3ch.ome.tif"
SOON = {"timeout": 20_000}


@pytest.fixture
def page(same_tab):
    return same_tab


@pytest.fixture
def stage(open_image):
    found = open_image(CELLS)
    found.page.locator('#viewer[data-parts="there"]').wait_for()
    return found


@pytest.fixture
def planes(shared_data):
    return tifffile.imread(shared_data / "fluorescence" / CELLS)


def at(stage, x, y):
    """Where a pixel's centre is on the screen."""
    query = stage.query()
    box = stage.page.locator("#picture").bounding_box()
    zoom = float(query["zm"]) / 100
    return (
        box["x"] + box["width"] / 2 + (x + 0.5 - float(query["x"])) * zoom,
        box["y"] + box["height"] / 2 + (y + 0.5 - float(query["y"])) * zoom,
    )


def values_said(text, labels):
    return [
        float(re.search(rf"{re.escape(label)} ([\d.]+)", text)[1]) for label in labels
    ]


def drag(stage, start, end):
    mouse = stage.page.mouse
    mouse.move(*at(stage, *start))
    mouse.down()
    mouse.move(*at(stage, *end), steps=4)
    mouse.up()


def test_the_pointer_tells_raw_values(stage, planes):
    labels = [channel["label"] for channel in stage.data()["channels"]]
    said = stage.page.locator("#pointer")
    for x, y in ((100, 120), (300, 250)):
        stage.page.mouse.move(*at(stage, x, y))

        def is_said(x=x, y=y):
            text = said.evaluate("o => o.value")
            assert all(label in text for label in labels)
            px, py = map(int, re.search(r"x (\d+)  y (\d+)", text).groups())
            assert abs(px - x) <= 1
            assert abs(py - y) <= 1
            assert values_said(text, labels) == planes[:, py, px].tolist()

        eventually(stage.page, is_said)


def test_a_line_its_length_and_its_values(stage, planes):
    page = stage.page
    page.locator("#picture").press("m")
    drag(stage, (50, 60), (250, 60))
    chart = page.get_by_role("region", name="Line profile")
    chart.locator("polyline").first.wait_for(**SOON)

    def is_as_long():
        text = chart.locator("output").evaluate("o => o.value")
        pixels = float(re.search(r"([\d.]+) px", text)[1])
        assert pixels == pytest.approx(200, abs=1.5)

    eventually(page, is_as_long)
    # The whole row, to the last pixel, as a file.
    before = chart.locator("polyline").first.get_attribute("points")
    chart.get_by_role("button", name="Row").click()
    width = planes.shape[2]
    chart.get_by_text(f"{width - 1} px").first.wait_for(**SOON)
    expect(chart.locator("polyline").first).not_to_have_attribute(
        "points", before, **SOON
    )
    with page.expect_download() as download:
        chart.get_by_role("button", name="CSV").click()
    with download.value.path().open(newline="") as file:
        rows = list(csv.reader(file))
    labels = [channel["label"] for channel in stage.data()["channels"]]
    assert rows[0] == ["distance_px", *labels]
    values = np.array(rows[1:], float)
    apart = np.abs(planes.transpose(1, 2, 0) - values[:, 1:]).max(axis=(1, 2))
    assert abs(int(apart.argmin()) - 60) <= 1
    assert apart.min() < 1e-6


def test_the_chart_hides_neither_scale_nor_values(open_image):
    stage = open_image(STACK, "?measure=20,20,200,100")
    page = stage.page
    chart = page.locator(".profile")
    chart.wait_for()
    page.mouse.move(*at(stage, 60, 30))
    above = """words => words.every((word) => {
        const { bottom, height } = document.querySelector(word).getBoundingClientRect();
        const { top } = document.querySelector(".profile").getBoundingClientRect();
        return height > 0 && bottom <= top;
    })"""
    page.wait_for_function(above, arg=["#pointer", "#scale-bar"])
    page.get_by_role("region", name="Line profile").get_by_label("Close").click()
    expect(chart).to_be_hidden()
    low = """() => {
        const stage = document.querySelector(".stage").getBoundingClientRect();
        const bar = document.querySelector("#scale-bar").getBoundingClientRect();
        return bar.bottom > stage.bottom - 20;
    }"""
    page.wait_for_function(low)


def test_curves_follow_channels_and_planes(open_image, shared_data):
    stage = open_image(STACK, "?measure=0.5,80.5,239.5,80.5&z=2&t=1")
    page = stage.page
    curves = page.locator(".profile polyline")
    curves.nth(1).wait_for()
    # In micrometres, too, where the size of a pixel is known.
    size = stage.data()["pixel_size"]["x"]
    said = page.locator(".profile output").evaluate("o => o.value")
    assert "(239 px)" in said
    assert float(re.match(r"[\d.]+", said)[0]) == pytest.approx(239 * size, rel=1e-2)
    before = curves.first.get_attribute("points")
    stage.channel(2).get_by_role("checkbox").uncheck()
    curves.nth(1).wait_for(state="detached")
    page.locator("#picture").press("t")
    page.locator(f'.profile polyline:not([points="{before}"])').wait_for()
    # The address holds the line; closing takes it away.
    assert stage.query()["measure"] == "0.5,80.5,239.5,80.5"
    page.get_by_role("region", name="Line profile").get_by_role(
        "button", name="Close"
    ).click()
    expect(page.locator(".profile")).to_be_hidden()
    assert "measure" not in stage.query()


def test_escape_gives_up_the_line_then_the_tool(stage):
    page = stage.page
    page.get_by_role("button", name="Measure a line").click()
    drag(stage, (50, 60), (120, 130))
    page.locator(".measure-line").wait_for()
    page.keyboard.press("Escape")
    page.locator(".measure-line").wait_for(state="detached")
    expect(page.locator("#picture")).to_have_attribute("data-tool", "measure")
    page.keyboard.press("Escape")
    expect(page.locator("#picture")).to_have_attribute("data-tool", "look")
