"""Shapes on the picture of known values, and answers checked against the schemas."""

import json
from functools import cache
from pathlib import Path

import jsonschema
import pytest
from tests.web.api.conftest import SCHEMAS as API_SCHEMAS

SCHEMAS = Path(__file__).parents[3] / "src" / "graticule" / "web" / "iviewer"
BOX = {"min_x": 0, "min_y": 0, "max_x": 9, "max_y": 9}
RECTANGLE = {"x": 1.0, "y": 2.0, "width": 3.0, "height": 4.0}


@cache
def _rules(path):
    rules = json.loads(path.read_text("utf-8"))
    jsonschema.Draft202012Validator.check_schema(rules)
    return jsonschema.Draft202012Validator(rules)


def checked(answer, schema, status=200):
    """The JSON of an answer, checked against a schema kept beside the door."""
    assert answer.status_code == status, answer.content[:300]
    assert answer["Content-Type"] == "application/json"
    value = json.loads(answer.content, parse_constant=_no_json)
    _rules(SCHEMAS / "schemas" / f"{schema}.json").validate(value)
    return value


def checked_list(answer, kind):
    """A page of objects, each checked as the JSON API's own."""
    value = checked(answer, "list")
    rules = _rules(API_SCHEMAS / "objects.json")
    form = {"$ref": f"#/$defs/{kind}InList", "$defs": rules.schema["$defs"]}
    for row in value["data"]:
        rules.evolve(schema=form).validate(row)
    return value


def _no_json(word):
    raise AssertionError(f"{word} is no JSON")


@pytest.fixture
def cells(image):
    """An image of 128 x 96 pixels, 3 z, 2 t, 4 channels."""
    return image("cells.ome.tif")


@pytest.fixture
def draw(cells):
    """Give shapes to a new ROI of the image: pairs of z and t, or whole rows."""
    from graticule.catalog.models import Roi, Shape

    def make(*shapes, image=cells, **belongs):
        belongs = belongs or {"owner": image.owner, "group": image.group}
        roi = Roi.objects.create(image=image, **belongs)
        for each in shapes:
            fields = each if isinstance(each, dict) else {"z": each[0], "t": each[1]}
            Shape.objects.create(
                roi=roi,
                **{"kind": "Rectangle", "geometry": RECTANGLE, **BOX, **fields},
            )
        return roi

    return make
