"""Views, lists, measurements, changes and files of shapes."""

import csv
import io
import json
import math

import numpy as np
import pytest
from tests.web.conftest import new_client
from tests.web.reference import cells as cell_values
from tests.web.reference import in_pixels
from tests.web.regions.conftest import checked, rectangle, send

ALL = {"z": 0, "t": 0, "x0": 0, "y0": 0, "x1": 128, "y1": 96, "pixel": 0.1}
EVERY = [
    rectangle(10.5, 20.25, 30, 12, stroke="#ff0000ff", text="nucleus"),
    {"type": "Ellipse", "x": 60, "y": 40, "radius_x": 20, "radius_y": 8.5},
    {"type": "Line", "x1": 1, "y1": 2, "x2": 31, "y2": 42, "marker_end": "Arrow"},
    {"type": "Polyline", "points": [[1, 1], [5, 1], [5, 9]]},
    {"type": "Polygon", "points": [[10, 10], [40, 10], [10, 50]], "fill": "#00ff0080"},
    {"type": "Point", "x": 8.5, "y": 9.5, "z": 0, "t": 0},
    {"type": "Label", "x": 8.5, "y": 9.5, "text": "Größe", "font_size": 14},
]


def test_what_is_drawn_is_seen(draw, ask):
    places = draw(*EVERY)
    seen = ask("view/", "view", **ALL)
    assert (seen["total"], seen["dots"]) == (len(EVERY), [])
    by_id = {shape["id"]: shape for shape in seen["shapes"]}
    for place, drawn in zip(places, EVERY, strict=True):
        found = by_id[place["id"]]
        assert found.pop("roi") == place["roi"]
        del found["id"]
        assert found == drawn
    about = ask("", "about")
    assert about["total"] == len(EVERY)
    assert not about["may_draw"]
    assert "Log in" in about["reason"]


def test_only_what_meets_the_view_on_its_plane(draw, ask):
    places = draw(
        rectangle(10, 10, z=1),
        rectangle(10, 10, t=1),
        rectangle(10, 10),
        rectangle(60, 10, z=1, t=0),
        rectangle(10, 10, transform=[1, 0, 0, 1, 50, 0]),
    )
    ids = [place["id"] for place in places]

    def seen(**view):
        found = ask("view/", "view", **{**ALL, **view})
        return {ids.index(shape["id"]) for shape in found["shapes"]}

    assert seen() == {2, 4}
    assert seen(z=1) == {0, 2, 3, 4}
    assert seen(t=1) == {1, 2, 4}
    assert seen(z=1, x0=12, x1=14, y0=12, y1=13) == {0, 2}
    # At an edge it counts where it begins, and where it ends.
    assert seen(z=1, x0=14, x1=60, y0=14, y1=20) == {0, 2}
    assert seen(z=1, x0=14.1, x1=60, y0=0, y1=96) == set()
    assert seen(z=1, x0=14.1, x1=60.1, y0=0, y1=96) == {3, 4}


def test_too_many_become_dots_and_none_is_lost(draw, ask, configured):
    configured(max_region_shapes=20)
    small = [rectangle(x, y, 1, 1) for x in range(0, 120, 4) for y in range(0, 90, 4)]
    draw(*small, *[rectangle(5 * n, 5 * n, 30, 20) for n in range(10)])
    seen = ask("view/", "view", **ALL | {"pixel": 1})
    assert seen["total"] == len(small) + 10
    assert len(seen["shapes"]) == 10
    assert all(shape["width"] == 30 for shape in seen["shapes"])
    assert sum(count for _, _, count in seen["dots"]) == len(small)
    middles = {(shape["x"] + 0.5, shape["y"] + 0.5) for shape in small}
    lone = [(x, y) for x, y, count in seen["dots"] if count == 1]
    assert lone
    assert set(lone) <= middles
    # Nearer, each is drawn again.
    near = ask("view/", "view", **ALL | {"x1": 10, "y1": 10, "x0": 8, "y0": 8})
    assert not near["dots"]
    assert near["total"] == len(near["shapes"]) <= 20


def test_shapes_of_one_size_all_become_dots(draw, ask, configured):
    configured(max_region_shapes=20)
    draw(*[rectangle(3 * n, 20, 30, 30) for n in range(30)])
    seen = ask("view/", "view", **ALL | {"pixel": 1})
    assert seen["shapes"] == []
    assert sum(count for _, _, count in seen["dots"]) == 30


def test_outlines_are_as_fine_as_the_screen(draw, ask):
    turns = np.linspace(0, math.tau, 1000, endpoint=False)
    points = np.stack([60 + 30 * np.cos(turns), 45 + 30 * np.sin(turns)], 1).tolist()
    [place] = draw({"type": "Polygon", "points": points})
    [shape] = ask("view/", "view", **ALL | {"pixel": 1})["shapes"]
    assert shape["coarse"]
    few = np.array(shape["points"])
    assert len(few) < 300
    assert np.abs(np.hypot(*(few - (60, 45)).T) - 30).max() < 1e-9
    [whole] = ask("shapes/", "shapes", ids=place["id"])["shapes"]
    assert whole["points"] == points
    assert "coarse" not in whole


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"x0": "a"}, "x0 must be a number"),
        ({"x1": "nan"}, "x1 must be a number"),
        ({"x1": 0}, "has an area"),
        ({"pixel": 0}, "has an area"),
        ({"x1": "1e300"}, "within"),
        ({"z": ""}, "z must be"),
    ],
)
def test_views_that_are_none(ask, change, said):
    assert said in ask("view/", "message", 400, **ALL | change)["message"]


def test_planes_that_are_not_there(ask):
    assert "0 to 2" in ask("view/", "message", 404, **ALL | {"z": 3})["message"]
    assert "0 to 1" in ask("list/", "message", 404, z=0, t=2)["message"]


def test_list_is_filtered_sorted_and_paged(draw, ask):
    places = draw(
        rectangle(0, 0, 9, 9, text="beta", z=2, t=0),
        rectangle(0, 0, 5, 30, text="Alpha", z=0, t=1),
        {"type": "Point", "x": 1, "y": 1, "text": "alphabet"},
        {"type": "Line", "x1": 0, "y1": 0, "x2": 3, "y2": 4},
    )
    ids = [place["id"] for place in places]

    def order(**query):
        return [ids.index(row["id"]) for row in ask("list/", "list", **query)["rows"]]

    assert order() == [0, 1, 2, 3]
    assert order(backwards="true") == [3, 2, 1, 0]
    assert order(order="text") == [3, 1, 2, 0]
    assert order(order="size") == [2, 3, 0, 1]
    assert order(order="kind") == [3, 2, 0, 1]
    assert order(order="plane") == [2, 3, 0, 1]
    assert order(text="ALPHA") == [1, 2]
    assert order(text=str(ids[3])) == [3]
    assert order(type="Point,Line") == [2, 3]
    assert order(z=2, t=0) == [0, 2, 3]
    assert order(roi=places[1]["roi"]) == [1]
    assert order(offset=1, limit=2) == [1, 2]
    assert ask("list/", "list", text="alpha", limit=1, count="true")["total"] == 2
    assert ask("place/", "place", shape=ids[0], order="text")["place"] == 3
    assert ask("place/", "place", shape=ids[0], text="alpha")["place"] is None


@pytest.mark.parametrize(
    ("what", "query"),
    [
        ("list/", {"order": "color"}),
        ("list/", {"type": "Star"}),
        ("list/", {"z": 1}),
        ("list/", {"roi": -1}),
        ("list/", {"offset": "x"}),
        ("place/", {}),
        ("shapes/", {"ids": "1,x"}),
        ("shapes/", {"ids": ",".join(map(str, range(501)))}),
        ("measures/", {"ids": "1"}),
    ],
)
def test_lists_that_are_not_understood(ask, what, query):
    assert ask(what, "message", 400, **query)["message"].endswith((".", "'."))


def test_sizes_by_counting_fine_pixels(draw, ask):
    turn = [0.8, 0.6, -0.6, 0.8, 40, 0]
    shapes = [
        {**rectangle(10, 5, 20, 10), "transform": turn},
        {"type": "Ellipse", "x": 50, "y": 40, "radius_x": 20, "radius_y": 8},
        {"type": "Polygon", "points": [[10, 10], [40, 12], [22, 50], [20, 20]]},
    ]
    draw(*shapes)
    rows = ask("list/", "list")["rows"]
    ys, xs = np.mgrid[0:96:0.05, 0:128:0.05]
    fine = 0.05**2
    back = np.linalg.inv([[0.8, -0.6], [0.6, 0.8]])
    u, v = np.tensordot(back, np.stack([xs - 40, ys]), 1)
    inside = [
        (u >= 10) & (u < 30) & (v >= 5) & (v < 15),
        ((xs - 50) / 20) ** 2 + ((ys - 40) / 8) ** 2 < 1,
    ]
    for row, mask in zip(rows, inside, strict=False):
        assert row["area_px"] == pytest.approx(mask.sum() * fine, rel=2e-3)
        assert row["area_um2"] == pytest.approx(row["area_px"] * 0.25 * 0.5)
    # The polygon by its triangles, fanned from a corner it bends in at.
    corners = np.array([[10, 10], [40, 12], [22, 50], [20, 20]], float)
    first, second = corners[:3] - corners[3], np.roll(corners, -1, 0)[:3] - corners[3]
    cross = first[:, 0] * second[:, 1] - first[:, 1] * second[:, 0]
    assert rows[2]["area_px"] == pytest.approx(abs(cross[:2].sum()) / 2)
    turns = np.linspace(0, math.tau, 200_001)
    around = np.stack([20 * np.cos(turns), 8 * np.sin(turns)])
    for scale, name in (((1, 1), "length_px"), ((0.25, 0.5), "length_um")):
        steps = np.diff(around * np.array(scale)[:, None])
        assert rows[1][name] == pytest.approx(np.hypot(*steps).sum(), rel=1e-6)
    assert rows[0]["length_px"] == pytest.approx(60)


def test_lengths_of_lines_in_pixels_that_are_no_squares(draw, ask):
    draw({"type": "Line", "x1": 0, "y1": 0, "x2": 12, "y2": 8})
    [row] = ask("list/", "list")["rows"]
    assert row["length_um"] == pytest.approx(5)
    assert row["length_px"] == pytest.approx(math.sqrt(208))
    assert "area_px" not in row


def test_intensities_are_those_of_the_pixels(draw, ask):
    [place] = draw(rectangle(10, 20, 30, 12, z=2, t=1))
    [found] = ask("measures/", "measures", ids=place["id"], z=0, t=0, channels="1,3")[
        "measures"
    ]
    assert found["area_px"] == 360
    for told, channel in zip(found["channels"], (1, 3), strict=True):
        values = in_pixels(cell_values(channel, 2, 1))[20:32, 10:40].astype(float)
        assert told["channel"] == channel
        assert told["pixels"] == 360
        assert (told["min"], told["max"]) == (values.min(), values.max())
        assert told["mean"] == pytest.approx(values.mean())
        assert told["deviation"] == pytest.approx(values.std(ddof=1))


def test_masks_are_listed_and_measured(cells, draw, ask):
    from graticule.catalog.models import Roi, Shape

    draw(rectangle(0, 0))
    roi = Roi.objects.create(image=cells, owner=cells.owner, group=cells.group)
    box = {"min_x": 3, "min_y": 4, "max_x": 11, "max_y": 6}
    Shape.objects.create(
        roi=roi,
        kind="Mask",
        geometry={"x": 3, "y": 4, "width": 8, "height": 2},
        mask_bits=b"\xf1\x81",
        **box,
    )
    rows = ask("list/", "list", type="Mask")["rows"]
    assert [row["area_px"] for row in rows] == [7]


def test_changing_and_deleting(draw, ask, cells, logged_in, catalog):
    first, second = draw(rectangle(1, 1), rectangle(50, 50))
    client = logged_in(catalog.administrator)
    moved = {"id": first["id"], "roi": first["roi"], "shape": rectangle(70, 60)}
    gone = {"id": second["id"], "roi": second["roi"]}
    answer = checked(send(client, cells.pk, changed=[moved], deleted=[gone]), "saved")
    assert answer["refused"] == []
    assert {place["id"] for place in answer["saved"]} == {first["id"], second["id"]}
    [shape] = ask("view/", "view", **ALL)["shapes"]
    assert (shape["id"], shape["x"], shape["y"]) == (first["id"], 70, 60)
    near = ask("view/", "view", **ALL | {"x0": 71, "x1": 72, "y0": 61, "y1": 62})
    assert near["total"] == 1


def test_a_shape_goes_back_into_its_roi(draw, cells, logged_in, catalog):
    from graticule.catalog.models import Shape

    [place] = draw(rectangle(1, 1))
    client = logged_in(catalog.administrator)
    new = [
        {"key": "a", "roi": place["roi"], "shape": rectangle(2, 2)},
        {"key": "b", "roi": 10**9, "shape": rectangle(3, 3)},
    ]
    saved = checked(send(client, cells.pk, new=new), "saved")["saved"]
    by_key = {each["key"]: each for each in saved}
    assert by_key["a"]["roi"] == place["roi"]
    assert by_key["b"]["roi"] != 10**9
    assert Shape.objects.filter(roi=place["roi"]).count() == 2


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"news": []}, "news"),
        ({"new": [{"key": "a", "shape": {"type": "Star"}}]}, "new.0.shape.type"),
        ({"new": [{"key": "a", "shape": {"type": "Point", "x": 1}}]}, "needs y"),
        ({"new": [{"key": "a", "shape": rectangle("1", 1)}]}, "valid number"),
        (
            {"new": [{"key": "a", "shape": {"type": "Polygon", "points": [[1, 2]]}}]},
            "at least 3",
        ),
        (
            {"new": [{"key": "a", "shape": rectangle(1, 1, stroke="red")}]},
            "new.0.shape.stroke",
        ),
        ({"deleted": [{"id": -1, "roi": 1}]}, "deleted.0.id"),
    ],
)
def test_changes_that_are_not_understood(cells, logged_in, catalog, changes, said):
    answer = send(logged_in(catalog.administrator), cells.pk, **changes)
    assert said in checked(answer, "message", 400)["message"]


def test_what_cannot_be_saved_is_refused_and_the_rest_is_saved(
    cells, logged_in, catalog
):
    new = [
        {"key": "a", "shape": rectangle(1, 1, z=7)},
        {"key": "b", "shape": rectangle(1, 1)},
    ]
    answer = checked(send(logged_in(catalog.administrator), cells.pk, new=new), "saved")
    assert [each["key"] for each in answer["saved"]] == ["b"]
    assert len(answer["refused"]) == 1
    assert "0 to 2" in answer["refused"][0]


def test_table_as_csv(draw, cells):
    draw(rectangle(10, 20, 30, 12, z=2, t=1, text="=cmd()"), EVERY[2])
    answer = new_client().get(f"/regions/{cells.pk}/file.csv?intensities=true")
    assert answer["Content-Type"].startswith("text/csv")
    assert "regions.csv" in answer["Content-Disposition"]
    text = answer.content.decode()
    first, second = csv.DictReader(io.StringIO(text))
    assert first["text"] == "'=cmd()"
    assert (first["z"], first["t"], second["z"]) == ("3", "2", "")
    assert float(first["area_um2"]) == pytest.approx(360 * 0.125)
    values = in_pixels(cell_values(0, 2, 1))[20:32, 10:40].astype(float)
    assert float(first["c1_mean"]) == pytest.approx(values.mean())
    assert float(second["length_px"]) == pytest.approx(50)


def test_intensities_of_too_many_shapes_are_refused(draw, cells, configured):
    draw(*[rectangle(n, n) for n in range(4)])
    configured(max_region_shapes=3)
    url = f"/regions/{cells.pk}/file.csv"
    answer = new_client().get(f"{url}?intensities=true")
    assert "max_region_shapes" in checked(answer, "message", 400)["message"]
    assert len(new_client().get(url).content.splitlines()) == 5


def test_file_is_drawn_in_again(draw, cells, image):
    draw(*EVERY)
    answer = new_client().get(f"/regions/{cells.pk}/file.json")
    shapes = checked(answer, "file")["shapes"]
    assert shapes == EVERY
    slide = image("slide.ome.tif")
    draw(*shapes, image=slide)
    again = new_client().get(f"/regions/{slide.pk}/file.json")
    assert checked(again, "file")["shapes"] == EVERY


def test_geojson(draw, cells):
    draw(rectangle(1, 2, 3, 4, transform=[1, 0, 0, 1, 10, 20]), EVERY[2], EVERY[5])
    answer = new_client().get(f"/regions/{cells.pk}/file.geojson")
    assert answer["Content-Type"] == "application/geo+json"
    box, line, point = json.loads(answer.content)["features"]
    ring = [[11, 22], [14, 22], [14, 26], [11, 26], [11, 22]]
    assert box["geometry"] == {"type": "Polygon", "coordinates": [ring]}
    assert line["geometry"]["coordinates"] == [[1, 2], [31, 42]]
    assert point["geometry"] == {"type": "Point", "coordinates": [8.5, 9.5]}
    assert line["properties"]["type"] == "Line"


def test_the_described_body_is_what_is_read(catalog):
    from tests.web.regions.conftest import SCHEMAS

    from graticule.web.regions.params import ChangesForm

    rules = json.loads((SCHEMAS / "schemas" / "changes.json").read_text("utf-8"))
    del rules["$schema"]
    assert rules == json.loads(json.dumps(ChangesForm.model_json_schema()))
