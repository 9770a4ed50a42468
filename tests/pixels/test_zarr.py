"""OME-Zarr pixels: the same values as zarr-python reads from the same files."""

import json
import threading
from concurrent.futures import ThreadPoolExecutor

import numcodecs
import numpy as np
import pytest
import zarr as zarr_python
from hypothesis import given, settings
from hypothesis import strategies as st

from graticule.errors import (
    ChangedFileError,
    CorruptFileError,
    LimitError,
    MissingFileError,
    OutOfRangeError,
    UnsupportedFileError,
)
from graticule.pixels.cache import ChunkCache
from graticule.pixels.model import PixelType, Window
from graticule.pixels.reader import ReadContext, Reader, ReadLimits, Source
from graticule.pixels.zarr.reader import ZarrReader

CACHE_BYTES = 1 << 26


def context(cache_bytes=CACHE_BYTES, **limits):
    return ReadContext(ReadLimits(**limits), ChunkCache(cache_bytes))


def opened(path, **limits):
    return ZarrReader().open(path, context(**limits))


def write_json(path, value):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value))


def describe(folder, axes, zarr_format, paths=("0",), **more):
    """Write the group's document over an array written by zarr-python."""
    multiscale = {"datasets": [{"path": path} for path in paths]}
    if axes:
        multiscale["axes"] = [{"name": axis} for axis in axes]
    ome = {"multiscales": [multiscale], **more}
    if zarr_format == 2:
        write_json(folder / ".zgroup", {"zarr_format": 2})
        write_json(folder / ".zattrs", ome)
    else:
        group = {"zarr_format": 3, "node_type": "group"}
        write_json(folder / "zarr.json", {**group, "attributes": {"ome": ome}})


def make(folder, data, axes, *, chunks, zarr_format=3, path="0", **creation):
    array = zarr_python.create_array(
        folder / path,
        shape=data.shape,
        dtype=data.dtype,
        chunks=chunks,
        zarr_format=zarr_format,
        **creation,
    )
    array[:] = data
    describe(folder, axes, zarr_format)
    return folder


def as_tczyx(data, axes):
    """Give an array the five axes, independently of the reader."""
    order = [axes.index(axis) for axis in "tczyx" if axis in axes]
    shape = [data.shape[axes.index(a)] if a in axes else 1 for a in "tczyx"]
    return np.asarray(data).transpose(order).reshape(shape)


def read_all(source, image=0, level=0):
    info = source.fileset.images[image]
    stored = info.levels[level]
    return np.stack(
        [
            np.stack(
                [
                    source.read(image, level, z, t, range(info.size_c), stored.whole)
                    for z in range(info.size_z)
                ],
                axis=1,
            )
            for t in range(info.size_t)
        ]
    )


def numbers(*shape, dtype="u2", seed=1):
    return np.random.default_rng(seed).integers(0, 200, shape).astype(dtype)


def test_it_works(tmp_path):
    data = numbers(3, 40, 50)
    source = opened(make(tmp_path / "a.ome.zarr", data, "cyx", chunks=(1, 16, 16)))
    assert isinstance(source, Source)
    assert isinstance(ZarrReader(), Reader)
    info = source.fileset.images[0]
    assert (info.size_t, info.size_c, info.size_z) == (1, 3, 1)
    assert (info.width, info.height) == (50, 40)
    assert (info.levels[0].tile_width, info.levels[0].tile_height) == (16, 16)
    assert info.pixel_type is PixelType.UINT16
    assert info.name == "a.ome.zarr"
    got = source.read(0, 0, 0, 0, [2, 0], Window(5, 10, 37, 33))
    np.testing.assert_array_equal(got, data[[2, 0], 10:33, 5:37])
    assert got.flags.c_contiguous
    assert source.stored_tile(0, 0, 0, 0, Window(0, 0, 16, 16)) is None
    source.close()


@pytest.mark.shared_data
@pytest.mark.parametrize(
    ("path", "groups"),
    [
        ("zarr/v0.4/5d_dataset_v4.ome.zarr", [""]),
        ("zarr/v0.5/5d_dataset_v5.ome.zarr", [""]),
        ("zarr/v0.4/2d_dataset_v4.ome.zarr", [""]),
        ("zarr/v0.5/2d_dataset_v5.ome.zarr", [""]),
        ("zarr/v0.4/mitosis_v04.ome.zarr", ["", "labels/chromosomes"]),
        ("zarr/v0.4/bf2raw.zarr", ["0", "1"]),
        ("zarr/v0.5/bf2raw_dataset_v5.ome.zarr", ["0", "1"]),
        (
            "zarr/v0.4/hcs.zarr",
            [f"{r}/{c}/{f}" for r in "AB" for c in "12" for f in "01"],
        ),
        (
            "plates/bbbc013_v05.ome.zarr",
            [f"{row}/0{column}/0" for row in "AB" for column in range(1, 5)],
        ),
    ],
)
def test_every_pixel_as_zarr_python_reads_it(shared_data, path, groups):
    source = opened(shared_data / path)
    assert source.fileset.warnings == ()
    assert len(source.fileset.images) == len(groups)
    for image, group in enumerate(groups):
        info = source.fileset.images[image]
        root = zarr_python.open_group(shared_data / path / group, mode="r")
        for level in range(len(info.levels)):
            array = root[str(level)]
            stored = as_tczyx(
                array[...], "tczyx"[-array.ndim :] if array.ndim != 3 else "cyx"
            )
            got = read_all(source, image, level)
            step = [z * stored.shape[2] // info.size_z for z in range(info.size_z)]
            np.testing.assert_array_equal(got, stored[:, :, step])
            assert got.dtype == array.dtype


@pytest.mark.shared_data
def test_a_volume_whose_levels_have_fewer_z(shared_data):
    path = shared_data / "zarr" / "v0.4" / "pyramid_v4.zarr"
    source = opened(path)
    info = source.fileset.images[0]
    assert (info.size_z, info.width, info.height) == (500, 1000, 1000)
    root = zarr_python.open_group(path, mode="r")
    window = Window(100, 120, 245, 200)
    for level, z, z_stored in ((0, 499, 499), (1, 499, 249), (2, 250, 125), (1, 3, 1)):
        got = source.read(0, level, z, 0, [0], window)
        expected = root[str(level)][z_stored, 120:200, 100:245]
        np.testing.assert_array_equal(got[0], expected)


@pytest.mark.parametrize("zarr_format", [2, 3])
@pytest.mark.parametrize(
    "axes", ["yx", "zyx", "tyx", "czyx", "tzyx", "tczyx", "zcyx", "yxc", "xy"]
)
def test_any_axes(tmp_path, axes, zarr_format):
    sizes = {"t": 2, "c": 3, "z": 4, "y": 13, "x": 17}
    chunk = {"t": 1, "c": 2, "z": 3, "y": 5, "x": 8}
    data = numbers(*(sizes[a] for a in axes))
    folder = make(
        tmp_path / "image",
        data,
        axes,
        chunks=tuple(chunk[a] for a in axes),
        zarr_format=zarr_format,
    )
    np.testing.assert_array_equal(read_all(opened(folder)), as_tczyx(data, axes))


def test_before_version_0_3_axes_are_not_named(tmp_path):
    data = numbers(2, 3, 4, 8, 9)
    folder = make(tmp_path, data, None, chunks=(1, 1, 1, 8, 9), zarr_format=2)
    np.testing.assert_array_equal(read_all(opened(folder)), data)


def test_version_0_3_names_axes_by_text(tmp_path):
    data = numbers(3, 8, 9)
    folder = make(tmp_path, data, None, chunks=(1, 8, 9), zarr_format=2)
    multiscale = {"datasets": [{"path": "0"}], "axes": ["t", "y", "x"]}
    write_json(folder / ".zattrs", {"multiscales": [multiscale]})
    np.testing.assert_array_equal(read_all(opened(folder)), as_tczyx(data, "tyx"))


@pytest.mark.parametrize("kind", list(PixelType))
@pytest.mark.parametrize("zarr_format", [2, 3])
def test_every_pixel_type(tmp_path, kind, zarr_format):
    dtype = "bool" if kind is PixelType.BIT else kind.dtype
    data = (numbers(20, 30) - 7).astype("i8")
    data = (data % 2 == 0) if kind is PixelType.BIT else data.astype(dtype)
    source = opened(
        make(tmp_path, data, "yx", chunks=(16, 16), zarr_format=zarr_format)
    )
    assert source.fileset.images[0].pixel_type is kind
    got = read_all(source)[0, 0, 0]
    assert got.dtype == kind.dtype
    np.testing.assert_array_equal(got, data.astype(kind.dtype))


@pytest.mark.parametrize("dtype", [">u2", ">i4", ">f4", ">f8"])
@pytest.mark.parametrize("separator", [".", "/"])
@pytest.mark.parametrize("order", ["C", "F"])
def test_version_2_byte_orders_and_separators(tmp_path, dtype, separator, order):
    """The bytes are laid down by hand: no library wrote these arrays."""
    data = numbers(6, 10, dtype=dtype)
    header = {
        "zarr_format": 2,
        "shape": [6, 10],
        "chunks": [4, 5],
        "dtype": dtype,
        "order": order,
        "fill_value": 0,
        "compressor": None,
        "filters": None,
        "dimension_separator": separator,
    }
    write_json(tmp_path / "0" / ".zarray", header)
    padded = np.zeros((8, 10), dtype)
    padded[:6] = data
    for row in range(2):
        for column in range(2):
            chunk = padded[row * 4 : row * 4 + 4, column * 5 : column * 5 + 5]
            file = tmp_path / "0" / f"{row}{separator}{column}"
            file.parent.mkdir(exist_ok=True)
            file.write_bytes(chunk.tobytes(order=order))
    describe(tmp_path, "yx", 2)
    got = read_all(opened(tmp_path))[0, 0, 0]
    np.testing.assert_array_equal(got, data)
    assert got.dtype.isnative


def test_version_3_big_endian(tmp_path):
    data = numbers(6, 10)
    codec = zarr_python.codecs.BytesCodec(endian="big")
    folder = make(tmp_path, data, "yx", chunks=(4, 5), serializer=codec)
    np.testing.assert_array_equal(read_all(opened(folder))[0, 0, 0], data)


@pytest.mark.parametrize(
    "compressor",
    [
        None,
        numcodecs.Blosc("lz4", 5, 1),
        numcodecs.Blosc("zstd", 3, 2),
        numcodecs.Blosc("zlib", 3, 0),
        numcodecs.Zstd(3),
        numcodecs.GZip(3),
        numcodecs.Zlib(3),
        numcodecs.BZ2(3),
    ],
    ids=str,
)
def test_version_2_codecs(tmp_path, compressor):
    data = numbers(2, 30, 40)
    folder = make(
        tmp_path,
        data,
        "zyx",
        chunks=(1, 16, 16),
        zarr_format=2,
        compressors=compressor,
    )
    np.testing.assert_array_equal(read_all(opened(folder))[0, 0], data)


@pytest.mark.parametrize(
    "compressors",
    [
        (),
        zarr_python.codecs.ZstdCodec(level=3, checksum=True),
        zarr_python.codecs.GzipCodec(level=3),
        zarr_python.codecs.BloscCodec(cname="lz4", shuffle="bitshuffle"),
        [zarr_python.codecs.ZstdCodec(), zarr_python.codecs.Crc32cCodec()],
    ],
    ids=str,
)
@pytest.mark.parametrize("shards", [None, (2, 32, 64)])
def test_version_3_codecs_and_shards(tmp_path, compressors, shards):
    data = numbers(3, 50, 70)
    folder = make(
        tmp_path,
        data,
        "zyx",
        chunks=(1, 16, 16),
        shards=shards,
        compressors=compressors,
    )
    source = opened(folder)
    level = source.fileset.images[0].levels[0]
    assert (level.tile_width, level.tile_height) == (16, 16), "not those of the shard"
    np.testing.assert_array_equal(read_all(source)[0, 0], data)


def test_chunks_not_stored_have_the_fill_value(tmp_path):
    for zarr_format in (2, 3):
        folder = tmp_path / str(zarr_format)
        array = zarr_python.create_array(
            folder / "0",
            shape=(20, 20),
            dtype="u2",
            chunks=(10, 10),
            zarr_format=zarr_format,
            fill_value=77,
        )
        array[:10, :10] = 5
        describe(folder, "yx", zarr_format)
        expected = np.full((20, 20), 77)
        expected[:10, :10] = 5
        np.testing.assert_array_equal(read_all(opened(folder))[0, 0, 0], expected)


@settings(deadline=None, max_examples=60)
@given(data=st.data())
def test_any_window_at_any_cache_size(data, prepared):
    pixels, folder = prepared
    cache_bytes = data.draw(st.sampled_from([0, 500, 4000, CACHE_BYTES]))
    source = ZarrReader().open(folder, context(cache_bytes))
    x0, y0 = data.draw(st.integers(0, 69)), data.draw(st.integers(0, 44))
    x1, y1 = data.draw(st.integers(x0 + 1, 70)), data.draw(st.integers(y0 + 1, 45))
    t, z = data.draw(st.integers(0, 1)), data.draw(st.integers(0, 2))
    channels = data.draw(st.lists(st.integers(0, 4), min_size=1, max_size=6))
    for _ in range(2):  # the second time out of the cache
        got = source.read(0, 0, z, t, channels, Window(x0, y0, x1, y1))
        np.testing.assert_array_equal(got, pixels[t, channels, z, y0:y1, x0:x1])


@pytest.fixture(scope="module")
def prepared(tmp_path_factory):
    pixels = numbers(2, 5, 3, 45, 70)
    folder = tmp_path_factory.mktemp("windows")
    return pixels, make(folder, pixels, "tczyx", chunks=(1, 2, 2, 16, 16))


def test_a_chunk_is_decoded_once_for_the_tiles_cut_from_it(tmp_path):
    folder = make(tmp_path, numbers(64, 64), "yx", chunks=(32, 32))
    cache = ChunkCache(CACHE_BYTES)
    source = ZarrReader().open(folder, ReadContext(ReadLimits(), cache))
    for y in range(0, 64, 16):
        for x in range(0, 64, 16):
            source.read(0, 0, 0, 0, [0], Window(x, y, x + 16, y + 16))
    assert (cache.misses, cache.hits) == (4, 12)
    assert cache.held_bytes == 64 * 64 * 2


def test_threads_read_the_same(tmp_path):
    data = numbers(4, 96, 96)
    source = opened(make(tmp_path, data, "cyx", chunks=(1, 32, 32)))
    barrier = threading.Barrier(8)

    def work(seed):
        barrier.wait(timeout=20)
        draw = np.random.default_rng(seed)
        for _ in range(20):
            y, x = draw.integers(0, 64, 2)
            got = source.read(0, 0, 0, 0, range(4), Window(x, y, x + 32, y + 32))
            np.testing.assert_array_equal(got, data[:, y : y + 32, x : x + 32])
        return True

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(work, range(8)))


@pytest.mark.parametrize(
    "asked",
    [
        {"level": 1},
        {"z": 1},
        {"t": -1},
        {"channels": [3]},
        {"window": Window(0, 0, 51, 40)},
        {"window": Window(10, 10, 10, 20)},
    ],
    ids=str,
)
def test_outside_the_image(tmp_path, asked):
    source = opened(make(tmp_path, numbers(3, 40, 50), "cyx", chunks=(1, 16, 16)))
    usual = {"level": 0, "z": 0, "t": 0, "channels": [0], "window": Window(0, 0, 9, 9)}
    with pytest.raises(OutOfRangeError):
        source.read(0, **{**usual, **asked})


def test_a_read_over_the_limit(tmp_path):
    folder = make(tmp_path, numbers(40, 50), "yx", chunks=(16, 16))
    with pytest.raises(LimitError, match="max_read_bytes"):
        opened(folder, max_read_bytes=3999).read(0, 0, 0, 0, [0], Window(0, 0, 50, 40))


def test_garbage_in_a_chunk_is_named(tmp_path):
    for zarr_format in (2, 3):
        folder = make(
            tmp_path / str(zarr_format),
            numbers(20, 20),
            "yx",
            chunks=(10, 10),
            zarr_format=zarr_format,
        )
        chunk = folder / "0" / ("0.0" if zarr_format == 2 else "c/0/0")
        chunk.write_bytes(b"garbage" + chunk.read_bytes()[7:])
        source = opened(folder)
        with pytest.raises(CorruptFileError, match="cannot be decoded") as caught:
            source.read(0, 0, 0, 0, [0], Window(0, 0, 10, 10))
        assert "tensorstore_spec" not in str(caught.value)
        source.read(0, 0, 0, 0, [0], Window(10, 10, 20, 20))


def test_an_array_that_vanishes_is_not_shown_black(tmp_path):
    folder = make(tmp_path / "a", numbers(20, 20), "yx", chunks=(10, 10))
    source = opened(folder)
    source.read(0, 0, 0, 0, [0], Window(0, 0, 10, 10))
    folder.rename(tmp_path / "b")
    with pytest.raises(MissingFileError):
        source.read(0, 0, 0, 0, [0], Window(10, 10, 20, 20))


def test_an_array_that_is_written_anew_must_be_scanned_again(tmp_path):
    folder = make(tmp_path, numbers(20, 20), "yx", chunks=(10, 10))
    source = opened(folder)
    header = folder / "0" / "zarr.json"
    write_json(header, {**json.loads(header.read_text()), "shape": [10, 20]})
    with pytest.raises(ChangedFileError):
        source.read(0, 0, 0, 0, [0], Window(0, 0, 20, 20))


@pytest.mark.parametrize(
    "compressor", [numcodecs.LZ4(), numcodecs.LZMA()], ids=["lz4", "lzma"]
)
def test_codecs_that_are_not_read_are_named(tmp_path, compressor):
    folder = make(
        tmp_path,
        numbers(9, 9),
        "yx",
        chunks=(9, 9),
        zarr_format=2,
        compressors=compressor,
    )
    with pytest.raises(UnsupportedFileError, match=compressor.codec_id):
        opened(folder)


def test_filters_are_named(tmp_path):
    folder = make(
        tmp_path,
        numbers(9, 9),
        "yx",
        chunks=(9, 9),
        zarr_format=2,
        filters=numcodecs.Delta(dtype="u2"),
    )
    with pytest.raises(UnsupportedFileError, match='"delta"'):
        opened(folder)


@pytest.mark.parametrize("dtype", ["int64", "uint64", "complex64", "float16"])
@pytest.mark.parametrize("zarr_format", [2, 3])
def test_types_that_cannot_be_shown_are_named(tmp_path, dtype, zarr_format):
    data = numbers(9, 9, dtype=dtype)
    folder = make(tmp_path, data, "yx", chunks=(9, 9), zarr_format=zarr_format)
    with pytest.raises(UnsupportedFileError, match=f"of type {dtype} cannot be shown"):
        opened(folder)
