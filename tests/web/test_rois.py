"""ROIs and shapes as JSON (contract webgateway 6.3)."""

import json
import tracemalloc

import jsonschema
import numpy as np
import pytest
from tests.web.conftest import SCHEMAS, checked

# Rows by kind, and what the contract makes of them.
KINDS = {
    "Rectangle": (
        {"geometry": {"x": 120.5, "y": 88.0, "width": 40, "height": 25.0}},
        {"x": 120.5, "y": 88.0, "width": 40.0, "height": 25.0},
    ),
    "Mask": (
        {
            "geometry": {"x": 64.0, "y": 64.0, "width": 32.0, "height": 2.0},
            "mask_bits": b"\xff" * 8,
        },
        {"x": 64.0, "y": 64.0, "width": 32.0, "height": 2.0},
    ),
    "Ellipse": (
        {"geometry": {"x": 1.5, "y": 2.5, "radius_x": 3.25, "radius_y": 4.0}},
        {"x": 1.5, "y": 2.5, "radiusX": 3.25, "radiusY": 4.0},
    ),
    "Point": ({"geometry": {"x": -1.0, "y": 0.5}}, {"x": -1.0, "y": 0.5}),
    "Label": (
        {"geometry": {"x": 7.0, "y": 8.0}, "text": "Zürich"},
        {"x": 7.0, "y": 8.0, "textValue": "Zürich"},
    ),
    "Line": (
        {
            "geometry": {"x1": 0.0, "x2": 50.0, "y1": 1.0, "y2": 9.0},
            "marker_end": "Arrow",
        },
        {"x1": 0.0, "x2": 50.0, "y1": 1.0, "y2": 9.0, "markerEnd": "Arrow"},
    ),
    "Polyline": (
        {"points": "10,10 -30.5,12 22,-40", "marker_start": "Arrow"},
        {
            "type": "PolyLine",
            "points": "M 10 10 L -30.5 12 L 22 -40",
            "markerStart": "Arrow",
        },
    ),
    "Polygon": (
        {"points": "10,10 30.5,12 22,40", "marker_start": "Arrow"},
        {"points": "M 10 10 L 30.5 12 L 22 40 z"},
    ),
}


def add_shape(roi, kind="Point", **values):
    """A row made by hand; bounds play no part in what is tested here."""
    from graticule.catalog.models import Shape

    bounds = dict.fromkeys(("min_x", "min_y", "max_x", "max_y"), 0.0)
    if kind in {"Point", "Label"}:
        values.setdefault("geometry", {"x": 1.0, "y": 2.0})
    return Shape.objects.create(roi=roi, kind=kind, **bounds, **values)


@pytest.fixture
def make_roi(image, catalog):
    from graticule.catalog.models import Roi

    def make(name="cells.ome.tif"):
        return Roi.objects.create(
            image=image(name),
            owner=catalog.administrator,
            group=catalog.public_group,
        )

    return make


def listed(client, roi):
    return checked(client.get(f"/webgateway/get_rois_json/{roi.image_id}/"), "roi_list")


def alone(client, shape):
    """The answer for one shape, checked with the list's schema for it."""
    answer = client.get(f"/webgateway/get_shape_json/{shape.roi_id}/{shape.pk}/")
    assert answer.status_code == 200
    assert answer["Content-Type"] == "application/json"
    rules = json.loads((SCHEMAS / "roi_list.json").read_text())
    shape_rules = {"$ref": "#/$defs/shape", "$defs": rules["$defs"]}
    jsonschema.Draft202012Validator(shape_rules).validate(answer.json())
    return answer.json()


class TestList:
    def test_it_works(self, client, make_roi):
        roi = make_roi()
        shape = add_shape(roi, z=4, t=0)
        expected = {"id": shape.pk, "theZ": 4, "theT": 0, "type": "Point"}
        assert listed(client, roi) == [
            {"id": roi.pk, "shapes": [{**expected, "x": 1.0, "y": 2.0}]}
        ]

    @pytest.mark.parametrize("kind", KINDS)
    def test_every_kind(self, client, make_roi, kind):
        roi = make_roi()
        values, expected = KINDS[kind]
        shape = add_shape(roi, kind, **values)
        expected = {"id": shape.pk, "type": kind, **expected}
        assert listed(client, roi) == [{"id": roi.pk, "shapes": [expected]}]
        assert alone(client, shape) == expected

    def test_rois_by_id_with_empty_ones(self, client, make_roi):
        first, empty, last = make_roi(), make_roi(), make_roi()
        late = add_shape(last)
        early = [add_shape(first), add_shape(first)]
        found = [
            (roi["id"], [shape["id"] for shape in roi["shapes"]])
            for roi in listed(client, first)
        ]
        assert found == [
            (first.pk, [shape.pk for shape in early]),
            (empty.pk, []),
            (last.pk, [late.pk]),
        ]

    def test_shapes_by_the_texts_of_z_and_t(self, client, make_roi):
        roi = make_roi()
        places = [(10, None), (9, 0), (9, 10), (9, 2), (None, 1), (None, None), (2, 5)]
        for z, t in places:
            add_shape(roi, z=z, t=t)
        [found] = listed(client, roi)
        got = [(shape.get("theZ"), shape.get("theT")) for shape in found["shapes"]]
        assert got == sorted(
            places, key=lambda at: ["" if n is None else str(n) for n in at]
        )

    def test_no_image_no_rois(self, client, catalogued):
        assert (
            checked(client.get("/webgateway/get_rois_json/999999/"), "roi_list") == []
        )

    def test_an_image_without(self, client, image):
        url = f"/webgateway/get_rois_json/{image('uint8.tif').pk}/"
        assert checked(client.get(url), "roi_list") == []

    def test_leading_zeros_and_meaningless_parameters(self, client, make_roi):
        roi = make_roi()
        add_shape(roi)
        url = f"/webgateway/get_rois_json/00{roi.image_id}/?_=17&rev=2&3"
        assert checked(client.get(url), "roi_list") == listed(client, roi)

    def test_rois_of_another_image(self, client, make_roi):
        add_shape(make_roi("uint8.tif"))
        roi = make_roi()
        assert listed(client, roi) == [{"id": roi.pk, "shapes": []}]


STYLE = {
    "text": "nucleus 7",
    "font_size": 12.0,
    "font_style": "Normal",
    "font_family": "serif",
    "stroke_color": -65281,
    "fill_color": 0x00FF0040,
    "stroke_width": 1.5,
    "transform": [1, 0.5, -0.25, 1.0, 12.0, -3.5],
}


class TestStyle:
    def test_all_of_it(self, client, make_roi):
        shape = add_shape(make_roi(), **STYLE)
        assert alone(client, shape) == {
            "id": shape.pk,
            "type": "Point",
            "x": 1.0,
            "y": 2.0,
            "textValue": "nucleus 7",
            "fontSize": 12.0,
            "fontStyle": "Normal",
            "fontFamily": "serif",
            "strokeColor": "#ffff00",
            "strokeAlpha": 1.0,
            "strokeWidth": 1.5,
            "fillColor": "#00ff00",
            "fillAlpha": 0.25098039215686274,
            "transform": "matrix(1.0 0.5 -0.25 1.0 12.0 -3.5)",
        }

    @pytest.mark.parametrize("text", [None, ""])
    def test_fonts_only_with_text(self, client, make_roi, text):
        found = alone(client, add_shape(make_roi(), **{**STYLE, "text": text}))
        assert not {"textValue", "fontSize", "fontStyle", "fontFamily"} & set(found)

    @pytest.mark.parametrize(
        ("stored", "color", "alpha"),
        [
            (-16776961, "#ff0000", 1),
            (16711935, "#00ff00", 1),
            (65535, "#0000ff", 1),
            (-1, "#ffffff", 1),
            (255, "#000000", 1),
            (0, "#000000", 0),
            (-(2**31), "#800000", 0),
        ],
    )
    def test_colours(self, client, make_roi, stored, color, alpha):
        found = alone(client, add_shape(make_roi(), stroke_color=stored))
        assert (found["strokeColor"], found["strokeAlpha"]) == (color, alpha)
        assert "fillColor" not in found

    @pytest.mark.parametrize(
        ("stored", "path"),
        [
            ("points[1,2, -3,4.5] points1[5,6, 7,8]", "M 1 2 L -3 4.5"),
            ("1e-3,-2E2 +3,4", "M 1e-3 -2E2 L +3 4"),
            ("5,6", "M 5 6"),
            ("nonsense", ""),
            ("", ""),
        ],
    )
    def test_points(self, client, make_roi, stored, path):
        roi = make_roi()
        assert (
            alone(client, add_shape(roi, "Polyline", points=stored))["points"] == path
        )
        found = alone(client, add_shape(roi, "Polygon", points=stored))
        assert found["points"] == path + " z"


class TestJsonp:
    def test_it_works(self, client, make_roi):
        roi = make_roi()
        add_shape(roi)
        url = f"/webgateway/get_rois_json/{roi.image_id}/?callback=jQuery3_17"
        answer = client.get(url)
        assert answer["Content-Type"] == "application/javascript"
        assert (
            answer.content.decode() == f"jQuery3_17({json.dumps(listed(client, roi))})"
        )

    @pytest.mark.parametrize("name", ["", "a.b", "alert(1)", "1a"])
    def test_names_that_are_none(self, client, make_roi, name):
        url = f"/webgateway/get_rois_json/{make_roi().image_id}/"
        answer = client.get(url, {"callback": name})
        assert (answer.status_code, answer.content) == (400, b"Invalid callback")

    def test_never_for_one_shape(self, client, make_roi):
        shape = add_shape(make_roi())
        url = f"/webgateway/get_shape_json/{shape.roi_id}/{shape.pk}/"
        assert client.get(url + "?callback=f").json() == alone(client, shape)


class TestOneShape:
    def test_not_there(self, client, make_roi):
        shape, other = add_shape(make_roi()), make_roi()
        for path in (f"{other.pk}/{shape.pk}", f"{shape.roi_id}/999999"):
            answer = client.get(f"/webgateway/get_shape_json/{path}/")
            assert "not found" in checked(answer, "error", 500)["message"]

    def test_a_number_beyond_the_database(self, client, make_roi):
        url = f"/webgateway/get_shape_json/{make_roi().pk}/{2**64}/"
        checked(client.get(url), "error", 500)


class TestMany:
    """20,000 polygons of 40 points: some 7 MB of JSON."""

    COUNT = 20_000

    @pytest.fixture
    def crowded(self, make_roi):
        from graticule.catalog.models import Shape

        roi = make_roi()
        points = " ".join(f"{n}.5,{-n}" for n in range(40))
        bounds = dict.fromkeys(("min_x", "min_y", "max_x", "max_y"), 0.0)
        for start in range(0, self.COUNT, 1000):
            Shape.objects.bulk_create(
                Shape(roi=roi, kind="Polygon", points=points, z=n % 3, **bounds)
                for n in range(start, start + 1000)
            )
        return roi

    def test_they_are_not_held_in_memory(self, client, crowded):
        url = f"/webgateway/get_rois_json/{crowded.image_id}/?callback=f"
        client.get(url.replace(str(crowded.image_id), "0"))  # what is kept for ever
        tracemalloc.start()
        answer = client.get(url)
        blocks = iter(answer.streaming_content)
        size = sum(map(len, blocks))
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert int(answer["Content-Length"]) == size > 6_000_000
        assert peak < 4_000_000
        answer.close()

    def test_all_of_them_arrive(self, client, crowded):
        answer = client.get(f"/webgateway/get_rois_json/{crowded.image_id}/")
        assert answer["Content-Type"] == "application/json"
        [roi] = json.loads(answer.getvalue())
        assert roi["id"] == crowded.pk
        assert len({shape["id"] for shape in roi["shapes"]}) == self.COUNT
        assert (np.diff([shape["theZ"] for shape in roi["shapes"]]) >= 0).all()
        assert {shape["points"].count("L") for shape in roi["shapes"]} == {39}
        answer.close()
