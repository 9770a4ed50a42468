"""OMERO.web's plate panel in Chromium (contract clients 3)."""

import base64
import re
import sqlite3

import pytest
from playwright.sync_api import expect
from tests.clients.seen import answered, decoded, image_pixels, wait_until_seen

pytestmark = [pytest.mark.browser, pytest.mark.shared_data]


class Panel:
    """The panel of one plate."""

    def __init__(self, page, served, name):
        self.page = page
        self.served = served
        with sqlite3.connect(served.home / "graticule.sqlite3") as database:
            query = "SELECT id FROM catalog_plate WHERE name = ?"
            ((self.id,),) = database.execute(query, [name]).fetchall()
        self.grid = answered(served, f"webgateway/plate/{self.id}/0/").json()
        page.goto(f"{served.url}/clients/viewport/plate/{self.id}/")
        self.well = "#spw td.well img"
        expect(page.locator(self.well).first).to_be_visible(timeout=20_000)

    def wells(self):
        """Image ids by row and column."""
        return {
            (row, column): cell["id"]
            for row, cells in enumerate(self.grid["grid"])
            for column, cell in enumerate(cells)
            if cell
        }

    def thumbnail(self, image, door="webgateway"):
        """What the server gives for an image, from its data address."""
        answer = answered(self.served, f"{door}/get_thumbnails/", id=image).json()
        return decoded(base64.b64decode(answer[str(image)].split(",")[1]))

    def opened_by(self, locator):
        """Double-click, and give the address of the window that opens."""
        with self.page.context.expect_page() as opened:
            locator.dblclick()
        address = opened.value.url
        opened.value.wait_for_load_state()
        return address


@pytest.fixture
def panel(page, served):
    """Eight wells in two rows of four."""
    return Panel(page, served, "BBBC013")


def test_it_works(panel):
    places = panel.wells()
    assert len(places) == 8
    expect(panel.page.locator(panel.well)).to_have_count(8)
    expect(panel.page.locator("#spw")).to_contain_text(panel.grid["rowlabels"][-1])
    expect(panel.page.locator("#spw tr")).to_have_count(
        len(panel.grid["rowlabels"]) + 1
    )
    # Each well stands in its row and column.
    for (row, column), image in places.items():
        cell = panel.page.locator("#spw tr").nth(row + 1).locator("td").nth(column)
        expect(cell.locator(f"img[id='image-{image}']")).to_be_visible()


def test_thumbnails(panel):
    for image in panel.wells().values():
        shown = panel.page.locator(f"img[id='image-{image}']")
        wait_until_seen(panel.page, shown, panel.thumbnail(image))
    assert panel.thumbnail(min(panel.wells().values())).max() > 100


def test_the_fields_of_a_well(panel):
    panel.page.locator(panel.well).first.click()
    image = min(panel.wells().values())
    field = panel.page.locator(f"#wellImages li[data-imageid='{image}'] img")
    wait_until_seen(panel.page, field, panel.thumbnail(image, "webclient"))
    expect(panel.page.locator("#wellImages h1")).to_have_text("A1")


def test_a_double_click_opens_the_image(panel):
    """Contract clients 3: ``/webclient/img_detail/ID/``."""
    image = panel.wells()[0, 1]
    well = panel.page.locator(f"img[id='image-{image}']")
    path = f"{panel.served.url}/webclient/img_detail/{image}/"
    assert panel.opened_by(well) == path
    field = panel.page.locator(f"#wellImages li[data-imageid='{image}'] a")
    assert panel.opened_by(field) == path


def test_larger_thumbnails(panel):
    well = panel.page.locator(panel.well).first
    expect(well).to_be_visible(timeout=20_000)
    before = well.bounding_box()["width"]
    panel.page.locator("#thumb_size_slider .ui-slider-handle").press("End")
    expect(well).not_to_have_css("width", re.compile(f"^{before:g}px"))
    expect(well).to_be_visible()
    assert well.bounding_box()["width"] > before


def test_the_other_plate(page, served):
    panel = Panel(page, served, "BBBC013 subset")
    for image in panel.wells().values():
        shown = page.locator(f"img[id='image-{image}']")
        wait_until_seen(page, shown, panel.thumbnail(image))
        assert image_pixels(shown).shape == (96, 96, 3)
