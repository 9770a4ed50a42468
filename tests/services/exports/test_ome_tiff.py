"""OME-TIFFs, opened again by tifffile and by our own reader (webgateway 11.1)."""

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import ome_types
import pytest
import tifffile
import xmlschema

from graticule.errors import FileError

SCHEMA = Path(ome_types.__file__).parent / "ome-2016-06.xsd"
TYPES = ["int8", "uint8", "int16", "uint16", "int32", "uint32", "float32", "float64"]


@pytest.fixture(scope="session")
def schema():
    return xmlschema.XMLSchema(SCHEMA)


@pytest.fixture
def exported(scene_of, schema, tmp_path):
    """Write a file as OME-TIFF; give the new file and its parsed OME-XML."""
    from graticule.services.exports.ome_tiff import write_ome_tiff

    def export(path, facts=None, **options):
        scene, found = scene_of(path)
        target = tmp_path / "out.ome.tiff"
        write_ome_tiff(scene, facts or found, target, **options)
        with tifffile.TiffFile(target) as tif:
            xml = tif.ome_metadata
        schema.validate(xml)
        return target, ome_types.from_xml(xml)

    return export


def random(shape, dtype, seed=1):
    rng = np.random.default_rng(seed)
    if np.dtype(dtype).kind == "f":
        values = rng.normal(0, 1e6, shape).astype(dtype)
        values.flat[0], values.flat[1], values.flat[2] = np.nan, np.inf, -0.0
        return values
    limits = np.iinfo(dtype)
    return rng.integers(limits.min, limits.max, shape, dtype, endpoint=True)


def same(left, right):
    assert left.dtype == right.dtype
    assert left.shape == right.shape
    assert left.tobytes() == right.tobytes()


def by_own_reader(path, level=0):
    """All planes in the order TCZYX, as our own reader gives them."""
    from graticule.pixels.registry import open_source
    from graticule.services.engine import engine

    source = open_source(path, engine().context)
    info = source.fileset.images[0]
    planes = [
        source.read(0, level, z, t, range(info.size_c), info.levels[level].whole)
        for t in range(info.size_t)
        for z in range(info.size_z)
    ]
    source.close()
    whole = np.array(planes).reshape(info.size_t, info.size_z, *planes[0].shape)
    return info, np.swapaxes(whole, 1, 2)


@pytest.mark.parametrize("dtype", TYPES)
def test_pixels_of_every_type_are_the_same_bits(exported, tmp_path, dtype):
    pixels = random((2, 3, 2, 33, 45), dtype)  # TCZYX
    path = tmp_path / "in.ome.tif"
    tifffile.imwrite(path, pixels, metadata={"axes": "TCZYX"}, photometric="minisblack")
    target, ome = exported(path)
    with tifffile.TiffFile(target) as tif:
        assert tif.is_ome
        assert not tif.is_bigtiff
        assert tif.series[0].axes == "TCZYX"
        same(tif.asarray(), pixels)
    info, own = by_own_reader(target)
    same(own, pixels)
    assert (info.size_t, info.size_c, info.size_z) == (2, 3, 2)
    said = ome.images[0].pixels
    assert said.type.value == {"float32": "float", "float64": "double"}.get(
        dtype, dtype
    )
    assert said.big_endian in {None, False}


@pytest.mark.parametrize("size", [(20, 37), (1030, 1100)])
def test_bits(exported, tmp_path, size):
    pixels = np.random.default_rng(1).random((3, *size)) > 0.5
    path = tmp_path / "in.tif"
    tifffile.imwrite(path, pixels, photometric="minisblack")
    target, ome = exported(path)
    assert ome.images[0].pixels.type.value == "bit"
    same(tifffile.imread(target), pixels)
    _, own = by_own_reader(target)
    assert np.array_equal(own.reshape(pixels.shape), pixels)


@pytest.mark.parametrize("dtype", TYPES)
@pytest.mark.parametrize("tile", [(64, 128), (48, 80), None])
def test_levels_are_kept_in_tiles(exported, tmp_path, dtype, tile):
    levels = [random((2, 2, *side), dtype, side[0]) for side in ((300, 500), (75, 125))]
    path = tmp_path / "in.ome.tif"
    with tifffile.TiffWriter(path, ome=True) as tif:
        options = {"photometric": "minisblack", "tile": tile}
        tif.write(levels[0], subifds=1, metadata={"axes": "TCYX"}, **options)
        tif.write(levels[1], subfiletype=1, **options)
    target, _ = exported(path)
    with tifffile.TiffFile(target) as tif:
        series = tif.series[0]
        assert len(series.levels) == 2
        for stored, expected in zip(series.levels, levels, strict=True):
            same(stored.asarray(), expected)
        page = tif.pages[0]
        assert page.is_tiled
        assert page.compression == tifffile.COMPRESSION.ADOBE_DEFLATE
        if tile == (64, 128):
            assert (page.tilelength, page.tilewidth) == tile
        assert len(tif.pages) == 4  # the levels are SubIFDs
    info, full = by_own_reader(target)
    assert [(level.width, level.height) for level in info.levels] == [
        (500, 300),
        (125, 75),
    ]
    same(full[:, :, 0], levels[0])
    same(by_own_reader(target, 1)[1][:, :, 0], levels[1])


def test_colour_pictures_stay_rgb(exported, tmp_path):
    pixels = random((70, 90, 3), "uint8")
    path = tmp_path / "in.tif"
    tifffile.imwrite(path, pixels, photometric="rgb")
    target, ome = exported(path)
    with tifffile.TiffFile(target) as tif:
        assert tif.pages[0].photometric == tifffile.PHOTOMETRIC.RGB
        assert len(tif.pages) == 1
        same(tif.asarray(), pixels)
    (channel,) = ome.images[0].pixels.channels
    assert channel.samples_per_pixel == 3
    assert ome.images[0].pixels.size_c == 3
    info, own = by_own_reader(target)
    assert info.size_c == 3
    same(np.moveaxis(own[0, :, 0], 0, -1), pixels)


def test_large_colour_pictures_with_levels(exported, tmp_path):
    levels = [random((side, side + 40, 3), "uint8", side) for side in (400, 100)]
    path = tmp_path / "in.ome.tif"
    with tifffile.TiffWriter(path, ome=True) as tif:
        options = {"photometric": "rgb", "tile": (64, 64)}
        tif.write(levels[0], subifds=1, metadata={"axes": "YXS"}, **options)
        tif.write(levels[1], subfiletype=1, **options)
    target, ome = exported(path)
    assert ome.images[0].pixels.channels[0].samples_per_pixel == 3
    with tifffile.TiffFile(target) as tif:
        for stored, expected in zip(tif.series[0].levels, levels, strict=True):
            same(stored.asarray(), expected)


def test_what_the_catalogue_knows_is_said(exported, tmp_path):
    from graticule.services.exports.facts import ChannelFacts, ImageFacts

    path = tmp_path / "in.ome.tif"
    tifffile.imwrite(path, random((2, 2, 20, 20), "uint16"), metadata={"axes": "ZCYX"})
    red = int(np.int32(np.uint32(0xFF0000FF)))
    odd = {"AcquisitionMode": "Crystal ball", "PinholeSize": 1, "Fluor": "GFP"}
    facts = ImageFacts(
        name="embryo <7> \x01&\ud800 µ",
        description="Two lines\nof text",
        graphics=False,
        acquired=datetime(2024, 3, 4, 10, 15, 22, tzinfo=UTC),
        pixel_width_um=0.25,
        pixel_height_um=0.5,
        pixel_depth_um=1e-7,
        time_increment=timedelta(seconds=2.5),
        magnification=40.0,
        channels=(
            ChannelFacts(
                "DAPI", red, 461.0, 358.5, {"AcquisitionMode": "SpinningDiskConfocal"}
            ),
            ChannelFacts("", None, None, float("nan"), {**odd, "ExposureTime": 0.1}),
        ),
        seconds={(z, c, 0): 10 * z + c for z in range(2) for c in range(2)},
    )
    target, ome = exported(path, facts)
    image = ome.images[0]
    assert image.name == "embryo <7> \ufffd&\ufffd µ"
    assert image.description == "Two lines\nof text"
    assert image.acquisition_date.replace(tzinfo=UTC) == facts.acquired
    pixels = image.pixels
    assert (pixels.physical_size_x, pixels.physical_size_y) == (0.25, 0.5)
    assert pixels.physical_size_z == 1e-7
    assert pixels.physical_size_z_unit.value == "µm"
    assert pixels.time_increment == 2.5
    assert ome.instruments[0].objectives[0].nominal_magnification == 40
    first, second = pixels.channels
    assert (first.name, first.emission_wavelength, first.excitation_wavelength) == (
        "DAPI",
        461.0,
        358.5,
    )
    assert first.color.as_rgb_tuple() == (255, 0, 0)
    assert first.acquisition_mode.value == "SpinningDiskConfocal"
    assert (second.acquisition_mode, second.excitation_wavelength) == (None, None)
    assert (second.fluor, second.pinhole_size) == ("GFP", None)
    times = {(p.the_z, p.the_c, p.the_t): p.delta_t for p in pixels.planes}
    assert times == facts.seconds
    assert {p.exposure_time for p in pixels.planes if p.the_c == 1} == {0.1}
    info, _ = by_own_reader(target)
    assert info.planes_seconds == facts.seconds
    assert (info.pixel_width_um, info.pixel_depth_um) == (0.25, 1e-7)
    assert info.channels[0].color == (255, 0, 0, 255)
    assert info.acquired == facts.acquired


def test_progress_goes_to_the_end(exported, tmp_path):
    path = tmp_path / "in.tif"
    tifffile.imwrite(path, random((1100, 1500), "uint8"))
    told = []
    exported(path, progress=lambda done, total: told.append((done, total)))
    assert told == [(n, 9) for n in range(1, 10)]


def test_what_progress_raises_ends_the_work_and_nothing_stays(scene_of, tmp_path):
    from graticule.services.exports.ome_tiff import write_ome_tiff

    path, target = tmp_path / "in.tif", tmp_path / "out" / "a.ome.tiff"
    target.parent.mkdir()
    tifffile.imwrite(path, random((1100, 1500), "uint8"))

    def stop(done, total):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_ome_tiff(*scene_of(path), target, progress=stop)
    assert list(target.parent.iterdir()) == []


def test_a_folder_that_cannot_be_written(scene_of, tmp_path):
    from graticule.services.exports.ome_tiff import write_ome_tiff

    path = tmp_path / "in.tif"
    tifffile.imwrite(path, random((10, 10), "uint8"))
    with pytest.raises(FileError, match="cannot be written"):
        write_ome_tiff(*scene_of(path), tmp_path / "missing" / "a.ome.tiff")


def test_more_than_4_gib_is_bigtiff(scene_of, tmp_path):
    """By what it could become: the pixels are never written here."""
    from graticule.services.exports.ome_tiff import raw_bytes, write_ome_tiff

    path = tmp_path / "in.tif"
    tifffile.imwrite(path, shape=(70_000, 70_000), dtype="uint8", tile=(1024, 1024))
    scene, facts = scene_of(path)
    assert raw_bytes(scene) == 70_000**2
    heads = []

    def stop(done, total):
        (aside,) = (tmp_path / "out").iterdir()
        heads.append(aside.read_bytes()[:4])
        if done > 200:
            raise KeyboardInterrupt

    (tmp_path / "out").mkdir()
    with pytest.raises(KeyboardInterrupt):
        write_ome_tiff(scene, facts, tmp_path / "out" / "a.ome.tiff", progress=stop)
    assert b"II+\0" in heads


@pytest.mark.slow
def test_memory_is_bounded(tmp_path):
    """1.2 GB of pixels in a process of its own that may hold 600 MB."""
    source, target = tmp_path / "in.tif", tmp_path / "out.ome.tiff"
    tile = random((1024, 1024), "uint16") >> 4
    tifffile.imwrite(
        source,
        (tile for _ in range(3 * 14 * 14)),
        shape=(3, 14336, 14336),
        dtype="uint16",
        tile=(1024, 1024),
        photometric="minisblack",
    )
    module = "tests.services.exports.measured_export"
    said = subprocess.run(
        [sys.executable, "-m", module, str(source), str(target)],
        cwd=Path(__file__).parents[3],
        check=True,
        capture_output=True,
        text=True,
    )
    assert int(said.stdout) < 600 << 20
    with tifffile.TiffFile(target) as tif:
        assert tif.series[0].shape == (3, 14336, 14336)
        segment = next(tif.pages[2].segments())[0]
        assert np.array_equal(segment.squeeze(), tile)
