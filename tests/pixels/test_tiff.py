"""TIFF files with known pixels, every codec and layout."""

import itertools
import struct
import threading
import zlib
from datetime import UTC, datetime, timedelta

import imagecodecs
import numpy as np
import PIL.Image
import pytest
import tifffile
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.pixels.tiff_files import (
    CODECS,
    LAYOUTS,
    context,
    noise,
    open_tiff,
    raw_tiff,
    write_pages,
)

from graticule.errors import OutOfRangeError, UnsupportedFileError
from graticule.pixels.model import PixelType, Window
from graticule.pixels.reader import Reader, Source
from graticule.pixels.tiff.reader import TiffReader


def whole(source, image=0, level=0, z=0, t=0):
    """All channels of a plane."""
    info = source.fileset.images[image]
    return source.read(image, level, z, t, range(info.size_c), info.levels[level].whole)


def test_it_works(tmp_path):
    pixels = noise((50, 70), "uint16")
    tifffile.imwrite(tmp_path / "a.tif", pixels, metadata=None)
    reader = TiffReader()
    assert isinstance(reader, Reader)
    path = tmp_path / "a.tif"
    assert reader.probe(path, path.read_bytes()[:1024])
    source = reader.open(path, context())
    assert isinstance(source, Source)
    info = source.fileset.images[0]
    assert source.fileset.format == "TIFF"
    assert [f.path for f in source.fileset.files] == [path]
    assert (info.key, info.name) == ("0", "a.tif")
    assert (info.size_z, info.size_c, info.size_t) == (1, 1, 1)
    assert (info.width, info.height) == (70, 50)
    assert not info.graphics
    assert np.array_equal(whole(source)[0], pixels)
    part = source.read(0, 0, 0, 0, [0], Window(10, 20, 33, 21))
    assert np.array_equal(part[0], pixels[20:21, 10:33])
    source.close()


@pytest.mark.parametrize("name", ["other.png", "note.txt"])
def test_probe_leaves_others_alone(tmp_path, name):
    assert not TiffReader().probe(tmp_path / name, b"\x89PNG\r\n\x1a\n")


@pytest.mark.parametrize(
    ("codec", "layout", "predictor", "order"),
    [
        pytest.param(c, layout, p, o, id=f"{c}-{layout}-{p}-{o}")
        for c, layout, p, o in itertools.product(
            CODECS, LAYOUTS, (False, True), ("<", ">")
        )
        if not (p and c in {"none", "packbits", "jpeg2000", "png", "lerc"})
        and not (o == ">" and c in {"jpeg2000", "png", "lerc"})
    ],
)
def test_codecs_and_layouts(tmp_path, codec, layout, predictor, order):
    for dtype, shape, extra in (
        ("uint16", (61, 101), {"photometric": "minisblack"}),
        ("uint8", (61, 101, 3), {"photometric": "rgb", "planarconfig": "contig"}),
        ("uint8", (3, 61, 101), {"photometric": "rgb", "planarconfig": "separate"}),
    ):
        pixels = noise(shape, dtype)
        path = tmp_path / f"{len(shape)}{extra.get('planarconfig', '')}.tif"
        tifffile.imwrite(
            path,
            pixels,
            compression=CODECS[codec],
            predictor=predictor,
            byteorder=order,
            metadata=None,
            **LAYOUTS[layout],
            **extra,
        )
        expected = pixels[None] if pixels.ndim == 2 else pixels
        if extra.get("planarconfig") == "contig":
            expected = np.moveaxis(pixels, 2, 0)
        source = open_tiff(path)
        assert np.array_equal(whole(source), expected)
        window = Window(17, 5, 77, 60)
        channels = list(range(len(expected)))[::-1]
        part = source.read(0, 0, 0, 0, channels, window)
        assert part.flags.c_contiguous
        assert part.dtype == np.dtype(dtype)
        assert np.array_equal(part, expected[::-1, 5:60, 17:77])
        source.close()


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("predicted", [False, True])
@pytest.mark.parametrize(
    ("dtype", "kind"),
    [
        ("int8", PixelType.INT8),
        ("uint8", PixelType.UINT8),
        ("int16", PixelType.INT16),
        ("uint16", PixelType.UINT16),
        ("int32", PixelType.INT32),
        ("uint32", PixelType.UINT32),
        ("float16", PixelType.FLOAT),
        ("float32", PixelType.FLOAT),
        ("float64", PixelType.DOUBLE),
    ],
)
def test_pixel_types(tmp_path, dtype, kind, predicted, order):
    pixels = noise((40, 33), dtype)
    path = tmp_path / "a.tif"
    tifffile.imwrite(
        path,
        pixels,
        byteorder=order,
        tile=(16, 16),
        compression="zlib",
        predictor=predicted,  # 3 for floats, else 2
        metadata=None,
    )
    source = open_tiff(path)
    assert source.fileset.images[0].pixel_type is kind
    read = whole(source)
    assert read.dtype == kind.dtype
    assert read.dtype.isnative
    assert np.array_equal(read[0], pixels.astype(kind.dtype))


@pytest.mark.parametrize("codec", ["lzw", "zstd", None])
@pytest.mark.parametrize("order", ["<", ">"])
def test_floats_with_their_own_predictor(tmp_path, codec, order):
    pixels = noise((23, 31, 3), "float32")
    path = tmp_path / "a.tif"
    tifffile.imwrite(
        path,
        pixels,
        compression=codec,
        predictor=3 if codec else None,
        byteorder=order,
        photometric="rgb",
        tile=(16, 16),
        metadata=None,
    )
    assert np.array_equal(whole(open_tiff(path)), np.moveaxis(pixels, 2, 0))


def test_floats_differenced_as_whole_numbers(tmp_path):
    """Predictor 2 on floats, as libtiff writes them."""
    pixels = noise((10, 12), "float32")
    whole_numbers = pixels.view("<u4")
    differences = whole_numbers.copy()
    differences[:, 1:] -= whole_numbers[:, :-1]
    data = zlib.compress(differences.tobytes())
    tags = [
        (256, 3, [12]), (257, 3, [10]), (258, 3, [32]), (259, 3, [8]),
        (262, 3, [1]), (273, 4, [-1]), (277, 3, [1]), (278, 3, [10]),
        (279, 4, [len(data)]), (317, 3, [2]), (339, 3, [3]),
    ]  # fmt: skip
    path = tmp_path / "a.tif"
    path.write_bytes(raw_tiff(tags, data))
    assert np.array_equal(whole(open_tiff(path))[0], pixels)


@pytest.mark.parametrize("dtype", ["int64", "uint64", "complex64", "complex128"])
def test_other_types_are_refused_by_name(tmp_path, dtype):
    path = tmp_path / "a.tif"
    tifffile.imwrite(path, np.zeros((4, 4), dtype), metadata=None)
    with pytest.raises(UnsupportedFileError, match=dtype):
        open_tiff(path)


def test_unknown_compression_is_refused_by_number(tmp_path):
    path = tmp_path / "a.tif"
    tifffile.imwrite(path, np.zeros((4, 4), "u1"), metadata=None)
    with tifffile.TiffFile(path, mode="r+") as tif:
        tif.pages[0].tags[259].overwrite(32895)
    with pytest.raises(UnsupportedFileError, match="32895"):
        open_tiff(path)


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_any_window_of_any_level(tmp_path_factory, data):
    """Levels, planes and windows at random against plain slicing."""
    path = tmp_path_factory.getbasetemp() / "stack.ome.tif"
    stack = noise((3, 2, 4, 90, 120), "uint16", 7)
    if not path.exists():
        tifffile.imwrite(
            path,
            stack,
            metadata={"axes": "TCZYX"},
            tile=(32, 48),
            compression="zlib",
            ome=True,
        )
    source = open_tiff(path)
    info = source.fileset.images[0]
    assert (info.size_t, info.size_c, info.size_z) == (3, 2, 4)
    x0, y0 = data.draw(st.integers(0, 119)), data.draw(st.integers(0, 89))
    x1, y1 = data.draw(st.integers(x0 + 1, 120)), data.draw(st.integers(y0 + 1, 90))
    z, t = data.draw(st.integers(0, 3)), data.draw(st.integers(0, 2))
    channels = data.draw(st.lists(st.integers(0, 1), min_size=1, max_size=3))
    read = source.read(0, 0, z, t, channels, Window(x0, y0, x1, y1))
    assert np.array_equal(read, stack[t, channels, z, y0:y1, x0:x1])
    source.close()


def test_reads_outside_are_refused(tmp_path):
    path = tmp_path / "a.tif"
    tifffile.imwrite(path, noise((8, 9), "uint8"), metadata=None)
    source = open_tiff(path)
    for wrong in (
        (0, 1, 0, 0, [0], Window(0, 0, 1, 1)),
        (0, 0, 1, 0, [0], Window(0, 0, 1, 1)),
        (0, 0, 0, -1, [0], Window(0, 0, 1, 1)),
        (0, 0, 0, 0, [1], Window(0, 0, 1, 1)),
        (0, 0, 0, 0, [0], Window(0, 0, 10, 1)),
        (0, 0, 0, 0, [0], Window(3, 0, 3, 1)),
        (1, 0, 0, 0, [0], Window(0, 0, 1, 1)),
    ):
        with pytest.raises(OutOfRangeError):
            source.read(*wrong)
    with pytest.raises(OutOfRangeError):
        source.stored_tile(0, 0, 0, 0, Window(0, 0, 99, 99))


@pytest.mark.parametrize("fill_order", [1, 2])
@pytest.mark.parametrize("photometric", [0, 1])
def test_bilevel_is_given_out_as_it_is_shown(tmp_path, photometric, fill_order):
    bits = noise((20, 37), "uint8") & 1
    packed = np.packbits(bits, axis=1)
    if fill_order == 2:
        packed = np.packbits(np.unpackbits(packed).reshape(-1, 8)[:, ::-1]).reshape(
            packed.shape
        )
    tags = [
        (256, 3, [37]), (257, 3, [20]), (258, 3, [1]), (259, 3, [1]),
        (262, 3, [photometric]), (266, 3, [fill_order]), (273, 4, [-1]),
        (277, 3, [1]), (278, 3, [20]), (279, 4, [packed.size]),
    ]  # fmt: skip
    path = tmp_path / "a.tif"
    path.write_bytes(raw_tiff(tags, packed.tobytes()))
    source = open_tiff(path)
    assert source.fileset.images[0].pixel_type is PixelType.BIT
    shown = bits if photometric == 1 else 1 - bits
    assert np.array_equal(whole(source)[0], shown)
    part = source.read(0, 0, 0, 0, [0], Window(3, 7, 30, 9))
    assert np.array_equal(part[0], shown[7:9, 3:30])


def test_white_is_zero_of_8_bits_is_shown_upright(tmp_path):
    pixels = noise((9, 9), "uint8")
    path = tmp_path / "a.tif"
    tifffile.imwrite(path, pixels, photometric="miniswhite", metadata=None)
    assert np.array_equal(whole(open_tiff(path))[0], 255 - pixels)


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("bits", [2, 4, 10, 12, 14])
def test_packed_bits(tmp_path, bits, order):
    values = noise((6, 23), "uint16") & ((1 << bits) - 1)
    rows = ["".join(f"{v:0{bits}b}" for v in row) for row in values]
    data = b"".join(
        int(row.ljust(-(-len(row) // 8) * 8, "0"), 2).to_bytes(-(-len(row) // 8))
        for row in rows
    )
    tags = [
        (256, 3, [23]), (257, 3, [6]), (258, 3, [bits]), (259, 3, [1]),
        (262, 3, [1]), (273, 4, [-1]), (277, 3, [1]), (278, 3, [6]),
        (279, 4, [len(data)]),
    ]  # fmt: skip
    path = tmp_path / "a.tif"
    path.write_bytes(raw_tiff(tags, data, order))
    source = open_tiff(path)
    info = source.fileset.images[0]
    assert info.significant_bits == bits
    assert np.array_equal(whole(source)[0], values)
    part = source.read(0, 0, 0, 0, [0], Window(5, 2, 20, 5))
    assert np.array_equal(part[0], values[2:5, 5:20])


def test_palettes_of_colours_become_rgb(tmp_path):
    pixels = noise((12, 14), "uint8")
    colors = noise((3, 256), "uint8", 1).astype("uint16") * 257
    path = tmp_path / "a.tif"
    tifffile.imwrite(
        path, pixels, photometric="palette", colormap=colors, metadata=None
    )
    source = open_tiff(path)
    info = source.fileset.images[0]
    assert (info.size_c, info.graphics) == (3, True)
    assert np.array_equal(whole(source), (colors // 257)[:, pixels])
    green = source.read(0, 0, 0, 0, [1], Window(2, 3, 9, 10))
    assert np.array_equal(green[0], (colors[1] // 257)[pixels[3:10, 2:9]])


def test_grey_palettes_stay_one_channel(tmp_path):
    pixels = noise((12, 14), "uint8")
    ramp = np.tile(np.arange(256, dtype="uint16") * 257, (3, 1))
    path = tmp_path / "a.tif"
    tifffile.imwrite(path, pixels, photometric="palette", colormap=ramp, metadata=None)
    source = open_tiff(path)
    assert source.fileset.images[0].size_c == 1
    assert np.array_equal(whole(source)[0], pixels)


def test_pages_without_axes_are_a_z_stack(tmp_path):
    stack = noise((5, 20, 30), "uint16")
    write_pages(tmp_path / "a.tif", list(stack))
    source = open_tiff(tmp_path / "a.tif")
    assert source.fileset.images[0].size_z == 5
    assert all(np.array_equal(whole(source, z=z)[0], stack[z]) for z in range(5))


def test_pages_described_as_times_are_a_time_series(tmp_path):
    stack = noise((5, 20, 30), "uint16")
    write_pages(tmp_path / "a.tif", list(stack), "one frame every 3 s")
    source = open_tiff(tmp_path / "a.tif")
    assert source.fileset.images[0].size_t == 5
    assert all(np.array_equal(whole(source, t=t)[0], stack[t]) for t in range(5))


def test_pages_of_several_sizes_are_several_images(tmp_path):
    pages = [noise((20, 30), "uint8"), noise((25, 31, 3), "uint8")]
    write_pages(tmp_path / "a.tif", pages)
    source = open_tiff(tmp_path / "a.tif")
    first, second = source.fileset.images
    assert [first.name, second.name] == ["a.tif [1]", "a.tif [2]"]
    assert [first.key, second.key] == ["0", "1"]
    assert np.array_equal(whole(source, 0)[0], pages[0])
    assert np.array_equal(whole(source, 1), np.moveaxis(pages[1], 2, 0))
    assert first.graphics
    assert second.graphics


@pytest.mark.parametrize("subifds", [True, False])
def test_pyramids(tmp_path, subifds):
    levels = [noise((256 >> n, 320 >> n, 3), "uint8", n) for n in range(3)]
    path = tmp_path / "a.tif"
    with tifffile.TiffWriter(path, bigtiff=True) as tif:
        for n, level in enumerate(levels):
            tif.write(
                level,
                tile=(64, 64),
                photometric="rgb",
                compression="zlib",
                metadata=None,
                subifds=2 if subifds and n == 0 else None,
                subfiletype=1 if n else 0,
            )
    source = open_tiff(path)
    assert len(source.fileset.images) == 1
    info = source.fileset.images[0]
    assert [(lv.width, lv.height) for lv in info.levels] == [
        (320, 256),
        (160, 128),
        (80, 64),
    ]
    assert info.levels[0].tile_width == 64
    for n, level in enumerate(levels):
        assert np.array_equal(whole(source, level=n), np.moveaxis(level, 2, 0))


def test_sparse_tiles_are_black(tmp_path):
    path = tmp_path / "a.tif"
    tile = noise((16, 16), "uint8")
    tifffile.imwrite(
        path,
        iter([tile.tobytes(), b"", b"", tile.tobytes()]),
        shape=(32, 32),
        dtype="uint8",
        tile=(16, 16),
        compression="none",
        metadata=None,
    )
    expected = np.zeros((32, 32), "uint8")
    expected[:16, :16] = expected[16:, 16:] = tile
    assert np.array_equal(whole(open_tiff(path))[0], expected)


IMAGEJ_TZC = {
    "axes": "TZCYX",
    "unit": "\\u00B5m",
    "spacing": 0.5,
    "finterval": 2.5,
    "mode": "composite",
    "Ranges": [1.0, 90.0, 2.0, 80.0],
}


def test_imagej_hyperstacks(tmp_path):
    stack = noise((3, 4, 2, 20, 30), "uint16")
    magenta = np.outer([1, 0, 1], np.arange(256)).astype("uint8")
    fire = noise((3, 256), "uint8")
    path = tmp_path / "a.tif"
    tifffile.imwrite(
        path,
        stack,
        imagej=True,
        resolution=(4, 4),
        metadata={**IMAGEJ_TZC, "LUTs": [magenta, fire], "Info": "a note"},
    )
    source = open_tiff(path)
    info = source.fileset.images[0]
    assert source.fileset.format == "ImageJ TIFF"
    assert (info.size_t, info.size_z, info.size_c) == (3, 4, 2)
    assert (info.pixel_width_um, info.pixel_height_um) == (0.25, 0.25)
    assert info.pixel_depth_um == 0.5
    assert info.time_increment == timedelta(seconds=2.5)
    assert [c.color for c in info.channels] == [(255, 0, 255, 255), None]
    assert [c.window for c in info.channels] == [(1.0, 90.0), (2.0, 80.0)]
    assert info.facts["ImageJ Info"] == "a note"
    assert not info.graphics
    for t, z in itertools.product(range(3), range(4)):
        assert np.array_equal(whole(source, z=z, t=t), stack[t, z])


def test_imagej_rgb_16_is_three_channels(tmp_path):
    pixels = noise((20, 30, 3), "uint16")
    path = tmp_path / "a.tif"
    tifffile.imwrite(
        path,
        pixels,
        photometric="rgb",
        description="ImageJ=1.53c\nchannels=3\nmode=composite\nunit=nm\nmin=3\nmax=9",
        metadata=None,
    )
    source = open_tiff(path)
    assert source.fileset.format == "ImageJ TIFF"
    assert source.fileset.images[0].size_c == 3
    assert np.array_equal(whole(source), np.moveaxis(pixels, 2, 0))


@pytest.mark.parametrize("compression", [None, "zlib"])
def test_tifffile_shaped_axes(tmp_path, compression):
    stack = noise((2, 3, 20, 30), "int16")
    path = tmp_path / "a.tif"
    tifffile.imwrite(
        path,
        stack,
        metadata={"axes": "ZCYX"},
        compression=compression,
        photometric="minisblack",
    )
    source = open_tiff(path)
    info = source.fileset.images[0]
    assert (info.size_z, info.size_c, info.size_t) == (2, 3, 1)
    assert all(np.array_equal(whole(source, z=z), stack[z]) for z in range(2))


def test_many_unnamed_axes_find_places(tmp_path):
    stack = noise((2, 3, 4, 5, 8, 9), "uint8")
    path = tmp_path / "a.tif"
    tifffile.imwrite(path, stack, photometric="minisblack")
    source = open_tiff(path)
    info = source.fileset.images[0]
    assert info.size_z * info.size_c * info.size_t == 120
    seen = {
        whole(source, z=z, t=t)[c].tobytes()
        for z in range(info.size_z)
        for t in range(info.size_t)
        for c in range(info.size_c)
    }
    assert seen == {plane.tobytes() for plane in stack.reshape(-1, 8, 9)}


def test_resolution_and_date(tmp_path):
    path = tmp_path / "a.tif"
    tifffile.imwrite(
        path,
        noise((8, 8), "uint8"),
        resolution=(40_000, 20_000),
        resolutionunit="centimeter",
        datetime=datetime(2020, 2, 3, 4, 5, 6),  # noqa: DTZ001
        description="a description",
        metadata=None,
    )
    info = open_tiff(path).fileset.images[0]
    assert (info.pixel_width_um, info.pixel_height_um) == (0.25, 0.5)
    assert info.acquired == datetime(2020, 2, 3, 4, 5, 6, tzinfo=UTC)
    assert info.description == "a description"


def test_printing_resolution_is_no_pixel_size(tmp_path):
    path = tmp_path / "a.tif"
    tifffile.imwrite(
        path, noise((8, 8), "uint8"), resolution=(300, 300), resolutionunit="inch"
    )
    assert open_tiff(path).fileset.images[0].pixel_width_um is None


def smooth_rgb(height, width):
    y, x = np.mgrid[:height, :width]
    return np.stack((x, y, x + y), axis=-1).astype("uint8")


APERIO = (
    "Aperio Image Library v1\r\n200x150 (64x64) JPEG/RGB Q=90|AppMag = 20|"
    "MPP = 0.4990|Date = 12/29/09|Time = 09:59:15|Title = x"
)


@pytest.mark.parametrize("photometric", ["rgb", "ycbcr"])
def test_aperio_slides(tmp_path, photometric):
    main, label = smooth_rgb(150, 200), smooth_rgb(40, 50)
    path = tmp_path / "a.svs"
    jpeg = {"compression": "jpeg", "compressionargs": {"level": 95}, "metadata": None}
    with tifffile.TiffWriter(path) as tif:
        tiles = {"tile": (64, 64), "photometric": "rgb", **jpeg}
        if photometric == "rgb":
            tiles["compressionargs"] = {"level": 95, "outcolorspace": "rgb"}
        tif.write(main, description=APERIO, **tiles)
        tif.write(label, photometric="rgb", description="Aperio thumb", **jpeg)
        tif.write(main[::2, ::2], description="Aperio level", **tiles)
        tif.write(label, photometric="rgb", subfiletype=1, **jpeg)
        tif.write(label, photometric="rgb", subfiletype=9, **jpeg)
    source = open_tiff(path)
    assert source.fileset.format == "Aperio SVS"
    info = source.fileset.images[0]
    assert [i.name for i in source.fileset.images] == [
        "a.svs",
        "a.svs [Thumbnail]",
        "a.svs [Label]",
        "a.svs [Macro]",
    ]
    assert [(lv.width, lv.height) for lv in info.levels] == [(200, 150), (100, 75)]
    assert (info.pixel_width_um, info.nominal_magnification) == (0.499, 20)
    assert info.acquired == datetime(2009, 12, 29, 9, 59, 15, tzinfo=UTC)
    assert info.graphics
    # the centre of the picture: codecs differ at its borders
    read = np.moveaxis(whole(source), 0, 2).astype(int)
    assert np.abs(read - main)[8:60, 8:60].mean() < 3


@pytest.mark.parametrize("stored_as", ["ycbcr", "rgb"])
def test_stored_tiles_are_whole_jpegs(tmp_path, stored_as):
    pixels = smooth_rgb(128, 192)
    path = tmp_path / "a.tif"
    tifffile.imwrite(
        path,
        pixels,
        tile=(64, 64),
        photometric="rgb",
        compression="jpeg",
        compressionargs={"level": 95, "outcolorspace": stored_as},
        metadata=None,
    )
    with tifffile.TiffFile(path) as tif:
        assert tif.pages[0].photometric.name.lower() == stored_as
    source = open_tiff(path)
    window = Window(64, 0, 128, 64)
    tile = source.stored_tile(0, 0, 0, 0, window)
    assert tile.media_type == "image/jpeg"
    shown = imagecodecs.jpeg8_decode(tile.data)  # by the file's own markers
    expected = source.read(0, 0, 0, 0, [0, 1, 2], window)
    assert np.abs(np.moveaxis(shown, 2, 0).astype(int) - expected).max() <= 1
    assert np.abs(shown.astype(int) - pixels[:64, 64:128]).mean() < 3
    assert source.stored_tile(0, 0, 0, 0, Window(0, 0, 64, 63)) is None
    assert source.stored_tile(0, 0, 0, 0, Window(1, 0, 65, 64)) is None
    assert source.stored_tile(0, 0, 0, 0, Window(0, 0, 128, 64)) is None


def test_stored_tiles_only_of_jpeg(tmp_path):
    path = tmp_path / "a.tif"
    tifffile.imwrite(
        path, smooth_rgb(64, 64), tile=(64, 64), photometric="rgb", compression="zlib"
    )
    source = open_tiff(path)
    assert source.stored_tile(0, 0, 0, 0, Window(0, 0, 64, 64)) is None


def test_chunks_are_decoded_once(tmp_path):
    path = tmp_path / "a.tif"
    tifffile.imwrite(
        path,
        noise((512, 512, 3), "uint8"),
        tile=(256, 256),
        photometric="rgb",
        compression="zlib",
    )
    given = context()
    source = TiffReader().open(path, given)
    for channel in range(3):
        for x in range(0, 256, 64):
            source.read(0, 0, 0, 0, [channel], Window(x, 0, x + 64, 64))
    assert (given.chunks.misses, given.chunks.hits) == (1, 11)


def test_an_open_file_may_be_read_by_many_threads(tmp_path):
    stack = noise((8, 3, 100, 140), "uint16")
    path = tmp_path / "a.ome.tif"
    tifffile.imwrite(
        path, stack, tile=(32, 32), compression="zlib", metadata={"axes": "ZCYX"}
    )
    source = open_tiff(path)
    wrong = []

    def work(seed):
        rng = np.random.default_rng(seed)
        for _ in range(40):
            z, x, y = rng.integers(8), rng.integers(100), rng.integers(60)
            read = source.read(0, 0, int(z), 0, [2, 0], Window(x, y, x + 40, y + 40))
            if not np.array_equal(read, stack[z][[2, 0], y : y + 40, x : x + 40]):
                wrong.append((seed, z, x, y))

    threads = [threading.Thread(target=work, args=(seed,)) for seed in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


@pytest.mark.parametrize("codec", ["tiff_ccitt", "group3", "group4"])
def test_fax_codecs_as_pillow_shows_them(tmp_path, codec):
    bits = np.zeros((40, 61), bool)
    bits[5:20, 7:50] = True
    path = tmp_path / "a.tif"
    PIL.Image.fromarray(bits).save(path, compression=codec)
    source = open_tiff(path)
    assert source.fileset.images[0].pixel_type is PixelType.BIT
    assert np.array_equal(whole(source)[0], bits)


def test_aperio_tiles_in_ycbcr_are_shown_in_their_colours(tmp_path):
    """Compression 33003 holds YCbCr without saying so in its codestream."""
    pixels = smooth_rgb(64, 64)
    ycbcr = PIL.Image.fromarray(pixels).convert("YCbCr")
    tile = imagecodecs.jpeg2k_encode(
        np.asarray(ycbcr), level=0, codecformat="j2k", mct=False, reversible=True
    )
    tags = [
        (256, 3, [64]), (257, 3, [64]), (258, 3, [8, 8, 8]), (259, 3, [33003]),
        (262, 3, [2]), (277, 3, [3]), (322, 3, [64]), (323, 3, [64]),
        (324, 4, [-1]), (325, 4, [len(tile)]),
    ]  # fmt: skip
    path = tmp_path / "a.tif"
    path.write_bytes(raw_tiff(tags, tile))
    read = np.moveaxis(whole(open_tiff(path)), 0, 2)
    shown = np.asarray(ycbcr.convert("RGB"))
    assert np.abs(read.astype(int) - shown).max() <= 1


def ndpi(pages):
    """A Hamamatsu file by hand: classic tags, but 64-bit offsets of pages."""
    data = bytearray(b"II*\0" + bytes(8))
    link = 4
    for jpeg, width, height, magnification in pages:
        start = len(data)
        data += jpeg + bytes(len(jpeg) % 2)
        maker = len(data)
        data += b"Hamamatsu\0"
        number = struct.unpack("<I", struct.pack("<f", magnification))[0]
        entries = [
            (256, 4, 1, width), (257, 4, 1, height), (259, 3, 1, 7), (262, 3, 1, 6),
            (271, 2, 10, maker), (273, 4, 1, start), (277, 3, 1, 3),
            (278, 4, 1, height), (279, 4, 1, len(jpeg)), (65420, 4, 1, 1),
            (65421, 11, 1, number),
        ]  # fmt: skip
        # three samples of 8 bits need a place of their own
        bits = len(data)
        data += struct.pack("<3H", 8, 8, 8)
        entries.insert(2, (258, 3, 3, bits))
        struct.pack_into("<Q", data, link, len(data))
        data += struct.pack("<H", len(entries))
        data += b"".join(struct.pack("<HHII", *entry) for entry in entries)
        link = len(data)
        data += bytes(8) + bytes(4 * len(entries))
    return bytes(data)


def test_hamamatsu_slides(tmp_path):
    main = smooth_rgb(128, 160)
    jpegs = [
        (imagecodecs.jpeg8_encode(np.ascontiguousarray(one), level=98), one, number)
        for one, number in (
            (main, 20.0),
            (main[::2, ::2], 10.0),
            (smooth_rgb(30, 90), -1.0),
        )
    ]
    path = tmp_path / "a.ndpi"
    path.write_bytes(
        ndpi([(j, one.shape[1], one.shape[0], number) for j, one, number in jpegs])
    )
    source = open_tiff(path)
    assert source.fileset.format == "Hamamatsu NDPI"
    slide, macro = source.fileset.images
    assert [(lv.width, lv.height) for lv in slide.levels] == [(160, 128), (80, 64)]
    assert (slide.name, slide.nominal_magnification) == ("a.ndpi", 20)
    assert macro.name == "a.ndpi [Macro]"
    for level in range(2):
        read = np.moveaxis(whole(source, level=level), 0, 2).astype(int)
        assert np.abs(read - jpegs[level][1])[8:50, 8:50].mean() < 3
