"""What an OME-Zarr says about its images, and what is wrong with broken ones."""

import contextlib
import json
import os
import shutil
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
import zarr as zarr_python
from hypothesis import given, settings
from hypothesis import strategies as st

from graticule.errors import (
    CorruptFileError,
    GraticuleError,
    LimitError,
    MissingFileError,
    UnsupportedFileError,
)
from graticule.pixels.cache import ChunkCache
from graticule.pixels.model import Window
from graticule.pixels.reader import ReadContext, ReadLimits
from graticule.pixels.zarr.reader import ZarrReader


def opened(path, **limits):
    context = ReadContext(ReadLimits(**limits), ChunkCache(1 << 20))
    return ZarrReader().open(path, context)


def probe(path):
    return ZarrReader().probe(path, b"")


def write_json(path, value):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(value if isinstance(value, str) else json.dumps(value))


def group_v3(folder, **ome):
    document = {"zarr_format": 3, "node_type": "group", "attributes": {"ome": ome}}
    write_json(folder / "zarr.json", document)


def array_v3(folder, shape, dtype="uint16", **creation):
    made = zarr_python.create_array(folder, shape=shape, dtype=dtype, **creation)
    made[...] = np.arange(np.prod(shape)).reshape(shape) % 100
    return folder


def image_v3(folder, shape=(8, 10), axes="yx", dtype="uint16", **ome):
    array_v3(folder / "0", shape, dtype)
    multiscale = {
        "axes": [{"name": axis} for axis in axes],
        "datasets": [{"path": "0"}],
    }
    group_v3(folder, multiscales=[multiscale], **ome)
    return folder


def array_v2(folder, **changes):
    """Write the header of an array of version 2 that has no chunks."""
    header = {
        "zarr_format": 2,
        "shape": [8, 10],
        "chunks": [8, 10],
        "dtype": "<u2",
        "order": "C",
        "fill_value": 0,
        "compressor": None,
        "filters": None,
    }
    write_json(folder / ".zarray", {**header, **changes})


def image_v2(folder, array=None, **multiscale):
    if array is not None:
        array_v2(folder / "0", **array)
    axes = [{"name": "y"}, {"name": "x"}]
    said = {"axes": axes, "datasets": [{"path": "0"}], **multiscale}
    write_json(folder / ".zattrs", {"multiscales": [said]})
    return folder


def plate_v3(folder, wells=("A/1", "B/2"), fields=2, **plate):
    said = {
        "rows": [{"name": "A"}, {"name": "B"}],
        "columns": [{"name": "1"}, {"name": "2"}],
        "wells": [
            {"path": w, "rowIndex": "AB".index(w[0]), "columnIndex": int(w[2]) - 1}
            for w in wells
        ],
        **plate,
    }
    group_v3(folder, plate=said)
    for well in wells:
        images = [{"path": str(n), "acquisition": n % 2} for n in range(fields)]
        group_v3(folder / well, well={"images": images})
        for n in range(fields):
            image_v3(folder / well / str(n))
    return folder


# -- images


@pytest.mark.shared_data
def test_the_mitosis_image_says_everything(shared_data):
    path = shared_data / "zarr" / "v0.4" / "mitosis_v04.ome.zarr"
    fileset = opened(path).fileset
    image, label = fileset.images
    assert (fileset.format, fileset.entry) == ("OME-Zarr", path)
    assert (image.key, image.name) == ("0", "mitosis")
    assert (image.size_t, image.size_c, image.size_z) == (3, 2, 5)
    assert [(level.width, level.height) for level in image.levels] == [
        (240, 170),
        (120, 85),
    ]
    assert image.pixel_width_um == pytest.approx(0.090576674)
    assert image.pixel_depth_um == pytest.approx(0.32)
    assert image.time_increment == timedelta(seconds=61.9)
    assert (image.default_z, image.default_t, image.model) == (2, 0, "rgb")
    first, second = image.channels
    assert (first.name, first.color, first.window, first.active) == (
        "LED555",
        (255, 0, 255, 255),
        (0, 3338),
        True,
    )
    assert (second.name, second.window) == ("LED470", (35, 12627))
    assert (label.key, label.name) == (
        "labels/chromosomes",
        "mitosis \N{EN DASH} labels/chromosomes",
    )
    assert label.facts == {
        "label_of": "0",
        "label_colors": [[1, [255, 128, 0, 128]]],
    }
    documents = {file.path.relative_to(path).as_posix() for file in fileset.files}
    label_documents = {".zattrs", "0/.zarray", "1/.zarray"}
    assert documents == {
        *(".zattrs", "0/.zarray", "1/.zarray", "labels/.zattrs"),
        *(f"labels/chromosomes/{document}" for document in label_documents),
    }
    assert fileset.files[0].path == path / ".zattrs"


@pytest.mark.parametrize(
    ("unit", "um"),
    [
        ("micrometer", 2.5),
        ("nanometer", 2.5e-3),
        ("millimeter", 2.5e3),
        ("angstrom", 2.5e-4),
        ("\N{MICRO SIGN}m", 2.5),
        ("inch", 63_500),
        ("pixel", None),
        (None, None),
        (7, None),
    ],
)
def test_units_of_length(tmp_path, unit, um):
    array_v3(tmp_path / "0", (4, 8, 10))
    scale = {"type": "scale", "scale": [3, 1.25, 0.5]}
    multiscale = {
        "axes": [{"name": axis, "type": "space", "unit": unit} for axis in "zyx"],
        "datasets": [{"path": "0", "coordinateTransformations": [scale]}],
        "coordinateTransformations": [{"type": "scale", "scale": [1, 2, 5]}],
    }
    group_v3(tmp_path, multiscales=[multiscale])
    info = opened(tmp_path).fileset.images[0]
    assert info.pixel_width_um == (um and pytest.approx(um))
    assert info.pixel_height_um == (um and pytest.approx(um))
    assert info.pixel_depth_um == (um and pytest.approx(um * 3 / 2.5))


@pytest.mark.parametrize("scale", [[1], "1", [0, 0], [-1, -1], [None, "a"], [1e400, 1]])
def test_a_scale_that_makes_no_sense_is_no_size(tmp_path, scale):
    image_v2(
        tmp_path,
        {},
        axes=[{"name": axis, "unit": "micrometer"} for axis in "yx"],
        datasets=[
            {
                "path": "0",
                "coordinateTransformations": [{"type": "scale", "scale": scale}],
            }
        ],
    )
    info = opened(tmp_path).fileset.images[0]
    assert info.pixel_height_um is None


def test_time_in_milliseconds_by_axis_type(tmp_path):
    array_v3(tmp_path / "0", (2, 3, 8, 10))
    scale = {"type": "scale", "scale": [250, 1, 1, 1]}
    axes = [
        {"name": "frame", "type": "time", "unit": "millisecond"},
        {"name": "wavelength", "type": "channel"},
        {"name": "y"},
        {"name": "x"},
    ]
    datasets = [{"path": "0", "coordinateTransformations": [scale]}]
    group_v3(tmp_path, multiscales=[{"axes": axes, "datasets": datasets}])
    info = opened(tmp_path).fileset.images[0]
    assert (info.size_t, info.size_c) == (2, 3)
    assert info.time_increment == timedelta(milliseconds=250)
    assert info.dimension_order == "XYCTZ"


def test_what_makes_no_sense_in_the_omero_block_was_not_said(tmp_path):
    channels = [
        {"label": "DAPI", "color": "#0000ff80", "window": {"start": 5, "end": 5}},
        {"color": "blue", "window": {"start": "a", "end": 9}, "active": 1, "lut": ""},
        "nonsense",
        {"label": "one too many"},
    ]
    omero = {"channels": channels, "rdefs": {"defaultZ": 71, "model": "sepia"}}
    info = opened(image_v3(tmp_path, (3, 8, 10), "cyx", omero=omero)).fileset.images[0]
    first, second, third = info.channels
    assert (first.name, first.color, first.window) == ("DAPI", (0, 0, 255, 128), None)
    assert (second.color, second.window, second.active, second.lut) == (None,) * 4
    assert third.name is None
    assert (info.default_z, info.default_t, info.model) == (None, None, None)


def test_how_a_channel_is_drawn(tmp_path):
    channel = {
        "color": "FFFFFF",
        "lut": "cool.lut",
        "active": False,
        "family": "exponential",
        "coefficient": 2.0,
        "inverted": True,
        "window": {"start": 1.5, "end": 9, "min": 0, "max": 10},
    }
    omero = {"channels": [channel], "rdefs": {"model": "greyscale"}}
    info = opened(image_v3(tmp_path, omero=omero)).fileset.images[0]
    drawn = info.channels[0]
    assert (drawn.lut, drawn.active, drawn.window) == ("cool.lut", False, (1.5, 9))
    facts = {"family": "exponential", "coefficient": 2.0, "inverted": True}
    assert drawn.facts == facts
    assert info.model == "greyscale"


def test_several_multiscales_are_several_images(tmp_path):
    array_v3(tmp_path / "a", (8, 10))
    array_v3(tmp_path / "b", (4, 5))
    axes = [{"name": "y"}, {"name": "x"}]
    multiscales = [
        {"name": name, "axes": axes, "datasets": [{"path": path}]}
        for name, path in (("first", "a"), ("/", "b"))
    ]
    group_v3(tmp_path / "pair.zarr", multiscales=multiscales)
    for path in "ab":
        (tmp_path / path).rename(tmp_path / "pair.zarr" / path)
    images = opened(tmp_path / "pair.zarr").fileset.images
    assert [(i.key, i.name, i.width) for i in images] == [
        ("0", "first", 10),
        ("1", "pair.zarr [1]", 5),
    ]


def test_levels_that_do_not_fit_are_left_out(tmp_path):
    array_v3(tmp_path / "0", (2, 8, 10))
    array_v3(tmp_path / "1", (2, 4, 5))
    array_v3(tmp_path / "2", (1, 2, 3))
    array_v3(tmp_path / "3", (2, 2, 3), dtype="uint8")
    multiscale = {
        "axes": [{"name": axis} for axis in "cyx"],
        "datasets": [{"path": str(n)} for n in range(4)],
    }
    group_v3(tmp_path, multiscales=[multiscale])
    fileset = opened(tmp_path).fileset
    assert [level.width for level in fileset.images[0].levels] == [10, 5]
    assert len(fileset.warnings) == 2
    assert str(tmp_path / "2") in fileset.warnings[0]


# -- collections, plates, labels


@pytest.mark.shared_data
def test_names_of_a_collection_come_from_its_xml(shared_data, tmp_path):
    copy = tmp_path / "c.zarr"
    shutil.copytree(shared_data / "zarr" / "v0.4" / "bf2raw.zarr", copy)
    xml = copy / "OME" / "METADATA.ome.xml"
    xml.write_text(xml.read_text().replace('Name="bf2raw 2"', 'Name="The other"'))
    write_json(copy / "OME" / ".zattrs", {"series": ["1", "0"]})
    fileset = opened(copy).fileset
    assert [(i.key, i.name) for i in fileset.images] == [
        ("1", "bf2raw"),
        ("0", "The other"),
    ]
    assert all(image.significant_bits == 8 for image in fileset.images)
    assert xml in {file.path for file in fileset.files}


@pytest.mark.shared_data
def test_a_broken_xml_is_a_warning(shared_data, tmp_path):
    copy = tmp_path / "c.zarr"
    shutil.copytree(shared_data / "zarr" / "v0.4" / "bf2raw.zarr", copy)
    (copy / "OME" / "METADATA.ome.xml").write_text("<OME")
    fileset = opened(copy).fileset
    assert [i.name for i in fileset.images] == ["bf2raw", "bf2raw 2"]
    assert len(fileset.warnings) == 1
    assert "METADATA.ome.xml" in fileset.warnings[0]


def test_an_xml_of_another_shape_is_a_warning(tmp_path):
    group_v3(tmp_path, **{"bioformats2raw.layout": 3})
    image_v3(tmp_path / "0")
    (tmp_path / "OME").mkdir()
    (tmp_path / "OME" / "METADATA.ome.xml").write_text(
        '<OME xmlns="http://www.openmicroscopy.org/Schemas/OME/2016-06">'
        '<Image ID="Image:0" Name="big"><Pixels ID="Pixels:0" DimensionOrder="XYZCT"'
        ' Type="uint16" SizeX="99" SizeY="8" SizeZ="1" SizeC="1" SizeT="1">'
        "<MetadataOnly/></Pixels></Image></OME>"
    )
    fileset = opened(tmp_path).fileset
    assert fileset.images[0].name == f"{tmp_path.name} [0]"
    assert len(fileset.warnings) == 1
    assert "Image:0" in fileset.warnings[0]


@pytest.mark.shared_data
def test_the_plate_of_version_0_5(shared_data):
    fileset = opened(shared_data / "plates" / "bbbc013_v05.ome.zarr").fileset
    (plate,) = fileset.metadata.plates
    assert (plate.key, plate.name, plate.rows, plate.columns) == ("0", "BBBC013", 2, 4)
    assert (plate.row_naming, plate.column_naming) == ("letter", "number")
    places = {(w.row, w.column): [s.image_key for s in w.samples] for w in plate.wells}
    assert places == {
        (row, column): [f"{'AB'[row]}/0{column + 1}/0"]
        for row in range(2)
        for column in range(4)
    }
    (run,) = plate.acquisitions
    assert (run.key, run.name, run.maximum_field_count) == ("0", "acquisition 0", 1)
    assert fileset.images[5].name == "B02 field 0"


@pytest.mark.shared_data
def test_the_plate_of_version_0_4_with_its_xml(shared_data):
    fileset = opened(shared_data / "zarr" / "v0.4" / "hcs.zarr").fileset
    (plate,) = fileset.metadata.plates
    places = {(w.row, w.column): [s.image_key for s in w.samples] for w in plate.wells}
    assert places == {
        (row, column): [f"{'AB'[row]}/{column + 1}/{field}" for field in (0, 1)]
        for row in range(2)
        for column in range(2)
    }
    assert plate.name == "Plate Name 0"
    assert fileset.images[0].description == "Image Description 0", "only the XML has it"
    known = {image.key for image in fileset.images}
    assert fileset.metadata.rois.keys() <= known
    assert {k for k in fileset.metadata.annotations if ":" not in k} <= known


def test_acquisitions_and_fields(tmp_path):
    acquisitions = [
        {"id": 0, "name": "day", "starttime": 1_700_000_000, "description": "first"},
        {"id": 1, "starttime": 1_700_000_000_000, "endtime": 1e300},
    ]
    folder = plate_v3(tmp_path / "p.zarr", acquisitions=acquisitions)
    fileset = opened(folder).fileset
    (plate,) = fileset.metadata.plates
    started = datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC)
    day, night = plate.acquisitions
    assert (day.key, day.started, day.description) == ("0", started, "first")
    assert (night.key, night.started, night.ended) == ("1", started, None)
    assert plate.name == "p.zarr"
    assert [s.acquisition for s in plate.wells[1].samples] == ["0", "1"]
    assert [i.name for i in fileset.images][:2] == ["p.zarr [A/1/0]", "p.zarr [A/1/1]"]


def test_wells_of_version_0_1_have_only_a_path(tmp_path):
    plate_v3(tmp_path, wells=("B/2",))
    document = json.loads((tmp_path / "zarr.json").read_text())
    document["attributes"]["ome"]["plate"]["wells"] = [{"path": "B/2"}]
    write_json(tmp_path / "zarr.json", document)
    (well,) = opened(tmp_path).fileset.metadata.plates[0].wells
    assert (well.row, well.column) == (1, 1)


def test_a_plate_goes_on_without_broken_fields_and_wells(tmp_path):
    plate_v3(tmp_path, wells=("A/1", "A/2", "B/1", "B/2"))
    shutil.rmtree(tmp_path / "A" / "2")
    write_json(tmp_path / "B" / "1" / "0" / "zarr.json", "{nonsense")
    shutil.rmtree(tmp_path / "B" / "2" / "1" / "0")
    fileset = opened(tmp_path).fileset
    assert [i.key for i in fileset.images] == ["A/1/0", "A/1/1", "B/1/1", "B/2/0"]
    wells = fileset.metadata.plates[0].wells
    assert {(w.row, w.column): len(w.samples) for w in wells} == {
        (0, 0): 2,
        (1, 0): 1,
        (1, 1): 1,
    }
    assert len(fileset.warnings) == 3
    for place in (("A", "2"), ("B", "1", "0", "zarr.json"), ("B", "2", "1", "0")):
        assert any(str(tmp_path.joinpath(*place)) in w for w in fileset.warnings)


def test_a_plate_with_nothing_readable_says_why(tmp_path):
    plate_v3(tmp_path, wells=("A/1",), fields=1)
    shutil.rmtree(tmp_path / "A" / "1" / "0")
    with pytest.raises(CorruptFileError, match="announces an image"):
        opened(tmp_path)


def test_labels_of_fields_and_of_64_bits(tmp_path):
    folder = image_v3(tmp_path / "i")
    group_v3(folder / "labels", labels=["cells", "wide", "gone", "../../i"])
    image_v3(folder / "labels" / "cells", dtype="int32")
    image_v3(folder / "labels" / "wide", dtype="int64")
    fileset = opened(folder).fileset
    assert [i.key for i in fileset.images] == ["0", "labels/cells"]
    int64, gone, outside = fileset.warnings
    assert "int64" in int64
    assert "gone" in gone
    assert "out of the folder" in outside

    plate_v3(tmp_path / "p", wells=("A/1",))
    group_v3(tmp_path / "p/A/1/1/labels", labels=["cells"])
    image_v3(tmp_path / "p/A/1/1/labels/cells", dtype="uint8")
    images = opened(tmp_path / "p").fileset.images
    assert [i.key for i in images] == ["A/1/0", "A/1/1", "A/1/1/labels/cells"]
    assert images[2].facts["label_of"] == "A/1/1"


def test_labels_are_read(tmp_path):
    folder = image_v3(tmp_path / "i")
    group_v3(folder / "labels", labels=["cells"])
    image_v3(folder / "labels" / "cells", shape=(4, 5), dtype="int32")
    got = opened(folder).read(1, 0, 0, 0, [0], Window(1, 2, 5, 4))
    np.testing.assert_array_equal(got[0], np.arange(20).reshape(4, 5)[2:4, 1:5])


# -- what is taken


def test_what_is_taken(tmp_path):
    assert probe(image_v3(tmp_path / "image"))
    assert probe(image_v2(tmp_path / "v2", {}))
    plate = plate_v3(tmp_path / "plate")
    assert probe(plate)
    group_v3(tmp_path / "collection", **{"bioformats2raw.layout": 3})
    assert probe(tmp_path / "collection")
    write_json(tmp_path / "broken" / "zarr.json", "{")
    assert probe(tmp_path / "broken"), "so that opening tells what is wrong"


def test_what_is_not_taken(tmp_path):
    plate = plate_v3(tmp_path / "plate")
    assert not probe(plate / "A")
    assert not probe(plate / "A" / "1")
    assert not probe(plate / "A" / "1" / "0" / "0")
    group_v3(tmp_path / "container")
    assert not probe(tmp_path / "container")
    (tmp_path / "plain").mkdir()
    assert not probe(tmp_path / "plain")
    assert not probe(tmp_path / "missing")
    assert not probe(plate / "zarr.json")


def test_opening_what_is_no_image(tmp_path):
    with pytest.raises(MissingFileError):
        opened(tmp_path / "gone")
    with pytest.raises(CorruptFileError, match="no Zarr group"):
        opened(tmp_path)
    group_v3(tmp_path)
    with pytest.raises(UnsupportedFileError, match="nothing about images"):
        opened(tmp_path)


# -- what is broken


@pytest.mark.parametrize(
    "text", ["", "{", "[1]", '"text"', "\x00\x01", "[" * 100_000, '{"a": }']
)
@pytest.mark.parametrize("document", [".zattrs", "0/.zarray", "zarr.json"])
def test_broken_json_is_named(tmp_path, document, text):
    image_v2(tmp_path, {})
    write_json(tmp_path / document, text)
    with pytest.raises(CorruptFileError) as caught:
        opened(tmp_path)
    assert caught.value.path == str(tmp_path / document)


@pytest.mark.parametrize(
    "changes",
    [
        {"shape": [8]},
        {"shape": [8, 10, 3], "chunks": [8, 10, 3]},
        {"shape": "8x10"},
        {"shape": [8, -10]},
        {"shape": [8, 10.5]},
        {"shape": [8, True]},
        {"shape": [0, 10]},
        {"chunks": [0, 10]},
        {"chunks": None},
    ],
    ids=str,
)
def test_headers_that_break_the_rules(tmp_path, changes):
    with pytest.raises(CorruptFileError) as caught:
        opened(image_v2(tmp_path, changes))
    assert caught.value.path.startswith(str(tmp_path))


@pytest.mark.parametrize(
    "dtype", [7, "nonsense", "|O", "|S3", [["r", "<u2"]], "<M8[s]"]
)
def test_headers_of_other_types(tmp_path, dtype):
    with pytest.raises(UnsupportedFileError, match="cannot be shown"):
        opened(image_v2(tmp_path, {"dtype": dtype}))


@pytest.mark.parametrize(
    ("changes", "limit"),
    [
        ({"shape": [8, 1 << 60]}, "max_axis_pixels"),
        ({"shape": [10**30, 8]}, "max_axis_pixels"),
        ({"chunks": [1 << 20, 1 << 20]}, "max_chunk_bytes"),
        ({"chunks": [10**30, 10**30]}, "max_chunk_bytes"),
    ],
    ids=str,
)
def test_absurd_sizes_are_refused_by_the_name_of_the_limit(tmp_path, changes, limit):
    with pytest.raises(LimitError) as caught:
        opened(image_v2(tmp_path, changes))
    assert caught.value.limit == limit


def test_absurdly_many_planes(tmp_path):
    axes = [{"name": axis} for axis in "tyx"]
    shape = {"shape": [1 << 40, 8, 10], "chunks": [1, 8, 10]}
    with pytest.raises(LimitError, match="max_planes"):
        opened(image_v2(tmp_path, shape, axes=axes))


@pytest.mark.parametrize(
    "multiscale",
    [
        {"datasets": []},
        {"datasets": None},
        {"datasets": ["0"]},
        {"datasets": [{}]},
        {"datasets": [{"path": "/etc"}]},
        {"datasets": [{"path": "../0"}]},
        {"datasets": [{"path": "0"}, {"path": "1"}]},
        {"axes": "yx"},
        {"axes": [{"name": "y"}]},
        {"axes": [{"name": "y"}, {"name": "y"}]},
        {"axes": [{"name": "z"}, {"name": "y"}]},
        {"axes": [3, 4]},
    ],
    ids=str,
)
def test_multiscales_that_break_the_rules(tmp_path, multiscale):
    with pytest.raises(CorruptFileError):
        opened(image_v2(tmp_path, {}, **multiscale))


def test_an_unknown_axis_is_named(tmp_path):
    axes = [{"name": "angle"}, {"name": "y"}, {"name": "x"}]
    folder = image_v2(tmp_path, {"shape": [2, 8, 9], "chunks": [1, 8, 9]}, axes=axes)
    with pytest.raises(UnsupportedFileError, match="angle"):
        opened(folder)


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"node_type": "group"}, CorruptFileError),
        ({"chunk_grid": {"name": "rectilinear"}}, UnsupportedFileError),
        ({"chunk_grid": None}, CorruptFileError),
        ({"data_type": "r16"}, UnsupportedFileError),
        ({"data_type": {"name": "numpy.datetime64"}}, UnsupportedFileError),
        ({"codecs": [{"name": "numcodecs.lz4"}]}, UnsupportedFileError),
        ({"codecs": None}, CorruptFileError),
        ({"codecs": [{"name": "sharding_indexed"}]}, CorruptFileError),
    ],
    ids=str,
)
def test_arrays_of_version_3_that_are_not_read(tmp_path, change, error):
    header = image_v3(tmp_path) / "0" / "zarr.json"
    write_json(header, {**json.loads(header.read_text()), **change})
    with pytest.raises(error) as caught:
        opened(tmp_path)
    assert caught.value.path == str(header)


def test_shards_must_divide(tmp_path):
    array_v3(tmp_path / "0", (8, 10), chunks=(4, 5), shards=(8, 10))
    multiscale = {"axes": ["y", "x"], "datasets": [{"path": "0"}]}
    group_v3(tmp_path, multiscales=[multiscale])
    assert opened(tmp_path).fileset.images[0].levels[0].tile_width == 5
    header = tmp_path / "0" / "zarr.json"
    document = json.loads(header.read_text())
    document["codecs"][0]["configuration"]["chunk_shape"] = [3, 5]
    write_json(header, document)
    with pytest.raises(CorruptFileError, match="do not divide"):
        opened(tmp_path)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_folder_that_may_not_be_entered(tmp_path):
    folder = image_v3(tmp_path / "i")
    folder.chmod(0)
    try:
        assert not probe(folder)
    finally:
        folder.chmod(0o700)


def nodes_of(value, at=()):
    yield at
    children = value.items() if isinstance(value, dict) else ()
    children = enumerate(value) if isinstance(value, list) else children
    for key, child in children:
        yield from nodes_of(child, (*at, key))


def with_node(value, at, other):
    if not at:
        return other
    copy = value.copy()
    copy[at[0]] = with_node(value[at[0]], at[1:], other)
    return copy


@pytest.fixture(scope="module")
def whole_plate(tmp_path_factory):
    acquisitions = [{"id": 0, "name": "a", "starttime": 5, "maximumfieldcount": 2}]
    folder = tmp_path_factory.mktemp("plates") / "p.zarr"
    plate_v3(folder, acquisitions=acquisitions, name="plate")
    omero = {
        "channels": [
            {"label": "a", "color": "FF0000", "window": {"start": 1, "end": 2}}
        ],
        "rdefs": {"defaultZ": 0, "defaultT": 0, "model": "color"},
    }
    shutil.rmtree(folder / "A/1/0")
    image_v3(folder / "A/1/0", omero=omero)
    group_v3(folder / "A/1/0/labels", labels=["cells"])
    colors = [{"label-value": 1, "rgba": [1, 2, 3, 4]}]
    image_v3(folder / "A/1/0/labels/cells", **{"image-label": {"colors": colors}})
    group_v3(folder / "OME", series=["A/1/0", "A/1/1", "B/2/0", "B/2/1"])
    return folder


@settings(deadline=None, max_examples=200)
@given(data=st.data())
def test_whatever_a_document_says_only_our_errors_come_out(whole_plate, data):
    """Put anything anywhere into any document; the rest stays as it was."""
    documents = sorted(whole_plate.rglob("zarr.json"))
    document = data.draw(st.sampled_from(documents))
    text = document.read_text()
    whole = json.loads(text)
    at = data.draw(st.sampled_from(list(nodes_of(whole))))
    scalars = st.one_of(
        st.none(),
        st.booleans(),
        st.integers(-5, 5),
        st.sampled_from([1 << 70, -(10**400), float("nan"), float("inf"), 0.5]),
        st.sampled_from(["", "/", "..", "a/../..", "\0", "0", "x", "plate", "\ud800"]),
    )
    other = data.draw(
        scalars
        | st.lists(scalars, max_size=3)
        | st.dictionaries(st.sampled_from(["path", "name", "id"]), scalars, max_size=2)
    )
    try:
        document.write_text(json.dumps(with_node(whole, at, other)))
        try:
            source = opened(whole_plate)
        except GraticuleError as error:
            assert str(whole_plate) in str(error)  # noqa: PT017
        else:
            keys = [image.key for image in source.fileset.images]
            assert len(set(keys)) == len(keys)
            for image, info in enumerate(source.fileset.images):
                with contextlib.suppress(GraticuleError):
                    source.read(image, 0, 0, 0, [0], info.levels[0].whole)
    finally:
        document.write_text(text)
