"""One contract, every reader: what ``Reader`` and ``Source`` promise.

The files are made here with known pixels by the libraries of their fields. A
new format is held to all of this by one more entry in ``contract_files.MAKERS``.
"""

import os
import pickle
import threading
from pathlib import Path

import numpy as np
import pytest
from tests.pixels.contract_files import MAKERS

from graticule.errors import (
    CorruptFileError,
    FileError,
    LimitError,
    MissingFileError,
    OutOfRangeError,
)
from graticule.pixels.cache import ChunkCache
from graticule.pixels.model import PixelType, Window
from graticule.pixels.reader import ReadContext, Reader, ReadLimits, Source
from graticule.pixels.registry import find_reader, readers

WIDTH, HEIGHT = -1, -2


def reader_of(made):
    return next(reader for reader in readers() if reader.name == made.reader)


def open_sample(made, *, cache_bytes=1 << 22, **limits):
    context = ReadContext(ReadLimits(**limits), ChunkCache(cache_bytes))
    return reader_of(made).open(made.path, context)


@pytest.fixture(scope="module", params=MAKERS, ids=lambda maker: maker.__name__)
def made(request, tmp_path_factory):
    """A file that no test changes."""
    return request.param(tmp_path_factory.mktemp(request.param.__name__))


@pytest.fixture(params=MAKERS, ids=lambda maker: maker.__name__)
def mine(request, tmp_path):
    """A file of the test's own."""
    return request.param(tmp_path)


@pytest.fixture
def source(made):
    opened = open_sample(made)
    yield opened
    opened.close()


def read_all(source, level=0):
    """Every plane of a level, in the axes TZCYX."""
    info = source.fileset.images[0]
    return np.array(
        [
            [
                source.read(
                    0, level, z, t, range(info.size_c), info.levels[level].whole
                )
                for z in range(info.size_z)
            ]
            for t in range(info.size_t)
        ]
    )


def random_window(rng, shape):
    x0, y0 = int(rng.integers(0, shape[WIDTH])), int(rng.integers(0, shape[HEIGHT]))
    x1 = int(rng.integers(x0 + 1, shape[WIDTH] + 1))
    y1 = int(rng.integers(y0 + 1, shape[HEIGHT] + 1))
    return Window(x0, y0, x1, y1)


def test_every_reader_of_ours_is_under_contract():
    assert {reader.name for reader in readers()} <= {
        "tiff",
        "ome-zarr",
        "fits",
        "raster",
        "ome-xml",
    }, "a new reader: add a maker of its files"


def test_protocols_and_registry(made, source):
    reader = reader_of(made)
    assert isinstance(reader, Reader)
    assert isinstance(source, Source)
    assert find_reader(made.path).name == made.reader
    assert reader.opens_folders or not made.path.is_dir()


def test_readers_do_not_take_what_others_wrote(made):
    head = made.path.read_bytes()[:1024] if made.path.is_file() else b""
    takers = {
        reader.name
        for reader in readers()
        if (reader.opens_folders or head) and reader.probe(made.path, head)
    }
    assert takers == {made.reader}


def test_info(made, source):
    (info,) = source.fileset.images
    size_t, size_z, size_c, height, width = made.pixels.shape
    assert (info.width, info.height) == (width, height)
    assert (info.size_z, info.size_c, info.size_t) == (size_z, size_c, size_t)
    assert info.pixel_type is PixelType.of(made.pixels.dtype)
    assert len(info.levels) == len(made.levels)
    assert info.name
    for level, expected in zip(info.levels, made.levels, strict=True):
        assert (level.height, level.width) == expected.shape[HEIGHT:]
        assert 1 <= level.tile_width <= max(level.width, 512)
        assert level.tile_height >= 1


def test_info_survives_the_way_between_processes(source):
    fileset = source.fileset
    assert pickle.loads(pickle.dumps(fileset)) == fileset


def test_files_are_those_of_the_fileset(made, source):
    fileset = source.fileset
    assert fileset.files
    assert fileset.entry == made.path
    entry = fileset.files[0].path
    assert entry == made.path or entry.is_relative_to(made.path)
    for file in fileset.files:
        status = file.path.stat()
        assert (file.size_bytes, file.modified_ns) == (
            status.st_size,
            status.st_mtime_ns,
        )


def test_every_plane_of_every_level(made, source):
    for number, expected in enumerate(made.levels):
        assert np.array_equal(read_all(source, number), expected)


def test_arrays_are_native_and_in_order(made, source):
    (info,) = source.fileset.images
    read = source.read(0, 0, 0, 0, [0], Window(1, 2, 8, 7))
    assert isinstance(read, np.ndarray)
    assert read.shape == (1, 5, 7)
    assert read.dtype == info.pixel_type.dtype
    assert read.dtype.isnative
    assert read.flags.c_contiguous


def test_writing_into_an_array_does_no_harm(made, source):
    window = Window(0, 0, made.pixels.shape[WIDTH], made.pixels.shape[HEIGHT])
    read = source.read(0, 0, 0, 0, [0], window)
    try:
        read[:] = 1
    except ValueError:
        assert not read.flags.writeable
    assert np.array_equal(source.read(0, 0, 0, 0, [0], window)[0], made.pixels[0, 0, 0])


@pytest.mark.parametrize("cache_bytes", [0, 1 << 22])
def test_windows_are_slices_of_the_whole(made, cache_bytes):
    source = open_sample(made, cache_bytes=cache_bytes)
    rng = np.random.default_rng(11)
    for number, level in enumerate(made.levels):
        for _ in range(15):
            window = random_window(rng, level.shape)
            t, z, c = (int(rng.integers(0, n)) for n in level.shape[:3])
            read = source.read(0, number, z, t, [c], window)
            expected = level[t, z, c, window.y0 : window.y1, window.x0 : window.x1]
            assert np.array_equal(read[0], expected), (number, t, z, c, window)
    source.close()


def test_channels_in_any_order_and_twice(made, source):
    count = made.pixels.shape[2]
    wanted = [count - 1, 0, count - 1]
    window = Window(3, 1, 20, 19)
    read = source.read(0, 0, 0, 0, wanted, window)
    assert np.array_equal(read, made.pixels[0, 0, wanted, 1:19, 3:20])


def test_outside(made, source):
    size_t, size_z, size_c, height, width = made.pixels.shape
    inside = Window(0, 0, 1, 1)
    outside = [
        (len(made.levels), 0, 0, [0], inside),
        (-1, 0, 0, [0], inside),
        (0, size_z, 0, [0], inside),
        (0, -1, 0, [0], inside),
        (0, 0, size_t, [0], inside),
        (0, 0, -1, [0], inside),
        (0, 0, 0, [size_c], inside),
        (0, 0, 0, [0, -1], inside),
        (0, 0, 0, [0], Window(0, 0, width + 1, 1)),
        (0, 0, 0, [0], Window(0, 0, 1, height + 1)),
        (0, 0, 0, [0], Window(-1, 0, 1, 1)),
        (0, 0, 0, [0], Window(0, -1, 1, 1)),
        (0, 0, 0, [0], Window(2, 0, 2, 1)),
        (0, 0, 0, [0], Window(3, 0, 2, 1)),
        (0, 0, 0, [0], Window(width, 0, width + 1, 1)),
    ]
    for level, z, t, channels, window in outside:
        with pytest.raises(OutOfRangeError):
            source.read(0, level, z, t, channels, window)


def test_many_threads_read_right(made, source):
    wrong = []

    def work(seed):
        rng = np.random.default_rng(seed)
        try:
            for _ in range(12):
                number = int(rng.integers(0, len(made.levels)))
                level = made.levels[number]
                window = random_window(rng, level.shape)
                t, z = (int(rng.integers(0, n)) for n in level.shape[:2])
                read = source.read(0, number, z, t, range(level.shape[2]), window)
                expected = level[t, z, :, window.y0 : window.y1, window.x0 : window.x1]
                if not np.array_equal(read, expected):
                    wrong.append((number, t, z, window))
        except BaseException as error:  # noqa: BLE001 shown below
            wrong.append(error)

    threads = [threading.Thread(target=work, args=(n,)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


def test_stored_tiles_are_none_where_nothing_is_jpeg(made, source):
    level = source.fileset.images[0].levels[0]
    window = Window(0, 0, level.tile_width, level.tile_height)
    assert source.stored_tile(0, 0, 0, 0, window) is None


def handles():
    return {entry.name for entry in Path("/proc/self/fd").iterdir()}


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="needs /proc")
def test_close_gives_all_handles_back(made):
    open_sample(made).close()  # what libraries open once for all
    before = handles()
    source = open_sample(made)
    read_all(source)
    source.close()
    assert handles() == before


def test_reading_over_the_limit(made):
    asked = made.pixels[0, 0].nbytes
    error = refused(made, max_read_bytes=asked - 1)
    assert error.limit == "max_read_bytes"
    assert error.asked >= asked


def read_sample(made, **how):
    """Open it and read all of it."""
    source = open_sample(made, **how)
    try:
        return read_all(source)
    finally:
        source.close()


def refused(made, **limits):
    """The limit that forbids opening it or reading it whole."""
    with pytest.raises(LimitError) as caught:
        read_sample(made, **limits)
    return caught.value


def test_axes_over_the_limit(made):
    longest = max(made.pixels.shape[HEIGHT:])
    error = refused(made, max_axis_pixels=longest - 1)
    assert (error.limit, error.asked) == ("max_axis_pixels", longest)
    open_sample(made, max_axis_pixels=longest).close()


def test_planes_over_the_limit(made):
    error = refused(made, max_planes=made.planes - 1)
    assert (error.limit, error.asked) == ("max_planes", made.planes)
    open_sample(made, max_planes=made.planes).close()


def test_chunks_over_the_limit(made):
    if made.chunked:
        assert refused(made, max_chunk_bytes=16).limit == "max_chunk_bytes"
    else:
        assert np.array_equal(read_sample(made, max_chunk_bytes=16), made.pixels)


def test_missing_from_the_start(made, tmp_path):
    suffix = "".join(made.path.suffixes)
    context = ReadContext(ReadLimits(), ChunkCache(0))
    with pytest.raises(MissingFileError, match="nothing"):
        reader_of(made).open(tmp_path / f"nothing{suffix}", context)


def test_vanished_while_open(mine):
    source = open_sample(mine, cache_bytes=0)
    mine.pixel_file.unlink()
    # An open handle still has the pixels; a missing chunk of Zarr is its fill
    # value by definition.
    expected = mine.pixels[0, 0, 0].copy()
    if mine.pixel_file != mine.path:
        expected[:16, :20] = 0
    try:
        read = source.read(0, 0, 0, 0, [0], source.fileset.images[0].levels[0].whole)
    except MissingFileError:
        read = [expected]
    finally:
        source.close()
    assert np.array_equal(read[0], expected)


def test_cut_short(mine):
    os.truncate(mine.pixel_file, mine.pixel_file.stat().st_size * 3 // 4)
    with pytest.raises(CorruptFileError) as caught:
        read_sample(mine, cache_bytes=0)
    assert caught.value.path.startswith(str(mine.path))


def test_cut_to_nothing(mine):
    os.truncate(mine.pixel_file, 0)
    with pytest.raises(FileError):
        read_sample(mine, cache_bytes=0)


def test_opens_again_by_its_entry(made, source):
    context = ReadContext(ReadLimits(), ChunkCache(0))
    again = reader_of(made).open(source.fileset.entry, context)
    assert again.fileset == source.fileset
    again.close()
