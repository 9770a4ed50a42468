"""How an image was taken and what its file says, at ``/annotate/image/<id>/…``."""

import pytest
from tests.web.test_annotate import LEVELS, SEES, WHO, make_images, said, value

__all__ = ["make_images"]


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("path", ["acquisition/", "original/", "original.txt"])
def test_who_is_told(make_images, logged_in, level, path):
    cast, rows = make_images(level)
    for who in WHO:
        answer = logged_in(getattr(cast, who)).get(
            f"/annotate/image/{rows[0].pk}/{path}"
        )
        assert answer.status_code == (200 if who in SEES[level] else 404)
        if who not in SEES[level]:
            assert b"Alice" not in answer.content


def original(client, row, **query):
    return value(client.get(f"/annotate/image/{row.pk}/original/", query), "original")


def test_what_the_file_says(client, image):
    row = image("cells.ome.tif")
    found = original(client, row)
    assert (found["file"], found["complete"]) == ("cells.ome.tif", True)
    entries = {
        (each["section"], each["key"]): each["value"] for each in found["entries"]
    }
    assert entries["OME / Image / Pixels", "PhysicalSizeX"] == "0.25"
    some = original(client, row, q="gfp")["entries"]
    assert [(each["key"], each["value"]) for each in some] == [("Name", "GFP")]
    assert original(client, row, q="no such words")["entries"] == []
    text = client.get(f"/annotate/image/{row.pk}/original.txt")
    assert 'filename="cells.ome.tif.txt"' in text["Content-Disposition"]
    lines = text.content.decode().splitlines()
    assert lines[0] == "cells.ome.tif (OME-TIFF)"
    assert "PhysicalSizeX = 0.25" in lines
    assert len([line for line in lines if " = " in line]) >= found["count"]


@pytest.mark.parametrize(
    "limit", [{"max_original_entries": 3}, {"max_original_bytes": 100}]
)
def test_more_than_a_limit_is_left_out(client, image, configured, limit):
    configured(**limit)
    found = original(client, image("cells.ome.tif"))
    assert not found["complete"]
    assert 0 < found["count"] <= 5


def test_a_file_with_what_one_may_not_see_is_not_told(make_images, logged_in):
    cast, (seen, hidden) = make_images("rw----")
    hidden.owner, hidden.fileset, hidden.key = cast.bob, seen.fileset, "another"
    hidden.save()
    answer = logged_in(cast.alice).get(f"/annotate/image/{seen.pk}/original/")
    assert "may not see" in said(answer, 403)


def test_without_a_file(client, image):
    row = image("uint8.tif")
    row.fileset.vanished = row.created
    row.fileset.save()
    assert "vanished" in said(client.get(f"/annotate/image/{row.pk}/original/"), 404)
    row.fileset = None
    row.save()
    assert "made here" in said(client.get(f"/annotate/image/{row.pk}/original/"), 404)


def test_how_it_was_taken(client, image, catalog):
    from graticule.catalog.models import PlaneTimes

    row = image("cells.ome.tif")
    row.facts = {
        "Instrument": {"Microscope": {"Model": "M1"}},
        "Objective": {
            "LensNA": 1.4,
            "WorkingDistance": 0.13,
            "WorkingDistanceUnit": "mm",
        },
        "Detector": [{"Model": "first"}, {"Model": "second"}],
        "Remark": "alone",
    }
    row.save()
    channel = row.channels.get(index=1)
    channel.facts = {"ExposureTime": 0.05, "DetectorSettings": {"Gain": 2.0}}
    channel.save()
    seconds = {"1,0,0": 2.5, "0,0,0": 0.0, "0,1,0": 0.5}
    PlaneTimes.objects.update_or_create(image=row, defaults={"seconds": seconds})
    found = value(client.get(f"/annotate/image/{row.pk}/acquisition/"), "acquisition")
    sections = {
        each["title"]: {fact["name"]: fact["value"] for fact in each["facts"]}
        for each in found["sections"]
    }
    assert sections["Image"]["Pixel width"] == "0.25 µm"
    assert sections["Instrument"] == {"Microscope: Model": "M1"}
    assert sections["Objective"] == {"Lens NA": "1.4", "Working distance": "0.13 mm"}
    assert sections["Detector 2"] == {"Model": "second"}
    assert sections["Acquisition"] == {"Remark": "alone"}
    assert sections["Channel 2, GFP"] == {
        "Emission": "509.5 nm",
        "Exposure time": "0.05 s",
        "Detector settings: Gain": "2",
    }
    assert found["plane_count"] == 3
    assert found["planes"] == [
        {"z": 0, "c": 0, "t": 0, "seconds": 0.0},
        {"z": 0, "c": 1, "t": 0, "seconds": 0.5},
        {"z": 1, "c": 0, "t": 0, "seconds": 2.5},
    ]
