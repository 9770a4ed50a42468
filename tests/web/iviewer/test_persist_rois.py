"""persist_rois: shapes that people draw, change and delete (contract clients 4)."""

import json

import pytest
from tests.web.iviewer.conftest import RECTANGLE, checked

OME = "http://www.openmicroscopy.org/Schemas/OME/2016-06#"
PIXELS = {"@type": "TBD#LengthI", "Unit": "PIXEL", "Symbol": "px", "Value": 1}
POINTS = {"@type": "TBD#LengthI", "Unit": "POINT", "Symbol": "pt", "Value": 10}

# As the client sends them (seen on the wire), and where they are.
DRAWN = {
    "Rectangle": ({"X": 64.2, "Y": 78.5, "Width": 36, "Height": 24}, (64.2, 78.5)),
    "Ellipse": ({"X": 50, "Y": 40.25, "RadiusX": 20, "RadiusY": 9}, (30, 31.25)),
    "Point": ({"X": 8.5, "Y": 9.5}, (8.5, 9.5)),
    "Label": ({"X": 8.5, "Y": 9.5, "Text": "Größe"}, (8.5, 9.5)),
    "Line": ({"X1": 90, "Y1": 8, "X2": 5.5, "Y2": 70, "MarkerEnd": "Arrow"}, (5.5, 8)),
    "Polyline": ({"Points": "34.25,8.5 64,22 76.0,7"}, (34.25, 7)),
    "Polygon": ({"Points": "-3,8.5 64,22 76.0,7"}, (-3, 7)),
}


def body_of(image, **rois):
    count = sum(map(len, rois.values()))
    empty = {"count": count, "empty_rois": {}, "new_and_deleted": []}
    parts = {**empty, "deleted": {}, "new": [], "modified": [], **rois}
    return {"imageId": image.pk, "rois": parts}


def drawn(kind, key="-2:-61", **fields):
    said = {"@type": f"{OME}{kind}", "oldId": key, "Area": 864, "Length": -1}
    return {**said, **DRAWN[kind][0], **fields}


@pytest.fixture
def persist(cells, logged_in):
    """Post a body as a person, as the client does: with the cookie's token."""

    def post(person, **rois):
        client = logged_in(person)
        return send(client, body_of(cells, **rois))

    return post


def send(client, body):
    client.get("/api/v0/token/")
    text = body if isinstance(body, (str, bytes)) else json.dumps(body)
    return client.post(
        "/iviewer/persist_rois/",
        text,
        content_type="application/json",
        headers={"X-CSRFToken": client.cookies["csrftoken"].value},
    )


@pytest.fixture
def saved(persist, catalog):
    """Save as the administrator, whose images these are."""

    def save(**rois):
        return checked(persist(catalog.administrator, **rois), "saved")

    return save


def api_shape(client, shape_id):
    return client.get(f"/api/v0/m/shapes/{shape_id}/").json()["data"]


@pytest.mark.parametrize("kind", DRAWN)
def test_new_shapes(saved, client, cells, catalog, kind):
    from graticule.catalog.models import Shape

    style = {"FillColor": -256, "StrokeColor": -65281, "StrokeWidth": PIXELS}
    text = {"FontFamily": "serif", "FontSize": POINTS, "FontStyle": "Bold"}
    sent = drawn(kind, TheZ=2, TheT=1, TheC=3, **style, **text)
    answer = saved(new=[sent])
    assert set(answer) == {"ids"}
    roi_id, shape_id = map(int, answer["ids"]["-2:-61"].split(":"))
    row = Shape.objects.select_related("roi").get(pk=shape_id)
    assert (row.roi_id, row.roi.image_id) == (roi_id, cells.pk)
    assert row.roi.owner_id == catalog.administrator.pk
    assert row.roi.group_id == cells.group_id
    assert row.roi.source is None
    assert (row.min_x, row.min_y) == DRAWN[kind][1]
    # What the API answers is what was sent.
    found = api_shape(client, shape_id)
    for name, value in sent.items():
        if name in {"oldId", "Area", "Length", "Symbol"}:
            assert name not in found
        elif isinstance(value, dict):
            assert found[name]["Value"] == value["Value"]
        elif name == "Points":
            numbers = [pair.split(",") for pair in found[name].split(" ")]
            assert numbers == [
                [str(float(number)) for number in pair.split(",")]
                for pair in value.split(" ")
            ]
        else:
            assert found[name] == value


def test_each_new_shape_is_a_roi_of_its_own(saved, client, cells):
    new = [drawn(kind, f"-1:-{number}") for number, kind in enumerate(DRAWN)]
    ids = saved(new=new)["ids"]
    assert list(ids) == [shape["oldId"] for shape in new]
    assert len({place.split(":")[0] for place in ids.values()}) == len(new)
    listed = client.get(f"/api/v0/m/rois/?image={cells.pk}").json()
    assert listed["meta"]["totalCount"] == len(new)
    [count, *_] = client.get(f"/iviewer/plane_shape_counts/{cells.pk}/").json()["data"]
    assert count == [len(new)] * 2  # on no plane is on every plane


def test_a_transform(saved, client):
    matrix = dict(
        zip(("A00", "A10", "A01", "A11", "A02", "A12"), range(6), strict=True)
    )
    sent = drawn("Rectangle", Transform={"@type": f"{OME}AffineTransform", **matrix})
    [place] = saved(new=[sent])["ids"].values()
    found = api_shape(client, place.split(":")[1])["Transform"]
    assert {name: found[name] for name in matrix} == matrix


def test_changed_shapes(saved, client, draw):
    roi = draw((0, 0), {"z": 1, "t": 1, "text": "old", "locked": True, "c": 2})
    first, second = roi.shapes.all()
    key = f"{roi.pk}:{second.pk}"
    sent = drawn("Rectangle", key, TheZ=2, StrokeColor=-1, **{"@id": second.pk})
    assert saved(modified=[sent]) == {"ids": {key: key}}
    found = api_shape(client, second.pk)
    assert (found["X"], found["Width"], found["StrokeColor"]) == (64.2, 36, -1)
    assert found["TheZ"] == 2
    # A change is a whole shape: what it does not say is unset …
    assert not {"TheT", "TheC", "Text"} & set(found)
    # … but for what the client is never told, or does not know.
    assert found["Locked"] is True
    second.refresh_from_db()
    assert (second.min_x, second.max_x) == (64.2, 100.2)
    assert api_shape(client, first.pk)["X"] == RECTANGLE["x"]


def test_masks_are_moved_with_their_bits(saved, client, draw):
    mask = {
        "kind": "Mask",
        "geometry": {"x": 0, "y": 0, "width": 4, "height": 2},
        "mask_bits": b"\xa5",
    }
    roi = draw(mask)
    [row] = roi.shapes.all()
    key = f"{roi.pk}:{row.pk}"
    place = {"X": 7, "Y": 8, "Width": 4, "Height": 2}
    sent = {"@type": f"{OME}Mask", "oldId": key, **place}
    assert saved(modified=[sent])["ids"] == {key: key}
    row.refresh_from_db()
    assert bytes(row.mask_bits) == b"\xa5"
    assert row.geometry == {"x": 7, "y": 8, "width": 4, "height": 2}
    answer = saved(modified=[{**sent, "Width": 3}])
    assert "size cannot change" in answer["errors"][0]
    answer = saved(new=[{**sent, "oldId": "-1:-1"}])
    assert "without its bits" in answer["errors"][0]


def test_deleted_shapes(saved, cells, draw):
    from graticule.catalog.models import Roi, Shape

    roi, other = draw((0, 0), (1, 0)), draw((0, 0), (0, 1))
    first, second = roi.shapes.all()
    key = f"{roi.pk}:{first.pk}"
    keys = [f"{other.pk}:{shape.pk}" for shape in other.shapes.all()]
    answer = saved(
        deleted={str(roi.pk): [key]},
        empty_rois={str(other.pk): keys},
        new_and_deleted=["-3:-9"],
    )
    assert answer == {"ids": {name: name for name in ("-3:-9", key, *keys)}}
    assert list(Roi.objects.filter(image=cells)) == [roi]
    assert list(Shape.objects.filter(roi__image=cells)) == [second]


def test_a_roi_left_without_shapes_goes(saved, cells, draw):
    from graticule.catalog.models import Roi

    roi = draw((0, 0))
    key = f"{roi.pk}:{roi.shapes.get().pk}"
    saved(deleted={str(roi.pk): [key]})
    assert not Roi.objects.filter(image=cells).exists()


@pytest.mark.parametrize("how", ["modified", "deleted"])
def test_no_scan_undoes_it(saved, cells, draw, how):
    """What a scan brought in is from now on as if somebody had drawn it."""
    from graticule.catalog.models import DeletedSource, Roi

    roi = draw((0, 0), (1, 0))
    Roi.objects.filter(pk=roi.pk).update(source="ROI:0:7")
    key = f"{roi.pk}:{roi.shapes.first().pk}"
    changes = {"modified": [drawn("Rectangle", key)], "deleted": {"1": [key]}}
    saved(**{how: changes[how]})
    roi.refresh_from_db()
    assert roi.source is None
    noted = DeletedSource.objects.get(kind="Roi", parent=cells.pk)
    assert noted.source == "ROI:0:7"
    saved(**{how: changes[how]} if how == "modified" else {})  # and not twice


def test_refused_shapes_keep_no_other_from_being_saved(saved, cells):
    from graticule.catalog.models import Shape

    bad = [
        drawn("Rectangle", "-1:-1", Width=-1),
        drawn("Rectangle", "-1:-2", TheZ=3),
        drawn("Rectangle", "-1:-3", TheT=-1),
        drawn("Rectangle", "-1:-4", X="1"),
        drawn("Rectangle", "-1:-5", X=1e10),
        drawn("Rectangle", "-1:-6", X=10**400),
        drawn("Rectangle", "-1:-7", StrokeColor=1 << 31),
        drawn("Rectangle", "-1:-8", TheC=True),
        drawn("Rectangle", "-1:-9", StrokeWidth={**PIXELS, "Unit": "MILE"}),
        drawn("Rectangle", "-1:-10", Transform={"A00": 1}),
        drawn("Polygon", "-1:-11", Points="1,2 3"),
        drawn("Polygon", "-1:-12", Points="M 1 2 L 3 4"),
        drawn("Label", "-1:-13", Text=7),
        {**drawn("Rectangle", "-1:-14"), "@type": f"{OME}Circle"},
        {"oldId": "-1:-15", "@type": f"{OME}Line", "X1": 1, "X2": 2, "Y1": 3},
    ]
    answer = saved(new=[*bad, drawn("Ellipse", "-1:-99")])
    assert list(answer["ids"]) == ["-1:-99"]
    assert len(answer["errors"]) == len(bad)
    assert Shape.objects.get(roi__image=cells).kind == "Ellipse"


def test_other_things_than_asked(saved, image, draw):
    """A shape of another image or ROI, or none, is not touched."""
    roi, other = draw((0, 0)), draw((0, 0), image=image("uint8.tif"))
    mine, theirs = roi.shapes.get(), other.shapes.get()
    keys = [f"{other.pk}:{theirs.pk}", f"{other.pk}:{mine.pk}", "999999:999999"]
    answer = saved(
        deleted={"1": keys}, modified=[drawn("Rectangle", key) for key in keys]
    )
    assert answer["ids"] == {}
    assert len(answer["errors"]) == 6
    for shape in (mine, theirs):
        shape.refresh_from_db()
        assert shape.geometry == RECTANGLE


def test_another_kind(saved, draw):
    roi = draw((0, 0))
    key = f"{roi.pk}:{roi.shapes.get().pk}"
    answer = saved(modified=[drawn("Ellipse", key)])
    assert answer["ids"] == {}
    assert "is a Rectangle, not a Ellipse" in answer["errors"][0]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xff\xfe",
        "[" * 100_000,
        "[]",
        '{"imageId": 1}',
        '{"imageId": 1, "rois": []}',
        '{"imageId": "1", "rois": {}}',
        '{"imageId": true, "rois": {}}',
        '{"imageId": 99999999999999999999, "rois": {}}',
        '{"imageId": NaN, "rois": {}}',
        '{"imageId": 1, "rois": {"new": {}}}',
        '{"imageId": 1, "rois": {"new": [7]}}',
        '{"imageId": 1, "rois": {"new": [{"@type": "#Point", "X": 1, "Y": 1}]}}',
        '{"imageId": 1, "rois": {"deleted": ["1:2"]}}',
        '{"imageId": 1, "rois": {"deleted": {"1": "1:2"}}}',
        '{"imageId": 1, "rois": {"empty_rois": {"1": ["1-2"]}}}',
        '{"imageId": 1, "rois": {"new_and_deleted": [3]}}',
    ],
)
def test_bodies_that_cannot_be_read(catalog, logged_in, body):
    answer = send(logged_in(catalog.administrator), body)
    checked(answer, "message", 400)


def test_an_image_that_is_not_there(catalog, logged_in):
    body = {"imageId": 10**9, "rois": {}}
    answer = send(logged_in(catalog.administrator), body)
    assert "not found" in checked(answer, "message", 404)["message"]


def test_body_too_large(catalog, logged_in, settings_limit):
    answer = send(logged_in(catalog.administrator), b" " * 2000)
    message = checked(answer, "message", 400)["message"]
    assert "max_form_bytes" in message


@pytest.fixture
def settings_limit(monkeypatch):
    from django.conf import settings

    monkeypatch.setattr(settings, "DATA_UPLOAD_MAX_MEMORY_SIZE", 1000)


def test_a_form_without_its_token(catalog, logged_in):
    client = logged_in(catalog.administrator)
    answer = client.post("/iviewer/persist_rois/", "{}", content_type="text/plain")
    assert answer.status_code == 403
    assert "CSRF" in answer.json()["message"]


def test_only_posted(client):
    answer = client.get("/iviewer/persist_rois/")
    checked(answer, "message", 405)
    assert answer["Allow"] == "POST"


def test_many_shapes_at_once(saved, cells, django_queries):
    """The number of queries grows by batches (SQLite: 38 rows), not by shapes."""
    new = [drawn("Point", f"-1:-{number}") for number in range(1, 401)]
    with django_queries() as few:
        saved(new=new[:10])
    with django_queries() as many:
        saved(new=new[10:])
    assert len(many) <= len(few) + 2 * 390 / 30


@pytest.fixture
def django_queries(catalog):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    return lambda: CaptureQueriesContext(connection)
