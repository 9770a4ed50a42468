"""Answers of the browse door, checked against its schemas; things that Alice owns."""

import json
from pathlib import Path

import jsonschema
import pytest

SCHEMAS = Path(__file__).parents[3] / "src" / "graticule" / "web" / "browse" / "schemas"


def checked(answer, schema):
    """The JSON of an answer, checked against a schema kept beside the door."""
    assert answer.status_code == 200, answer.content[:300]
    assert answer["Content-Type"] == "application/json"
    value = json.loads(answer.content)
    rules = json.loads((SCHEMAS / f"{schema}.json").read_text())
    jsonschema.Draft202012Validator.check_schema(rules)
    jsonschema.Draft202012Validator(rules).validate(value)
    return value


@pytest.fixture
def make_things(make_cast):
    """Make things that Alice owns in a group of a level: all kinds, and who there is.

    Three images in dataset "D" of project "P", one in a well of plate "L" of screen
    "S", one nowhere; dataset "alone" and plate "bare" hang in nothing.
    """
    from graticule.catalog.models import Dataset, Image, Plate, Project, Screen, Well

    def make(level="rwr---"):
        cast = make_cast(level)
        owned = {"owner": cast.alice, "group": cast.group}

        def picture(name, **values):
            sizes = {f"size_{axis}": 1 for axis in "xyzct"}
            kinds = {"pixel_type": "uint8", "levels": [[1, 1, 1, 1]]}
            return Image.objects.create(
                name=name, **owned, **{**kinds, **sizes, **values}
            )

        made = {
            "project": Project.objects.create(name="P", **owned),
            "dataset": Dataset.objects.create(name="D", **owned),
            "alone": Dataset.objects.create(name="alone", **owned),
            "screen": Screen.objects.create(name="S", **owned),
            "plate": Plate.objects.create(name="L", **owned),
            "bare": Plate.objects.create(name="bare", **owned),
            "b": picture("b.tif", size_x=9, size_c=3, pixel_width_um=0.5),
            "A": picture("A.tif", size_x=5, size_z=7),
            "c": picture("c.tif", size_x=5, size_t=2, pixel_width_um=0.25),
            "welled": picture("in a well"),
            "lost": picture("lost"),
        }
        made["project"].datasets.add(made["dataset"])
        made["dataset"].images.add(made["b"], made["A"], made["c"])
        made["screen"].plates.add(made["plate"])
        well = Well.objects.create(plate=made["plate"], row=0, column=0, **owned)
        well.samples.create(image=made["welled"])
        return cast, made

    return make
