"""rois_by_plane, page_data and plane_shape_counts (contract clients 4)."""

import pytest
from tests.web.iviewer.conftest import checked, checked_list


@pytest.fixture
def rois(draw):
    """ROIs by name; an unset z or t counts as every plane."""
    return {
        "here": draw((1, 0)),
        "there": draw((2, 1)),
        "all": draw((None, None)),
        "both": draw((0, 0), (2, 0)),
        "time": draw((None, 1)),
        "slice": draw((1, None)),
        "empty": draw(),
    }


def on_plane(client, image, plane, query=""):
    url = f"/iviewer/rois_by_plane/{image.pk}/{plane}/{query}"
    return checked_list(client.get(url), "Roi")


@pytest.mark.parametrize(
    ("plane", "names"),
    [
        ("0/0", "all both"),
        ("1/0", "here all slice"),
        ("1/1", "all time slice"),
        ("2/1", "there all time"),
        ("0-1/0", "here all both slice"),
        ("0-2/1", "there all time slice"),
        ("2-0/1", "there all time slice"),
    ],
)
def test_rois_of_planes(client, cells, rois, plane, names):
    found = on_plane(client, cells, plane)
    expected = [rois[name].pk for name in names.split()]
    assert [row["@id"] for row in found["data"]] == expected
    assert found["meta"]["totalCount"] == len(expected)


def test_all_shapes_of_each_roi(client, cells, rois):
    [_, both] = on_plane(client, cells, "0/0")["data"]
    assert [shape.get("TheZ") for shape in both["shapes"]] == [0, 2]


def test_pages(client, cells, rois):
    found = on_plane(client, cells, "0-2/1", "?offset=1&limit=2")
    assert [row["@id"] for row in found["data"]] == [rois["all"].pk, rois["time"].pk]
    assert found["meta"]["totalCount"] == 4


def test_as_the_json_api_writes_them(client, cells, rois):
    whole = client.get(f"/api/v0/m/rois/?image={cells.pk}").json()["data"]
    [row] = [row for row in whole if row["@id"] == rois["both"].pk]
    assert row in on_plane(client, cells, "0/0")["data"]


@pytest.mark.parametrize("plane", ["3/0", "0-3/0", "0/2"])
def test_planes_that_are_not_there(client, cells, plane):
    answer = client.get(f"/iviewer/rois_by_plane/{cells.pk}/{plane}/")
    assert "is not in" in checked(answer, "message", 404)["message"]


def test_counts(client, cells, rois):
    url = f"/iviewer/plane_shape_counts/{cells.pk}/"
    counts = checked(client.get(url), "plane_shape_counts")["data"]
    # all: every plane; time: every z at t 1; slice: z 1 at every t
    assert counts == [[2, 2], [3, 3], [2, 3]]


def test_shapes_on_planes_the_image_does_not_have(client, cells, draw):
    draw((7, 0), (0, 9), (7, None), (None, 9))
    url = f"/iviewer/plane_shape_counts/{cells.pk}/"
    assert client.get(url).json() == {"data": [[0, 0], [0, 0], [0, 0]]}


@pytest.mark.parametrize(
    ("name", "place"),
    [
        ("here", (0, 1, 0)),
        ("there", (0, 2, 1)),
        ("both", (1, 0, 0)),
        # unset: the plane that people see first, z 1 and t 0
        ("all", (1, 1, 0)),
        ("slice", (2, 1, 0)),
        ("time", (1, 1, 1)),
    ],
)
def test_place_of_a_roi(client, rois, name, place):
    roi = rois[name]
    for path in (f"roi/{roi.pk}", f"shape/{roi.shapes.first().pk}"):
        found = checked(client.get(f"/iviewer/{path}/page_data/"), "page_data")
        assert (found["roi_index"], found["theZ"], found["theT"]) == place
    # The client asks for the page that holds this place.
    listed = on_plane(client, roi.image, f"{place[1]}/{place[2]}")["data"]
    assert listed[place[0]]["@id"] == roi.pk
