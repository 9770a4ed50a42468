"""Damaged, absurd and vanishing TIFF files get clear errors, cheaply."""

import os
import tracemalloc
import zlib
from contextlib import closing, suppress

import numpy as np
import pytest
import tifffile
from tests.pixels.tiff_files import context, noise, open_tiff, raw_tiff, write_pages

from graticule.errors import (
    ChangedFileError,
    CorruptFileError,
    FileError,
    GraticuleError,
    LimitError,
    MissingFileError,
    UnsupportedFileError,
)
from graticule.pixels.model import Window
from graticule.pixels.tiff.reader import TiffReader


def tags(width, height, data, **changes):
    """Tags of a plain 8-bit page in one strip."""
    plain = {
        256: (4, [width]),
        257: (4, [height]),
        258: (3, [8]),
        259: (3, [1]),
        262: (3, [1]),
        273: (4, [-1]),
        277: (3, [1]),
        278: (4, [height]),
        279: (4, [len(data)]),
    }
    plain |= {int(code.removeprefix("tag")): value for code, value in changes.items()}
    return [(code, *value) for code, value in plain.items() if value is not None]


def read_all(source):
    for number, info in enumerate(source.fileset.images):
        for level, stored in enumerate(info.levels):
            window = Window(0, 0, min(64, stored.width), min(64, stored.height))
            channels = range(min(info.size_c, 8))
            z, t = info.size_z - 1, info.size_t - 1
            source.read(number, level, z, t, channels, window)
            source.stored_tile(number, level, 0, 0, window)


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(MissingFileError, match=r"gone\.tif"):
        open_tiff(tmp_path / "gone.tif")


@pytest.mark.parametrize("size", [0, 3, 8, 20])
def test_a_file_of_almost_nothing(tmp_path, size):
    path = tmp_path / "a.tif"
    tifffile.imwrite(tmp_path / "whole.tif", noise((8, 8), "uint8"))
    path.write_bytes((tmp_path / "whole.tif").read_bytes()[:size])
    with pytest.raises(CorruptFileError, match=r"a\.tif"):
        open_tiff(path)


@pytest.mark.parametrize("side", [1 << 31, (1 << 32) - 1])
@pytest.mark.parametrize("wide", [True, False])
def test_absurd_sizes_cost_nothing(tmp_path, side, wide):
    path = tmp_path / "a.tif"
    width, height = (side, 8) if wide else (8, side)
    path.write_bytes(raw_tiff(tags(width, height, b"x" * 64), b"x" * 64))
    tracemalloc.start()
    with pytest.raises(LimitError, match="max_axis_pixels"):
        open_tiff(path)
    assert tracemalloc.get_traced_memory()[1] < 2_000_000
    tracemalloc.stop()


def test_a_chunk_over_the_limit(tmp_path):
    path = tmp_path / "a.tif"
    pixels = np.zeros((512, 512), "uint16")
    tifffile.imwrite(path, pixels, compression="zlib", rowsperstrip=512)
    with pytest.raises(LimitError, match="max_chunk_bytes") as caught:
        open_tiff(path, max_chunk_bytes=500_000)
    assert caught.value.asked == 512 * 512 * 2


def test_a_huge_uncompressed_strip_is_read_by_rows(tmp_path):
    """A strip far over the limit: windows of it need only their own rows."""
    path = tmp_path / "a.tif"
    width, height = 60_000, 20_000
    header = raw_tiff(tags(width, height, b"", tag279=(4, [width * height])))
    rng = np.random.default_rng(0)
    block = rng.integers(0, 256, (7, 50), "uint8")
    with path.open("wb") as file:
        file.write(header)
        for row in range(7):
            file.seek(len(header) + (19_000 + row) * width + 59_950)
            file.write(block[row].tobytes())
        file.truncate(len(header) + width * height)
    source = open_tiff(path, max_chunk_bytes=1 << 20)
    tracemalloc.start()
    corner = source.read(0, 0, 0, 0, [0], Window(59_950, 19_000, 60_000, 19_007))
    assert np.array_equal(corner[0], block)
    whole_rows = source.read(0, 0, 0, 0, [0], Window(0, 19_000, 60_000, 19_100))
    assert np.array_equal(whole_rows[0, :7, 59_950:], block)
    assert int(whole_rows.sum()) == int(block.sum())
    assert tracemalloc.get_traced_memory()[1] < 40_000_000
    tracemalloc.stop()


def test_a_read_over_the_limit(tmp_path):
    path = tmp_path / "a.tif"
    tifffile.imwrite(path, np.zeros((100, 100), "uint8"))
    source = open_tiff(path, max_read_bytes=9_999)
    with pytest.raises(LimitError, match="max_read_bytes"):
        source.read(0, 0, 0, 0, [0], Window(0, 0, 100, 100))
    assert source.read(0, 0, 0, 0, [0], Window(0, 0, 99, 100)).size == 9_900


def test_a_chain_of_directories_that_bites_its_tail(tmp_path):
    path = tmp_path / "a.tif"
    pixels = noise((8, 9), "uint8")
    page = tags(9, 8, pixels.tobytes())
    path.write_bytes(raw_tiff(page, pixels.tobytes(), next_offset=None))
    source = open_tiff(path)
    assert source.fileset.images[0].size_z == 1
    read = source.read(0, 0, 0, 0, [0], Window(0, 0, 9, 8))
    assert np.array_equal(read[0], pixels)


def test_a_chain_of_ome_directories_that_bites_its_tail(tmp_path):
    path = tmp_path / "a.ome.tif"
    tifffile.imwrite(path, noise((3, 8, 9), "uint8"), metadata={"axes": "ZYX"})
    with tifffile.TiffFile(path) as tif:
        first, last = tif.pages[0].offset, tif.pages[2].offset
    data = bytearray(path.read_bytes())
    count = int.from_bytes(data[last : last + 2], "little")
    end = last + 2 + 12 * count
    data[end : end + 4] = first.to_bytes(4, "little")
    path.write_bytes(data)
    source = open_tiff(path)
    assert source.fileset.images[0].size_z == 3
    read_all(source)


def test_fewer_tiles_than_the_size_needs(tmp_path):
    path = tmp_path / "a.tif"
    data = b"x" * 256
    page = tags(
        160, 160, data, tag322=(3, [16]), tag323=(3, [16]), tag278=None,
        tag273=None, tag279=None, tag324=(4, [-1] * 7), tag325=(4, [256] * 7),
    )  # fmt: skip
    path.write_bytes(raw_tiff(page, data))
    with pytest.raises(CorruptFileError, match="needs 100 tiles"):
        open_tiff(path)


def test_more_planes_than_the_limit(tmp_path):
    path = tmp_path / "a.tif"
    write_pages(path, list(np.zeros((6, 8, 8), "uint8")))
    with pytest.raises(LimitError, match="max_planes"):
        open_tiff(path, max_planes=5)


@pytest.mark.parametrize("codec", ["zlib", "lzw", "zstd", "jpeg", "jpeg2000", "png"])
def test_a_damaged_tile_is_named_and_the_others_are_read(tmp_path, codec):
    path = tmp_path / "a.tif"
    y, x = np.mgrid[:32, :64]
    pixels = (x + y).astype("uint8")
    tifffile.imwrite(path, pixels, tile=(32, 32), compression=codec, metadata=None)
    with tifffile.TiffFile(path) as tif:
        offset, count = tif.pages[0].dataoffsets[1], tif.pages[0].databytecounts[1]
    data = bytearray(path.read_bytes())
    data[offset : offset + count] = b"\x5a" * count
    path.write_bytes(data)
    source = open_tiff(path)
    good = source.read(0, 0, 0, 0, [0], Window(0, 0, 32, 32))
    assert np.abs(good[0].astype(int) - pixels[:, :32]).max() < 8
    with pytest.raises(CorruptFileError, match=r"Tile 1 of the page at") as caught:
        source.read(0, 0, 0, 0, [0], Window(0, 0, 64, 32))
    assert caught.value.path == str(path)


def test_a_jpeg_tile_that_announces_a_larger_picture(tmp_path):
    path = tmp_path / "a.tif"
    pixels = np.zeros((32, 32, 3), "uint8")
    tifffile.imwrite(path, pixels, tile=(32, 32), compression="jpeg", photometric="rgb")
    data = bytearray(path.read_bytes())
    frame = data.index(b"\xff\xc0")
    data[frame + 5 : frame + 9] = b"\xff\xf0\xff\xf0"
    path.write_bytes(data)
    source = open_tiff(path)
    with pytest.raises(CorruptFileError, match="announces 65520 x 65520"):
        source.read(0, 0, 0, 0, [0], Window(0, 0, 32, 32))
    assert source.stored_tile(0, 0, 0, 0, Window(0, 0, 32, 32)) is None


def test_a_bomb_of_zeros_stays_in_its_chunk(tmp_path):
    """A deflated strip that grows far beyond its page is refused."""
    path = tmp_path / "a.tif"
    data = zlib.compress(bytes(50_000_000), 9)
    path.write_bytes(raw_tiff(tags(8, 8, data, tag259=(3, [8])), data))
    source = open_tiff(path)
    tracemalloc.start()
    with pytest.raises(CorruptFileError, match="Strip 0"):
        source.read(0, 0, 0, 0, [0], Window(0, 0, 8, 8))
    assert tracemalloc.get_traced_memory()[1] < 2_000_000
    tracemalloc.stop()


@pytest.mark.parametrize("compression", [None, "zlib"])
def test_a_truncated_file_gives_what_it_has(tmp_path, compression):
    path = tmp_path / "a.tif"
    pixels = noise((100, 50), "uint8")
    tifffile.imwrite(
        path, pixels, rowsperstrip=10, compression=compression, metadata=None
    )
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    source = open_tiff(path)
    assert any("cut off" in warning for warning in source.fileset.warnings)
    top = source.read(0, 0, 0, 0, [0], Window(0, 0, 50, 30))
    assert np.array_equal(top[0], pixels[:30])
    with pytest.raises(CorruptFileError, match="outside the file"):
        source.read(0, 0, 0, 0, [0], Window(0, 60, 50, 100))


def test_a_file_that_shrinks_while_it_is_open(tmp_path):
    path = tmp_path / "a.tif"
    tifffile.imwrite(path, noise((100, 50), "uint8"), metadata=None)
    source = open_tiff(path)
    os.truncate(path, 1000)
    with pytest.raises(ChangedFileError):
        source.read(0, 0, 0, 0, [0], Window(0, 90, 50, 100))


def test_subsampled_colours_without_jpeg_are_refused(tmp_path):
    path = tmp_path / "a.tif"
    data = bytes(8 * 8 * 3)
    page = tags(
        8, 8, data, tag258=(3, [8, 8, 8]), tag262=(3, [6]), tag277=(3, [3]),
        tag530=(3, [2, 2]),
    )  # fmt: skip
    path.write_bytes(raw_tiff(page, data))
    with pytest.raises(UnsupportedFileError, match="YCbCr"):
        open_tiff(path)


def test_handles_are_given_back(tmp_path):
    path = tmp_path / "a.tif"
    tifffile.imwrite(path, noise((100, 50), "uint8"), compression="zlib")
    bad = tmp_path / "b.ome.tif"
    write_pages(bad, [noise((8, 8), "uint8")], "<OME><Image></OME>")
    folder = "/proc/self/fd"
    if not os.path.isdir(folder):  # noqa: PTH112
        pytest.skip("no /proc")
    before = len(os.listdir(folder))  # noqa: PTH208
    for _ in range(5):
        source = open_tiff(path)
        read_all(source)
        source.close()
        with pytest.raises(FileError):
            open_tiff(bad)
    assert len(os.listdir(folder)) == before  # noqa: PTH208


def sound_files(folder):
    """Small files of many kinds, to be damaged."""
    y, x = np.mgrid[:40, :60]
    grey = (x + y).astype("uint8")
    rgb = np.stack([grey, grey + 1, grey + 2], axis=-1)
    for codec in (None, "zlib", "lzw", "packbits", "zstd", "jpeg", "jpeg2000", "png"):
        tifffile.imwrite(
            folder / f"{codec}.tif",
            rgb,
            tile=(16, 16),
            photometric="rgb",
            compression=codec,
            metadata=None,
        )
    tifffile.imwrite(folder / "z.ome.tif", np.stack([grey] * 3), rowsperstrip=9)
    tifffile.imwrite(
        folder / "ij.tif",
        noise((2, 3, 2, 20, 30), "uint16"),
        imagej=True,
        metadata={"axes": "TZCYX", "Ranges": [1.0, 2.0, 3.0, 4.0]},
    )
    with tifffile.TiffWriter(folder / "pyramid.tif", bigtiff=True) as tif:
        tif.write(grey, subifds=1, tile=(16, 16), metadata=None)
        tif.write(grey[::2, ::2], subfiletype=1, tile=(16, 16), metadata=None)
    return sorted(folder.iterdir())


@pytest.mark.parametrize("seed", range(6))
def test_damage_anywhere_gives_only_our_errors(tmp_path, seed):
    """Bytes turned over, at the head or anywhere, and files cut off."""
    (tmp_path / "sound").mkdir()
    files = sound_files(tmp_path / "sound")
    rng = np.random.default_rng(seed)
    outcomes = {"read": 0, "refused": 0}
    for round_ in range(100):
        source_file = files[rng.integers(len(files))]
        data = bytearray(source_file.read_bytes())
        reach = len(data) if round_ % 2 else min(len(data), 500)
        for _ in range(rng.integers(1, 6)):
            data[rng.integers(reach)] = rng.choice([0, 127, 128, 255])
        if round_ % 5 == 0:
            del data[rng.integers(len(data)) :]
        path = tmp_path / source_file.name
        path.write_bytes(data)
        outcome = "refused"
        with suppress(GraticuleError):
            source = open_tiff(path, max_chunk_bytes=1 << 24, max_read_bytes=1 << 24)
            with closing(source):
                read_all(source)
            outcome = "read"
        outcomes[outcome] += 1
    assert min(outcomes.values()) > 5


@pytest.mark.parametrize("seed", range(2))
def test_damaged_lzw_never_ends_the_process(tmp_path, seed):
    """Some decoders crash on such bytes; ours say so or give pixels."""
    path = tmp_path / "a.tif"
    y, x = np.mgrid[:48, :64]
    tifffile.imwrite(
        path, (x + y).astype("uint8"), compression="lzw", rowsperstrip=48, metadata=None
    )
    with tifffile.TiffFile(path) as tif:
        start, count = tif.pages[0].dataoffsets[0], tif.pages[0].databytecounts[0]
    sound = path.read_bytes()
    rng = np.random.default_rng(seed)
    refused = 0
    for _ in range(400):
        data = bytearray(sound)
        for _ in range(rng.integers(1, 6)):
            data[start + rng.integers(count)] = rng.integers(256)
        path.write_bytes(data)
        with closing(open_tiff(path)) as source:
            try:
                source.read(0, 0, 0, 0, [0], Window(0, 0, 64, 48))
            except CorruptFileError:
                refused += 1
    assert refused > 100


def test_jpeg_xr_is_decoded_apart(tmp_path):
    path = tmp_path / "a.tif"
    pixels = noise((20, 45, 3), "uint8")
    tifffile.imwrite(
        path,
        pixels,
        tile=(16, 32),
        compression="jpegxr",
        photometric="rgb",
        metadata=None,
    )
    source = open_tiff(path)
    read = source.read(0, 0, 0, 0, [2, 0], Window(5, 0, 32, 16))
    assert np.array_equal(read, np.moveaxis(pixels[:16, 5:32], 2, 0)[[2, 0]])
    with tifffile.TiffFile(path) as tif:
        start, count = tif.pages[0].dataoffsets[0], tif.pages[0].databytecounts[0]
    data = bytearray(path.read_bytes())
    data[start + 8 : start + count] = b"\x00" * (count - 8)
    path.write_bytes(data)
    with (
        closing(open_tiff(path)) as broken,
        pytest.raises(CorruptFileError, match="JPEG XR"),
    ):
        broken.read(0, 0, 0, 0, [0], Window(0, 0, 32, 16))


def test_a_cache_of_nothing_still_reads(tmp_path):
    path = tmp_path / "a.tif"
    pixels = noise((40, 40), "uint8")
    tifffile.imwrite(path, pixels, tile=(16, 16), compression="zlib")
    given = context()
    given.chunks.max_bytes = 0
    source = TiffReader().open(path, given)
    for _ in range(2):
        read = source.read(0, 0, 0, 0, [0], Window(0, 0, 40, 40))
        assert np.array_equal(read[0], pixels)
    assert given.chunks.held_bytes == 0
