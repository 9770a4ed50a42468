"""One object of every kind, Alice's, and answers checked against the schemas."""

import json
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from types import SimpleNamespace

import jsonschema
import pytest

SCHEMAS = Path(__file__).parents[3] / "src" / "graticule" / "web" / "api" / "schemas"
M = "/api/v0/m/"
MOMENT = datetime(2024, 3, 4, 12, 30, 15, 250_000, tzinfo=UTC)
MOMENT_MS = 1_709_555_415_250

SHAPES = {
    "Rectangle": {"x": 1, "y": 2, "width": 3, "height": 4.5},
    "Mask": {"x": 0, "y": 0, "width": 8, "height": 2},
    "Ellipse": {"x": 1, "y": 2, "radius_x": 3, "radius_y": 4},
    "Point": {"x": 1, "y": 2},
    "Label": {"x": 1, "y": 2},
    "Line": {"x1": 1, "y1": 2, "x2": 3, "y2": 4},
    "Polyline": {},
    "Polygon": {},
}


def make_picture(name, belongs, channels=2, **fields):
    from graticule.catalog.models import Channel, Image

    sizes = {"size_x": 20, "size_y": 10, "size_z": 3, "size_c": channels, "size_t": 1}
    image = Image.objects.create(
        name=name,
        **({"pixel_type": "uint16", "levels": [[20, 10, 20, 10]]} | sizes | fields),
        **belongs,
    )
    for index in range(channels):
        Channel.objects.create(image=image, index=index)
    return image


def _draw(roi):
    from graticule.catalog.models import Shape

    box = {"min_x": 0, "min_y": 0, "max_x": 9, "max_y": 9}
    for kind, geometry in SHAPES.items():
        points = "" if geometry else "1,2\n 3.5 , 4  5,6"
        Shape.objects.create(
            roi=roi, kind=kind, geometry=geometry, points=points, **box
        )


@pytest.fixture
def make_things(make_cast):
    """Give one thing of every kind to Alice, in a group of a level."""
    from graticule.catalog import models

    def make(level="rwra--"):
        cast = make_cast(level)
        belongs = {"owner": cast.alice, "group": cast.group}
        image = make_picture("cells", belongs)
        dataset = models.Dataset.objects.create(name="run", **belongs)
        dataset.images.add(image)
        project = models.Project.objects.create(name="study", **belongs)
        project.datasets.add(dataset)
        screen = models.Screen.objects.create(name="screen", **belongs)
        plate = models.Plate.objects.create(name="plate", **belongs)
        screen.plates.add(plate)
        run = models.PlateAcquisition.objects.create(plate=plate, key="0", **belongs)
        well = models.Well.objects.create(plate=plate, row=1, column=2, **belongs)
        sample = models.WellSample.objects.create(
            well=well, image=image, acquisition=run, index=3
        )
        roi = models.Roi.objects.create(image=image, **belongs)
        _draw(roi)
        return SimpleNamespace(
            cast=cast,
            belongs=belongs,
            image=image,
            dataset=dataset,
            project=project,
            screen=screen,
            plate=plate,
            plateacquisition=run,
            well=well,
            sample=sample,
            roi=roi,
            shape=roi.shapes.first(),
            experimenter=cast.alice,
            experimentergroup=cast.group,
        )

    return make


@pytest.fixture
def things(make_things):
    return make_things()


@pytest.fixture
def alice(things, logged_in):
    return logged_in(things.cast.alice)


@pytest.fixture
def full(things):
    """Every field of every thing set."""
    from graticule.catalog.models import Shape

    said = {"description": "Said of it"}
    for thing in (things.project, things.dataset, things.screen, things.roi):
        _set(thing, name="Named", **said)
    _set(
        things.image,
        **said,
        acquired=MOMENT,
        significant_bits=12,
        pixel_width_um=0.25,
        pixel_height_um=0.5,
        pixel_depth_um=1.5,
        time_increment=timedelta(seconds=2, milliseconds=500),
        index=4,
        archived=True,
    )
    _set(
        things.image.channels.first(),
        name="DAPI",
        color=-16776961,
        lut="cool.lut",
        emission_nm=461.0,
        excitation_nm=359.5,
        facts={
            "Fluor": "Hoechst",
            "NDFilter": 0.5,
            "PinholeSize": 250.0,
            "PinholeSizeUnit": "nm",
            "PockelCellSetting": 7,
            "SamplesPerPixel": 1,
            "ContrastMethod": "Phase",
            "IlluminationType": "Oblique",
            "AcquisitionMode": "STED",
        },
    )
    _set(
        things.plate,
        **said,
        rows=8,
        columns=12,
        external_identifier="P-1",
        status="done",
    )
    _set(
        things.plateacquisition,
        name="Morning",
        **said,
        started=MOMENT,
        ended=MOMENT + timedelta(seconds=1),
        maximum_field_count=4,
    )
    _set(
        things.well,
        **said,
        kind="control",
        color=-1,
        external_identifier="W-1",
        status="ok",
    )
    _set(things.sample, position_x_um=1.5, position_y_um=-2.0)
    _set(
        Shape.objects.get(kind="Line"),
        z=1,
        c=0,
        t=2,
        text="axis",
        fill_color=-256,
        stroke_color=255,
        stroke_width=2.0,
        font_size=12.0,
        font_family="serif",
        font_style="Italic",
        marker_start="Arrow",
        marker_end="Circle",
        locked=True,
        transform=[1, 0, 0, 1, 5, 6.5],
    )
    _set(
        things.cast.alice,
        first_name="Ada",
        middle_name="B",
        last_name="Okafor",
        email="ada@example.org",
        institution="Here",
    )
    _set(things.cast.group, **said)
    return things


def _set(thing, **fields):
    for name, value in fields.items():
        setattr(thing, name, value)
    thing.save()


def checked(answer, schema, status=200):
    """The JSON of an answer, checked against a schema kept beside the door."""
    assert answer.status_code == status, answer.content[:300]
    assert answer["Content-Type"] == "application/json"
    value = json.loads(answer.content, parse_constant=_no_json)
    _rules(schema).validate(value)
    return value


def checked_list(answer, kind, form="InList"):
    """The objects of a list, and its meta; the rest is checked."""
    value = _plain(answer)
    extra = {"experimenters", "experimenterGroups"} if form == "Normalized" else set()
    assert set(value) == {"data", "meta"} | extra
    _validate(value["meta"], "Meta")
    for row in value["data"]:
        _validate(row, f"{kind}{form}")
    for row in value.get("experimenters", ()):
        _validate(row, "Owner")
    for row in value.get("experimenterGroups", ()):
        _validate(row, "OwnerGroup")
    return value


def checked_one(answer, kind):
    """The object of an answer."""
    value = _plain(answer)
    assert set(value) == {"data"}
    _validate(value["data"], f"{kind}Alone")
    return value["data"]


def _plain(answer):
    assert answer.status_code == 200, answer.content[:300]
    assert answer["Content-Type"] == "application/json"
    assert answer["X-OMERO-ApiVersion"] == "0.2"
    return json.loads(answer.content, parse_constant=_no_json)


@cache
def _rules(schema):
    """A schema, itself checked once: it is large."""
    rules = json.loads((SCHEMAS / f"{schema}.json").read_text("utf-8"))
    jsonschema.Draft202012Validator.check_schema(rules)
    return jsonschema.Draft202012Validator(rules)


def _validate(value, name):
    rules = _rules("objects")
    assert name in rules.schema["$defs"]
    part = {"$ref": f"#/$defs/{name}", "$defs": rules.schema["$defs"]}
    rules.evolve(schema=part).validate(value)


def _no_json(word):
    raise AssertionError(f"{word} is no JSON")
