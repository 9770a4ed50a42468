"""Channels as people set them: curves, tables, windows, one or all at once."""

import base64
import io
import re

import numpy as np
import pytest
import tifffile
from PIL import Image
from playwright.sync_api import expect
from tests.patience import eventually
from tests.viewer.test_image import CELLS, LOSS, STACK, difference, same_as_gateway

pytestmark = [pytest.mark.browser, pytest.mark.shared_data]


def drawn(planes, channels, bend):
    """Add planes up, each bent by a function from 0…1 to 0…1."""
    total = np.zeros((*planes.shape[1:], 3))
    for plane, channel in zip(planes, channels, strict=True):
        start, end = channel["window"]["start"], channel["window"]["end"]
        grey = bend(np.clip((plane.astype(float) - start) / (end - start), 0, 1))
        color = [int(channel["color"][i : i + 2], 16) for i in (0, 2, 4)]
        total += grey[..., None] * color
    return np.minimum(total, 255)


def set_number(card, name, text):
    field = card.get_by_role("spinbutton", name=name)
    field.fill(text)
    field.press("Enter")


def canvas_of(card):
    """What the histogram's canvas shows, as floats with alpha."""
    data = card.locator("canvas").evaluate("canvas => canvas.toDataURL()")
    png = base64.b64decode(data.split(",")[1])
    return np.asarray(Image.open(io.BytesIO(png)).convert("RGBA"), float)


def test_gamma_is_a_power_on_the_screen_and_a_line_over_the_histogram(
    open_image, shared_data
):
    stage = open_image(CELLS)
    planes = tifffile.imread(shared_data / "fluorescence" / CELLS)
    page = stage.page
    stage.channel(2).get_by_role("button", name="more").click()
    stage.channel(3).get_by_role("button", name="more").click()
    for number in (1, 2, 3):
        card = stage.channel(number)
        card.get_by_role("combobox", name="curve").select_option("polynomial")
        set_number(card, "curve coefficient, typed", "0.6")
    stage.settle()
    part, x, y = stage.window()
    cut = planes[:, y : y + 160, x : x + 160]
    channels = stage.data()["channels"]
    expected = drawn(cut, channels, lambda grey: grey**0.6)
    assert difference(part, expected) < LOSS
    assert difference(part, drawn(cut, channels, lambda grey: grey)) > 3 * LOSS
    assert '"family":"polynomial","coefficient":0.6' in stage.query()["maps"]
    # the line goes through (1/2, 0.6th power of 1/2) of the window
    card = stage.channel(1)
    card.get_by_role("button", name=re.compile("^Min")).click()
    accent = page.evaluate(
        "getComputedStyle(document.body).getPropertyValue('--accent')"
    )
    wanted = [int(accent[i : i + 2], 16) for i in (1, 3, 5)]

    def the_line_is_there():
        shown = canvas_of(card)
        height, width = shown.shape[:2]
        column = shown[:, width // 2, :3]
        row = np.abs(column - wanted).sum(axis=1).argmin()
        assert 1 - row / height == pytest.approx(0.5**0.6, abs=0.06)

    eventually(page, the_line_is_there)


def test_the_curve_is_moved_by_keys_and_kept_by_the_link(open_image, new_tab):
    stage = open_image(CELLS)
    card = stage.channel(1)
    card.get_by_role("combobox", name="curve").select_option("polynomial")
    card.get_by_role("slider", name="curve coefficient").press("ArrowRight")
    stage.settle()
    query = stage.query()
    assert '"coefficient":0.51' in query["maps"]
    other = open_image(CELLS, f"?{stage.page.url.split('?')[1]}", tab=new_tab())
    typed = other.channel(1).get_by_role("spinbutton", name="curve coefficient, typed")
    expect(typed).to_have_value("0.51")
    assert difference(other.seen(), stage.seen()) < 0.5
    # a number that is none is not taken
    set_number(card, "curve coefficient, typed", "-2")
    field = card.get_by_role("spinbutton", name="curve coefficient, typed")
    expect(field).to_have_value("0.51")


def test_a_table_is_found_by_typing_its_name(open_image, rendering_text):
    stage = open_image(CELLS)
    card = stage.channel(1)
    card.get_by_role("button", name="lookup table").click()
    tables = card.get_by_role("listbox")
    strip = tables.get_by_role("option").filter(has_text="fire").first.locator("i")
    colors = strip.evaluate("strip => getComputedStyle(strip).backgroundImage")
    assert colors.count("rgb(") > 4
    stage.page.keyboard.type("fire")
    stage.page.keyboard.press("Enter")
    expect(tables).to_be_hidden()
    expect(card.get_by_role("button", name="lookup table: fire")).to_be_focused()
    stage.settle()
    query = stage.query()
    assert query["c"].split(",")[0].endswith("$fire.lut")
    assert same_as_gateway(stage, rendering_text(query))
    card.get_by_role("button", name="lookup table").focus()
    stage.page.keyboard.press("Enter")
    stage.page.keyboard.press("Home")
    stage.page.keyboard.press("Escape")
    assert stage.query()["c"].split(",")[0].endswith("$fire.lut")
    stage.page.keyboard.press("Enter")
    stage.page.keyboard.press("Home")
    stage.page.keyboard.press("Enter")
    assert ".lut" not in stage.query()["c"]


def test_automatic_windows_leave_out_the_rarest_values_of_the_plane(
    open_image, shared_data
):
    stage = open_image(STACK, "?z=1&t=1")
    plane = tifffile.imread(shared_data / "fluorescence" / STACK)[0, 0, 0]
    card = stage.channel(1)
    first = stage.data()["channels"][0]["window"]
    bin_width = (first["max"] - first["min"]) / 1024
    fields = card.get_by_role("spinbutton", name="window")
    # the histogram comes after the picture
    expect(card.locator("canvas")).to_be_visible()
    auto = card.get_by_role("button", name="Auto")

    def it_is_narrower():
        auto.click()
        assert fields.nth(1).input_value() != fields.nth(1).get_attribute("max")

    eventually(stage.page, it_is_narrower)
    low, high = [float(fields.nth(end).input_value()) for end in (0, 1)]
    assert low == pytest.approx(np.quantile(plane, 0.002), abs=bin_width + 1)
    assert high == pytest.approx(np.quantile(plane, 0.998), abs=bin_width + 1)
    card.get_by_role("button", name=re.compile("^Min")).click()
    assert [float(fields.nth(end).input_value()) for end in (0, 1)] == [
        first["min"],
        first["max"],
    ]


def test_the_histogram_is_of_the_plane_and_logarithmic_on_demand(open_image, page):
    with page.expect_response("**/histogram_json/**/channel/0/?theZ=0*"):
        stage = open_image(STACK, "?z=1&t=1")
    card = stage.channel(1)
    asked = []
    stage.page.on("request", lambda request: asked.append(request.url))
    with stage.page.expect_response("**/histogram_json/**/channel/0/?theZ=3*"):
        stage.page.locator("#picture").press("End")
        stage.page.locator("#picture").press("ArrowDown")
    stage.settle()

    def share_above(least):
        covered = (canvas_of(card)[..., 3] > 0).mean()
        assert covered > least
        return covered

    plain = eventually(stage.page, lambda: share_above(0.05))
    card.get_by_role("button", name="Log").click()
    eventually(stage.page, lambda: share_above(1.2 * plain))
    assert not [url for url in asked if "theZ=0" in url]


def active(stage):
    return [
        box.is_checked()
        for box in stage.page.locator("[data-channel] input[type=checkbox]").all()
    ]


def test_all_channels_at_once_and_one_alone(open_image):
    stage = open_image(CELLS)
    page = stage.page
    every = page.get_by_role("checkbox", name="All channels")
    expect(every).to_be_checked()
    every.click()
    assert active(stage) == [False, False, False]
    stage.settle()
    part, _, _ = stage.window()
    assert part.max() == 0
    every.click()
    assert active(stage) == [True, True, True]
    stage.channel(1).get_by_role("checkbox").uncheck()
    assert every.evaluate("box => box.indeterminate")
    stage.channel(2).locator("label").first.click(modifiers=["Alt"])
    assert active(stage) == [False, True, False]
    stage.settle()
    part, _, _ = stage.window()
    channel = stage.data()["channels"][1]
    dark = [i for i in (0, 2, 4) if channel["color"][i : i + 2] == "00"]
    assert dark
    # JPEG lets a little into the other colours
    assert part[..., [i // 2 for i in dark]].mean() < part.mean()
    stage.channel(2).locator("label").first.click(modifiers=["Alt"])
    assert active(stage) == [False, True, True]
    page.keyboard.press("Shift+Digit1")
    assert active(stage) == [True, False, False]
    stage.channel(1).get_by_role("button", name="Only").click()
    assert active(stage) == [False, True, True]
