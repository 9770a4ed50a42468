"""OMERO.web's own image viewer in Chromium (contract clients 2).

Pictures that it shows are compared with what the gateway answers to queries
written here, by the contract (1.4), from what a person has done.
"""

import re
import sqlite3

import numpy as np
import pytest
from playwright.sync_api import expect
from tests.clients.seen import answered, picture, wait_until_seen

pytestmark = [pytest.mark.browser, pytest.mark.shared_data]

MITOSIS = "mitosis_5d.ome.tif"
PINK, GREEN = "1|0:4820$FF00FF", "2|0:21118$00FF00"


class Viewport:
    """The page of one image."""

    def __init__(self, page, served, name, query=""):
        self.page = page
        self.served = served
        self.id = served.image_id(name)
        page.goto(f"{served.url}/clients/viewport/{self.id}/{query}")
        # The first picture of a server takes longest.
        expect(page.locator("#weblitz-viewport-msg")).to_be_hidden(timeout=20_000)
        self.image = page.locator("#weblitz-viewport-img")

    def click(self, selector):
        self.page.locator(selector).click()

    def shows(self, z=0, t=0, path="render_image", **query):
        """Wait until it shows what the gateway gives for a query (z, t from 0)."""
        query = {"m": "c", "p": "normal", "q": "0.9"} | query
        expected = picture(self.served, f"{path}/{self.id}/{z}/{t}/", **query)
        wait_until_seen(self.page, self.image, expected)
        return expected

    def data(self):
        return answered(self.served, f"webgateway/imgData/{self.id}/").json()


@pytest.fixture
def open_viewport(page, served):
    """Open an image of the shared files by its file's name."""

    def make(name, query="", tab=None):
        return Viewport(tab or page, served, name, query)

    return make


@pytest.fixture
def mitosis(open_viewport):
    """Two channels, five sections, three times; it opens on the third section."""
    return open_viewport(MITOSIS)


def different(one, other):
    return np.abs(one - other).mean() > 1


def test_it_works(mitosis):
    shown = mitosis.shows(z=2, c=f"{PINK},{GREEN}")
    assert shown.shape == (170, 240, 3)
    assert shown.max() > 150
    expect(mitosis.page).to_have_title(re.compile("mitosis"))
    expect(mitosis.page.locator("#wblitz-z-curr")).to_have_text("3")
    expect(mitosis.page.locator("#wblitz-z-count")).to_have_text("5")
    expect(mitosis.page.locator("#wblitz-ch1")).to_have_text("LED470")


def test_sections_and_times(mitosis):
    first = mitosis.shows(z=2, c=f"{PINK},{GREEN}")
    mitosis.click("#weblitz-viewport-zsl-bup")
    second = mitosis.shows(z=3, c=f"{PINK},{GREEN}")
    expect(mitosis.page.locator("#wblitz-z-curr")).to_have_text("4")
    mitosis.click("#weblitz-viewport-tsl-bdn")
    third = mitosis.shows(z=3, t=1, c=f"{PINK},{GREEN}")
    assert different(first, second)
    assert different(second, third)


def test_channels(mitosis):
    both = mitosis.shows(z=2, c=f"{PINK},{GREEN}")
    mitosis.click("#wblitz-ch0")
    green = mitosis.shows(z=2, c=f"-{PINK},{GREEN}")
    assert green[..., 0].max() < 40  # JPEG smears a little
    assert different(both, green)
    mitosis.click("#wblitz-rmodel")
    grey = mitosis.shows(z=2, c=f"-{PINK},{GREEN}", m="g")
    assert np.abs(grey[..., 0] - grey[..., 1]).max() <= 4
    mitosis.click("#wblitz-rmodel")
    # In colour again, the viewer switches on what it had.
    mitosis.shows(z=2, c=f"-{PINK},{GREEN}")


def test_projection(mitosis):
    plane = mitosis.shows(z=2, c=f"{PINK},{GREEN}")
    mitosis.click("input[value=intmax]")
    projected = mitosis.shows(z=2, c=f"{PINK},{GREEN}", p="intmax")
    assert projected.mean() > plane.mean() + 1


def test_split_view(mitosis):
    mitosis.click("input[value=split]")
    query = {"c": f"{PINK},{GREEN}", "p": "split"}
    shown = mitosis.shows(z=2, path="render_split_channel", **query)
    size = mitosis.data()["split_channel"]["c"]
    assert shown.shape == (size["height"], size["width"], 3)


def test_line_plot(mitosis):
    mitosis.shows(z=2, c=f"{PINK},{GREEN}")
    mitosis.click("#wblitz-lp-enable")
    box = mitosis.image.bounding_box()
    mitosis.page.mouse.click(box["x"] + 300, box["y"] + box["height"] / 2)
    overlay = mitosis.page.locator("#weblitz-viewport-img-vpi-ovl")
    expect(overlay).to_have_attribute("src", re.compile("render_row_plot"))
    # Half way down the picture, to a pixel.
    row = int(mitosis.page.locator("#wblitz-lp-editpos").input_value())
    assert abs(row - 85) <= 1
    path = f"render_row_plot/{mitosis.id}/2/0/{row}/"
    query = {"c": f"{PINK},{GREEN}", "m": "c", "p": "normal"}
    plot = picture(mitosis.served, path, "RGBA", **query)
    assert plot.shape == (170, 240, 4)
    assert 0 < (plot[..., 3] > 0).mean() < 0.2  # lines on nothing
    wait_until_seen(mitosis.page, overlay, plot, "RGBA")


def test_query_of_the_page(open_viewport):
    """Contract clients 2: it opens with the state in the page's own query."""
    green = "2|100:9000$00FF00"
    query = f"?c=-1|0:4820$FF00FF,{green}&m=c&p=intmax&q=0.9&z=5&t=2&zm=100"
    shown = open_viewport(MITOSIS, query)
    shown.shows(z=4, t=1, c=f"-{PINK},{green}", p="intmax")
    expect(shown.page.locator("#wblitz-z-curr")).to_have_text("5")
    expect(shown.page.locator("#wblitz-zoom")).to_have_value("100")


def test_histogram(mitosis):
    mitosis.click("a:has-text('Edit')")
    mitosis.click("#showhistogram")
    area = mitosis.page.locator("#histogram path.area").first
    expect(area).to_have_attribute("d", re.compile(r"^M0,"))
    heights = [
        float(pair.split(",")[1])
        for pair in re.findall(r"[\d.e-]+,[\d.e-]+", area.get_attribute("d"))
    ]
    # Drawn downwards: the fullest bin of the 256 touches the top.
    assert len(heights) > 200
    assert min(heights) < 0.1 * max(heights)


def test_facts_and_scale_bar(mitosis):
    mitosis.click("#wblitz-scalebar")
    expect(mitosis.page.locator(".weblitz-viewport-scalebar")).to_have_text(
        re.compile(r"^\d+ µm$")
    )
    mitosis.click("a:has-text('Image Information')")
    facts = mitosis.page.locator("#metadata-postit")
    expect(facts).to_contain_text("240px")
    expect(facts).to_contain_text("905.77")


def test_tables_of_a_well_are_asked_for(page, served):
    """Contract clients 2: only where ``meta.wellId`` is told."""
    with sqlite3.connect(served.home / "graticule.sqlite3") as database:
        query = "SELECT image_id, well_id FROM catalog_wellsample LIMIT 1"
        ((image, well),) = database.execute(query).fetchall()
    asked = []

    def keep(answer):
        asked.append(answer)

    page.on("response", keep)
    page.goto(f"{served.url}/clients/viewport/{image}/")
    with page.expect_response(re.compile(f"table/Plate.wells/{well}/query/")):
        page.click("a:has-text('Image Information')")
    expect(page.locator("#metadata-postit")).to_be_visible()
    found = [answer for answer in asked if "/webgateway/table/" in answer.url]
    assert {answer.status for answer in found} == {200}


def test_settings_are_saved(member, open_viewport, new_tab, served):
    shown = open_viewport(MITOSIS, tab=member)
    shown.shows(z=2, c=f"{PINK},{GREEN}")
    shown.click("a:has-text('Edit')")
    start = member.locator("#wblitz-ch1-cw-start")
    start.fill("3000")
    start.press("Enter")
    shown.click("#rd-wblitz-ch0")
    expected = shown.shows(z=2, c=f"-{PINK},2|3000:21118$00FF00")
    shown.click("#rdef-setdef-btn")
    expect(member.locator("#rdef-setdef-btn")).to_be_disabled()
    # Opened anew, it shows what was saved.
    again = open_viewport(MITOSIS, tab=member)
    wait_until_seen(member, again.image, expected)
    saved = answered(
        served,
        f"webgateway/get_image_rdefs_json/{shown.id}/",
        cookies={c["name"]: c["value"] for c in member.context.cookies()},
    ).json()["rdefs"]
    channels = {rdef["owner"]["firstName"]: rdef["c"] for rdef in saved}["Rosalind"]
    assert [channel["active"] for channel in channels] == [False, True]
    assert channels[1]["start"] == 3000
    # Others still see what they saw.
    other = open_viewport(MITOSIS, tab=new_tab())
    other.shows(z=2, c=f"{PINK},{GREEN}")


def test_who_may_not_save_is_not_offered_to(mitosis):
    mitosis.click("a:has-text('Edit')")
    mitosis.click("#rd-wblitz-ch0")
    mitosis.shows(z=2, c=f"-{PINK},{GREEN}")
    expect(mitosis.page.locator("#rdef-setdef-btn")).to_be_disabled()


def test_copy_and_paste(mitosis):
    mitosis.click("#wblitz-ch0")
    mitosis.shows(z=2, c=f"-{PINK},{GREEN}")
    mitosis.click("#rdef-copy-btn-viewer")
    expect(mitosis.page.locator("#rdef-paste-btn-viewer")).to_be_enabled()
    mitosis.page.reload()
    mitosis.shows(z=2, c=f"{PINK},{GREEN}")
    mitosis.click("#rdef-paste-btn-viewer")
    mitosis.shows(z=2, c=f"-{PINK},{GREEN}")


class TestRois:
    @pytest.fixture
    def nuclei(self, open_viewport):
        found = open_viewport("nuclei_rois.ome.tif")
        expect(found.page.locator("#roi_controls")).to_contain_text("Show")
        found.click("#roi_controls a >> nth=0")
        expect(found.page.locator("#roi_table_postit")).to_be_visible()
        return found

    def shapes(self, nuclei):
        path = f"webgateway/get_rois_json/{nuclei.id}/"
        return [
            shape
            for roi in answered(nuclei.served, path).json()
            for shape in roi["shapes"]
        ]

    def test_they_are_drawn(self, nuclei):
        shapes = self.shapes(nuclei)
        kinds = [shape["type"] for shape in shapes]
        drawing = nuclei.page.locator("svg >> nth=0")
        expect(drawing.locator("rect")).to_have_count(kinds.count("Rectangle"))
        round_ones = kinds.count("Ellipse") + kinds.count("Point")
        expect(drawing.locator("ellipse")).to_have_count(round_ones)
        expect(drawing.locator("image")).to_have_count(kinds.count("Mask"))
        # Where they belong, to the hundredth of a pixel.
        drawn = drawing.locator("rect").evaluate_all(
            "all => all.map(r => ['x', 'y', 'width', 'height']"
            ".map(name => Number(r.getAttribute(name))))"
        )
        told = [
            [shape[key] for key in ("x", "y", "width", "height")]
            for shape in shapes
            if shape["type"] == "Rectangle"
        ]
        np.testing.assert_allclose(sorted(drawn), sorted(told), atol=0.01)

    def test_masks_are_pictures(self, nuclei):
        (mask, *_) = (s for s in self.shapes(nuclei) if s["type"] == "Mask")
        path = f"render_shape_mask/{mask['id']}/"
        pixels = picture(nuclei.served, path, "RGBA")
        assert pixels.shape == (round(mask["height"]), round(mask["width"]), 4)
        addresses = nuclei.page.locator("svg image").evaluate_all(
            "all => all.map(i => i.getAttributeNS('http://www.w3.org/1999/xlink', "
            "'href') || i.getAttribute('href'))"
        )
        assert [a for a in addresses if a.endswith(path)]

    def test_previews_have_leading_zeros(self, nuclei):
        """Contract clients 1.1: ids may carry them."""
        with nuclei.page.expect_response(
            re.compile(r"render_(roi|shape)_thumbnail/0\d+/")
        ) as asked:
            nuclei.click("#toggle_roi_thumbs")
        assert asked.value.status == 200
        assert asked.value.headers["content-type"] == "image/jpeg"

    def test_they_are_hidden(self, nuclei):
        # The table lies over the link; what is being loaded shows them again.
        nuclei.page.wait_for_load_state("networkidle")
        nuclei.page.locator("#hide-rois-a").dispatch_event("click")
        expect(nuclei.page.locator("svg rect")).to_have_count(0)


class TestTiled:
    @pytest.fixture
    def slide(self, open_viewport):
        found = open_viewport("tcga_subifd.ome.tif")
        expect(found.page.locator("img.tile").first).to_be_visible()
        return found

    def tiles(self, slide):
        found = {}
        for tile in slide.page.locator("img.tile").all():
            place = re.search(r"tile=(\d+),(\d+),(\d+),", tile.get_attribute("src"))
            found[tuple(map(int, place.groups()))] = tile
        return found

    def compare(self, slide, place, tile):
        level, column, row = place
        size = slide.data()["tile_size"]
        wanted = f"{level},{column},{row},{size['width']},{size['height']}"
        colours = ("FF0000", "00FF00", "0000FF")
        c = ",".join(f"{n}|0:255${hue}" for n, hue in enumerate(colours, 1))
        path = f"render_image_region/{slide.id}/0/0/"
        expected = picture(slide.served, path, tile=wanted, c=c, m="c", q="0.9")
        wait_until_seen(slide.page, tile, expected)

    def test_all_of_it_at_first(self, slide):
        size = slide.data()["size"]
        tiles = self.tiles(slide)
        (level,) = {place[0] for place in tiles}
        scale = slide.data()["zoomLevelScaling"][str(level)]
        assert size["width"] * scale < 1280
        for place, tile in tiles.items():
            self.compare(slide, place, tile)
        overview = slide.page.locator("img[src*=render_birds_eye_view]").first
        expected = picture(slide.served, f"render_birds_eye_view/{slide.id}/")
        wait_until_seen(slide.page, overview, expected)

    def test_nearer(self, slide):
        (before,) = {place[0] for place in self.tiles(slide)}
        slide.click("#weblitz-viewport-img-tiles img[src*='32px_plus']")
        tile = slide.page.locator(f"img.tile[src*='tile={before - 1},']").first
        expect(tile).to_be_visible()
        near = {p: t for p, t in self.tiles(slide).items() if p[0] == before - 1}
        for place, found in near.items():
            self.compare(slide, place, found)
        assert len(near) > 2
