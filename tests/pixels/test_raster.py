"""Everyday pictures against Pillow, and against bytes written by hand."""

import struct
import zlib
from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageOps

from graticule.errors import (
    ChangedFileError,
    CorruptFileError,
    FileError,
    LimitError,
    MissingFileError,
    OutOfRangeError,
    UnsupportedFileError,
)
from graticule.pixels.cache import ChunkCache
from graticule.pixels.model import PixelType, Window
from graticule.pixels.raster.reader import RasterReader, format_of
from graticule.pixels.reader import ReadContext, Reader, ReadLimits, Source

RNG = np.random.default_rng(7)


def context(**limits) -> ReadContext:
    return ReadContext(ReadLimits(**limits), ChunkCache(1 << 24))


def opened(path, **limits) -> Source:
    return RasterReader().open(path, context(**limits))


def everything(source, t=0):
    info = source.fileset.images[0]
    return source.read(0, 0, 0, t, range(info.size_c), info.levels[0].whole)


def noise(*shape, dtype="u1"):
    return RNG.integers(0, np.iinfo(dtype).max, shape, dtype, endpoint=True)


def channels_first(image: Image.Image):
    pixels = np.array(image)
    return pixels[None] if pixels.ndim == 2 else pixels.transpose(2, 0, 1)


def chunk(kind: bytes, data: bytes) -> bytes:
    check = zlib.crc32(kind + data)
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", check)


def png(width, height, depth, colour, rows: bytes, extra: bytes = b"") -> bytes:
    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + extra
        + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )


def test_it_works(tmp_path):
    pixels = noise(5, 7, 3)
    Image.fromarray(pixels).save(tmp_path / "a.png")
    reader = RasterReader()
    assert isinstance(reader, Reader)
    assert reader.probe(tmp_path / "a.png", (tmp_path / "a.png").read_bytes()[:1024])
    source = reader.open(tmp_path / "a.png", context())
    assert isinstance(source, Source)
    info = source.fileset.images[0]
    assert source.fileset.format == "PNG"
    assert (info.width, info.height, info.size_c) == (7, 5, 3)
    assert info.graphics
    assert [c.name for c in info.channels] == ["Red", "Green", "Blue"]
    np.testing.assert_array_equal(everything(source), pixels.transpose(2, 0, 1))
    part = source.read(0, 0, 0, 0, [2, 0], Window(1, 2, 6, 4))
    np.testing.assert_array_equal(part, pixels[2:4, 1:6, [2, 0]].transpose(2, 0, 1))
    assert part.flags.c_contiguous


MODES = ["1", "L", "LA", "P", "RGB", "RGBA"]
LOSSLESS = (
    [("png", mode) for mode in MODES]
    + [("webp", mode) for mode in MODES]
    + [("bmp", mode) for mode in MODES if mode != "LA"]
    + [("gif", mode) for mode in ("1", "L", "P")]
)


@pytest.mark.parametrize(("suffix", "mode"), LOSSLESS)
def test_every_mode_of_lossless_formats(tmp_path, suffix, mode):
    source_image = Image.fromarray(noise(9, 11, 4)).convert(mode)
    path = tmp_path / f"a.{suffix}"
    source_image.save(path, **({"lossless": True} if suffix == "webp" else {}))
    with Image.open(path) as again:
        target = {"P": "RGB", "1": "L"}.get(again.mode, again.mode)
        if "transparency" in again.info:
            target = "RGBA"
        expected = channels_first(again.convert(target))
    source = opened(path)
    info = source.fileset.images[0]
    got = everything(source)
    if info.pixel_type is PixelType.BIT:
        got = got * 255
    assert got.dtype == np.uint8
    np.testing.assert_array_equal(got, expected)
    assert info.graphics == (info.pixel_type is PixelType.UINT8 and info.size_c != 2)


def test_alpha_is_kept_but_not_shown(tmp_path):
    rgba, la = noise(4, 4, 4), noise(4, 4, 2)
    Image.fromarray(rgba).save(tmp_path / "rgba.png")
    Image.fromarray(la, "LA").save(tmp_path / "la.png")
    colour = opened(tmp_path / "rgba.png")
    alpha = colour.fileset.images[0].channels[3]
    assert (alpha.name, alpha.color, alpha.active) == ("Alpha", (0, 0, 0, 0), False)
    np.testing.assert_array_equal(everything(colour)[3], rgba[..., 3])
    grey = opened(tmp_path / "la.png").fileset.images[0]
    # By the rule for graphics its channels would become red and green.
    assert not grey.graphics
    assert [c.color for c in grey.channels] == [(255, 255, 255, 255), (0, 0, 0, 0)]
    assert [c.active for c in grey.channels] == [True, False]


def test_palette_with_transparency(tmp_path):
    image = Image.fromarray(noise(6, 6) % 4, "P")
    image.putpalette([255, 0, 0, 0, 255, 0, 0, 0, 255, 9, 8, 7])
    image.save(tmp_path / "p.png", transparency=bytes([0, 128, 255, 7]))
    got = everything(opened(tmp_path / "p.png"))
    table = np.array([(255, 0, 0, 0), (0, 255, 0, 128), (0, 0, 255, 255), (9, 8, 7, 7)])
    np.testing.assert_array_equal(got, table[np.array(image)].transpose(2, 0, 1))


@pytest.mark.parametrize(("colour", "samples"), [(0, 1), (2, 3), (4, 2), (6, 4)])
def test_16_bit_png_keeps_its_bits(tmp_path, colour, samples):
    pixels = noise(5, 6, samples, dtype="u2")
    rows = b"".join(b"\0" + row.astype(">u2").tobytes() for row in pixels)
    path = tmp_path / "deep.png"
    path.write_bytes(png(6, 5, 16, colour, rows))
    source = opened(path)
    info = source.fileset.images[0]
    assert info.pixel_type is PixelType.UINT16
    assert not info.graphics
    np.testing.assert_array_equal(everything(source), pixels.transpose(2, 0, 1))


def test_16_bit_png_with_a_transparent_colour(tmp_path):
    pixels = noise(2, 2, 3, dtype="u2")
    rows = b"".join(b"\0" + row.astype(">u2").tobytes() for row in pixels)
    path = tmp_path / "deep.png"
    path.write_bytes(png(2, 2, 16, 2, rows, chunk(b"tRNS", b"\0\1\0\2\0\3")))
    np.testing.assert_array_equal(everything(opened(path)), pixels.transpose(2, 0, 1))


def test_cmyk_jpeg_becomes_rgb(tmp_path):
    Image.fromarray(noise(16, 16, 4), "CMYK").save(tmp_path / "c.jpg", quality=95)
    source = opened(tmp_path / "c.jpg")
    with Image.open(tmp_path / "c.jpg") as image:
        expected = channels_first(image.convert("RGB"))
    np.testing.assert_array_equal(everything(source), expected)
    whole = source.fileset.images[0].levels[0].whole
    assert source.stored_tile(0, 0, 0, 0, whole) is None


@pytest.mark.parametrize("orientation", range(1, 9))
def test_jpegs_are_turned_upright(tmp_path, orientation):
    gradient = np.add.outer(np.arange(24) * 8, np.arange(40)).astype("u1")
    exif = Image.Exif()
    exif[0x0112] = orientation
    path = tmp_path / "o.jpg"
    Image.fromarray(gradient).convert("RGB").save(path, exif=exif, quality=95)
    with Image.open(path) as image:
        expected = channels_first(ImageOps.exif_transpose(image))
    source = opened(path)
    info = source.fileset.images[0]
    assert (info.width, info.height) == expected.shape[:0:-1]
    np.testing.assert_array_equal(everything(source), expected)
    stored = source.stored_tile(0, 0, 0, 0, info.levels[0].whole)
    assert (stored is not None) == (orientation == 1)


def test_big_endian_exif_and_broken_exif(tmp_path):
    picture = Image.fromarray(noise(8, 16, 3))
    entry = struct.pack(">HHIHH", 0x0112, 3, 1, 6, 0)
    big = b"Exif\0\0MM\0*\0\0\0\x08" + b"\0\1" + entry + b"\0\0\0\0"
    for exif, size in [
        (big, (8, 16)),
        (big[:20], (16, 8)),
        (b"Exif\0\0II*\0\xff\xff\xff\xff", (16, 8)),
        (big.replace(entry, entry[:8] + b"\0\x63\0\0"), (16, 8)),
    ]:
        from graticule.pixels.raster.exif import SIDEWAYS, orientation_of

        turned = orientation_of(exif) in SIDEWAYS
        assert ((8, 16) if turned else (16, 8)) == size
    picture.save(tmp_path / "b.jpg", exif=big)
    info = opened(tmp_path / "b.jpg").fileset.images[0]
    assert (info.width, info.height) == (8, 16)


def test_stored_tile_is_the_file(tmp_path):
    path = tmp_path / "a.jpg"
    Image.fromarray(noise(16, 24, 3)).save(path)
    source = opened(path)
    whole = source.fileset.images[0].levels[0].whole
    tile = source.stored_tile(0, 0, 0, 0, whole)
    assert tile is not None
    assert tile.data == path.read_bytes()
    assert tile.media_type == "image/jpeg"
    assert source.stored_tile(0, 0, 0, 0, Window(0, 0, 8, 8)) is None


@pytest.mark.parametrize(
    ("name", "mode", "options"),
    [
        ("grey.jpg", "L", {}),
        ("progressive.jpg", "RGB", {"progressive": True}),
        ("a.png", "RGB", {}),
    ],
)
def test_other_files_are_no_stored_tiles(tmp_path, name, mode, options):
    path = tmp_path / name
    Image.fromarray(noise(16, 16, 3)).convert(mode).save(path, **options)
    source = opened(path)
    whole = source.fileset.images[0].levels[0].whole
    assert source.stored_tile(0, 0, 0, 0, whole) is None
    with Image.open(path) as image:
        np.testing.assert_array_equal(everything(source), channels_first(image))


@pytest.mark.parametrize("suffix", ["gif", "webp", "png"])
def test_frames_are_times(tmp_path, suffix):
    frames = [
        Image.fromarray(np.full((6, 8, 3), 40 * i, "u1"), "RGB") for i in range(5)
    ]
    for i, frame in enumerate(frames):
        frame.putpixel((i, i), (255, 0, 0))
    path = tmp_path / f"a.{suffix}"
    options = {"lossless": True} if suffix == "webp" else {}
    frames[0].save(
        path, save_all=True, append_images=frames[1:], duration=120, **options
    )
    source = opened(path)
    info = source.fileset.images[0]
    assert (info.size_t, info.size_z) == (5, 1)
    if suffix != "webp":
        assert info.time_increment == timedelta(milliseconds=120)
    for t in (3, 0, 4, 1, 2):
        expected = np.array(frames[t]).transpose(2, 0, 1)
        np.testing.assert_array_equal(everything(source, t)[:3], expected)
    source.close()
    with pytest.raises(OutOfRangeError):
        everything(source, 5)


def test_a_frame_is_decoded_once(tmp_path):
    Image.fromarray(noise(32, 32, 3)).save(tmp_path / "a.png")
    chunks = ChunkCache(1 << 20)
    source = RasterReader().open(tmp_path / "a.png", ReadContext(ReadLimits(), chunks))
    for x in range(0, 32, 8):
        source.read(0, 0, 0, 0, [0], Window(x, 0, x + 8, 8))
    assert (chunks.misses, chunks.hits) == (1, 3)


def test_bombs_are_refused_before_they_are_decoded(tmp_path):
    # 60,000 x 60,000 pixels: far over Pillow's own bound as well.
    path = tmp_path / "bomb.png"
    path.write_bytes(png(60_000, 60_000, 8, 2, b"\0" * 100))
    with pytest.raises(LimitError) as caught:
        opened(path)
    assert caught.value.limit == "max_chunk_bytes"
    assert caught.value.asked == 60_000 * 60_000 * 3
    with pytest.raises(LimitError) as caught:
        opened(path, max_axis_pixels=50_000)
    assert caught.value.limit == "max_axis_pixels"


def test_pictures_over_the_bound_of_pillow_are_read(tmp_path):
    # 100 million pixels would make Pillow warn; our own limits allow them.
    path = tmp_path / "large.png"
    rows = (b"\0" + b"\xff" * 1250) * 10_000
    path.write_bytes(png(10_000, 10_000, 1, 0, rows))
    source = opened(path)
    corner = source.read(0, 0, 0, 0, [0], Window(9_990, 9_990, 10_000, 10_000))
    assert (corner == 1).all()


@pytest.mark.parametrize("lossless", [False, True])
@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
def test_webp_is_measured_without_its_decoder(tmp_path, lossless, mode):
    path = tmp_path / "a.webp"
    picture = Image.fromarray(noise(70, 300, 4)).convert(mode)
    picture.save(path, lossless=lossless)
    opened(path, max_chunk_bytes=70 * 300 * 4)
    with pytest.raises(LimitError) as caught:
        opened(path, max_chunk_bytes=70 * 300 * 4 - 1)
    assert caught.value.asked == 70 * 300 * 4


def test_too_many_frames(tmp_path):
    frames = [Image.fromarray(noise(4, 4)) for _ in range(5)]
    frames[0].save(tmp_path / "a.gif", save_all=True, append_images=frames[1:])
    with pytest.raises(LimitError) as caught:
        opened(tmp_path / "a.gif", max_planes=4)
    assert caught.value.asked == 5


def test_frame_larger_than_its_picture(tmp_path):
    frames = [Image.fromarray(noise(4, 4)) for _ in range(2)]
    path = tmp_path / "a.gif"
    frames[0].save(path, save_all=True, append_images=frames[1:])
    data = bytearray(path.read_bytes())
    second = data.rindex(b"\x2c")
    data[second + 5 : second + 9] = struct.pack("<HH", 60_000, 60_000)
    path.write_bytes(data)
    with pytest.raises(CorruptFileError):
        everything(opened(path), 1)


def test_missing_and_changed_files(tmp_path):
    path = tmp_path / "a.png"
    with pytest.raises(MissingFileError):
        opened(path)
    Image.fromarray(noise(4, 4)).save(path)
    source = opened(path)
    Image.fromarray(noise(40, 40)).save(path)
    with pytest.raises(ChangedFileError):
        everything(source)
    path.unlink()
    with pytest.raises(MissingFileError):
        everything(source)


def test_what_is_not_ours(tmp_path):
    path = tmp_path / "a.png"
    path.write_bytes(b"GIF? no")
    assert not RasterReader().probe(path, b"GIF? no")
    with pytest.raises(UnsupportedFileError):
        opened(path)
    assert format_of(b"BM is how this text begins, too") is None
    with pytest.raises(FileError):
        opened(tmp_path)


@pytest.mark.parametrize("image", [-1, 1])
def test_other_images_are_not_there(tmp_path, image):
    Image.fromarray(noise(4, 4)).save(tmp_path / "a.png")
    with pytest.raises(OutOfRangeError):
        opened(tmp_path / "a.png").read(image, 0, 0, 0, [0], Window(0, 0, 1, 1))


@pytest.fixture(scope="module")
def healthy(tmp_path_factory):
    folder = tmp_path_factory.mktemp("healthy")
    picture = Image.fromarray(noise(12, 12, 3))
    more = [Image.fromarray(noise(12, 12, 3))]
    files = {}
    for suffix in ("png", "jpg", "webp", "bmp"):
        picture.save(folder / f"a.{suffix}")
        files[suffix] = (folder / f"a.{suffix}").read_bytes()
    picture.save(folder / "a.gif", save_all=True, append_images=more)
    files["gif"] = (folder / "a.gif").read_bytes()
    return files


@settings(max_examples=600, deadline=None)
@given(
    suffix=st.sampled_from(["png", "jpg", "webp", "gif", "bmp"]),
    cut=st.floats(0.0, 1.0),
    place=st.floats(0.0, 0.999),
    value=st.integers(0, 255),
)
def test_broken_files_fail_with_our_errors_only(
    healthy, tmp_path_factory, suffix, cut, place, value
):
    data = bytearray(healthy[suffix][: max(18, int(len(healthy[suffix]) * cut))])
    data[int(len(data) * place)] = value
    path = tmp_path_factory.getbasetemp() / f"broken.{suffix}"
    path.write_bytes(data)
    try:
        source = opened(path)
        info = source.fileset.images[0]
        for t in range(info.size_t):
            got = everything(source, t)
            assert got.shape == (info.size_c, info.height, info.width)
        source.close()
    except (FileError, LimitError):
        return


@pytest.mark.shared_data
def test_real_pictures(shared_data):
    paths = sorted((shared_data / "png-jpeg").glob("*.*"))
    assert len(paths) >= 7
    for path in [*paths, shared_data / "wholeslide" / "ihc.png"]:
        with Image.open(path) as image:
            mode = {"P": "RGBA" if "transparency" in image.info else "RGB"}
            expected = channels_first(image.convert(mode.get(image.mode, image.mode)))
        source = opened(path)
        got = everything(source)
        assert got.dtype == expected.dtype
        np.testing.assert_array_equal(got, expected)
