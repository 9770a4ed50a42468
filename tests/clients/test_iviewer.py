"""OMERO.iviewer itself, on this server, in a browser (contract clients 4)."""

import io
import json
import re
import urllib.request
from urllib.parse import quote

import numpy as np
import pytest
import tifffile
from PIL import Image
from tests.chromium import Watched

pytestmark = [pytest.mark.browser, pytest.mark.shared_data]

CELLS = "bpae_3ch.ome.tif"
STACK = "mitosis_5d.ome.tif"
SLIDE = "tcga_subifd.ome.tif"
PLATE = "bbbc013_v05.ome.zarr"
# What JPEG, made twice, may cost in the mean over blocks, of 255.
LOSS = 2.0
BLOCK = 8
# The client looks for a service of its own kind; 404 is what it expects.
EXPECTED = "/omero_ms_image_region/"
PICTURE = re.compile("/webgateway/render_image(_region)?/")
HIDDEN = ".ol-control, .ol-overlaycontainer-stopevent { visibility: hidden }"


class Viewer:
    """The client's page in a tab."""

    def __init__(self, page, served):
        self.page = page
        self.url = served.url

    def open(self, query):
        with self.page.expect_response(PICTURE):
            self.page.goto(f"{self.url}/iviewer/?{query}")
        self.page.locator(".channel").first.wait_for()
        self.settle()

    def settle(self):
        """Wait until nothing is on its way, and it is drawn."""
        self.page.wait_for_load_state("networkidle")
        self.page.wait_for_timeout(400)

    def draws(self, act):
        """Do something that has the server draw, and wait for the picture."""
        with self.page.expect_response(PICTURE):
            act()
        self.settle()

    def tab(self, name):
        self.page.locator("a.au-target", has_text=name).click()
        self.settle()

    def button(self, text):
        return self.page.locator(f'button:has-text("{text}"):visible').first

    def get(self, path):
        with urllib.request.urlopen(f"{self.url}/{path}") as answer:
            return answer.read()

    def gateway(self, path):
        """A picture of the gateway as an array of floats, rows first."""
        data = self.get(f"webgateway/{path}")
        return np.asarray(Image.open(io.BytesIO(data)).convert("RGB"), float)

    def actual_size(self):
        self.page.locator(".ol-zoom-1-1").click()
        self.settle()

    def seen(self):
        """The canvas as the screen shows it, without the buttons on it."""
        style = self.page.add_style_tag(content=HIDDEN)
        shot = self.page.locator(".ol-viewport").first.screenshot()
        style.evaluate("element => element.remove()")
        return np.asarray(Image.open(io.BytesIO(shot)).convert("RGB"), float)

    def logged_in(self, path, **options):
        """Ask as the person who has logged in."""
        return self.page.request.fetch(f"{self.url}/{path}", **options)


def blocks(picture):
    rows, columns = (side // BLOCK for side in picture.shape[:2])
    cut = picture[: rows * BLOCK, : columns * BLOCK]
    return cut.reshape(rows, BLOCK, columns, BLOCK, 3).mean(axis=(1, 3))


def difference(seen, picture):
    """How much a screen at actual size differs from a picture in its middle.

    The picture lies centred, to a pixel; the best place counts.
    """
    height = min(seen.shape[0], picture.shape[0]) - 16
    width = min(seen.shape[1], picture.shape[1]) - 16
    target = blocks(middle(picture, height, width))
    return min(
        np.abs(blocks(middle(seen, height, width, dy, dx)) - target).mean()
        for dy in (-1, 0, 1)
        for dx in (-1, 0, 1)
    )


def middle(picture, height, width, dy=0, dx=0):
    top = (picture.shape[0] - height) // 2 + dy
    left = (picture.shape[1] - width) // 2 + dx
    return picture[top : top + height, left : left + width]


@pytest.fixture
def tab(browser, served, log_in):
    """A tab of somebody who may draw; nothing but the expected 404 may go wrong."""
    context = browser.new_context(viewport={"width": 1500, "height": 950})
    watched = Watched(context)
    log_in(watched.page)
    yield watched
    context.close()
    expected = [line for line in watched.wrong if line.endswith(EXPECTED)]
    said = [line for line in watched.wrong if line.startswith("console: Failed to")]
    assert len(said) == len(expected)
    assert [w for w in watched.wrong if w not in expected + said] == []


@pytest.fixture
def viewer(tab, served):
    return Viewer(tab.page, served)


def test_channels_windows_and_saving(viewer, served):
    image = served.image_id(CELLS)
    viewer.open(f"images={image}")
    assert viewer.page.title() == "BPAE"
    viewer.actual_size()
    before = viewer.seen()
    assert difference(before, viewer.gateway(f"render_image/{image}/0/0/")) < LOSS
    # A channel off, and another window for the first.
    viewer.draws(lambda: viewer.page.locator(".channel").nth(1).click())
    end = viewer.page.locator(".channel-end").first
    end.fill("900")
    viewer.draws(lambda: end.press("Enter"))
    channels = json.loads(viewer.get(f"webgateway/imgData/{image}/"))["channels"]
    first, _, third = (
        f"{number}|{round(c['window']['start'])}:{round(c['window']['end'])}${c['color']}"
        for number, c in enumerate(channels, 1)
    )
    first = f"{first.split(':')[0]}:900${channels[0]['color']}"
    asked = quote(f"{first},{third}")
    expected = viewer.gateway(f"render_image/{image}/0/0/?c={asked}&m=c")
    after = viewer.seen()
    assert difference(after, expected) < LOSS
    assert difference(before, expected) > 2 * LOSS
    # Saved settings are there for the next time.
    with viewer.page.expect_response("**/saveImgRDef/**") as saved:
        viewer.button("Save").click()
    assert saved.value.json() is True
    viewer.settle()
    viewer.open(f"images={image}")
    assert viewer.page.locator(".channel-end").first.input_value() == "900"
    viewer.actual_size()
    assert difference(viewer.seen(), expected) < LOSS


def test_planes(viewer, served):
    image = served.image_id(STACK)
    viewer.open(f"images={image}&z=4&t=2")
    viewer.actual_size()
    seen = viewer.seen()
    assert difference(seen, viewer.gateway(f"render_image/{image}/3/1/")) < LOSS
    assert difference(seen, viewer.gateway(f"render_image/{image}/0/0/")) > LOSS
    arrow = viewer.page.locator(".dim-arrows.glyphicon-chevron-right:visible").first
    viewer.draws(arrow.click)
    seen = viewer.seen()
    assert difference(seen, viewer.gateway(f"render_image/{image}/3/2/")) < LOSS
    # The third time point; the file says when it was taken.
    [_, _, third] = json.loads(viewer.get(f"iviewer/image_data/{image}/delta_t/"))[
        "delta_t"
    ]
    shown = viewer.page.locator(".timestamp").inner_text()
    hours, minutes, seconds = map(float, shown.split(":"))
    assert 3600 * hours + 60 * minutes + seconds == pytest.approx(third, abs=0.001)
    assert third > 0


def test_siblings_in_the_dataset(viewer, served):
    viewer.open(f"images={served.image_id(STACK)}")
    thumbnails = viewer.page.locator('img[src*="/render_thumbnail/"]:visible')
    thumbnails.first.wait_for()
    # fluorescence/ has five pictures
    wanted = [served.image_id(name) for name in (STACK, CELLS)]
    sources = thumbnails.evaluate_all("all => all.map(img => img.src)")
    for image in wanted:
        assert any(f"/render_thumbnail/{image}/" in source for source in sources)


def draw(viewer, kind, *points):
    """Draw a shape by clicks, at places in pixels of the screen."""
    viewer.page.locator(f".draw-{kind}-icon").click()
    for x, y in points[:-1]:
        viewer.page.mouse.click(x, y)
        viewer.page.wait_for_timeout(300)
    x, y = points[-1]
    viewer.page.mouse.move(x, y)
    if kind in {"polyline", "polygon"}:
        viewer.page.mouse.dblclick(x, y)
    else:
        viewer.page.mouse.click(x, y)
    viewer.page.wait_for_timeout(300)


def save_rois(viewer):
    with viewer.page.expect_response("**/persist_rois/**") as saved:
        viewer.button("Save").click()
        yes = viewer.page.locator('button:has-text("Yes"):visible')
        viewer.page.wait_for_timeout(500)
        if yes.count():
            yes.first.click()
    viewer.settle()
    assert saved.value.status == 200
    return saved.value.json()


def test_rois(viewer, served, shared_data):
    image = served.image_id("cell_dna_mts_actin.tif")
    viewer.open(f"images={image}")
    viewer.actual_size()
    plain = viewer.seen()
    viewer.tab("ROIs [")
    box = viewer.page.locator(".ol-viewport").first.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    # What was drawn last is told in a box above it, which takes clicks: downwards.
    draw(viewer, "point", (x, y - 150))
    draw(viewer, "rectangle", (x - 80, y - 130), (x - 20, y - 80))
    draw(viewer, "ellipse", (x + 50, y - 50), (x + 80, y - 30))
    draw(viewer, "polygon", (x - 60, y - 10), (x, y + 40), (x + 30, y - 5))
    draw(viewer, "line", (x + 20, y + 70), (x + 60, y + 110))
    answer = save_rois(viewer)
    assert "errors" not in answer
    assert len(answer["ids"]) == 5
    # They are all there when the image is opened again, and drawn.
    viewer.open(f"images={image}")
    viewer.actual_size()
    viewer.tab("ROIs [5]")
    rows = viewer.page.locator(".regions-table-row")
    assert {f"roi-{place}" for place in answer["ids"].values()} == set(
        rows.evaluate_all("all => all.map(row => row.id)")
    )
    changed = np.abs(viewer.seen() - plain).max(axis=2) > 40
    top, left = int(y - box["y"]), int(x - box["x"])
    edge = changed[top - 133 : top - 127, left - 80 : left - 20]
    assert edge.any(axis=0).sum() > 55
    assert not changed[top + 120 :].any()
    check_measured(viewer, served, image, answer["ids"], shared_data)
    # One is given a comment, another deleted.
    rows.first.click()
    comment = viewer.page.locator('input[placeholder="Comment"]:visible').first
    comment.fill("mitosis")
    comment.press("Enter")
    rows.last.click()
    viewer.page.locator(".shape-delete-button").first.click()
    viewer.page.wait_for_timeout(300)
    assert "errors" not in save_rois(viewer)
    listed = viewer.logged_in(f"api/v0/m/rois/?image={image}").json()["data"]
    texts = [shape.get("Text") for roi in listed for shape in roi["shapes"]]
    assert len(texts) == 4
    assert "mitosis" in texts


def check_measured(viewer, served, image, ids, shared_data):
    """The rectangle's statistics are those of the file's own pixels."""
    path = shared_data / "fluorescence" / "cell_dna_mts_actin.tif"
    planes = tifffile.imread(path)
    listed = viewer.logged_in(f"api/v0/m/rois/?image={image}").json()["data"]
    [box] = [s for r in listed for s in r["shapes"] if s["@type"].endswith("Rectangle")]
    query = f"ids={box['@id']}&z=0&t=0&cs=0,2"
    found = viewer.logged_in(f"iviewer/shape_stats/?{query}").json()
    for measured in found[str(box["@id"])]:
        rows, columns = np.mgrid[: planes.shape[1], : planes.shape[2]] + 0.5
        inside = (rows >= box["Y"]) & (rows < box["Y"] + box["Height"])
        inside &= (columns >= box["X"]) & (columns < box["X"] + box["Width"])
        values = planes[measured["index"]][inside]
        assert measured["points"] == len(values) > 2000
        assert measured["sum"] == values.sum()
        assert measured["mean"] == pytest.approx(values.mean())


def test_values_under_the_pointer(viewer, served, shared_data):
    image = served.image_id(STACK)
    viewer.open(f"images={image}&z=3&t=1")
    planes = tifffile.imread(shared_data / "fluorescence" / STACK)
    viewer.page.locator(".intensity-toggler").click()
    box = viewer.page.locator(".ol-viewport").first.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    viewer.page.mouse.move(x, y)
    with viewer.page.expect_response("**/get_intensity/**") as asked:
        viewer.page.mouse.move(x + 9, y + 9)
    viewer.settle()
    query = dict(part.split("=") for part in asked.value.url.split("?")[1].split("&"))
    column, row = int(query["x"]), int(query["y"])
    values = asked.value.json()["pixels"][f"{column}-{row}"]
    assert values == {str(c): int(planes[0, c, 2, row, column]) for c in (0, 1)}
    shown = viewer.page.locator("body").inner_text()
    for label, value in zip(("LED555", "LED470"), values.values(), strict=True):
        assert re.search(rf"{label}\s+{value}\b", shown)


def test_slide_in_tiles(viewer, served):
    image = served.image_id(SLIDE)
    viewer.open(f"images={image}")
    with viewer.page.expect_response("**/render_image_region/**tile=0,*"):
        viewer.page.locator(".ol-zoom-1-1").click()
    viewer.settle()
    seen = viewer.seen()
    sizes = json.loads(viewer.get(f"webgateway/imgData/{image}/size/"))
    x, y = sizes["width"] // 2 - 400, sizes["height"] // 2 - 400
    region = viewer.gateway(
        f"render_image_region/{image}/0/0/?region={x},{y},800,800&q=0.9"
    )
    assert region.std() > 10
    assert difference(seen, region) < LOSS


def test_images_of_a_well(viewer, served):
    image = served.image_id(PLATE)
    data = json.loads(viewer.get(f"iviewer/image_data/{image}/"))
    viewer.open(f"well={data['meta']['wellId']}")
    viewer.actual_size()
    whole = viewer.gateway(f"render_image/{image}/0/0/")
    assert difference(viewer.seen(), whole) < LOSS
    source = f'img[src*="/render_thumbnail/{image}/"]'
    viewer.page.locator(source).first.wait_for(state="attached")
