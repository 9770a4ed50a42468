"""The sky on the image page, against astropy on the files as they lie."""

import re
from functools import partial

import numpy as np
import pytest
from astropy import units as u
from astropy.coordinates import Angle, SkyCoord
from playwright.sync_api import expect
from tests.patience import eventually
from tests.services.observatory.raw_sky import RawSky, read_header
from tests.viewer.conftest import TWO_FRAMES

pytestmark = [pytest.mark.browser, pytest.mark.shared_data]
FILES = ("gc_2mass_j.fits", "gc_msx_e.fits", "m13.fits", "l1448_13co.fits")
SOON = {"timeout": 20_000}
LINES = '[data-layer="sky-grid"] > g'


@pytest.fixture
def open_sky(open_image, shared_data):
    def make(name, query=""):
        stage = open_image(name, query)
        stage.page.locator('#viewer[data-sky="there"]').wait_for(**SOON)
        stage.page.locator('#viewer[data-parts="there"]').wait_for(**SOON)
        stage.page.evaluate(TWO_FRAMES)
        return stage, RawSky(read_header(shared_data / "fits" / name, 0))

    return make


def view_of(stage):
    """What the address says of the view, and the stage's size."""
    query = stage.query()
    box = stage.page.locator("#picture").bounding_box()
    return *(float(query[key]) for key in ("x", "y", "zm")), box


def under(view, right, down):
    """The point of the image, 0 at the first centre, at a place of the stage."""
    x, y, percent, box = view
    zoom = percent / 100
    return (
        x + (right - box["width"] / 2) / zoom - 0.5,
        y + (down - box["height"] / 2) / zoom - 0.5,
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
def test_positions_arrows_and_lines(open_sky, name):
    stage, raw = open_sky(name, "?sky=grid&zm=300")
    the_pointer_tells_positions(stage, raw)
    arrows_point_north_and_east(stage, raw)
    lines_lie_where_they_say(stage.page, raw)
    # All of it, then near by in other coordinates.
    stage.page.locator("#picture").press("0")
    stage.settle()
    stage.query()
    lines_lie_where_they_say(stage.page, raw)
    labels_say_the_lines_values(stage.page)
    stage, raw = open_sky(name, "?sky=grid,galactic&zm=800")
    lines_lie_where_they_say(stage.page, raw, "galactic")


def the_pointer_tells_positions(stage, raw):
    page = stage.page
    view = view_of(stage)
    box = view[-1]
    said = page.locator(".sky-readout")

    def it_is_told(right, down):
        place = read(said.evaluate("o => o.value"))
        expected = raw.icrs(*under(view, right, down))
        assert place.separation(expected) < 0.3 * pixel_size(raw)

    for way in ("h m s", "deg", "l b"):
        expect(page.locator(".sky-way")).to_have_text(way)
        for right, down in ((420, 330), (520, 444)):
            page.mouse.move(box["x"] + right, box["y"] + down)
            expect(said).to_have_text(re.compile(r"\d"))
            eventually(page, partial(it_is_told, right, down))
        page.locator(".sky-way").click()
    page.locator(".sky-way").hover()
    expect(said).to_have_text("")


def arrows_point_north_and_east(stage, raw):
    x, y, *_ = view_of(stage)
    x, y = x - 0.5, y - 0.5
    here = raw.icrs(x, y)
    for letter, bearing in (("N", 0), ("E", 90)):
        there = here.directional_offset_by(bearing * u.deg, pixel_size(raw))
        inside = there.transform_to(raw.frame).spherical
        px, row = raw.celestial.all_world2pix(inside.lon.deg, inside.lat.deg, 0)
        expected = np.degrees(np.arctan2(raw.height - 1 - row - y, px - x))
        path = stage.page.locator(f'[data-arrow="{letter}"] .sky-arrow')
        expect(path).to_have_attribute("d", re.compile("^M0 0L"))
        tip = re.match(r"M0 0L([-\d.e]+) ([-\d.e]+)", path.get_attribute("d"))
        drawn = np.degrees(np.arctan2(float(tip[2]), float(tip[1])))
        assert (drawn - expected + 180) % 360 - 180 == pytest.approx(0, abs=0.5)


def drawn_lines(page):
    """The lines on the screen: axis, value in degrees, points in image pixels."""
    lines = page.locator(LINES).evaluate_all(
        """groups => groups.map((group) => [
            group.dataset.axis,
            Number(group.dataset.value),
            group.querySelector(".sky-line").getAttribute("d"),
        ])"""
    )
    for axis, value, path in lines:
        numbers = [float(number) for number in re.findall(r"-?[\d.]+(?:e-?\d+)?", path)]
        yield axis, value, np.array(numbers).reshape(-1, 2)


def lines_lie_where_they_say(page, raw, frame="icrs"):
    def they_do():
        lines = list(drawn_lines(page))
        for axis in ("lon", "lat"):
            assert 2 <= len([1 for line in lines if line[0] == axis]) <= 20
        for axis, value, points in lines:
            assert len(points) >= 2
            there = raw.icrs(points[:, 0] - 0.5, points[:, 1] - 0.5)
            there = getattr(there, frame)
            lon, lat = there.spherical.lon, there.spherical.lat
            if axis == "lon":
                off = (lon - value * u.deg).wrap_at(180 * u.deg) * np.cos(lat)
            else:
                off = lat - value * u.deg
            assert (np.abs(off) / pixel_size(raw)).to_value(u.one).max() < 0.1

    eventually(page, they_do)


def labels_say_the_lines_values(page):
    labels = page.locator(".sky-label").evaluate_all(
        "all => all.map(l => [l.dataset.axis, Number(l.dataset.value), l.textContent])"
    )
    values = {(axis, value) for axis, value, _ in drawn_lines(page)}
    marks = str.maketrans({"°": "d", "\N{PRIME}": "m", "\N{DOUBLE PRIME}": "s"})
    for axis in ("lon", "lat"):
        assert len([1 for each in labels if each[0] == axis]) >= 2
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

    def step_below(most):
        values = sorted(value for axis, value, _ in drawn_lines(page) if axis == "lat")
        assert len(values) > 1
        assert min(np.diff(values)) < most
        return min(np.diff(values))

    step = eventually(page, lambda: step_below(np.inf))
    for _ in range(2):
        for _ in range(3):
            page.locator("#picture").press("+")
        step = eventually(page, partial(step_below, step))


def test_a_key_for_the_graticule(open_sky):
    stage, _ = open_sky("m13.fits")
    page = stage.page
    lines = page.locator(LINES)
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


def test_going_to_a_position(open_sky):
    stage, raw = open_sky("gc_msx_e.fits", "?zm=1600")
    x, y = 83.25, 61.5
    for form in ("hmsdms", "decimal", "galactic"):
        there = raw.icrs(x, y)
        text = {
            "hmsdms": there.to_string("hmsdms", sep=":", precision=4),
            "decimal": f"{there.ra.deg} {there.dec.deg}",
            "galactic": f"l={there.galactic.l.deg} b={there.galactic.b.deg}",
        }[form]
        go_to(stage, text)
        eventually(stage.page, partial(it_is_there, stage, x, y, there))
        x, y = x + 5.5, y - 7.25
    # Elsewhere.
    field = go_to(stage, "12:00:00 -20:00:00")
    said = stage.page.locator(".sky-said")
    expect(said).to_have_text("That position is not in this image.")
    field.press("Escape")
    expect(field).to_be_hidden()
    expect(stage.page.locator("#picture")).to_be_focused()


def go_to(stage, text):
    stage.page.locator("#picture").press("j")
    field = stage.page.get_by_role("textbox", name="Position")
    expect(field).to_be_focused()
    field.fill(text)
    field.press("Enter")
    return field


def it_is_there(stage, x, y, there):
    query = stage.query()
    assert float(query["x"]) == pytest.approx(x + 0.5, abs=0.02)
    assert float(query["y"]) == pytest.approx(y + 0.5, abs=0.02)
    assert "place" in query
    ra, dec = map(float, query["place"].split(","))
    assert SkyCoord(ra, dec, unit="deg").separation(there) < 0.01 * u.arcsec
    mark = stage.page.locator('[data-layer="sky-mark"] .sky-mark')
    box, stage_box = mark.bounding_box(), stage.page.locator("#picture").bounding_box()
    for side, place in (("width", "x"), ("height", "y")):
        middle = stage_box[place] + stage_box[side] / 2
        assert box[place] + box[side] / 2 == pytest.approx(middle, abs=1)


def test_copying_the_position(open_sky):
    stage, raw = open_sky("l1448_13co.fits", "?zm=400")
    page = stage.page
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    box = page.locator("#picture").bounding_box()
    page.mouse.move(box["x"] + 400, box["y"] + 380)
    expect(page.locator(".sky-readout")).to_have_text(re.compile(r"\d"))
    page.keyboard.press("c")
    expect(page.locator(".notice")).to_contain_text("Copied")
    place = read(page.evaluate("() => navigator.clipboard.readText()"))
    expected = raw.icrs(*under(view_of(stage), 400, 380))
    assert place.separation(expected) < 0.3 * pixel_size(raw)


def test_other_images_have_no_sky(open_image):
    stage = open_image("aia_171_level1.fits")
    stage.page.locator('#viewer[data-parts="there"]').wait_for(**SOON)
    assert stage.page.locator(".sky-bar").count() == 0
