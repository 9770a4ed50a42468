"""Pictures of this door, compared with arithmetic of their own (contract clients 5)."""

import numpy as np
import pytest
from scipy.ndimage import maximum_filter, minimum_filter
from tests.web.reference import (
    JPEG,
    added,
    cells,
    coloured,
    decoded,
    in_pixels,
    quantized,
    slide,
)

BESIDE = 221.0
WINDOWS = "c=1|0:48000$FF8000,2|0:60000$0040FF&m=c"
# Where squares meet, JPEG may be off by far, but by little in the mean.
MEAN = 3.0


@pytest.fixture
def region(client, image):
    """Ask for a region of an image by the name of its file."""

    def ask(name, text, query=WINDOWS, plane="0/0"):
        number = image(name).pk
        url = f"/figure/render_scaled_region/{number}/{plane}/"
        return client.get(f"{url}?{query}&region={text}")

    return ask


def slide_colours():
    """The whole slide at full size, 700 x 1000, drawn by the contract's arithmetic."""
    first = coloured(quantized(slide(0), "uint16", 0, 48000), (255, 128, 0))
    second = coloured(quantized(slide(1), "uint16", 0, 60000), (0, 64, 255))
    whole = added(first, second)
    return np.kron(whole, np.ones((128, 128, 1)))[:700, :1000]


def expected_region(picture, x, y, width, height, factor):
    """Cut a region, grey beside the image, and take every ``1/factor``th pixel."""
    rows, columns = picture.shape[:2]
    out = np.full((height, width, 3), BESIDE)
    left, top = max(x, 0), max(y, 0)
    right, bottom = min(x + width, columns), min(y + height, rows)
    if left < right and top < bottom:
        out[top - y : bottom - y, left - x : right - x] = picture[
            top:bottom, left:right
        ]
    step = round(1 / factor)
    return out[step // 2 :: step, step // 2 :: step]


def alike(found, expected):
    """Compare within what JPEG does to edges, and to flat parts."""
    assert found.shape == expected.shape
    difference = np.abs(found - expected)
    assert difference.mean() < MEAN
    # JPEG mixes colours within blocks of 16 pixels: compare where all around is flat.
    around = (33, 33, 1)
    flat = maximum_filter(expected, around) == minimum_filter(expected, around)
    assert flat.any()
    assert difference[flat].max() <= 2 * JPEG


@pytest.mark.parametrize(
    ("x", "y", "width", "height"),
    [
        (0, 0, 1000, 700),
        (128, 256, 384, 256),
        (-200, -100, 600, 400),
        (700, 500, 500, 400),
        (-300, -250, 1600, 1200),
        (1000, 0, 64, 64),
        (-64, 100, 64, 64),
        (999, 699, 40, 40),
    ],
)
def test_regions_at_full_size(region, x, y, width, height):
    found = decoded(region("slide.ome.tif", f"{x},{y},{width},{height}"))
    expected = expected_region(slide_colours(), x, y, width, height, 1)
    assert found.shape == (height, width, 3)
    if 40 in {width, height}:
        assert np.abs(found[20:, 20:] - BESIDE).max() <= 2 * JPEG
        return
    alike(found, expected)


@pytest.mark.parametrize(
    ("longest", "factor"),
    [(1000, 1), (999, 1 / 2), (500, 1 / 2), (499, 1 / 4), (250, 1 / 4)],
)
def test_the_level_keeps_the_longest_side_below_max_size(region, longest, factor):
    query = f"{WINDOWS}&max_size={longest}"
    found = decoded(region("slide.ome.tif", "0,0,1000,700", query))
    expected = expected_region(slide_colours(), 0, 0, 1000, 700, factor)
    assert found.shape == (round(700 * factor), round(1000 * factor), 3)
    alike(found, expected)


def test_a_reduced_level_beside_the_image(region):
    query = f"{WINDOWS}&max_size=600"
    found = decoded(region("slide.ome.tif", "-100,-60,1200,900", query))
    expected = expected_region(slide_colours(), -100, -60, 1200, 900, 1 / 2)
    alike(found, expected)


def test_below_the_smallest_level_it_is_scaled(region):
    query = f"{WINDOWS}&max_size=100"
    found = decoded(region("slide.ome.tif", "-500,-650,2000,2000", query))
    assert found.shape == (100, 100, 3)
    # The slide lies in columns 25 to 75, rows 32.5 to 67.5; squares of 6.4.
    assert np.abs(found[:30] - BESIDE).max() <= 2 * JPEG
    assert np.abs(found[:, 96:] - BESIDE).max() <= 2 * JPEG
    colours = slide_colours()
    for row, column in ((1, 1), (2, 5), (4, 3)):
        y, x = round(32.5 + 6.4 * (row + 0.5)), round(25 + 6.4 * (column + 0.5))
        expected = colours[128 * row + 64, 128 * column + 64]
        assert np.abs(found[y, x] - expected).max() < 25


def test_max_size_is_2000_if_not_said(region):
    # 4400 long: 2200 at a half, 1100 at a quarter
    found = decoded(region("slide.ome.tif", "0,0,4400,400"))
    assert found.shape == (100, 1100, 3)
    assert np.abs(found[:, 300:] - BESIDE).max() <= 2 * JPEG


def test_an_image_of_one_level_is_scaled(region):
    query = "c=1|0:4000$FFFFFF&m=c&max_size=64"
    found = decoded(region("cells.ome.tif", "0,0,128,96", query, "1/0"))
    assert found.shape == (48, 64, 3)
    level = quantized(cells(0, 1, 0), "uint16", 0, 4000)
    middles = found.reshape(3, 16, 4, 16, 3)[:, 6:10, :, 6:10].mean(axis=(1, 3, 4))
    assert np.abs(middles - level).max() <= 2 * JPEG


def test_planes_and_reverse(region):
    query = '&maps=[{"reverse":{"enabled":true}}]'
    found = decoded(
        region("cells.ome.tif", "32,32,64,64", f"c=1|0:9000$FFFFFF&m=c{query}", "2/1")
    )
    level = 255 - quantized(cells(0, 2, 1), "uint16", 0, 9000)
    expected = np.stack([in_pixels(level)[32:96, 32:96]] * 3, axis=-1)
    alike(found, expected)


def test_a_projection(region):
    query = "c=1|0:4000$FFFFFF&m=c&p=intmax|0:2"
    found = decoded(region("cells.ome.tif", "0,0,128,96", query))
    brightest = np.max([cells(0, z, 0) for z in range(3)], axis=0)
    level = quantized(brightest, "uint16", 0, 4000)
    alike(found, np.stack([in_pixels(level)] * 3, axis=-1))


def test_fractions_of_pixels_are_rounded(region):
    exact = decoded(region("slide.ome.tif", "-20,30,200,150"))
    found = decoded(region("slide.ome.tif", "-20.4,29.6,200.3,149.7"))
    assert np.array_equal(found, exact)


def test_a_large_region_of_little_image(region):
    """No more is held than the picture is large."""
    found = decoded(region("slide.ome.tif", "-1000000000,0,2000000000,1000000000"))
    assert found.shape == (1000, 2000, 3)
    assert np.abs(found[50:] - BESIDE).max() <= 2 * JPEG


@pytest.mark.parametrize(
    ("text", "more", "status", "said"),
    [
        ("0,0,10", "", 400, b"malformed region"),
        ("0,0,10,x", "", 400, b"malformed region"),
        ("0,0,10,inf", "", 400, b"malformed region"),
        ("0,0,10,1e300", "", 400, b"malformed region"),
        ("0,0,0,10", "", 400, b"is empty"),
        ("0,0,10,-1", "", 400, b"is empty"),
        ("0,0,10,10", "&max_size=0", 400, b"max_size must be at least 1"),
        ("0,0,10,10", "&q=2", 400, b"quality"),
        ("-9,0,40000,40000", "&max_size=40000", 400, b"max_render_pixels"),
    ],
)
def test_what_cannot_be_drawn(region, text, more, status, said):
    answer = region("slide.ome.tif", text, WINDOWS + more)
    assert answer.status_code == status
    assert said in answer.content


def test_no_region(client, image):
    url = f"/figure/render_scaled_region/{image('slide.ome.tif').pk}/0/0/"
    assert client.get(url).status_code == 400


@pytest.mark.parametrize("plane", ["9/0", "0/9"])
def test_no_plane(region, plane):
    assert region("slide.ome.tif", "0,0,9,9", plane=plane).status_code == 404
    assert region("slide.ome.tif", "5000,0,9,9", plane=plane).status_code == 404


def test_what_a_browser_has_is_not_sent_again(region, client, image):
    answer = region("slide.ome.tif", "0,0,64,64")
    url = f"/figure/render_scaled_region/{image('slide.ome.tif').pk}/0/0/"
    again = client.get(
        f"{url}?{WINDOWS}&region=0,0,64,64",
        headers={"If-None-Match": answer["ETag"]},
    )
    assert (again.status_code, again.content) == (304, b"")
    other = region("slide.ome.tif", "0,0,64,65")
    assert other["ETag"] != answer["ETag"]


class TestPlaceholder:
    def test_it_works(self, client, image):
        number = image("cells.ome.tif").pk
        url = f"/figure/max_projection_range_exceeded/{number}/0/0/?c=1&p=intmax|0:2"
        picture = decoded(client.get(url))
        # As high and wide as the image: the client stretches it over the panel.
        assert picture.shape == (384, 512, 3)
        assert np.abs(picture[:20] - BESIDE).max() <= 2 * JPEG
        # Something is written on it.
        assert (picture < 120).mean() > 0.01

    def test_a_narrow_image(self, client, make_image, database):
        owner = {"owner": database.administrator, "group": database.public_group}
        number = make_image(owner, size_x=4000, size_y=2).pk
        url = f"/figure/max_projection_range_exceeded/{number}/0/0/"
        # It has no file, so nothing can be drawn of it.
        assert client.get(url).status_code == 404


class TestThumbnail:
    def test_it_is_that_of_the_gateway(self, client, image):
        number = image("cells.ome.tif").pk
        answer = client.get(f"/figure/render_thumbnail/{number}/?_=5")
        gateway = client.get(f"/webgateway/render_thumbnail/{number}/")
        assert answer.content == gateway.content
        assert decoded(answer).shape == (72, 96, 3)

    def test_grey_when_the_image_is_gone(self, client):
        picture = decoded(client.get("/figure/render_thumbnail/987654/"))
        assert picture.shape == (96, 96, 3)
        assert np.abs(picture - BESIDE).max() <= 2 * JPEG

    def test_grey_when_its_file_is_gone(self, client, image):
        from django.utils import timezone

        row = image("cells.ome.tif")
        row.vanished = timezone.now()
        row.save()
        picture = decoded(client.get(f"/figure/render_thumbnail/{row.pk}/"))
        assert np.abs(picture - BESIDE).max() <= 2 * JPEG
