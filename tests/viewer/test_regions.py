"""Regions on the image page: drawn by mouse and keyboard, stored, seen, measured."""

import io
import json
import re
from contextlib import closing
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pytest
import tifffile
from PIL import Image
from playwright.sync_api import expect
from tests.patience import eventually
from tests.viewer.conftest import TWO_FRAMES
from tests.viewer.house import CELLS, NUCLEI, STACK

pytestmark = [pytest.mark.browser, pytest.mark.shared_data]
SOON = {"timeout": 20_000}
YELLOW = np.array([255, 255, 0])


@pytest.fixture(scope="module")
def served(house, shared_data):
    """Images of Alice's, at which Bert may look."""
    return house


class Desk:
    """The image page with the tab ROIs open, in a tab of somebody."""

    def __init__(self, page, served, name, query=""):
        self.page = page
        self.served = served
        self.id = served.image_id(name)
        page.goto(f"{served.url}/image/{self.id}/?tab=rois{query}")
        self.there()

    def there(self):
        self.page.locator('#viewer[data-parts="there"]').wait_for(**SOON)
        expect(self.page.locator("#picture")).to_have_attribute(
            "aria-busy", "false", **SOON
        )
        self.box = self.page.locator("#picture").bounding_box()

    def settle(self):
        """Wait until the address and the picture have followed the view."""
        self.page.evaluate(TWO_FRAMES)
        self.page.locator('#viewer[data-address="current"]').wait_for(**SOON)
        expect(self.page.locator("#picture")).to_have_attribute(
            "aria-busy", "false", **SOON
        )

    def painted(self, count):
        """Wait until so many shapes are drawn."""
        expect(self.page.locator("canvas.regions")).to_have_attribute(
            "data-painted", str(count), **SOON
        )

    def reload(self):
        self.page.locator('#viewer[data-address="current"]').wait_for()
        self.page.reload()
        self.there()

    def take(self, tool):
        button = self.page.locator(f'#tools [data-tool="{tool}"]')
        if button.get_attribute("aria-pressed") != "true":
            button.click()

    def on_page(self, point):
        return self.box["x"] + point[0], self.box["y"] + point[1]

    def click(self, point, **how):
        self.page.mouse.click(*self.on_page(point), **how)

    def drag(self, start, end):
        self.page.mouse.move(*self.on_page(start))
        self.page.mouse.down()
        self.page.mouse.move(*self.on_page(end), steps=4)
        self.page.mouse.up()

    def saved(self):
        expect(self.page.locator('[data-rois="saved"]')).to_have_text(
            "All changes saved.", **SOON
        )

    def draw(self, tool, *points):
        """Draw a shape: two points are dragged, more are clicked."""
        self.take(tool)
        if len(points) == 2:
            self.drag(*points)
        else:
            for point in points:
                self.click(point)
        self.saved()

    def in_image(self, point):
        """Where a point of the stage is in the image, by what the address says."""
        self.settle()
        said = parse_qs(urlsplit(self.page.url).query)
        scale = float(said["zm"][0]) / 100
        middle = self.box["width"] / 2, self.box["height"] / 2
        return [
            float(said[axis][0]) + (at - half) / scale
            for axis, at, half in zip("xy", point, middle, strict=True)
        ]

    def stored(self):
        """The shapes of the image in the catalogue, newest last."""
        found = self.served.ask(
            "SELECT s.kind, s.geometry, s.points, s.z, s.t, s.text, s.id,"
            " s.stroke_color, s.roi_id, s.fill_color FROM catalog_shape s"
            " JOIN catalog_roi r ON r.id = s.roi_id WHERE r.image_id = ?"
            " ORDER BY s.id",
            self.id,
        )
        return [
            {
                "kind": row[0],
                "points": row[2],
                "z": row[3],
                "t": row[4],
                "text": row[5],
                "id": row[6],
                "stroke": row[7],
                "roi": row[8],
                "fill": row[9],
                **json.loads(row[1]),
            }
            for row in found
        ]

    def screen(self):
        """The stage as it is seen, an array of floats."""
        self.page.mouse.move(2, 2)
        self.page.evaluate(TWO_FRAMES)
        shot = Image.open(io.BytesIO(self.page.screenshot())).convert("RGB")
        left, top = int(self.box["x"]), int(self.box["y"])
        return np.asarray(shot, float)[top:, left:]

    def is_yellow(self, point, screen=None):
        """Whether a yellow line passes within two pixels of a point."""
        screen = self.screen() if screen is None else screen
        x, y = (round(side) for side in point)
        around = screen[y - 2 : y + 3, x - 2 : x + 3].reshape(-1, 3)
        return bool((np.abs(around - YELLOW).max(axis=1) < 60).any())

    def row(self, text):
        return self.page.locator("#rois-rows [role=row]").filter(has_text=text)


@pytest.fixture
def desk(new_tab, served):
    """Open an image as one of the cast; what was drawn on it goes at the end."""
    opened = []

    def make(name=CELLS, query="", who="alice", **options):
        page = new_tab(**options)
        served.enter(page, who)
        made = Desk(page, served, name, query)
        opened.append(made)
        return made

    yield make
    for made in opened:
        made.page.close()
        if made.served.image_id(NUCLEI) != made.id:
            with closing(served.catalogue()) as rows, rows:
                of_image = "SELECT id FROM catalog_roi WHERE image_id = ?"
                rows.execute(
                    f"DELETE FROM catalog_shape WHERE roi_id IN ({of_image})",
                    (made.id,),
                )
                rows.execute("DELETE FROM catalog_roi WHERE image_id = ?", (made.id,))


def near(found, expected):
    assert found == pytest.approx(expected, abs=0.8)


def test_a_rectangle_by_mouse_is_stored_seen_and_there_again(desk):
    at = desk()
    at.page.keyboard.press("r")
    before = at.screen()
    assert not at.is_yellow((300, 250), before)
    at.drag((300, 200), (420, 300))
    at.saved()
    [shape] = at.stored()
    x0, y0 = at.in_image((300, 200))
    x1, y1 = at.in_image((420, 300))
    assert shape["kind"] == "Rectangle"
    near([shape["x"], shape["y"]], [x0, y0])
    near([shape["width"], shape["height"]], [x1 - x0, y1 - y0])
    assert (shape["z"], shape["t"], shape["stroke"]) == (0, 0, -65281)
    at.page.keyboard.press("Escape")
    at.click((600, 600))  # nothing there: nothing is selected any more
    screen = at.screen()
    for point in ((300, 250), (420, 250), (360, 200), (360, 300)):
        assert at.is_yellow(point, screen), point
    assert not at.is_yellow((360, 250), screen)
    at.reload()
    expect(at.row("Rectangle")).to_have_count(1, **SOON)
    at.painted(1)
    again = at.screen()
    assert at.is_yellow((300, 250), again)
    assert not at.is_yellow((360, 250), again)


def test_every_kind_is_drawn(desk):
    at = desk()
    at.draw("ellipse", (300, 200), (420, 300))
    at.draw("line", (450, 200), (520, 280))
    at.draw("polygon", (300, 400), (400, 410), (420, 480), (320, 500), (300, 400))
    at.draw("polyline", (500, 400), (560, 420), (580, 500), (580, 501))
    at.take("point")
    at.click((650, 300))
    at.saved()
    at.take("label")
    at.click((620, 200))
    text = at.page.locator("#rois-card").get_by_label("Text", exact=True)
    expect(text).to_be_focused(**SOON)
    at.page.keyboard.type("spindle?")
    at.saved()
    expect(at.row("spindle?")).to_have_count(1, **SOON)
    stored = at.stored()
    kinds = ["Ellipse", "Line", "Polygon", "Polyline", "Point", "Label"]
    assert [shape["kind"] for shape in stored] == kinds
    ellipse, line, polygon, polyline, point, label = stored
    near([ellipse["x"], ellipse["y"]], at.in_image((360, 250)))
    near([line["x2"], line["y2"]], at.in_image((520, 280)))
    for found, drawn in (
        (polygon, [(300, 400), (400, 410), (420, 480), (320, 500)]),
        (polyline, [(500, 400), (560, 420), (580, 500)]),
    ):
        corners = [[float(n) for n in p.split(",")] for p in found["points"].split()]
        assert len(corners) == len(drawn)
        for corner, place in zip(corners, drawn, strict=True):
            near(corner, at.in_image(place))
    near([point["x"], point["y"]], at.in_image((650, 300)))
    assert label["text"] == "spindle?"
    at.take("look")
    screen = at.screen()
    # On the ellipse, on the line, on an edge of each path, around the point.
    assert at.is_yellow((360 + 60 * 0.8, 250 + 50 * 0.6), screen)
    assert at.is_yellow((485, 240), screen)
    assert at.is_yellow((350, 405), screen)
    assert at.is_yellow((530, 410), screen)
    assert at.is_yellow((654, 300), screen)


def test_stroke_is_as_wide_at_every_zoom(desk):
    at = desk()
    at.draw("line", (200, 300), (700, 300))
    at.take("look")
    widths = []
    for _ in range(3):
        screen = at.screen()
        middle = round(at.box["width"] / 2)
        y = round(at.box["height"] / 2)
        column = screen[:, middle]
        yellow = np.abs(column - YELLOW).max(axis=1) < 60
        widths.append(int(yellow.sum()))
        assert y > 0
        at.page.locator("#picture").press("+")
        at.settle()
    assert set(widths) <= {1, 2, 3}
    assert min(widths) >= 1


def test_moving_reshaping_corners_undo_and_redo(desk):
    at = desk()
    at.draw("rectangle", (300, 200), (420, 300))
    first = at.stored()[0]
    at.take("select")
    at.drag((360, 250), (400, 280))
    at.saved()
    scale = at.in_image((1, 0))[0] - at.in_image((0, 0))[0]
    moved = at.stored()[0]
    near([moved["x"] - first["x"], moved["y"] - first["y"]], [40 * scale, 30 * scale])
    assert moved["id"] == first["id"]
    at.drag((460, 330), (500, 400))  # the lower right handle
    at.saved()
    larger = at.stored()[0]
    near(larger["width"] - first["width"], 40 * scale)
    near(larger["height"] - first["height"], 70 * scale)
    near([larger["x"], larger["y"]], [moved["x"], moved["y"]])
    for expected in (moved, first):
        at.page.keyboard.press("ControlOrMeta+z")
        at.saved()
        near(at.stored()[0]["x"], expected["x"])
        near(at.stored()[0]["width"], expected["width"])
    at.page.keyboard.press("ControlOrMeta+z")
    at.saved()
    assert at.stored() == []
    for _ in range(3):
        at.page.keyboard.press("ControlOrMeta+Shift+z")
    at.saved()
    near(at.stored()[0]["width"], larger["width"])


def test_corners_are_moved_added_and_taken_away(desk):
    at = desk()
    at.draw("polygon", (300, 300), (420, 300), (420, 420), (300, 300))
    at.take("select")
    at.drag((420, 420), (440, 460))
    at.drag((360, 300), (360, 250))  # the handle between the first two
    at.saved()
    drawn = [(300, 300), (360, 250), (420, 300), (440, 460)]

    def corners():
        [shape] = at.stored()
        return [[float(n) for n in p.split(",")] for p in shape["points"].split()]

    for corner, place in zip(corners(), drawn, strict=True):
        near(corner, at.in_image(place))
    at.page.mouse.dblclick(*at.on_page((360, 250)))
    at.saved()
    assert len(corners()) == 3


def test_deleting_duplicating_and_many_at_once(desk):
    at = desk()
    at.draw("rectangle", (300, 200), (360, 260))
    at.draw("rectangle", (400, 200), (460, 260))
    at.take("select")
    at.drag((280, 180), (480, 280))
    expect(at.page.locator("#rois-card-heading")).to_have_text("2 selected", **SOON)
    at.page.keyboard.press("ControlOrMeta+d")
    at.saved()
    assert len(at.stored()) == 4
    at.page.keyboard.press("Delete")
    at.saved()
    left = at.stored()
    assert len(left) == 2
    expect(at.page.locator("#tab-rois")).to_have_text("ROIs 2", **SOON)
    at.page.keyboard.press("ControlOrMeta+z")
    at.saved()
    assert len(at.stored()) == 4


def test_style_text_and_planes_are_stored_and_drawn(desk):
    at = desk(STACK, "&z=2&t=1")
    at.draw("rectangle", (300, 200), (420, 300))
    card = at.page.locator("#rois-card")
    card.get_by_label("Text", exact=True).fill("Größe <b>")
    card.get_by_label("Line").fill("#ff00ff")
    card.get_by_label("Fill", exact=True).check()
    at.saved()
    [shape] = at.stored()
    assert shape["text"] == "Größe <b>"
    assert shape["stroke"] & 0xFFFFFFFF == 0xFF00FFFF
    assert shape["fill"] & 0xFF == 0x40
    assert (shape["z"], shape["t"]) == (1, 0)
    expect(at.row("Größe <b>")).to_contain_text("z 2 t 1", **SOON)
    at.take("look")

    def edge():
        screen = at.screen()[222:227, 298:303].reshape(-1, 3)
        return bool((np.abs(screen - (255, 0, 255)).max(axis=1) < 40).any())

    assert edge()
    # Selected it stays behind, and is not drawn on another plane.
    at.page.locator("#picture").press("z")
    at.page.locator("#picture[aria-busy=false]").wait_for(**SOON)
    at.painted(0)
    assert not edge()
    # On every z it is seen there, too.
    at.page.keyboard.press("Shift+Z")
    at.painted(1)
    assert edge()
    card.get_by_label("On every z").check()
    at.saved()
    assert at.stored()[0]["z"] is None
    at.page.locator("#picture").focus()
    at.page.keyboard.press("z")
    at.painted(1)


def test_by_keyboard_alone(desk):
    at = desk()
    keys = at.page.keyboard
    at.page.locator("#picture").focus()
    keys.press("e")
    keys.press("Enter")
    at.saved()
    [shape] = at.stored()
    near(
        [shape["x"], shape["y"]],
        at.in_image((at.box["width"] / 2, at.box["height"] / 2)),
    )
    keys.press("ArrowRight")
    keys.press("Shift+ArrowDown")
    at.saved()
    moved = at.stored()[0]
    near([moved["x"] - shape["x"], moved["y"] - shape["y"]], [1, 10])
    width = at.page.get_by_label("Width of the shape")
    width.fill("50")
    width.press("Enter")
    at.saved()
    near(at.stored()[0]["radius_x"], 25)
    row = at.page.locator("#rois-rows [role=row]").first
    row.focus()
    keys.press("Space")
    expect(row.get_by_role("button")).to_have_attribute("aria-pressed", "false", **SOON)
    at.painted(0)
    keys.press("Space")
    keys.press("Delete")
    at.saved()
    assert at.stored() == []


def test_measures_are_those_of_the_file(desk, shared_data):
    at = desk()
    at.draw("rectangle", (300, 200), (420, 300))
    fields = at.page.locator("#rois-card")
    for label, value in (("X", 200), ("Y", 150), ("W", 100), ("H", 80)):
        name = {"W": "Width of the shape", "H": "Height of the shape"}.get(label, label)
        field = fields.get_by_label(name, exact=True)
        field.fill(str(value))
        field.press("Enter")
        at.saved()
    expect(fields.locator(".size")).to_contain_text("8,000 px²", **SOON)
    expect(fields.locator(".size")).to_contain_text("360 px around", **SOON)
    planes = tifffile.imread(shared_data / "fluorescence" / CELLS).astype(float)
    expected = [
        number
        for under in planes[:, 150:230, 200:300]
        for number in (under.mean(), under.std(ddof=1), under.min(), under.max())
    ]

    def all_are_told():
        texts = fields.locator("tbody td").all_inner_texts()
        told = [
            float(text)
            for text in re.findall(r"[\d.]+", "|".join(texts).replace(",", ""))
        ]
        assert told == pytest.approx(expected, rel=6e-4, abs=0.5)

    eventually(at.page, all_are_told)
    at.page.locator("#rois-measure").select_option(label="Mean of actin")
    measure = at.row("Rectangle").locator(".measure")
    expect(measure).to_have_text(re.compile(r"\d"), **SOON)
    told = measure.inner_text().replace(",", "")
    mean = planes[2, 150:230, 200:300].mean()
    assert float(told) == pytest.approx(mean, rel=6e-4)


def test_all_the_nuclei_are_seen_and_found(desk, shared_data):
    at = desk(NUCLEI)
    kinds = dict(
        at.served.ask(
            "SELECT kind, COUNT(*) FROM catalog_shape s JOIN catalog_roi r"
            " ON r.id = s.roi_id WHERE r.image_id = ? GROUP BY kind",
            at.id,
        )
    )
    total = sum(kinds.values())
    assert len(kinds) == 8
    grid = at.page.locator("#rois-grid")
    expect(grid).to_have_attribute("aria-rowcount", str(total), **SOON)
    at.painted(total)
    assert at.page.locator("#rois-rows [role=row]").count() < total
    choose = at.page.get_by_label("Kind")
    for kind, count in kinds.items():
        choose.select_option(kind)
        expect(grid).to_have_attribute("aria-rowcount", str(count), **SOON)
    choose.select_option("")
    at.page.get_by_label("Text or number").fill("nucleus 17")
    expect(grid).to_have_attribute("aria-rowcount", "1", **SOON)
    at.row("nucleus 17").click()
    expect(at.page.locator("#rois-card-heading")).to_be_visible(**SOON)
    ((*box, roi),) = at.served.ask(
        "SELECT min_x, min_y, max_x, max_y, roi_id FROM catalog_shape"
        " WHERE text = 'nucleus 17'"
    )
    middle = [(box[0] + box[2]) / 2, (box[1] + box[3]) / 2]
    near(at.in_image((at.box["width"] / 2, at.box["height"] / 2)), middle)
    assert f"roi={roi}&" in f"{at.page.url}&"
    # The address leads to it again.
    at.reload()
    expect(at.page.locator("#rois-card-heading")).to_be_visible(**SOON)
    near(at.in_image((at.box["width"] / 2, at.box["height"] / 2)), middle)
    assert f"roi={roi}&" in f"{at.page.url}&"


def test_a_mask_shows_its_pixels(desk):
    at = desk(NUCLEI)
    choose = at.page.get_by_label("Kind")
    choose.select_option("Mask")
    row = at.page.locator("#rois-rows [role=row]").first
    expect(row).to_contain_text("Mask", **SOON)
    row.click()
    heading = at.page.locator("#rois-card-heading")
    expect(heading).to_contain_text("Mask", **SOON)
    expect(at.page.locator("#rois-card .why")).to_contain_text("Masks are shown")
    shape = int(heading.inner_text().split()[1])
    ((text, bits),) = at.served.ask(
        "SELECT geometry, mask_bits FROM catalog_shape WHERE id = ?", shape
    )
    at_mask = json.loads(text)
    width, height = int(at_mask["width"]), int(at_mask["height"])
    inside = np.unpackbits(np.frombuffer(bits, np.uint8))[: width * height]
    inside = inside.reshape(height, width).astype(bool)
    at.settle()
    show = at.page.get_by_role("button", name="Show", exact=True)
    show.click()
    at.painted(0)
    without = at.screen()
    show.click()
    origin, step = at.in_image((0, 0)), at.in_image((1, 1))
    scale = 1 / (step[0] - origin[0])
    rows, columns = np.indices(inside.shape)
    x = ((at_mask["x"] + columns + 0.5 - origin[0]) * scale).astype(int)
    y = ((at_mask["y"] + rows + 0.5 - origin[1]) * scale).astype(int)

    def its_pixels_are_seen():
        hits = np.abs(at.screen() - without).max(axis=2)[y, x] > 12
        assert hits[inside].mean() > 0.95
        # Lines of other shapes pass here, too: some of what is outside changes.
        assert hits[~inside].mean() < 0.5

    eventually(at.page, its_pixels_are_seen)


def test_who_may_not_draw_sees_why(desk):
    mine = desk()
    mine.draw("rectangle", (300, 200), (420, 300))
    at = desk(who="bert")
    expect(at.page.locator('[data-rois="reason"]')).to_contain_text("look, not draw")
    expect(at.row("Rectangle")).to_have_count(1, **SOON)
    at.painted(1)
    assert at.is_yellow((300, 250))
    assert at.page.locator('[data-tool="rectangle"]').count() == 0
    at.take("select")
    at.click((300, 250))
    expect(at.page.locator("#rois-card .why")).to_contain_text("somebody else", **SOON)
    expect(at.page.locator("#rois-card fieldset")).to_have_attribute("disabled", "")
    assert at.page.locator("[data-handle]").count() == 0
    before = at.stored()
    at.drag((300, 250), (350, 280))
    at.page.keyboard.press("ArrowRight")
    at.page.keyboard.press("Delete")
    # Nothing was changed that would have to be saved.
    expect(at.page.locator('[data-rois="saved"]')).to_have_text("")
    assert at.stored() == before


def test_who_must_see_nothing_sees_nothing(new_tab, served):
    page = served.enter(new_tab(careless=True), "charlie")
    answer = page.goto(f"{served.url}/image/{served.image_id(CELLS)}/?tab=rois")
    assert answer.status == 404
    answer = page.goto(f"{served.url}/regions/{served.image_id(CELLS)}/list/")
    assert answer.status == 404


def test_what_is_not_saved_is_kept_and_saved_later(desk):
    at = desk(careless=True)
    at.page.route("**/save/", lambda route: route.abort())
    at.take("rectangle")
    at.drag((300, 200), (420, 300))
    saved = at.page.locator('[data-rois="saved"]')
    expect(saved).to_contain_text("Not saved", **SOON)
    assert at.stored() == []
    expect(at.page.get_by_role("button", name="Save now")).to_be_visible()
    asked = []
    at.page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    at.page.close(run_before_unload=True)
    at.page.wait_for_event("dialog", timeout=20_000) if not asked else None
    assert asked == ["beforeunload"]
    at.page.unroute("**/save/")
    at.saved()
    assert len(at.stored()) == 1


def test_files_out_and_in(desk, tmp_path):
    at = desk()
    at.draw("rectangle", (300, 200), (420, 300))
    at.draw("polygon", (300, 400), (400, 410), (420, 480), (300, 400))
    at.page.locator("#rois-files summary").click()
    paths = {}
    for name in ("Table (CSV)", "Shapes (JSON)", "Shapes (GeoJSON)"):
        with at.page.expect_download() as download:
            at.page.get_by_role("link", name=name).click()
        paths[name] = tmp_path / download.value.suggested_filename
        download.value.save_as(paths[name])
    table = paths["Table (CSV)"].read_text().splitlines()
    assert [line.split(",")[2] for line in table[1:]] == ["Rectangle", "Polygon"]
    drawn = at.stored()
    for name, kinds in (
        ("Shapes (JSON)", ["Rectangle", "Polygon"]),
        ("Shapes (GeoJSON)", ["Polygon", "Polygon"]),
    ):
        at.page.locator("#rois-files input").set_input_files(paths[name])
        expect(at.page.locator("#rois-grid")).to_have_attribute(
            "aria-rowcount", str(len(drawn) + 2), **SOON
        )
        stored = at.stored()
        assert [shape["kind"] for shape in stored[-2:]] == kinds
        drawn = stored
    assert drawn[2]["x"] == drawn[0]["x"]
    assert drawn[3]["points"] == drawn[1]["points"]


def test_by_touch(desk):
    at = desk(width=1024, height=768, has_touch=True)
    at.page.locator('#tools [data-tool="point"]').tap()
    at.page.touchscreen.tap(*at.on_page((400, 300)))
    at.saved()
    [shape] = at.stored()
    assert shape["kind"] == "Point"
    near([shape["x"], shape["y"]], at.in_image((400, 300)))
    at.page.locator('#tools [data-tool="polygon"]').tap()
    for point in ((300, 400), (400, 410), (420, 480), (300, 400)):
        at.page.touchscreen.tap(*at.on_page(point))
    at.saved()
    assert [shape["kind"] for shape in at.stored()] == ["Point", "Polygon"]
    at.page.locator('#tools [data-tool="select"]').tap()
    at.page.touchscreen.tap(*at.on_page((404, 303)))
    expect(at.page.locator("#rois-card-heading")).to_contain_text("Point", **SOON)
