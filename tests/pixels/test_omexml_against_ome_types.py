"""Real documents against ome-types, which reads them in a way of its own."""

import warnings

import pytest
import tifffile

from graticule.pixels.annotations import AnnotationKind
from graticule.pixels.model import Level
from graticule.pixels.omexml.document import parse_ome
from graticule.pixels.omexml.units import length_nm, length_um, time_seconds

pytestmark = pytest.mark.shared_data

DOCUMENTS = [
    "ome-xml/MMStack.ome.xml",
    "ome-xml/ROI.ome.xml",
    "ome-xml/folders-simple-taxonomy.ome.xml",
    "ome-xml/hcs.ome.xml",
    "ome-xml/instrument-units-alternate.ome.xml",
    "ome-xml/mapannotation.ome.xml",
    "ome-xml/minimum-specification.ome.xml",
    "ome-xml/multi-channel-z-series-time-series.ome.xml",
    "ome-xml/one-screen-one-plate-four-wells.ome.xml",
    "ome-xml/tagannotation.ome.xml",
    "ome-xml/transformations-upgrade.ome.xml",
    "ome-xml/transfer/transfer.xml",
    "ome-tiff/multifile/multifile.companion.ome",
    "ome-tiff/multi-channel.ome.tif",
    "ome-tiff/test_pyramid.ome.tif",
    "rois/nuclei_rois.ome.xml",
    "rois/nuclei_rois.ome.tif",
    "fluorescence/bpae_3ch.ome.tif",
    "fluorescence/mitosis_5d.ome.tif",
    "pixel-types/ome/nucleus_double.ome.tif",
    "plates/bbbc013_spw.ome.tif",
    "wholeslide/2048x2048_ome6_tiled.ome.tif",
    "wholeslide/tcga_subifd.ome.tif",
]


def text_of(path):
    if path.suffix not in {".tif", ".tiff"}:
        return path.read_bytes()
    with tifffile.TiffFile(path) as tif:
        return tif.ome_metadata


def theirs(text):
    import ome_types

    with warnings.catch_warnings():
        # It warns of what a schema does not know; that is its business.
        warnings.simplefilter("ignore")
        return ome_types.from_xml(text, validate=False)


@pytest.fixture(scope="module", params=DOCUMENTS)
def both(request, shared_data):
    path = shared_data / request.param
    text = text_of(path)
    return parse_ome(text, path), theirs(text)


def quantity(thing, name, convert):
    unit = getattr(thing, f"{name}_unit", None)
    value = getattr(thing, name)
    return convert(value, None if unit is None else unit.value)


def about(value):
    return None if value is None else pytest.approx(value, rel=1e-12)


def info_of(image):
    level = Level(image.width, image.height, image.width, image.height)
    return image.describe(str(image.index), (level,), "fallback")


def test_images(both):
    ours, other = both
    assert ours.uuid == other.uuid
    assert len(ours.images) == len(other.images)
    for image, wanted in zip(ours.images, other.images, strict=True):
        pixels = wanted.pixels
        info = info_of(image)
        assert image.id == wanted.id
        assert info.name == (wanted.name or "fallback")
        assert info.description == (wanted.description or "").strip()
        sizes = (pixels.size_x, pixels.size_y, pixels.size_z)
        assert (image.width, image.height, image.size_z) == sizes
        assert (image.size_c, image.size_t) == (pixels.size_c, pixels.size_t)
        assert image.pixel_type.value == pixels.type.value
        assert image.dimension_order == pixels.dimension_order.value
        for axis, size in (
            ("x", info.pixel_width_um),
            ("y", info.pixel_height_um),
            ("z", info.pixel_depth_um),
        ):
            assert size == about(quantity(pixels, f"physical_size_{axis}", length_um))
        step = quantity(pixels, "time_increment", time_seconds) or None
        ours_step = info.time_increment
        assert (ours_step and ours_step.total_seconds()) == step
        taken = wanted.acquisition_date
        ours_taken = info.acquired and info.acquired.replace(tzinfo=None)
        assert ours_taken == (taken and taken.replace(tzinfo=None))
        assert info.significant_bits == pixels.significant_bits


def test_channels(both):
    ours, other = both
    for image, wanted in zip(ours.images, other.images, strict=True):
        channels = wanted.pixels.channels
        if channels and sum(c.samples_per_pixel or 1 for c in channels) == image.size_c:
            samples = tuple(c.samples_per_pixel or 1 for c in channels)
            assert image.samples_per_channel == samples
        if set(image.samples_per_channel) != {1} or not channels:
            continue
        for mine, channel in zip(info_of(image).channels, channels, strict=True):
            assert mine.name == channel.name
            emission = quantity(channel, "emission_wavelength", length_nm)
            excitation = quantity(channel, "excitation_wavelength", length_nm)
            assert mine.emission_nm == about(emission)
            assert mine.excitation_nm == about(excitation)
            assert mine.facts.get("Fluor") == channel.fluor
            assert mine.facts.get("PinholeSize") == channel.pinhole_size
            mode = channel.acquisition_mode
            assert mine.facts.get("AcquisitionMode") == (mode and mode.value)
            if mine.color is not None:
                red, green, blue = channel.color.as_rgb_tuple(alpha=False)
                assert mine.color[:3] == (red, green, blue)


def test_blocks_and_planes(both):
    ours, other = both
    for image, wanted in zip(ours.images, other.images, strict=True):
        pixels = wanted.pixels
        assert len(image.blocks) == len(pixels.tiff_data_blocks)
        for mine, block in zip(image.blocks, pixels.tiff_data_blocks, strict=True):
            firsts = (block.first_z or 0, block.first_c or 0, block.first_t or 0)
            assert (mine.first_z, mine.first_c, mine.first_t) == firsts
            name = block.uuid and block.uuid.file_name
            assert (mine.file_name, mine.plane_count) == (name, block.plane_count)
            assert mine.uuid == (block.uuid and block.uuid.value)
        assert len(image.bin_blocks) == len(pixels.bin_data_blocks)
        if set(image.samples_per_channel) != {1}:
            continue
        times = {
            (p.the_z, p.the_c, p.the_t): about(quantity(p, "delta_t", time_seconds))
            for p in pixels.planes
            if p.delta_t is not None
        }
        assert info_of(image).planes_seconds == times


def test_magnification(both):
    ours, other = both
    objectives = {o.id: o for i in other.instruments for o in i.objectives}
    for image, wanted in zip(ours.images, other.images, strict=True):
        used = wanted.objective_settings
        expected = objectives[used.id].nominal_magnification if used else None
        assert info_of(image).nominal_magnification == expected


def signed(color):
    if color is None:
        return None
    red, green, blue, *alpha = color.as_rgb_tuple(alpha=True)
    value = int.from_bytes(bytes([red, green, blue, round(alpha[0] * 255)]), "big")
    return value - (1 << 32) if value >= 1 << 31 else value


def test_rois(both):
    ours, other = both
    rois = {roi.id: roi for roi in other.rois}
    for image, wanted in zip(ours.images, other.images, strict=True):
        found = ours.metadata.rois.get(str(image.index), ())
        assert [roi.key for roi in found] == [ref.id for ref in wanted.roi_refs]
        for mine in found:
            roi = rois[mine.key]
            assert (mine.name, mine.description) == (roi.name, roi.description)
            kinds = sorted(shape.kind.value for shape in mine.shapes)
            assert kinds == sorted(type(shape).__name__ for shape in roi.union)
            for kind in set(kinds):
                same = [s for s in mine.shapes if s.kind.value == kind]
                others = [s for s in roi.union if type(s).__name__ == kind]
                for shape, expected in zip(same, others, strict=True):
                    compare(shape, expected)


def compare(shape, expected):
    for name, value in shape.geometry.items():
        assert value == getattr(expected, name)
    if shape.points:
        wanted = expected.points.replace(",", " ").split()
        assert shape.points.replace(",", " ").split() == wanted
    places = (expected.the_z, expected.the_c, expected.the_t)
    assert (shape.z, shape.c, shape.t) == places
    assert (shape.text or "") == (expected.text or "")
    assert shape.stroke_width == expected.stroke_width
    assert shape.font_size == expected.font_size
    assert shape.fill_color == signed(expected.fill_color)
    assert shape.stroke_color == signed(expected.stroke_color)
    for name in ("marker_start", "marker_end"):
        marker = getattr(expected, name, None)
        assert getattr(shape, name) == (marker and marker.value)
    matrix = expected.transform
    if matrix is None:
        assert shape.transform is None
    else:
        terms = (matrix.a00, matrix.a10, matrix.a01, matrix.a11, matrix.a02, matrix.a12)
        assert shape.transform == terms


def test_masks_of_the_nuclei(shared_data):
    """Decode the masks' base64 by hand: 1 bit per pixel."""
    import base64
    import re

    path = shared_data / "rois" / "nuclei_rois.ome.xml"
    blocks = re.findall(r"<BinData[^>]*>([^<]*)</BinData>", path.read_text())
    rois = parse_ome(path.read_bytes(), path).metadata.rois["0"]
    masks = [s for roi in rois for s in roi.shapes if s.mask_bits is not None]
    assert len(masks) == len(blocks) == 6
    for mask, block in zip(masks, blocks, strict=True):
        assert mask.mask_bits == base64.b64decode(block)


def value_of(annotation):
    kind = type(annotation).__name__
    if kind == "MapAnnotation":
        return tuple((pair.k, pair.value) for pair in annotation.value.ms)
    if kind == "XMLAnnotation":
        return None
    return annotation.value


def test_annotations(both):
    ours, other = both
    known = {a.id: a for a in other.structured_annotations}
    found = 0
    for image, wanted in zip(ours.images, other.images, strict=True):
        mine = ours.metadata.annotations.get(str(image.index), ())
        assert [a.key for a in mine] == [ref.id for ref in wanted.annotation_refs]
        for annotation in mine:
            found += 1
            expected = known[annotation.key]
            assert annotation.namespace == expected.namespace
            assert annotation.description == expected.description
            value = value_of(expected)
            if annotation.kind is AnnotationKind.TIMESTAMP:
                assert annotation.value.replace(tzinfo=None) == value
            elif value is not None:
                assert annotation.value == value
            else:
                assert annotation.value.startswith("<")
    assert found == sum(len(image.annotation_refs) for image in other.images)


def test_plates(both):
    ours, other = both
    indices = {image.id: str(i) for i, image in enumerate(other.images)}
    assert len(ours.metadata.plates) == len(other.plates)
    for mine, plate in zip(ours.metadata.plates, other.plates, strict=True):
        assert (mine.key, mine.name) == (plate.id, plate.name or plate.id)
        assert (mine.rows, mine.columns) == (plate.rows, plate.columns)
        convention = plate.row_naming_convention
        assert mine.row_naming == (convention.value if convention else "letter")
        convention = plate.column_naming_convention
        assert mine.column_naming == (convention.value if convention else "number")
        assert mine.description == (plate.description or "")
        runs = {
            ref.id: run.id
            for run in plate.plate_acquisitions
            for ref in run.well_sample_refs
        }
        assert [a.key for a in mine.acquisitions] == [
            run.id for run in plate.plate_acquisitions
        ]
        wells = {(well.row, well.column): well for well in plate.wells}
        assert {(well.row, well.column) for well in mine.wells} == set(wells)
        for well in mine.wells:
            samples = wells[well.row, well.column].well_samples
            samples = sorted(samples, key=lambda sample: sample.index)
            assert [(s.image_key, s.acquisition) for s in well.samples] == [
                (indices[s.image_ref.id], runs.get(s.id)) for s in samples
            ]


def test_an_old_schema_of_a_real_file(shared_data):
    """The 2008-09 document, which ome-types cannot read; values as printed."""
    path = shared_data / "fluorescence" / "cerebellum_about1.ome.tif"
    (image,) = parse_ome(text_of(path), path).images
    info = info_of(image)
    assert (image.width, image.height, image.size_c) == (1000, 929, 3)
    assert image.dimension_order == "XYCTZ"
    assert [channel.name for channel in info.channels] == ["Red", "Green", "Blue"]
    assert info.description == "Withers"
    assert info.acquired.isoformat() == "2012-02-16T23:49:22+00:00"
