"""The sky on the image page, against astropy on the files as they lie."""

import re

import numpy as np
import pytest
from astropy import units as u
from astropy.coordinates import Angle, SkyCoord
from tests.services.observatory.raw_sky import RawSky, read_header

pytestmark = [pytest.mark.browser, pytest.mark.shared_data]
FILES = ("gc_2mass_j.fits", "gc_msx_e.fits", "m13.fits", "l1448_13co.fits")
TWO_FRAMES = (
    "() => new Promise(r => requestAnimationFrame(() => requestAnimationFrame(r)))"
)


@pytest.fixture
def open_sky(open_image, shared_data):
    def make(name, query=""):
        stage = open_image(name, query)
        stage.page.locator('#viewer[data-sky="there"]').wait_for()
        stage.page.locator('#viewer[data-parts="there"]').wait_for()
        stage.page.evaluate(TWO_FRAMES)
        return stage, RawSky(read_header(shared_data / "fits" / name, 0))

    return make


def under(stage, right, down):
    """The point of the image, 0 at the first centre, at a place of the stage."""
    query = stage.query()
    box = stage.page.locator("#picture").bounding_box()
    zoom = float(query["zm"]) / 100
    return (
        float(query["x"]) + (right - box["width"] / 2) / zoom - 0.5,
        float(query["y"]) + (down - box["height"] / 2) / zoom - 0.5,
    )


def pixel_size(raw):
    x, y = raw.width / 2, raw.height / 2
    return raw.icrs(x, y).separation(raw.icrs(x + 1, y))


def read(text):
    """A position as the page writes it, read by astropy."""
    plain = text.partition("\N{MIDDLE DOT}")[0].strip().replace("\N{MINUS SIGN}", "-")
    if plain.startswith("l "):
        _, lon, _, lat = plain.split()
        return SkyCoord(l=lon, b=lat, unit="deg", frame="galactic").icrs
    lon, lat = plain.split()
    if "h" in lon:
        marks = str.maketrans({"\N{PRIME}": "m", "\N{DOUBLE PRIME}": "s"})
        return SkyCoord(lon, lat.replace("°", "d").translate(marks))
    return SkyCoord(lon, lat, unit="deg")


@pytest.mark.parametrize("name", FILES)
def test_the_pointer_tells_positions(open_sky, name):
    stage, raw = open_sky(name, "?zm=300")
    page = stage.page
    box = page.locator("#picture").bounding_box()
    said = page.locator(".sky-readout")
    for way in ("h m s", "deg", "l b"):
        assert page.locator(".sky-way").text_content() == way
        for right, down in ((420, 330), (520, 444)):
            page.mouse.move(box["x"] + right, box["y"] + down)
            place = read(said.evaluate("o => o.value"))
            expected = raw.icrs(*under(stage, right, down))
            assert place.separation(expected) < 0.3 * pixel_size(raw)
        page.locator(".sky-way").click()
    page.locator(".sky-way").hover()
    assert said.evaluate("o => o.value") == ""


@pytest.mark.parametrize("name", FILES)
def test_arrows_point_north_and_east(open_sky, name):
    stage, raw = open_sky(name, "?zm=200&x=60&y=50")
    query = stage.query()
    x, y = float(query["x"]) - 0.5, float(query["y"]) - 0.5
    here = raw.icrs(x, y)
    for letter, bearing in (("N", 0), ("E", 90)):
        there = here.directional_offset_by(bearing * u.deg, pixel_size(raw))
        inside = there.transform_to(raw.frame).spherical
        px, row = raw.celestial.all_world2pix(inside.lon.deg, inside.lat.deg, 0)
        expected = np.degrees(np.arctan2(raw.height - 1 - row - y, px - x))
        path = stage.page.locator(f'[data-arrow="{letter}"] .sky-arrow')
        tip = re.match(r"M0 0L([-\d.e]+) ([-\d.e]+)", path.get_attribute("d"))
        drawn = np.degrees(np.arctan2(float(tip[2]), float(tip[1])))
        assert (drawn - expected + 180) % 360 - 180 == pytest.approx(0, abs=0.5)


def drawn_lines(page):
    """The lines on the screen: axis, value in degrees, points in image pixels."""
    lines = page.locator('[data-layer="sky-grid"] > g').evaluate_all(
        """groups => groups.map((group) => [
            group.dataset.axis,
            Number(group.dataset.value),
            group.querySelector(".sky-line").getAttribute("d"),
        ])"""
    )
    for axis, value, path in lines:
        numbers = [float(number) for number in re.findall(r"-?[\d.]+(?:e-?\d+)?", path)]
        yield axis, value, np.array(numbers).reshape(-1, 2)


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("query", ["?sky=grid", "?sky=grid,galactic&zm=800"])
def test_lines_lie_where_they_say(open_sky, name, query):
    stage, raw = open_sky(name, query)
    lines = list(drawn_lines(stage.page))
    for axis in ("lon", "lat"):
        assert 2 <= len([1 for line in lines if line[0] == axis]) <= 20
    for axis, value, points in lines:
        assert len(points) >= 2
        there = raw.icrs(points[:, 0] - 0.5, points[:, 1] - 0.5)
        there = there.galactic if "galactic" in query else there
        lon, lat = there.spherical.lon, there.spherical.lat
        if axis == "lon":
            off = (lon - value * u.deg).wrap_at(180 * u.deg) * np.cos(lat)
        else:
            off = lat - value * u.deg
        assert (np.abs(off) / pixel_size(raw)).to_value(u.one).max() < 0.1


@pytest.mark.parametrize("name", ["gc_2mass_j.fits", "l1448_13co.fits"])
def test_labels_say_the_lines_values(open_sky, name):
    stage, _ = open_sky(name, "?sky=grid")
    page = stage.page
    labels = page.locator(".sky-label").evaluate_all(
        "all => all.map(l => [l.dataset.axis, Number(l.dataset.value), l.textContent])"
    )
    for axis in ("lon", "lat"):
        assert len([1 for each in labels if each[0] == axis]) >= 2
    values = {(axis, value) for axis, value, _ in drawn_lines(page)}
    marks = str.maketrans({"°": "d", "\N{PRIME}": "m", "\N{DOUBLE PRIME}": "s"})
    for axis, value, text in labels:
        plain = text.replace("\N{MINUS SIGN}", "-").translate(marks)
        assert Angle(plain).deg == pytest.approx(value, abs=1e-9)
        assert (axis, value) in values
    boxes = page.locator(".sky-label").evaluate_all(
        "all => all.map(l => l.getBoundingClientRect().toJSON())"
    )
    for i, one in enumerate(boxes):
        for other in boxes[i + 1 :]:
            assert (
                one["right"] <= other["left"]
                or other["right"] <= one["left"]
                or one["bottom"] <= other["top"]
                or other["bottom"] <= one["top"]
            )


def test_lines_follow_the_zoom(open_sky):
    """Coming nearer there are finer lines, still a handful."""
    stage, _ = open_sky("m13.fits", "?sky=grid,degrees")
    page = stage.page
    steps = []
    for _ in range(3):
        values = sorted(value for axis, value, _ in drawn_lines(page) if axis == "lat")
        steps.append(min(np.diff(values)))
        for _ in range(3):
            page.locator("#picture").press("+")
        stage.settle()
        stage.query()
        page.evaluate(TWO_FRAMES)
    assert steps[0] > steps[1] > steps[2]


def test_a_key_for_the_graticule(open_sky):
    from playwright.sync_api import expect

    stage, _ = open_sky("m13.fits")
    page = stage.page
    lines = page.locator('[data-layer="sky-grid"] > g')
    expect(lines).to_have_count(0)
    page.locator("#picture").press("k")
    expect(lines.first).to_be_attached()
    assert stage.query()["sky"] == "grid"
    page.reload()
    expect(lines.first).to_be_attached(timeout=20_000)
    pressed = page.get_by_role("button", name="Graticule")
    expect(pressed).to_have_attribute("aria-pressed", "true")
    pressed.click()
    expect(lines).to_have_count(0)
    assert "sky" not in stage.query()


@pytest.mark.parametrize("form", ["hmsdms", "decimal", "galactic"])
def test_going_to_a_position(open_sky, form):
    from playwright.sync_api import expect

    stage, raw = open_sky("gc_msx_e.fits", "?zm=1600")
    page = stage.page
    x, y = 83.25, 61.5
    there = raw.icrs(x, y)
    text = {
        "hmsdms": there.to_string("hmsdms", sep=":", precision=4),
        "decimal": f"{there.ra.deg} {there.dec.deg}",
        "galactic": f"l={there.galactic.l.deg} b={there.galactic.b.deg}",
    }[form]
    page.locator("#picture").press("j")
    field = page.get_by_role("textbox", name="Position")
    expect(field).to_be_focused()
    field.fill(text)
    field.press("Enter")
    mark = page.locator('[data-layer="sky-mark"] .sky-mark')
    expect(mark).to_be_attached()
    stage.settle()
    page.evaluate(TWO_FRAMES)
    query = stage.query()
    assert float(query["x"]) == pytest.approx(x + 0.5, abs=0.02)
    assert float(query["y"]) == pytest.approx(y + 0.5, abs=0.02)
    ra, dec = map(float, query["place"].split(","))
    assert SkyCoord(ra, dec, unit="deg").separation(there) < 0.01 * u.arcsec
    box, stage_box = mark.bounding_box(), page.locator("#picture").bounding_box()
    for side, place in (("width", "x"), ("height", "y")):
        middle = stage_box[place] + stage_box[side] / 2
        assert box[place] + box[side] / 2 == pytest.approx(middle, abs=1)


def test_a_position_that_is_elsewhere_or_none(open_sky):
    from playwright.sync_api import expect

    stage, _ = open_sky("m13.fits")
    page = stage.page
    page.locator("#picture").press("j")
    field = page.get_by_role("textbox", name="Position")
    field.fill("12:00:00 -20:00:00")
    field.press("Enter")
    said = page.locator(".sky-said")
    expect(said).to_have_text("That position is not in this image.")
    field.press("Escape")
    expect(field).to_be_hidden()
    expect(page.locator("#picture")).to_be_focused()


def test_copying_the_position(open_sky):
    from playwright.sync_api import expect

    stage, raw = open_sky("l1448_13co.fits", "?zm=400")
    page = stage.page
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    box = page.locator("#picture").bounding_box()
    page.mouse.move(box["x"] + 400, box["y"] + 380)
    page.keyboard.press("c")
    expect(page.locator(".notice")).to_contain_text("Copied")
    place = read(page.evaluate("() => navigator.clipboard.readText()"))
    expected = raw.icrs(*under(stage, 400, 380))
    assert place.separation(expected) < 0.3 * pixel_size(raw)


def test_other_images_have_no_sky(open_image):
    stage = open_image("aia_171_level1.fits")
    stage.page.locator('#viewer[data-parts="there"]').wait_for()
    assert stage.page.locator(".sky-bar").count() == 0
