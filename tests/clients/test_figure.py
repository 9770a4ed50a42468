"""OMERO.figure 8, its own page from its own wheel (contract clients 5)."""

import base64
import io
import re
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pytest
import tifffile
from PIL import Image
from playwright.sync_api import expect

pytestmark = [pytest.mark.browser, pytest.mark.shared_data]

CELL = "mitosis_5d.ome.tif"
SLIDE = "tcga_subifd.ome.tif"
FIELD = "bbbc013_spw.ome.tif"
# What JPEG may cost in the mean over blocks, of 255.
LOSS = 2.0
BLOCK = 8
BESIDE = 221
PIXEL_UM = 0.09058

PIXELS = """async image => {
  await image.decode();
  const canvas = document.createElement("canvas");
  canvas.width = image.naturalWidth;
  canvas.height = image.naturalHeight;
  canvas.getContext("2d").drawImage(image, 0, 0);
  return canvas.toDataURL();
}"""


class Figure:
    """The page with a figure of somebody who holds it."""

    def __init__(self, page, served):
        self.page = page
        self.page.set_default_timeout(15_000)
        self.served = served

    def new(self, *names):
        """Start anew, with some images by their ids."""
        self.page.goto(f"{self.served.url}/figure/")
        self.page.locator("button.new_figure").click()
        ids = [str(self.served.image_id(name)) for name in names]
        expect(self.page).to_have_url(re.compile("/figure/new/?$"))
        dialog = self.page.locator("#addImagesModal")
        # The button wakes up when keys are pressed.
        dialog.locator("input.imgIds").press_sequentially(",".join(ids))
        dialog.get_by_role("button", name="Add Images").click()
        expect(self.page.locator("img.img_panel")).to_have_count(len(names))
        return self

    def panel(self, name):
        """The panel of an image."""
        number = self.served.image_id(name)
        return self.page.locator(f'img.img_panel[src*="/{number}/"]')

    def asked(self, name):
        """The address of a panel's picture, and its query."""
        parts = urlsplit(self.panel(name).get_attribute("src"))
        query = parse_qs(parts.query)
        return parts.path, {key: values[0] for key, values in query.items()}

    def expect_asked(self, name, text):
        """Wait until a panel asks for a certain picture."""
        expect(self.panel(name)).to_have_attribute("src", re.compile(text))

    def pixels(self, name):
        """The picture of a panel as the browser decodes it, as an array of floats."""
        text = self.panel(name).evaluate(PIXELS).split(",")[1]
        picture = Image.open(io.BytesIO(base64.b64decode(text)))
        return np.asarray(picture.convert("RGB"), float)

    def menu(self, text):
        self.page.locator("a.dropdown-toggle", has_text="File").click()
        item = self.page.locator("a.dropdown-item:visible")
        item.filter(has_text=re.compile(rf"\s*{re.escape(text)}\s*$")).click()

    def answer_dialogs(self, text):
        """Give this text where one is asked for, and say yes."""
        self.page.once("dialog", lambda dialog: dialog.accept(text))

    def save(self, name):
        """Save under a name and give the id."""
        self.answer_dialogs(name)
        self.page.locator("button.save_figure").click()
        expect(self.page).to_have_url(re.compile(r"/figure/file/\d+/?$"))
        return int(re.search(r"/file/(\d+)", self.page.url)[1])

    def open(self, number):
        self.page.goto(f"{self.served.url}/figure/file/{number}")
        expect(self.page.locator("img.img_panel").first).to_be_visible()

    def select(self, name):
        """Click on a panel; handles lie over it."""
        box = self.panel(name).bounding_box()
        middle = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        self.page.mouse.click(*middle)

    def label(self, text):
        """Add a label to what is selected."""
        self.page.locator("#contact-tab").click()
        field = self.page.locator("#labelsTab input.label-text[placeholder=Label]")
        field.fill(text)
        field.press("Enter")

    def figures(self):
        """The list of figures, by id."""
        answer = self.page.request.get(f"{self.served.url}/figure/list_web_figures/")
        return {entry["id"]: entry for entry in answer.json()}

    def channels(self, name):
        url = f"{self.served.url}/webgateway/imgData/{self.served.image_id(name)}/"
        return self.page.request.get(url).json()["channels"]


@pytest.fixture
def figure(member, served):
    """The page of somebody who has logged in."""
    return Figure(member, served)


@pytest.fixture(scope="module")
def planes(shared_data):
    """The raw values of the dividing cell, axes t, c, z, y, x."""
    return tifffile.imread(shared_data / "fluorescence" / CELL).astype(float)


@pytest.fixture(scope="module")
def slide_levels(shared_data):
    with tifffile.TiffFile(shared_data / "wholeslide" / SLIDE) as file:
        return [level.asarray().astype(float) for level in file.series[0].levels]


def composed(planes, channels):
    """Draw planes by linear windows, added up: the contract by other means."""
    total = np.zeros((*planes[0].shape, 3))
    for plane, channel in zip(planes, channels, strict=True):
        start, end = channel["window"]["start"], channel["window"]["end"]
        grey = np.clip((plane - start) / (end - start), 0, 1)
        if channel["active"]:
            color = [int(channel["color"][i : i + 2], 16) for i in (0, 2, 4)]
            total += grey[..., None] * color
    return np.minimum(total, 255)


def blocks(picture):
    """Means over blocks: JPEG keeps them, however it treats what is within."""
    rows, columns = (side // BLOCK for side in picture.shape[:2])
    cut = picture[: rows * BLOCK, : columns * BLOCK]
    return cut.reshape(rows, BLOCK, columns, BLOCK, 3).mean(axis=(1, 3))


def difference(first, second):
    assert first.shape == second.shape
    return np.abs(blocks(first) - blocks(second)).mean()


def region_of(level, factor, x, y, width, height):
    """A region of a level, in pixels of the full size, grey beside the image."""
    out = np.full((round(height * factor), round(width * factor), 3), float(BESIDE))
    left, top = round(x * factor), round(y * factor)
    for row in range(out.shape[0]):
        if 0 <= row + top < level.shape[0]:
            first, last = max(0, -left), min(out.shape[1], level.shape[1] - left)
            out[row, first:last] = level[row + top, first + left : last + left]
    return out


def test_it_works(figure, planes):
    figure.new(CELL)
    picture = figure.pixels(CELL)
    expected = composed(planes[0, :, 2], figure.channels(CELL))
    assert expected.std() > 10
    assert difference(picture, expected) < LOSS


def test_what_is_on_the_screen(figure, planes):
    figure.new(CELL)
    expected = composed(planes[0, :, 2], figure.channels(CELL))
    figure.page.locator("#info-tab").click()
    # Nothing selected: no handles over the picture.
    figure.page.mouse.click(5, 400)
    figure.pixels(CELL)
    box = figure.panel(CELL).bounding_box()
    shot = Image.open(io.BytesIO(figure.page.screenshot())).convert("RGB")
    left, top = round(box["x"]), round(box["y"])
    size = round(box["width"]), round(box["height"])
    shown = shot.crop((left, top, left + size[0], top + size[1]))
    wanted = Image.fromarray(np.round(expected).astype(np.uint8)).resize(size)
    inner = (slice(8, -8), slice(8, -8))
    # Browsers scale in a way of their own.
    assert (
        difference(np.asarray(shown, float)[inner], np.asarray(wanted, float)[inner])
        < 4 * LOSS
    )


def test_channels_planes_and_projection(figure, planes):
    figure.new(CELL)
    channels = figure.channels(CELL)
    page = figure.page
    page.locator(".channel-btn").nth(1).click()
    figure.expect_asked(CELL, r",-2\|")
    channels[1]["active"] = False
    expected = composed(planes[0, :, 2], channels)
    assert difference(figure.pixels(CELL), expected) < LOSS

    page.locator("input.z_start").fill("5")
    figure.expect_asked(CELL, r"/4/0/\?")
    deeper = composed(planes[0, :, 4], channels)
    assert difference(expected, deeper) > LOSS
    assert difference(figure.pixels(CELL), deeper) < LOSS

    page.locator("button.time-increment").click()
    figure.expect_asked(CELL, r"/4/1/\?")
    later = composed(planes[1, :, 4], channels)
    assert difference(figure.pixels(CELL), later) < LOSS

    page.locator("button.z-projection").click()
    figure.expect_asked(CELL, r"p=intmax\|\d+:\d+")
    _, query = figure.asked(CELL)
    first, last = map(int, query["p"].partition("|")[2].split(":"))
    assert last > first
    brightest = composed(planes[1, :, first : last + 1].max(axis=1), channels)
    assert difference(figure.pixels(CELL), brightest) < LOSS


def test_a_large_image_zoomed_and_cropped(figure, slide_levels):
    """Wider than it is high, and shown with more around it: grey beside the image."""
    figure.new(SLIDE)
    path, query = figure.asked(SLIDE)
    assert "/figure/render_scaled_region/" in path
    x, y, width, height = map(int, query["region"].split(","))
    assert x < 0
    assert y < 0
    factor = slide_levels[2].shape[1] / slide_levels[0].shape[1]
    expected = region_of(slide_levels[2], factor, x, y, width, height)
    picture = figure.pixels(SLIDE)
    assert max(picture.shape) <= 2000
    assert difference(picture, expected) < LOSS

    page = figure.page
    zoom = page.locator("#vp_zoom_value")
    zoom.fill("400")
    zoom.press("Enter")
    figure.expect_asked(SLIDE, r"region=\d+,\d+,")
    _, query = figure.asked(SLIDE)
    x, y, width, height = map(int, query["region"].split(","))
    part = slide_levels[0][y : y + height, x : x + width]
    assert difference(figure.pixels(SLIDE), part) < LOSS

    page.locator("button.copyCropRegion").click()
    page.locator("button.reset-zoom-shape").click()
    figure.expect_asked(SLIDE, r"region=-\d+,-\d+,")
    page.locator("button.pasteCropRegion").click()
    figure.expect_asked(SLIDE, rf"region={x},{y},{width},{height}")
    assert difference(figure.pixels(SLIDE), part) < LOSS


def test_labels_and_scale_bar(figure):
    """What the labels say comes from imgData: times, parents, sizes of pixels."""
    figure.new(CELL)
    page = figure.page
    page.locator("button.time-increment").click()
    figure.expect_asked(CELL, r"/2/1/\?")
    figure.label("[time.seconds; precision=2] in [dataset.name] of [image.name]")
    answer = page.request.get(
        f"{figure.served.url}/figure/imgData/{figure.served.image_id(CELL)}/"
    )
    seconds = answer.json()["deltaT"]
    assert len(seconds) == 3
    label = page.locator("#paper, #canvas").get_by_text(
        f"{seconds[1]:.2f} s in fluorescence of mitosis"
    )
    expect(label.first).to_be_visible()
    page.locator("button.show_scalebar").click()
    expect(page.get_by_text("10 µm").first).to_be_visible()
    figure.pixels(CELL)
    box = figure.panel(CELL).bounding_box()
    shot = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    left, top = round(box["x"]), round(box["y"])
    lower = shot.crop(
        (
            left + 2,
            top + round(box["height"] * 0.85),
            left + round(box["width"]) - 2,
            top + round(box["height"]) - 4,
        )
    )
    white = (np.asarray(lower) > 240).all(axis=-1)
    longest = max(int(row.sum()) for row in white)
    expected = 10 / PIXEL_UM * box["width"] / 240
    assert abs(longest - expected) <= 3


def test_labels_of_a_plate(figure):
    figure.new(FIELD)
    figure.label("[well.label] of [plate.name]")
    url = f"{figure.served.url}/figure/imgData/{figure.served.image_id(FIELD)}/"
    parents = figure.page.request.get(url).json()["parents"]
    assert parents["well"]["label"] == "A1"
    said = f"A1 of {parents['plate']['name']}"
    expect(figure.page.get_by_text(said).first).to_be_visible()


def test_saved_listed_opened_again_and_deleted(figure, new_tab, log_in, planes):
    figure.new(CELL, SLIDE)
    name = "Mitosis \N{MULTIPLICATION SIGN} 2"
    number = figure.save(name)
    entry = figure.figures()[number]
    assert entry["name"] == name
    assert (entry["canEdit"], entry["ownerFullName"]) == (True, "Rosalind")

    # Another browser: from the list.
    other = Figure(log_in(new_tab()), figure.served)
    other.page.goto(f"{figure.served.url}/figure/")
    other.page.locator("button.open_figure").click()
    row = other.page.locator(f'.modal.show a[href$="/figure/file/{number}"]')
    thumbnail = row.locator("img")
    wide = "async image => { await image.decode(); return image.naturalWidth; }"
    assert thumbnail.evaluate(wide) == 96
    row.filter(has_text=name).click()
    expect(other.page).to_have_url(re.compile(rf"/figure/file/{number}/?$"))
    expect(other.page.locator("img.img_panel")).to_have_count(2)
    expect(other.page.get_by_text(name).filter(visible=True)).to_have_count(1)
    expected = composed(planes[0, :, 2], figure.channels(CELL))
    assert difference(other.pixels(CELL), expected) < LOSS

    # Changed there, saved again and opened by its address: still the same figure.
    other.select(CELL)
    other.page.locator("input.z_start").fill("1")
    other.expect_asked(CELL, r"/0/0/\?")
    with other.page.expect_response(re.compile("save_web_figure")) as saved:
        other.page.locator("button.save_figure").click()
    assert saved.value.text() == str(number)
    other.open(number)
    other.expect_asked(CELL, r"/0/0/\?")

    other.answer_dialogs("")
    with other.page.expect_response(re.compile("delete_web_figure")) as deleted:
        other.menu("Delete")
    assert deleted.value.status == 200
    assert number not in figure.figures()


def test_rois_are_counted(figure):
    figure.new(CELL)
    figure.page.locator("#contact-tab").click()
    with figure.page.expect_response(re.compile("/figure/roiCount/")) as counted:
        figure.page.locator("button.edit_rois").click()
    assert counted.value.json() == {"roi": 0}


def test_a_visitor_looks_at_images(page, served, planes):
    """Nobody has logged in: what is public is shown."""
    figure = Figure(page, served).new(CELL)
    expected = composed(planes[0, :, 2], figure.channels(CELL))
    assert difference(figure.pixels(CELL), expected) < LOSS
