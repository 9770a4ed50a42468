"""Figures of views: decoded, and compared with pictures and lengths made elsewhere."""

import io
import re
from base64 import b64decode
from xml.etree import ElementTree as ET

import numpy as np
import pytest
import tifffile
from PIL import Image
from tests.web.conftest import new_client
from tests.web.reference import added, cells, coloured, in_pixels, quantized
from tests.web.test_share import share

SVG = "{http://www.w3.org/2000/svg}"
HREF = "{http://www.w3.org/1999/xlink}href"
SETTINGS = {"c": "1|100:9000$FF0000,2|200:8000$00FF80,-3,-4", "m": "c"}
UM = 0.25


@pytest.fixture
def row(image):
    return image("cells.ome.tif")


def ask(client, row, status=200, **query):
    answer = client.get(f"/view_export/{row.pk}/", query)
    assert answer.status_code == status, answer.content[:300]
    return answer


def decoded(answer):
    with Image.open(io.BytesIO(answer.content)) as picture:
        assert picture.mode == "RGB"
        return np.asarray(picture, int), picture.info


def drawn(z, t, region=None):
    """The plane by SETTINGS, made without any code of ours."""
    parts = [
        coloured(quantized(cells(c, z, t), "uint16", start, end), color)
        for c, start, end, color in (
            (0, 100, 9000, (255, 0, 0)),
            (1, 200, 8000, (0, 255, 128)),
        )
    ]
    squares = added(*parts)
    whole = np.stack([in_pixels(squares[..., part]) for part in range(3)], axis=-1)
    x, y, width, height = region or (0, 0, 128, 96)
    return whole[y : y + height, x : x + width]


REGIONS = [None, (0, 0, 128, 96), (33, 17, 40, 50), (100, 90, 28, 6)]


@pytest.mark.parametrize("region", REGIONS)
@pytest.mark.parametrize("form", ["png", "tif", "svg"])
def test_pixels_are_those_of_the_view(client, row, region, form):
    query = {} if region is None else {"region": ",".join(map(str, region))}
    answer = ask(client, row, z=2, t=1, format=form, **SETTINGS, **query)
    if form == "tif":
        assert answer["Content-Type"] == "image/tiff"
        picture = tifffile.imread(io.BytesIO(answer.content)).astype(int)
    elif form == "png":
        assert answer["Content-Type"] == "image/png"
        picture, _ = decoded(answer)
    else:
        assert answer["Content-Type"] == "image/svg+xml"
        root = ET.fromstring(answer.content)
        picture = embedded(root.find(f"{SVG}image"))
    np.testing.assert_array_equal(picture, drawn(2, 1, region))


def embedded(element):
    kind, data = element.get(HREF).split(",")
    assert kind == "data:image/png;base64"
    with Image.open(io.BytesIO(b64decode(data))) as picture:
        return np.asarray(picture.convert("RGB"), int)


def test_what_is_left_out_is_as_people_see_it_first(client, row):
    path = f"/webgateway/render_image/{row.pk}/"
    with Image.open(io.BytesIO(client.get(path).content)) as picture:
        first = np.asarray(picture, int)
    picture, _ = decoded(ask(client, row))
    assert picture.shape == first.shape
    edge = [n for n in range(128) if 8 <= n % 32 < 24]
    inner = np.ix_([n for n in edge if n < 96], edge)
    assert np.abs(picture - first)[inner].max() <= 4


def test_a_projection_of_no_plane_is_black(client, row):
    picture, _ = decoded(ask(client, row, p="intmax|2:1", **SETTINGS))
    assert not picture.any()


def test_a_projection(client, row):
    picture, _ = decoded(ask(client, row, t=1, p="intmax|0:2", **SETTINGS))
    np.testing.assert_array_equal(picture, drawn(2, 1))


def test_resolution_and_true_size_are_in_the_files(client, row):
    query = {"dpi": 450, "width": 256, **SETTINGS}
    _, info = decoded(ask(client, row, **query))
    assert info["dpi"] == pytest.approx((450, 450), abs=0.05)
    content = ask(client, row, format="tif", **query).content
    with tifffile.TiffFile(io.BytesIO(content)) as tif:
        tags = tif.pages[0].tags
        assert tags["XResolution"].value == (450, 1)
        assert tags["YResolution"].value == (450, 1)
        assert tags["ResolutionUnit"].value == 2
        said = tif.ome_metadata
    size = {
        axis: float(re.search(f'PhysicalSize{axis}="([^"]+)"', said)[1])
        for axis in "XY"
    }
    assert size == {"X": pytest.approx(0.125), "Y": pytest.approx(0.25)}
    root = ET.fromstring(ask(client, row, format="svg", **query).content)
    assert root.get("viewBox") == "0 0 256 192"
    assert float(root.get("width")[:-2]) == pytest.approx(256 / 450 * 25.4, abs=1e-3)
    assert root.get("width")[-2:] == "mm"


@pytest.mark.parametrize("factor", [2, 3])
def test_larger_repeats_pixels(client, row, factor):
    region = "30,20,50,40"
    picture, _ = decoded(ask(client, row, region=region, width=50 * factor, **SETTINGS))
    once = drawn(0, 0, (30, 20, 50, 40))
    expected = np.repeat(np.repeat(once, factor, 0), factor, 1)
    small, _ = decoded(ask(client, row, region=region, z=0, t=0, **SETTINGS))
    assert small.shape == once.shape
    full, _ = decoded(
        ask(client, row, region=region, z=0, t=0, width=50 * factor, **SETTINGS)
    )
    np.testing.assert_array_equal(full, expected)
    assert picture.shape == expected.shape


def test_smaller_comes_from_the_pyramid(client, image):
    """Level 1 of the slide is half as large: there squares have 64 pixels."""
    slide = image("slide.ome.tif")
    query = {"c": "1|500:50000$FFFFFF", "m": "c", "region": "256,128,512,384"}
    whole, _ = decoded(ask(client, slide, **query))
    half, _ = decoded(ask(client, slide, width=256, **query))
    assert half.shape == (192, 256, 3)
    np.testing.assert_array_equal(half, whole[::2, ::2])
    third, _ = decoded(ask(client, slide, width=100, **query))
    assert third.shape == (75, 100, 3)
    middle = (
        [int((n + 0.5) * 25) for n in range(4)],
        [int((n + 0.5) * 25) for n in range(3)],
    )
    far = [n * 128 + 64 for n in range(4)], [n * 128 + 64 for n in range(3)]
    np.testing.assert_allclose(
        third[np.ix_(middle[1], middle[0])], whole[np.ix_(far[1], far[0])], atol=1
    )


BARS = [
    ({"bar": "10"}, 10.0),
    ({"bar": "10", "bar_at": "top-left", "bar_color": "ff8000"}, 10.0),
    ({"bar": "7.3", "bar_at": "bottom-left"}, 7.3),
    ({"bar": "auto", "bar_at": "top-right"}, 5.0),
    ({"bar": "10", "width": "301"}, 10.0),
    ({"bar": "2", "width": "500", "region": "10,10,40,40"}, 2.0),
]


@pytest.mark.parametrize(("query", "um"), BARS)
def test_the_bar_is_as_long_as_it_says(client, row, query, um):
    query = {"c": "-1,-2,-3,-4", "m": "c", "bar_label": "false", **query}
    picture, _ = decoded(ask(client, row, **query))
    height, width, _ = picture.shape
    seen = int(query.get("region", "0,0,128").split(",")[2])
    true = um / UM * width / seen
    rows, columns = np.nonzero(picture.any(axis=-1))
    length = np.ptp(columns) + 1
    assert abs(length - true) <= 0.5
    color = bytes.fromhex(query.get("bar_color", "ffffff"))
    block = picture[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]
    assert (block == np.array(list(color))).all()
    corner = query.get("bar_at", "bottom-right").split("-")
    assert (rows.mean() < height / 2) == (corner[0] == "top")
    assert (columns.mean() < width / 2) == (corner[1] == "left")
    # In a vector it is exact.
    root = ET.fromstring(ask(client, row, format="svg", **query).content)
    (bar,) = root.findall(f"{SVG}g[@id='scale-bar']/{SVG}rect")
    assert float(bar.get("width")) == pytest.approx(true, abs=1e-3)
    assert bar.get("fill") == f"#{color.hex()}"
    assert abs(float(bar.get("x")) - columns.min()) <= 0.5
    assert abs(float(bar.get("y")) - rows.min()) <= 0.5


def test_beside_bar_and_letters_nothing_changes(client, row):
    plain, _ = decoded(ask(client, row, width=512, **SETTINGS))
    marked, _ = decoded(
        ask(client, row, width=512, bar="10", names="top-left", **SETTINGS)
    )
    rows, columns = np.nonzero((plain != marked).any(axis=-1))
    # The bar with its label is at the lower right, the names at the upper left.
    lower = rows > 192
    assert lower.any()
    assert (~lower).any()
    assert columns[lower].min() > 256
    assert columns[~lower].max() < 256
    assert rows[~lower].max() < 80
    assert rows[lower].min() > 300


def test_letters_are_as_large_as_asked_for(client, row):
    def height(**query):
        black = {"c": "-1,-2,-3,-4", "width": 1200, "bar": "10"}
        picture, _ = decoded(ask(client, row, **black, **query))
        rows = np.nonzero(picture.any(axis=(1, 2)))[0]
        return np.ptp(rows)

    one, two = height(text=10, dpi=300), height(text=20, dpi=300)
    assert two == pytest.approx(2 * one, rel=0.1)
    assert height(text=20, dpi=150) == pytest.approx(one, rel=0.1)


def test_words_stay_words_in_svg(client, row):
    root = ET.fromstring(
        ask(client, row, format="svg", bar="10", names="top-left", **SETTINGS).content
    )
    said = [text.text for text in root.iter(f"{SVG}text")]
    assert said == ["DAPI", "GFP", "10 µm"]
    names = root.findall(f"{SVG}g[@id='channels']/{SVG}text")
    assert [name.get("fill") for name in names] == ["#ff0000", "#00ff80"]
    assert root.find(f"{SVG}title").text == row.name


SHAPES = [
    ("Rectangle", {"x": 20, "y": 30, "width": 40, "height": 20}, ""),
    ("Ellipse", {"x": 80, "y": 40, "radius_x": 20, "radius_y": 10}, ""),
    ("Line", {"x1": 5, "y1": 6, "x2": 50, "y2": 16}, ""),
    ("Polygon", {}, "70,60 90,62 85,80"),
    ("Point", {"x": 100, "y": 20}, ""),
    ("Label", {"x": 10, "y": 80}, ""),
]


def box_of(kind, at, points):
    if points:
        xs, ys = zip(
            *(map(float, point.split(",")) for point in points.split()), strict=True
        )
    elif kind == "Line":
        xs, ys = (at["x1"], at["x2"]), (at["y1"], at["y2"])
    elif kind == "Ellipse":
        xs = at["x"] - at["radius_x"], at["x"] + at["radius_x"]
        ys = at["y"] - at["radius_y"], at["y"] + at["radius_y"]
    else:
        xs = at["x"], at["x"] + at.get("width", 0)
        ys = at["y"], at["y"] + at.get("height", 0)
    return {"min_x": min(xs), "max_x": max(xs), "min_y": min(ys), "max_y": max(ys)}


@pytest.fixture
def shapes(row):
    from graticule.catalog.models import Roi, Shape

    roi = Roi.objects.create(image=row, owner=row.owner, group=row.group)
    for kind, at, points in SHAPES:
        Shape.objects.create(
            roi=roi,
            kind=kind,
            geometry=at,
            points=points,
            text="nucleus <1>" if kind in {"Label", "Rectangle"} else None,
            stroke_color=-16776961,  # opaque red
            **box_of(kind, at, points),
        )
    return roi


def test_regions_are_vectors_in_svg(client, row, shapes):
    query = {
        "format": "svg",
        "region": "10,10,100,80",
        "width": 300,
        "regions": "shapes",
    }
    root = ET.fromstring(ask(client, row, **query).content)
    group = root.find(f"{SVG}g[@id='regions']")

    def numbers(tag, *names):
        (found,) = group.findall(f"{SVG}{tag}")
        assert found.get("stroke", "#ff0000") == "#ff0000"
        return [float(found.get(name)) for name in names]

    assert numbers("rect", "x", "y", "width", "height") == [30, 60, 120, 60]
    assert numbers("line", "x1", "y1", "x2", "y2") == [-15, -12, 120, 18]
    (polygon,) = group.findall(f"{SVG}polygon")
    assert polygon.get("points") == "180,150 240,156 225,210"
    oval, point = group.findall(f"{SVG}ellipse")
    assert [float(oval.get(name)) for name in ("cx", "cy", "rx", "ry")] == [
        210,
        90,
        60,
        30,
    ]
    assert [float(point.get(name)) for name in ("cx", "cy")] == [270, 30]
    (label,) = group.findall(f"{SVG}text")
    assert label.text == "nucleus <1>"
    assert [float(label.get(name)) for name in "xy"] == [0, 210]
    with_texts = ET.fromstring(ask(client, row, **query | {"regions": "texts"}).content)
    assert len(list(with_texts.iter(f"{SVG}text"))) == 2


def test_regions_are_drawn_into_pixels(client, row, shapes):
    query = {"c": "-1,-2,-3,-4", "region": "10,10,100,80", "width": 300}
    empty, _ = decoded(ask(client, row, **query))
    assert not empty.any()
    picture, _ = decoded(ask(client, row, regions="shapes", **query))
    assert not picture[..., 1:].any()
    red = picture[..., 0] > 100
    # The sides of the rectangle, and nothing within it.
    assert red[59:61, 32:148].any(axis=0).all()
    assert red[119:121, 32:148].any(axis=0).all()
    assert red[62:118, 29:31].any(axis=1).all()
    assert red[62:118, 149:151].any(axis=1).all()
    assert not red[70:110, 40:140].any()
    # The ellipse's outermost points, and its middle.
    assert red[90, 269:272].any()
    assert red[59:62, 210].any()
    assert not red[90, 160:260].any()


def test_a_mask_covers_its_pixels(client, row):
    from graticule.catalog.models import Roi, Shape

    roi = Roi.objects.create(image=row, owner=row.owner, group=row.group)
    inside = np.zeros((5, 8), bool)
    inside[1:4, 2:7] = True
    Shape.objects.create(
        roi=roi,
        kind="Mask",
        geometry={"x": 20, "y": 30, "width": 8, "height": 5},
        mask_bits=np.packbits(inside).tobytes(),
        fill_color=0x0000FF_FF,
        **box_of("Mask", {"x": 20, "y": 30, "width": 8, "height": 5}, ""),
    )
    query = {"c": "-1,-2,-3,-4", "regions": "shapes"}
    for scale in (1, 4):
        picture, _ = decoded(ask(client, row, width=128 * scale, **query))
        blue = picture[..., 2] == 255
        expected = np.zeros((96, 128), bool)
        expected[30:35, 20:28] = inside
        np.testing.assert_array_equal(
            blue, np.kron(expected, np.ones((scale, scale))) > 0
        )
    root = ET.fromstring(ask(client, row, format="svg", width=512, **query).content)
    stencil = root.find(f"{SVG}g[@id='regions']/{SVG}image")
    assert stencil.get("transform") == "matrix(4 0 0 4 80 120)"
    np.testing.assert_array_equal(embedded(stencil)[..., 2] > 0, inside)


def test_limits_say_what_to_choose(client, row, configured):
    configured(max_figure_pixels=10_000)
    said = ask(client, row, 400, width=200).json()["message"]
    assert "max_figure_pixels = 10,000" in said
    assert "30,000" in said
    assert "smaller width" in said
    ask(client, row, width=100)


def test_many_regions_are_refused(client, row, shapes, configured):
    configured(max_region_shapes=2)
    said = ask(client, row, 400, regions="shapes").json()["message"]
    assert "max_region_shapes = 2" in said
    assert "Zoom in" in said


def test_a_deep_projection_is_for_a_job(client, row, monkeypatch):
    from graticule.services.engine import engine

    monkeypatch.setattr(engine(), "max_projection_bytes", 1000)
    said = ask(client, row, 400, p="intmax", c="1", z=1).json()["message"]
    assert "max_projection_bytes = 1,000" in said
    assert "rendered-images" in said
    assert f"IMAGE={row.pk}" in said


WRONG = [
    ({"format": "gif"}, "png, tif, svg"),
    ({"region": "1,2,3"}, "x,y,width,height"),
    ({"region": "1,2,0,4"}, "empty"),
    ({"width": "-4"}, "whole number"),
    ({"dpi": "nan"}, "0.1 to 10000"),
    ({"bar": "-3"}, "bar must be"),
    ({"bar": "1000"}, "longer than the figure"),
    ({"bar": "auto", "bar_color": "red"}, "six hexadecimal"),
    ({"bar": "auto", "bar_at": "middle"}, "bottom-right"),
    ({"names": "yes"}, "top-left"),
    ({"regions": "yes"}, "shapes"),
    ({"text": "1e9"}, "500"),
    ({"text": "400"}, "higher than the figure"),
    ({"c": "1$FFFFFF$000000"}, "two colours"),
]


@pytest.mark.parametrize(("query", "said"), WRONG)
def test_what_makes_no_sense_is_said(client, row, query, said):
    assert said in ask(client, row, 400, **query).json()["message"]


NOT_THERE = [{"z": 3}, {"t": 9}, {"region": "128,0,5,5"}, {"p": "intmax|7:9"}]


@pytest.mark.parametrize("query", NOT_THERE)
def test_what_is_not_there_is_not_found(client, row, query):
    assert ask(client, row, 404, **query).json()["message"]


@pytest.mark.parametrize("number", ["done", "0", "9" * 30])
def test_what_is_no_image_is_not_found(client, catalog, number):
    assert client.get(f"/view_export/{number}/").status_code == 404


def test_without_pixel_sizes_there_is_no_bar(client, image):
    said = ask(client, image("photo.tif"), 400, bar="auto").json()["message"]
    assert "not known" in said
    ask(client, image("photo.tif"))


def test_what_is_known_is_not_sent_again(client, row, shapes):
    query = {"bar": "auto", "regions": "shapes"}
    first = ask(client, row, **query)
    path = f"/view_export/{row.pk}/"
    again = client.get(path, query, headers={"If-None-Match": first["ETag"]})
    assert again.status_code == 304
    assert ask(client, row, **query, dpi=72)["ETag"] != first["ETag"]
    shapes.shapes.filter(kind="Line").delete()
    assert ask(client, row, **query)["ETag"] != first["ETag"]


def test_a_figure_is_a_download_with_a_name(client, row):
    said = ask(client, row, format="tif")["Content-Disposition"]
    assert said.startswith('attachment; filename="')
    assert 'figure.tif"' in said


@pytest.mark.parametrize("level", ["rw----", "rwr---"])
def test_who_may_see(make_cast, logged_in, row, level):
    cast = make_cast(level)
    row.owner, row.group = cast.alice, cast.group
    row.save()
    sees = {"alice"} | ({"bob"} if level == "rwr---" else set())
    for who in ("alice", "bob", "charlie"):
        answer = logged_in(getattr(cast, who)).get(f"/view_export/{row.pk}/")
        assert answer.status_code == (200 if who in sees else 404), who
    assert new_client().get(f"/view_export/{row.pk}/").status_code in {401, 404}


def test_who_holds_a_link_may(make_cast, logged_in, row, image):
    cast = make_cast("rw----")
    other = image("slide.ome.tif")
    for each in (row, other):
        each.owner, each.group = cast.alice, cast.group
        each.save()
    link = share(logged_in(cast.alice), "image", row.pk)
    stranger = new_client()
    assert stranger.get(f"/view_export/{row.pk}/").status_code in {401, 404}
    shown = stranger.get(f"{link}/view_export/{row.pk}/", {"width": 64})
    assert decoded(shown)[0].shape == (48, 64, 3)
    assert stranger.get(f"{link}/view_export/{other.pk}/").status_code == 404


def test_nobody_changes_anything_here(client, row):
    assert client.post(f"/view_export/{row.pk}/").status_code in {403, 405}
