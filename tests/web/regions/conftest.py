"""Shapes on the picture of known values, asked for and changed through the door."""

import json
from pathlib import Path

import jsonschema
import pytest
from tests.web.conftest import new_client

SCHEMAS = Path(__file__).parents[3] / "src" / "graticule" / "web" / "regions"


def checked(answer, schema, status=200):
    """The JSON of an answer, checked against a schema kept beside the door."""
    assert answer.status_code == status, answer.content[:300]
    value = json.loads(answer.content)
    rules = json.loads((SCHEMAS / "schemas" / f"{schema}.json").read_text("utf-8"))
    jsonschema.Draft202012Validator.check_schema(rules)
    jsonschema.Draft202012Validator(rules).validate(value)
    return value


@pytest.fixture
def cells(image):
    """An image of 128 x 96 pixels of 0.25 x 0.5 µm, 3 z, 2 t, 4 channels."""
    return image("cells.ome.tif")


def send(client, image_id, **changes):
    """Post changes as the page does: with the token of the cookie."""
    client.get("/api/v0/token/")
    return client.post(
        f"/regions/{image_id}/save/",
        json.dumps(changes),
        content_type="application/json",
        headers={"X-CSRFToken": client.cookies["csrftoken"].value},
    )


@pytest.fixture
def draw(cells, catalog, logged_in):
    """Draw shapes as the administrator; gives what is said of where they are."""
    client = logged_in(catalog.administrator)

    def save(*shapes, image=cells, **more):
        new = [{"key": str(n), "shape": shape} for n, shape in enumerate(shapes)]
        answer = checked(send(client, image.pk, new=new, **more), "saved")
        assert not answer["refused"]
        return answer["saved"]

    return save


@pytest.fixture
def ask(cells):
    """Ask as the public, who sees the image."""

    def get(what, schema, status=200, **query):
        return checked(
            new_client().get(f"/regions/{cells.pk}/{what}", query), schema, status
        )

    return get


def rectangle(x, y, width=4.0, height=4.0, **more):
    return {
        "type": "Rectangle",
        "x": x,
        "y": y,
        "width": width,
        "height": height,
        **more,
    }
