"""Undo and redo of everything that is done to a rendering."""

import numpy as np
import pytest
from playwright.sync_api import expect
from tests.viewer.test_image import CELLS

pytestmark = [pytest.mark.browser, pytest.mark.shared_data]


@pytest.fixture
def stage(open_image):
    stage = open_image(CELLS)
    stage.page.locator('#viewer[data-parts="there"]').wait_for(timeout=20_000)
    return stage


def ends(stage):
    fields = stage.channel(1).get_by_role("spinbutton", name="window")
    return fields.nth(0), fields.nth(1)


def expect_window(stage, texts):
    for field, text in zip(ends(stage), texts, strict=True):
        expect(field).to_have_value(text)


def test_steps_back_and_forth_show_what_was(stage):
    page = stage.page
    undo = page.get_by_role("button", name="Undo")
    redo = page.get_by_role("button", name="Redo")
    expect(undo).to_be_disabled()
    expect(redo).to_be_disabled()
    first, _, _ = stage.window()
    address = stage.query()["c"]
    card = stage.channel(1)
    card.get_by_role("button", name="Magenta").click()
    card.get_by_role("button", name="Reverse").click()
    stage.channel(3).get_by_role("checkbox").uncheck()
    page.get_by_role("button", name="Grey").click()
    stage.settle()
    last, _, _ = stage.window()
    for _ in range(4):
        undo.click()
    stage.settle()
    expect(undo).to_be_disabled()
    assert stage.query()["c"] == address
    assert np.array_equal(stage.window()[0], first)
    page.locator("#picture").focus()
    for _ in range(4):
        page.keyboard.press("Control+Shift+z")
    stage.settle()
    assert np.array_equal(stage.window()[0], last)
    assert stage.query()["m"] == "g"
    expect(redo).to_be_disabled()
    page.keyboard.press("Control+z")
    assert stage.query()["m"] == "c"
    # something new takes the way forth away
    stage.channel(2).get_by_role("checkbox").uncheck()
    expect(redo).to_be_disabled()


def test_a_dragged_handle_is_one_step(stage):
    end = ends(stage)[1]
    before = [field.input_value() for field in ends(stage)]
    handle = stage.channel(1).get_by_role("slider", name="window end").bounding_box()
    page = stage.page
    page.mouse.move(handle["x"] + handle["width"] - 10, handle["y"] + 12)
    page.mouse.down()
    for step in range(1, 9):
        page.mouse.move(
            handle["x"] + handle["width"] - 10 - 12 * step, handle["y"] + 12
        )
    page.mouse.up()
    expect(end).not_to_have_value(before[1])
    dragged = [field.input_value() for field in ends(stage)]
    assert float(dragged[1]) < float(before[1])
    page.mouse.down()
    page.mouse.move(handle["x"] + handle["width"] - 140, handle["y"] + 12, steps=4)
    page.mouse.up()
    expect(end).not_to_have_value(dragged[1])
    assert float(end.input_value()) < float(dragged[1])
    page.locator("#picture").focus()
    page.keyboard.press("Control+z")
    expect_window(stage, dragged)
    page.keyboard.press("Control+z")
    expect_window(stage, before)
    expect(page.get_by_role("button", name="Undo")).to_be_disabled()


def test_planes_are_no_steps_and_typing_keeps_its_own_undo(stage):
    field = stage.channel(1).get_by_role("spinbutton", name="window start")
    stage.channel(2).get_by_role("checkbox").uncheck()
    field.click()
    field.press("End")
    field.press_sequentially("1")
    field.press("Control+z")
    expect(stage.channel(2).get_by_role("checkbox")).not_to_be_checked()
    field.press("Escape")
    stage.page.locator("#picture").focus()
    stage.page.keyboard.press("Control+y")
    stage.page.keyboard.press("Control+z")
    expect(stage.channel(2).get_by_role("checkbox")).to_be_checked()
