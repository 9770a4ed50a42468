"""Files with known pixels, catalogued by a scan once for this folder's tests."""

import contextlib
import copy
import json
from dataclasses import replace
from pathlib import Path

import jsonschema
import numpy as np
import pytest
import tifffile
from tests.web.reference import cells, in_pixels, slide

SCHEMAS = (
    Path(__file__).parents[2] / "src" / "graticule" / "web" / "gateway" / "schemas"
)
COLORS = [(0, 0, 255), (0, 255, 0), (255, 0, 0), (255, 128, 64)]


def _write_cells(path):
    planes = [
        [[in_pixels(cells(c, z, t)) for z in range(3)] for c in range(4)]
        for t in range(2)
    ]
    tifffile.imwrite(
        path,
        np.array(planes, np.uint16),
        photometric="minisblack",
        metadata={
            "axes": "TCZYX",
            "Name": "cells",
            "Description": "Four stains",
            "PhysicalSizeX": 0.25,
            "PhysicalSizeY": 0.5,
            "PhysicalSizeZ": 1500,
            "PhysicalSizeZUnit": "nm",
            "Channel": {
                "Name": ["DAPI", "GFP", "", ""],
                "EmissionWavelength": [461, 509.5, 610, 700],
                "Color": [
                    int(np.int32(np.uint32((r << 24) | (g << 16) | (b << 8) | 255)))
                    for r, g, b in COLORS
                ],
            },
        },
    )


def _write_slide(path):
    levels = [
        np.array(
            [
                in_pixels(slide(c), side)[: 700 * side // 128, : 1000 * side // 128]
                for c in range(2)
            ],
            np.uint16,
        )
        for side in (128, 64, 32)
    ]
    options = {"photometric": "minisblack", "tile": (256, 256), "compression": "zlib"}
    with tifffile.TiffWriter(path, ome=True) as tif:
        tif.write(levels[0], subifds=2, metadata={"axes": "CYX"}, **options)
        for level in levels[1:]:
            tif.write(level, subfiletype=1, **options)


def photo():
    """An RGB picture in squares of 32 pixels."""
    levels = np.arange(72).reshape(4, 6, 3) * 3 + 20
    return np.kron(levels, np.ones((32, 32, 1))).astype(np.uint8)


def typed(name):
    """A row of four squares: values spread over a window, and beyond it."""
    values = {
        "int8": [-100, -20, 10, 120],
        "uint8": [10, 60, 110, 250],
        "int16": [-3000, -10, 700, 30000],
        "int32": [-70000, 10, 50000, 90000],
        "uint32": [5, 100000, 200000, 3000000000],
        "float32": [-1.5, 0.25, 0.75, np.nan],
        "float64": [-1.5, 0.125, 0.875, np.inf],
    }[name]
    return np.array([values], np.dtype(name))


def _write_all(root):
    day, other = root / "embryos" / "day 1", root / "slides"
    for folder in (day, other, root / "types"):
        folder.mkdir(parents=True)
    _write_cells(day / "cells.ome.tif")
    _write_slide(other / "slide.ome.tif")
    tifffile.imwrite(other / "photo.tif", photo(), photometric="rgb")
    tifffile.imwrite(
        other / "stored.tif",
        photo()[:, :128],
        photometric="rgb",
        tile=(64, 64),
        compression="jpeg",
        compressionargs={"level": 95},
    )
    nothing = np.full((32, 32), np.nan, np.float32)
    tifffile.imwrite(root / "types" / "nothing.tif", nothing)
    for name in ("int8", "uint8", "int16", "int32", "uint32", "float32", "float64"):
        pixels = np.kron(typed(name), np.ones((32, 32), np.dtype(name)))
        tifffile.imwrite(root / "types" / f"{name}.tif", pixels.astype(name))


@pytest.fixture(scope="session")
def scanned(database, tmp_path_factory):
    """The folder of pictures, and the rows that a scan makes of it.

    They are taken out of the catalogue again: other tests count on an empty one.
    """
    from django.apps import apps
    from django.conf import settings
    from django.db.models import ProtectedError

    from graticule.catalog.models import (
        CatalogVersion,
        Group,
        Membership,
        Person,
        SearchChange,
        SearchWord,
    )
    from graticule.services.scan import ScanSettings, scan

    root = tmp_path_factory.mktemp("pictures")
    _write_all(root)
    report = scan(
        [root],
        owner=database.administrator,
        group=database.public_group,
        settings=replace(ScanSettings.of(settings.GRATICULE), workers=1),
    )
    assert not report.problems, report.problems
    kept = {Person, Group, Membership, CatalogVersion, SearchChange, SearchWord}
    models = [
        model
        for model in apps.get_app_config("catalog").get_models(
            include_auto_created=True
        )
        if model not in kept
        and model.__name__ != "PublishedChange"  # written by triggers
        and model.objects.exists()
    ]
    rows = [row for model in models for row in model.objects.all()]
    while left := [model for model in models if model.objects.exists()]:
        for model in left:
            with contextlib.suppress(ProtectedError):  # by another model's: next round
                model.objects.all().delete()
    return root, rows


@pytest.fixture
def catalogued(scanned, catalog):
    """The folder of pictures, in the catalogue for one test."""
    root, rows = scanned
    by_model = {}
    for row in rows:
        by_model.setdefault(type(row), []).append(copy.copy(row))
    # Foreign keys are looked at when the transaction ends, and it never does.
    for model, copies in by_model.items():
        model.objects.bulk_create(copies)
    return root


@pytest.fixture
def image(catalogued):
    """Find an image of the folder by its file's name."""
    from graticule.catalog.models import Image

    def find(name):
        return Image.objects.get(fileset__entry__endswith=f"/{name}")

    return find


@pytest.fixture
def client(catalog):
    """Nobody, behind a browser: CSRF is checked, errors are answered."""
    return new_client()


def new_client():
    from django.test import Client

    return Client(
        enforce_csrf_checks=True,
        raise_request_exception=False,
        SERVER_NAME="localhost",
    )


@pytest.fixture
def logged_in(catalog):
    """Log a person in."""

    def log_in(person):
        client = new_client()
        client.force_login(person)
        return client

    return log_in


@pytest.fixture
def private(catalog):
    """Nobody sees anything without logging in."""
    from graticule.catalog.models import Membership

    Membership.objects.filter(person__username="public").delete()


XHR = {"HTTP_X_REQUESTED_WITH": "XMLHttpRequest"}


def checked(answer, schema, status=200):
    """The JSON of an answer, checked against a schema kept beside the door."""
    assert answer.status_code == status, answer.content[:300]
    assert answer["Content-Type"] == "application/json"
    assert int(answer["Content-Length"]) == len(answer.content)
    text = answer.content.decode("ascii")  # contract 2.6: \uXXXX
    value = json.loads(text, parse_constant=_no_json)
    assert text == json.dumps(value)  # contract 2.6: ", " and ": "
    rules = json.loads((SCHEMAS / f"{schema}.json").read_text())
    jsonschema.Draft202012Validator.check_schema(rules)
    jsonschema.Draft202012Validator(rules).validate(value)
    return value


def _no_json(word):
    raise AssertionError(f"{word} is no JSON")
