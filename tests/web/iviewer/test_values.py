"""get_intensity and shape_stats: raw values (contract clients 4)."""

import numpy as np
import pytest
import tifffile
from tests.web.iviewer.conftest import checked
from tests.web.reference import cells as squares
from tests.web.reference import in_pixels

from graticule.services.engine import engine

EVERYWHERE = {"x": 0.0, "y": 0.0, "width": 128.0, "height": 96.0}


def intensity(client, **query):
    answer = client.get("/iviewer/get_intensity/", query)
    return checked(answer, "intensity")


def test_values_around_a_pixel(client, cells):
    found = intensity(client, image=cells.pk, z=2, t=1, x=64, y=40, c="0,3")
    assert found["count"] == 51 * 51 == len(found["pixels"])
    for channel in (0, 3):
        plane = in_pixels(squares(channel, 2, 1))
        for y in range(40 - 25, 40 + 26):
            for x in range(64 - 25, 64 + 26):
                assert found["pixels"][f"{x}-{y}"][str(channel)] == plane[y, x]
    assert set(found["pixels"]["64-40"]) == {"0", "3"}


@pytest.mark.parametrize(
    ("x", "y", "columns", "rows"),
    [
        (0, 0, range(26), range(26)),
        (127, 95, range(102, 128), range(70, 96)),
        (3.9, 50.2, range(29), range(25, 76)),
    ],
)
def test_cut_at_the_edge(client, cells, x, y, columns, rows):
    found = intensity(client, image=cells.pk, z=0, t=0, x=x, y=y, c="1")
    expected = {f"{column}-{row}" for row in rows for column in columns}
    assert set(found["pixels"]) == expected
    assert found["count"] == len(expected)


def test_no_channel(client, cells):
    found = intensity(client, image=cells.pk, z=0, t=0, x=9, y=9, c="")
    assert found["pixels"]["9-9"] == {}


def test_no_numbers_are_left_out(client, image):
    # squares of 32: -1.5, 0.25, 0.75, NaN
    pk = image("float32.tif").pk
    found = intensity(client, image=pk, z=0, t=0, x=96, y=3, c="0")
    assert found["pixels"]["95-3"] == {"0": 0.75}
    assert found["pixels"]["96-3"] == {}


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"x": 128}, 404),
        ({"y": -1}, 404),
        ({"z": 3}, 404),
        ({"t": 2}, 404),
        ({"c": "0,4"}, 404),
        ({"c": "-1"}, 404),
        ({"x": "nan"}, 400),
        ({"x": ""}, 400),
        ({"z": "one"}, 400),
        ({"c": "0;1"}, 400),
        ({"image": 10**7}, 404),
        ({"image": "x"}, 400),
    ],
)
def test_bad_questions(client, cells, change, status):
    query = {"image": cells.pk, "z": 0, "t": 0, "x": 1, "y": 1, "c": "0", **change}
    checked(client.get("/iviewer/get_intensity/", query), "message", status)


def stats(client, *shapes, z=0, t=0, cs="0"):
    ids = ",".join(str(shape.pk) for shape in shapes)
    answer = client.get("/iviewer/shape_stats/", {"ids": ids, "z": z, "t": t, "cs": cs})
    return checked(answer, "shape_stats")


def measured(values, index=0):
    """What NumPy says of some pixels."""
    values = np.asarray(values, np.float64)
    return {
        "index": index,
        "points": len(values),
        "min": values.min(),
        "max": values.max(),
        "sum": values.sum(),
        "mean": pytest.approx(values.mean(), rel=1e-12),
        "std_dev": pytest.approx(values.std(ddof=1), rel=1e-9),
    }


def test_shape_statistics(client, cells, draw):
    rectangle = {"geometry": {"x": 20, "y": 30, "width": 50, "height": 7}}
    triangle = {"kind": "Polygon", "geometry": {}, "points": "5,5 90,8 40,80"}
    first, second = draw(rectangle, triangle).shapes.all()
    found = stats(client, second, first, z=1, t=1, cs="2,0")
    assert list(found) == [str(second.pk), str(first.pk)]
    planes = {c: in_pixels(squares(c, 1, 1)) for c in (0, 2)}
    assert found[str(first.pk)] == [
        measured(planes[c][30:37, 20:70].ravel(), c) for c in (2, 0)
    ]
    inside = found[str(second.pk)][0]
    # half of base times height, give or take the edge
    assert inside["points"] == pytest.approx(3112, abs=60)


def test_shapes_on_planes_of_their_own(client, cells, draw):
    here, there = draw({"z": 2, "t": 1}, {"z": None, "t": 1}).shapes.all()
    found = stats(client, here, there)
    for shape, z in ((here, 2), (there, 0)):
        plane = in_pixels(squares(0, z, 1))
        assert found[str(shape.pk)] == [measured(plane[2:6, 1:4].ravel())]


def test_statistics_over_many_pieces(client, image, draw):
    """A slide of several tiles, with an ellipse cut at its edge."""
    row = image("slide.ome.tif")
    at = {"x": 600.0, "y": 650.0, "radius_x": 390.0, "radius_y": 210.0}
    [shape] = draw({"kind": "Ellipse", "geometry": at}, image=row).shapes.all()
    plane = tifffile.imread(row.fileset.entry, level=0)[1]
    ys, xs = np.mgrid[: row.size_y, : row.size_x] + 0.5
    inside = ((xs - 600) / 390) ** 2 + ((ys - 650) / 210) ** 2 <= 1
    assert inside[-1].any()
    found = stats(client, shape, cs="1")
    assert found[str(shape.pk)] == [measured(plane[inside], 1)]


def test_values_that_are_no_numbers_are_left_out(client, image, draw):
    row = image("float32.tif")
    whole = {"geometry": {"x": 60, "y": 0, "width": 68, "height": 1}}
    nan = {"geometry": {"x": 100, "y": 0, "width": 9, "height": 9}}
    first, second = draw(whole, nan, image=row).shapes.all()
    found = stats(client, first, second)
    # 4 pixels of 0.25, 32 of 0.75, and 32 that are none
    assert found[str(first.pk)] == [measured([0.25] * 4 + [0.75] * 32)]
    assert found[str(second.pk)] == []


def test_large_numbers_are_exact(client, image, draw):
    row = image("uint32.tif")  # squares of 5, 100000, 200000, 3000000000
    at = {"geometry": {"x": 96, "y": 0, "width": 32, "height": 32}}
    [shape] = draw(at, image=row).shapes.all()
    [found] = stats(client, shape)[str(shape.pk)]
    assert found["sum"] == 3_000_000_000 * 1024
    assert found["mean"] == 3e9
    assert found["std_dev"] == 0


def test_one_pixel_and_none(client, cells, draw):
    spot = {"kind": "Point", "geometry": {"x": 40.5, "y": 3.5}}
    away = {"kind": "Point", "geometry": {"x": -40.5, "y": 3.5}}
    one, none = draw(spot, away).shapes.all()
    found = stats(client, one, none)
    value = in_pixels(squares(0, 0, 0))[3, 40]
    assert found[str(one.pk)] == [
        {
            "index": 0,
            "points": 1,
            "min": value,
            "max": value,
            "sum": value,
            "mean": value,
            "std_dev": 0,
        }
    ]
    assert found[str(none.pk)] == []


def test_what_is_not_there_is_left_out(client, cells, draw):
    [shape] = draw((0, 0)).shapes.all()
    ids = f"{shape.pk},{shape.pk + 1000}"
    query = {"ids": ids, "z": 0, "t": 0, "cs": "0"}
    found = checked(client.get("/iviewer/shape_stats/", query), "shape_stats")
    assert list(found) == [str(shape.pk)]


@pytest.mark.parametrize(
    ("change", "status"),
    [({"z": 3}, 404), ({"t": 2}, 404), ({"cs": "4"}, 404), ({"cs": "x"}, 400)],
)
def test_bad_measurements(client, cells, draw, change, status):
    [shape] = draw((None, None)).shapes.all()
    query = {"ids": shape.pk, "z": 0, "t": 0, "cs": "0", **change}
    checked(client.get("/iviewer/shape_stats/", query), "message", status)


@pytest.mark.parametrize(("limit", "status"), [(2 * 128 * 96, 200), (24_575, 400)])
def test_limit(client, draw, monkeypatch, limit, status):
    """Over all shapes and channels; the refusal names the limit."""
    first, second = draw(
        {"geometry": EVERYWHERE}, {"geometry": EVERYWHERE}
    ).shapes.all()
    monkeypatch.setattr(engine(), "max_measured_pixels", limit)
    query = {"ids": f"{first.pk},{second.pk}", "z": 0, "t": 0, "cs": "3"}
    answer = client.get("/iviewer/shape_stats/", query)
    if status == 400:
        assert "max_measured_pixels" in checked(answer, "message", 400)["message"]
    else:
        assert len(checked(answer, "shape_stats")) == 2
