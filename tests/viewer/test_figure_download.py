"""Figures of the view, downloaded as a person does, compared with the screen."""

import io
import re
from pathlib import Path
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import expect

pytestmark = [pytest.mark.browser, pytest.mark.shared_data]
SVG = "{http://www.w3.org/2000/svg}"
NAME = "mitosis_5d.ome.tif"
SOON = {"timeout": 20_000}


@pytest.fixture
def page(same_tab):
    return same_tab


class Dialog:
    """The dialog "Download figure", as a person finds it."""

    def __init__(self, page, *, by_key=False):
        self.page = page
        page.locator('#viewer[data-parts="there"]').wait_for(**SOON)
        if by_key:
            page.keyboard.press("d")
        else:
            page.get_by_role("button", name="Download figure").click()
        self.box = page.get_by_role("dialog", name="Download figure")
        self.box.wait_for(**SOON)

    def choose(self, label, option):
        self.choice(label).select_option(label=option)

    def choice(self, label):
        return self.box.get_by_role("combobox", name=label, exact=True)

    def fill(self, label, text):
        self.box.get_by_role("spinbutton", name=label, exact=True).fill(text)

    def seen(self):
        """What the dialog shows, once it follows the choices: width and height."""
        picture = self.box.get_by_alt_text("The figure as it will be")
        expect(picture).to_have_attribute("aria-busy", "false", **SOON)
        return picture.evaluate("p => [p.naturalWidth, p.naturalHeight]")

    def download(self):
        with self.page.expect_download(**SOON) as waiting:
            self.box.get_by_role("button", name="Download", exact=True).click()
        self.box.wait_for(state="hidden", **SOON)
        self.file_name = waiting.value.suggested_filename
        return Path(waiting.value.path()).read_bytes()


def picture_of(content):
    with Image.open(io.BytesIO(content)) as picture:
        return np.asarray(picture.convert("RGB"), float), picture.info


def test_the_file_holds_what_the_screen_shows(page, open_image):
    stage = open_image(NAME)
    part, x, y = stage.window()
    dialog = Dialog(page)
    dialog.choose("How large", "Full resolution")
    dialog.box.get_by_label("Draw a scale bar").uncheck()
    dialog.seen()
    picture, info = picture_of(dialog.download())
    assert dialog.file_name.endswith(" figure.png")
    assert info["dpi"][0] == pytest.approx(300, abs=0.1)
    # At actual size the whole image is in view: the file begins at its first pixel.
    data = stage.data()
    assert picture.shape == (data["size"]["height"], data["size"]["width"], 3)
    inside = [slice(max(y, 0), y + 160), slice(max(x, 0), x + 160)]
    mine = picture[inside[0], inside[1]]
    rows, columns = max(-y, 0), max(-x, 0)
    screen = part[rows : rows + mine.shape[0], columns : columns + mine.shape[1]]
    assert screen.std() > 5
    # The screen has JPEG, the file has not.
    assert np.abs(mine - screen).mean() < 4


def test_a_part_at_a_width_on_paper(page, open_image):
    stage = open_image(NAME, "?zm=400&x=80&y=90&c=1|0:400$FFFFFF,-2&m=c")
    dialog = Dialog(page, by_key=True)
    dialog.fill("Width", "2")
    dialog.choose("Unit", "inches")
    dialog.fill("Pixels per inch", "200")
    dialog.box.get_by_label("SVG").check()
    dialog.fill("Length in µm", "2.5")
    dialog.choose("Where", "Top left")
    width, height = dialog.seen()
    assert width == 400
    said = dialog.box.get_by_text(re.compile("pixels, "))
    expect(said).to_have_text(re.compile(rf"400 . {height} pixels, 50\.8 . "))
    root = ET.fromstring(dialog.download())
    assert dialog.file_name.endswith(" figure.svg")
    assert root.get("viewBox") == f"0 0 400 {height}"
    assert float(root.get("width")[:-2]) == pytest.approx(50.8)
    bar = root.find(f"{SVG}g[@id='scale-bar']")
    assert bar.find(f"{SVG}text").text == "2.5 µm"
    # What is in view, from the address: 4 screen pixels for one of the image.
    box = page.locator("#picture").bounding_box()
    whole = stage.data()["size"]
    left = max(0, int(np.floor(80 - box["width"] / 8)))
    right = min(whole["width"], int(np.ceil(80 + box["width"] / 8)))
    um = stage.data()["pixel_size"]["x"] * (right - left) / 400
    length = float(bar.find(f"{SVG}rect").get("width"))
    assert length == pytest.approx(2.5 / um, rel=0.02)


def test_choices_are_remembered_and_keys_of_the_page_rest(page, open_image):
    stage = open_image(NAME)
    dialog = Dialog(page, by_key=True)
    before = stage.query()
    # Keys that would switch channels or go through the stack.
    dialog.box.get_by_label("TIFF").check()
    page.keyboard.press("g")
    page.keyboard.press("z")
    assert stage.query() == before
    dialog.choose("Channel names", "Bottom left")
    dialog.seen()
    dialog.download()
    page.reload()
    stage.settle()
    dialog = Dialog(page)
    expect(dialog.box.get_by_label("TIFF")).to_be_checked()
    expect(dialog.choice("Channel names")).to_have_value("bottom-left")
    dialog.seen()
    page.keyboard.press("Escape")
    expect(dialog.box).to_be_hidden()


def test_where_there_is_no_scale_it_is_said(page, open_image):
    open_image("bpae_3ch.ome.tif")
    dialog = Dialog(page)
    expect(dialog.box.get_by_text("pixels is not known")).to_be_visible()
    expect(dialog.box.get_by_label("Draw a scale bar")).to_be_hidden()
    dialog.seen()


def test_too_large_says_what_to_choose(new_tab, open_image):
    tab = new_tab(careless=True)
    open_image(NAME, tab=tab)
    dialog = Dialog(tab)
    dialog.fill("Width", "2000")
    dialog.fill("Pixels per inch", "1200")
    dialog.seen()
    dialog.box.get_by_role("button", name="Download", exact=True).click()
    alert = dialog.box.get_by_role("alert")
    expect(alert).to_contain_text("max_figure_pixels", **SOON)
    expect(alert).to_contain_text("Choose a smaller width")
    dialog.fill("Width", "20")
    dialog.seen()
    expect(alert).to_be_hidden(**SOON)
