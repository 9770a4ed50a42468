"""Answers of the figure door, checked against its schemas; saving as its page does."""

import json
from pathlib import Path

import jsonschema
import pytest

SCHEMAS = Path(__file__).parents[3] / "src" / "graticule" / "web" / "figure" / "schemas"
TOKEN = "t" * 32


def checked(answer, schema, status=200):
    """The JSON of an answer, checked against a schema kept beside the door."""
    assert answer.status_code == status, answer.content[:300]
    assert answer["Content-Type"] == "application/json"
    value = json.loads(answer.content, parse_constant=_no_json)
    rules = json.loads((SCHEMAS / f"{schema}.json").read_text("utf-8"))
    jsonschema.Draft202012Validator.check_schema(rules)
    jsonschema.Draft202012Validator(rules).validate(value)
    return value


def _no_json(word):
    raise AssertionError(f"{word} is no JSON")


def post(client, name, **form):
    """Send a form as the client's page does, with the token of its cookie."""
    client.cookies["csrftoken"] = TOKEN
    return client.post(f"/figure/{name}/", form, headers={"X-CSRFToken": TOKEN})


def figure_of(*image_ids, name="Mitosis", **more):
    """A figure with a panel for each image."""
    panels = [{"imageId": image_id, "x": 0, "y": 0} for image_id in image_ids]
    return {"figureName": name, "panels": panels, "version": 8, **more}


def save(client, figure, **form):
    """Save a figure and give its id."""
    answer = post(client, "save_web_figure", figureJSON=json.dumps(figure), **form)
    assert answer.status_code == 200, answer.content
    return int(answer.content)


@pytest.fixture
def make_image(catalog):
    """Make images that have no file: facts only."""
    from graticule.catalog.models import Image, RenderingSettings

    def make(belongs, name="facts", **fields):
        sizes = {f"size_{axis}": 1 for axis in "zct"} | {"size_x": 20, "size_y": 10}
        channel = {
            "active": True,
            "start": 0.0,
            "end": 255.0,
            "color": [255, 0, 0, 255],
            "lut": None,
            "family": "linear",
            "coefficient": 1.0,
            "noise_reduction": False,
            "reverse": False,
        }
        image = Image.objects.create(
            name=name,
            **({"pixel_type": "uint8", "levels": [[20, 10, 20, 10]]} | sizes | fields),
            **belongs,
        )
        image.channels.create(index=0)
        RenderingSettings.objects.create(
            image=image, person=None, model="rgb", channels=[channel]
        )
        return image

    return make
