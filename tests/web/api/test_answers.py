"""The form of objects, field by field (contract json-api 4, 5)."""

import pytest
from tests.web.api.conftest import MOMENT_MS, SHAPES, M, checked_one

SCHEMA = "http://www.openmicroscopy.org/Schemas/OME/2016-06#"
BARE = {"@type": "TBD#Details"}


def without(answer, *keys):
    return {
        key: value
        for key, value in answer.items()
        if key not in {"@type", "@id", "omero:details", *keys}
        and not key.startswith("url:")
    }


def length(value, unit="MICROMETER", symbol="µm"):
    return {"@type": "TBD#LengthI", "Unit": unit, "Symbol": symbol, "Value": value}


def get(alice, name, thing):
    return alice.get(f"{M}{name}/{thing.pk}/").json()["data"]


def test_containers(alice, full):
    for name in ("project", "dataset", "screen"):
        found = get(alice, f"{name}s", getattr(full, name))
        assert found["@type"] == SCHEMA + name.capitalize()
        assert without(found) == {"Name": "Named", "Description": "Said of it"}


def test_details(alice, full):
    details = get(alice, "projects", full.project)["omero:details"]
    owner, group = details["owner"], details["group"]
    assert owner["@id"] == full.cast.alice.pk
    assert without(owner) == {
        "UserName": "alice-rwra--",
        "FirstName": "Ada",
        "MiddleName": "B",
        "LastName": "Okafor",
        "Email": "ada@example.org",
        "Institution": "Here",
    }
    assert owner["omero:details"]["permissions"]["perm"] == "------"
    assert group["@id"] == full.cast.group.pk
    assert without(group) == {"Name": "lab rwra--", "Description": "Said of it"}
    assert group["omero:details"]["permissions"]["perm"] == "rwra--"
    assert details["permissions"] == {  # the contract's example
        "@type": "TBD#Permissions",
        "perm": "rwra--",
        "canAnnotate": True,
        "canDelete": True,
        "canEdit": True,
        "canLink": True,
        "isWorldWrite": False,
        "isWorldRead": False,
        "isGroupWrite": False,
        "isGroupRead": True,
        "isGroupAnnotate": True,
        "isUserWrite": True,
        "isUserRead": True,
    }


def test_image(alice, full):
    found = get(alice, "images", full.image)
    assert without(found, "Pixels") == {
        "Name": "cells",
        "Description": "Said of it",
        "AcquisitionDate": MOMENT_MS,
        "omero:archived": True,
        "omero:series": 4,
    }
    pixels = found["Pixels"]
    assert pixels["@id"] == full.image.pk
    assert without(pixels, "Channels") == {
        "SizeX": 20,
        "SizeY": 10,
        "SizeZ": 3,
        "SizeC": 2,
        "SizeT": 1,
        "SignificantBits": 12,
        "PhysicalSizeX": length(0.25),
        "PhysicalSizeY": length(0.5),
        "PhysicalSizeZ": length(1.5),
        "TimeIncrement": {
            "@type": "TBD#TimeI",
            "Unit": "SECOND",
            "Symbol": "s",
            "Value": 2.5,
        },
        "Type": {
            "@id": 6,  # the contract's example
            "@type": "TBD#PixelsType",
            "value": "uint16",
            "omero:details": BARE,
        },
    }


def test_channels(alice, full):
    first, second = get(alice, "images", full.image)["Pixels"]["Channels"]
    row, other = full.image.channels.all()
    assert first["@id"] == row.pk
    assert without(second) == {"omero:LogicalChannelId": other.pk}
    kinds = {"ContrastMethod": (2, "Phase"), "Illumination": (3, "Oblique")}
    kinds["AcquisitionMode"] = (16, "STED")
    assert without(first) == {
        "Name": "DAPI",
        "Color": -16776961,
        "omero:lookupTable": "cool.lut",
        "omero:LogicalChannelId": row.pk,
        "EmissionWavelength": length(461.0, "NANOMETER", "nm"),
        "ExcitationWavelength": length(359.5, "NANOMETER", "nm"),
        "Fluor": "Hoechst",
        "NDFilter": 0.5,
        "PinholeSize": length(0.25),
        "PockelCellSetting": 7,
        "SamplesPerPixel": 1,
        **{
            kind: {
                "@type": f"TBD#{kind}",
                "@id": number,
                "value": value,
                "omero:details": BARE,
            }
            for kind, (number, value) in kinds.items()
        },
    }


def test_facts_that_make_no_sense_are_not_said(alice, things):
    channel = things.image.channels.first()
    channel.facts = {
        "Fluor": 3,
        "NDFilter": "thick",
        "PinholeSize": "wide",
        "PockelCellSetting": 1.5,
        "ContrastMethod": "Squinting",
        "AcquisitionMode": None,
    }
    channel.emission_nm = float("inf")
    channel.save()
    first = checked_one(alice.get(f"{M}images/{things.image.pk}/"), "Image")
    assert set(without(first["Pixels"]["Channels"][0])) == {"omero:LogicalChannelId"}


def test_what_is_loaded_with_images(alice, things):
    [listed] = alice.get(f"{M}images/").json()["data"]
    assert "Channels" not in listed["Pixels"]
    assert listed["Pixels"]["Type"]["value"] == "uint16"


def test_an_image_without_channels_is_not_found(alice, things):
    things.image.channels.all().delete()
    assert alice.get(f"{M}images/{things.image.pk}/").status_code == 404


def test_plate_and_run(alice, full):
    assert without(get(alice, "plates", full.plate)) == {
        "Name": "plate",
        "Description": "Said of it",
        "Rows": 8,
        "Columns": 12,
        "RowNamingConvention": "letter",
        "ColumnNamingConvention": "number",
        "ExternalIdentifier": "P-1",
        "Status": "done",
        "omero:wellsampleIndex": [3, 3],
    }
    assert without(get(alice, "plateacquisitions", full.plateacquisition)) == {
        "Name": "Morning",
        "Description": "Said of it",
        "MaximumFieldCount": 4,
        "StartTime": MOMENT_MS,
        "EndTime": MOMENT_MS + 1000,
        "omero:wellsampleIndex": [3, 3],
    }


def test_well(alice, full):
    found = get(alice, "wells", full.well)
    assert without(found, "WellSamples") == {
        "Column": 2,
        "Row": 1,
        "Type": "control",
        "Color": -1,
        "ExternalDescription": "Said of it",
        "ExternalIdentifier": "W-1",
        "omero:status": "ok",
    }
    [sample] = found["WellSamples"]
    assert sample["PositionX"] == length(1.5)
    assert sample["PositionY"] == length(-2.0)
    assert sample["PlateAcquisition"]["Name"] == "Morning"
    assert sample["Image"]["Pixels"]["SizeX"] == 20
    [listed] = alice.get(f"{M}wells/").json()["data"]
    assert "Pixels" not in listed["WellSamples"][0]["Image"]


class TestFieldNumbers:
    @pytest.fixture
    def more(self, things):
        """Fields 3 (of the run), 5 and 6 (of none)."""
        from graticule.catalog.models import WellSample

        for index in (5, 6):
            WellSample.objects.create(well=things.well, image=things.image, index=index)
        return things

    def test_plate(self, alice, more):
        found = get(alice, "plates", more.plate)
        base = f"http://localhost{M}plates/{more.plate.pk}/wellsampleindex/"
        assert found["omero:wellsampleIndex"] == [3, 6]
        assert found["url:wellsampleindex_wells"] == [
            f"{base}{number}/wells/" for number in (3, 4, 5, 6)
        ]

    def test_run(self, alice, more):
        url = f"{M}plates/{more.plate.pk}/plateacquisitions/"
        [found] = alice.get(url).json()["data"]
        assert found["omero:wellsampleIndex"] == [3, 3]
        assert len(found["url:wellsampleindex_wells"]) == 1

    def test_without_fields(self, alice, things):
        things.sample.delete()
        for name in ("plates", "plateacquisitions"):
            found = get(alice, name, getattr(things, name[:-1]))
            assert found["omero:wellsampleIndex"] == []
            assert found["url:wellsampleindex_wells"] == []

    @pytest.mark.parametrize(
        ("path", "expected"),
        [
            ("plates/{plate}/wells/", [3, 5, 6]),
            ("plates/{plate}/wellsampleindex/5/wells/", [5]),
            ("plateacquisitions/{run}/wells/", [3]),
            ("plateacquisitions/{run}/wellsampleindex/3/wells/", [3]),
            ("plateacquisitions/{run}/wellsampleindex/5/wells/", None),
            ("plates/{plate}/wellsampleindex/4/wells/", None),
            ("plates/{plate}/wellsampleindex/99999999999/wells/", None),
        ],
    )
    def test_only_the_fields_asked_for(self, alice, more, path, expected):
        path = path.format(plate=more.plate.pk, run=more.plateacquisition.pk)
        by_id = {sample.pk: sample.index for sample in more.well.samples.all()}
        found = alice.get(M + path).json()["data"]
        assert len(found) == (0 if expected is None else 1)
        for well in found:
            numbers = [by_id[sample["@id"]] for sample in well["WellSamples"]]
            assert numbers == expected

    def test_fields_with_hidden_images_are_left_out(self, more, logged_in, make_cast):
        hidden = make_cast("rw----")
        more.image.owner, more.image.group = hidden.alice, hidden.group
        more.image.save()
        alice = logged_in(more.cast.alice)
        assert get(alice, "plates", more.plate)["omero:wellsampleIndex"] == []
        assert get(alice, "wells", more.well)["WellSamples"] == []


def test_shapes(alice, full):
    shapes = get(alice, "rois", full.roi)["shapes"]
    assert [shape["@type"] for shape in shapes] == [SCHEMA + kind for kind in SHAPES]
    found = {shape["@type"].partition("#")[2]: shape for shape in shapes}
    assert without(found["Rectangle"]) == {"X": 1, "Y": 2, "Width": 3, "Height": 4.5}
    assert without(found["Ellipse"]) == {"X": 1, "Y": 2, "RadiusX": 3, "RadiusY": 4}
    assert without(found["Point"]) == without(found["Label"]) == {"X": 1, "Y": 2}
    assert without(found["Polygon"]) == {"Points": "1,2 3.5,4 5,6"}
    line = found["Line"]
    assert without(line, "Transform") == {
        "X1": 1,
        "Y1": 2,
        "X2": 3,
        "Y2": 4,
        "TheZ": 1,
        "TheC": 0,
        "TheT": 2,
        "Text": "axis",
        "FillColor": -256,
        "StrokeColor": 255,
        "StrokeWidth": length(2.0, "PIXEL", "pixel"),
        "FontSize": length(12.0, "POINT", "pt"),
        "FontFamily": "serif",
        "FontStyle": "Italic",
        "MarkerStart": "Arrow",
        "MarkerEnd": "Circle",
        "Locked": True,
    }
    assert without(line["Transform"]) == {
        "A00": 1,
        "A10": 0,
        "A01": 0,
        "A11": 1,
        "A02": 5,
        "A12": 6.5,
    }


def test_one_shape_says_where_its_roi_is(alice, things):
    found = get(alice, "shapes", things.shape)
    assert found["url:roi"] == f"http://localhost{M}rois/{things.roi.pk}/"
    assert all("url:roi" not in row for row in alice.get(f"{M}shapes/").json()["data"])


@pytest.mark.parametrize(
    ("said", "start"),
    [
        ("https://images.example.org/", "https://images.example.org"),
        ("", ""),
        ("request", "http://localhost"),
    ],
)
def test_addresses_start_as_the_setting_says(alice, things, configured, said, start):
    configured(api_absolute_url=said)
    found = get(alice, "projects", things.project)
    url = f"{start}/api/v0/m/projects/{things.project.pk}/datasets/"
    assert found["url:datasets"] == url


def test_mail_addresses_are_not_for_the_public(client, full, catalog):
    full.project.group = catalog.public_group
    full.project.save()
    [found] = client.get(f"{M}projects/").json()["data"]
    assert "ada@example.org" not in str(found)
    assert found["omero:details"]["owner"]["LastName"] == "Okafor"
