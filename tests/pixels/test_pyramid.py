"""Pyramids: block means worked out another way, bounded reads, no half results."""

import json
import math
import tracemalloc
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import zarr as zarr_python
from hypothesis import given, settings
from hypothesis import strategies as st

from graticule.errors import (
    ChangedFileError,
    CorruptFileError,
    FileError,
    OutOfRangeError,
    RequestError,
)
from graticule.pixels import pyramid
from graticule.pixels.cache import ChunkCache
from graticule.pixels.model import Channel, ImageInfo, Level, PixelType, Window
from graticule.pixels.pyramid import (
    PyramidSource,
    build_pyramid,
    halve,
    needs_pyramid,
)
from graticule.pixels.reader import (
    Fileset,
    ReadContext,
    ReadLimits,
    Source,
    StoredTile,
    check_read,
)
from graticule.pixels.zarr.reader import ZarrReader

CONTEXT = ReadContext(ReadLimits(), ChunkCache(1 << 24))


def with_pyramid(base, image, folder):
    reduced = ZarrReader().open(folder, CONTEXT)
    return PyramidSource(base, {image: reduced}, CONTEXT.limits)


def describe(pixel_type, shape, tile=None):
    t, c, z, height, width = shape
    tile_width, tile_height = tile or (width, 1)
    return ImageInfo(
        key="0",
        name="base",
        pixel_type=pixel_type,
        size_z=z,
        size_c=c,
        size_t=t,
        levels=(Level(width, height, tile_width, tile_height),),
        channels=(Channel(),) * c,
        pixel_width_um=0.5,
        pixel_height_um=0.25,
    )


class ArraySource:
    """A source over an array ``tczyx``, which counts what is asked of it."""

    def __init__(self, data, pixel_type, tile=None):
        self.data = data
        info = describe(pixel_type, data.shape, tile)
        self.fileset = Fileset("test", Path("base"), (), (info,))
        self.windows = []
        self.largest_bytes = 0
        self.closed = False

    def read(self, image, level, z, t, channels, window):
        info = self.fileset.images[image]
        check_read(info, level, z, t, channels, window, ReadLimits())
        self.windows.append(window)
        got = self.pixels(t, list(channels), z, window)
        self.largest_bytes = max(self.largest_bytes, got.nbytes)
        got.flags.writeable = False
        return got

    def pixels(self, t, channels, z, window):
        rows, columns = slice(window.y0, window.y1), slice(window.x0, window.x1)
        return np.stack([self.data[t, c, z, rows, columns] for c in channels])

    def stored_tile(self, image, level, z, t, window):
        return StoredTile(b"tile", "image/jpeg")

    def close(self):
        self.closed = True


class SyntheticSource(ArraySource):
    """One huge plane whose pixels are worked out when they are asked for."""

    def __init__(self, width, height, tile=None):
        super().__init__(np.zeros((1, 1, 1, 1, 1), "u1"), PixelType.UINT8)
        info = describe(PixelType.UINT8, (1, 1, 1, height, width), tile)
        self.fileset = replace(self.fileset, images=(info,))

    def pixels(self, t, channels, z, window):
        """Change every 64 columns and rows: constant within a reduction by 64."""
        x = (np.arange(window.x0, window.x1) // 64 % 251).astype("u1")
        y = (np.arange(window.y0, window.y1) // 64 % 251).astype("u1")
        return (x[None, :] ^ y[:, None])[None]


def half_up_means(plane):
    """Average 2 x 2 one pixel after the other, in fractions."""
    height, width = plane.shape
    out = np.empty((math.ceil(height / 2), math.ceil(width / 2)), plane.dtype)
    for y in range(out.shape[0]):
        for x in range(out.shape[1]):
            block = [int(v) for v in plane[2 * y : 2 * y + 2, 2 * x : 2 * x + 2].flat]
            out[y, x] = math.floor(Fraction(sum(block), len(block)) + Fraction(1, 2))
    return out


def block_nanmeans(plane):
    height, width = plane.shape
    out = np.full((math.ceil(height / 2), math.ceil(width / 2)), np.nan)
    for y in range(out.shape[0]):
        for x in range(out.shape[1]):
            block = plane[2 * y : 2 * y + 2, 2 * x : 2 * x + 2]
            known = [float(v) for v in block.flat if not math.isnan(v)]
            if known:
                out[y, x] = math.fsum(known) / len(known)
    return out


def random_pixels(pixel_type, shape, seed=1):
    draw = np.random.default_rng(seed)
    if pixel_type.is_float:
        data = draw.normal(0, 100, shape).astype(pixel_type.dtype)
        data[draw.random(shape) < 0.4] = np.nan
        return data
    if pixel_type is PixelType.BIT:
        return draw.integers(0, 2, shape).astype("u1")
    limits = np.iinfo(pixel_type.dtype)
    return draw.integers(limits.min, limits.max, shape, pixel_type.dtype, endpoint=True)


def levels_of(source, image=0):
    info = source.fileset.images[image]
    return [
        np.stack(
            [
                np.stack(
                    [
                        source.read(image, n, z, t, range(info.size_c), level.whole)
                        for z in range(info.size_z)
                    ],
                    axis=1,
                )
                for t in range(info.size_t)
            ]
        )
        for n, level in enumerate(info.levels)
    ]


@pytest.mark.parametrize("pixel_type", list(PixelType))
def test_levels_are_block_means_of_every_plane(tmp_path, pixel_type):
    base = ArraySource(random_pixels(pixel_type, (2, 3, 2, 21, 38)), pixel_type)
    build_pyramid(base, 0, tmp_path / "p.zarr", smallest=8)
    source = PyramidSource(
        base, {0: ZarrReader().open(tmp_path / "p.zarr", CONTEXT)}, CONTEXT.limits
    )
    assert isinstance(source, Source)
    sizes = [(lv.width, lv.height) for lv in source.fileset.images[0].levels]
    assert sizes == [(38, 21), (19, 11), (10, 6), (5, 3)]
    levels = levels_of(source)
    np.testing.assert_array_equal(levels[0], base.data)
    for above, level in pairwise(levels):
        assert level.dtype == pixel_type.dtype
        for index in np.ndindex(level.shape[:3]):
            if pixel_type.is_float:
                np.testing.assert_allclose(
                    level[index],
                    block_nanmeans(above[index]),
                    rtol=1e-6 if pixel_type is PixelType.FLOAT else 1e-14,
                    atol=1e-5 if pixel_type is PixelType.FLOAT else 1e-13,
                )
            else:
                expected = half_up_means(above[index])
                np.testing.assert_array_equal(level[index], expected)


@settings(deadline=None, max_examples=80)
@given(
    kind=st.sampled_from([k for k in PixelType if not k.is_float]),
    height=st.integers(1, 7),
    width=st.integers(1, 7),
    seed=st.integers(0, 1 << 30),
)
def test_halving_integers(kind, height, width, seed):
    plane = random_pixels(kind, (height, width), seed)
    np.testing.assert_array_equal(halve(plane[None])[0], half_up_means(plane))


@pytest.mark.parametrize("dtype", ["f4", "f8"])
def test_halving_odd_numbers(dtype):
    top = np.finfo(dtype).max
    plane = np.array(
        [
            [np.nan, 1, top, top, np.inf, 1],
            [2, 6, top, top, 3, -np.inf],
            [np.nan, np.nan, np.inf, 0, -0.5, 0],
            [np.nan, np.nan, 1, np.nan, 0, 0],
        ],
        dtype,
    )
    expected = np.array([[3, top, np.nan], [np.nan, np.inf, -0.125]], dtype)
    np.testing.assert_array_equal(halve(plane[None])[0], expected)


def test_bits_follow_the_majority():
    plane = np.array([[1, 1, 1, 0, 0, 0], [1, 0, 1, 0, 0, 1]], "u1")
    assert halve(plane[None]).tolist() == [[[1, 1, 0]]]


@pytest.mark.parametrize("tile", [None, (256, 256), (1100, 700)])
def test_pieces_fit_together(tmp_path, monkeypatch, tile):
    """Blocks and reads far smaller than the image, at odd sizes."""
    monkeypatch.setattr(pyramid, "READ_BYTES", 70_000)
    monkeypatch.setattr(pyramid, "STRIP_BYTES", 1000)
    monkeypatch.setattr(pyramid, "SHARD_WIDTH", 512)
    data = random_pixels(PixelType.UINT16, (1, 2, 1, 2101, 3305))
    base = ArraySource(data, PixelType.UINT16, tile)
    folder = tmp_path / "p.zarr"
    build_pyramid(base, 0, folder)
    assert base.largest_bytes <= 70_000
    level = data.astype(np.int64)
    for number in range(4):
        level = np.pad(
            level,
            ((0, 0),) * 3 + ((0, level.shape[3] % 2), (0, level.shape[4] % 2)),
            mode="edge",
        )
        t, c, z, height, width = level.shape
        blocks = level.reshape(t, c, z, height // 2, 2, width // 2, 2)
        level = np.floor(blocks.mean(axis=(4, 6)) + 0.5).astype(np.int64)
        array = zarr_python.open_array(folder / str(number), mode="r")
        np.testing.assert_array_equal(array[...], level)
    assert not (folder / "4").exists()


def test_it_is_an_ome_zarr_that_others_read(tmp_path):
    base = ArraySource(
        random_pixels(PixelType.UINT16, (1, 1, 1, 900, 1200)), PixelType.UINT16
    )
    folder = tmp_path / "deep" / "er" / "p.zarr"
    build_pyramid(base, 0, folder)
    group = zarr_python.open_group(folder, mode="r")
    (multiscale,) = group.attrs["ome"]["multiscales"]
    assert [axis["name"] for axis in multiscale["axes"]] == list("tczyx")
    scales = [
        dataset["coordinateTransformations"][0]["scale"]
        for dataset in multiscale["datasets"]
    ]
    assert scales == [[1, 1, 1, 0.5 * n, n] for n in (1, 2, 4)]
    first = group["0"]
    assert first.chunks == (1, 1, 1, 512, 512)
    assert first.shards == (1, 1, 1, 512, 8192)
    files = [p.relative_to(folder / "0") for p in (folder / "0").rglob("*/*/*/*/*/*")]
    assert len(files) == 1, "450 rows of 600 lie in one shard"
    assert [p.name for p in folder.parent.iterdir()] == ["p.zarr"]


@pytest.mark.parametrize("tile", [(512, 512), None])
def test_a_huge_plane_in_bounded_memory(tmp_path, tile):
    """24,000 x 21,000 pixels are 504 MB; reductions by 64 are known exactly."""
    width, height = 24_000, 21_000
    base = SyntheticSource(width, height, tile)
    calls = []
    tracemalloc.start()
    build_pyramid(base, 0, tmp_path / "p.zarr", progress=lambda *now: calls.append(now))
    _, peak_bytes = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak_bytes < 128 << 20
    assert base.largest_bytes <= pyramid.READ_BYTES
    assert sum(w.area for w in base.windows) == width * height, "each pixel once"
    source = PyramidSource(
        base, {0: ZarrReader().open(tmp_path / "p.zarr", CONTEXT)}, CONTEXT.limits
    )
    level = source.fileset.images[0].levels[6]
    assert (level.width, level.height) == (375, math.ceil(height / 64))
    got = source.read(0, 6, 0, 0, [0], level.whole)[0]
    x, y = np.arange(level.width), np.arange(level.height)
    np.testing.assert_array_equal(got, (x % 251)[None, :] ^ (y % 251)[:, None])
    sizes = [(lv.width, lv.height) for lv in source.fileset.images[0].levels[1:]]
    tiles = sum(math.ceil(w / 512) * math.ceil(h / 512) for w, h in sizes)
    assert {total for _, total in calls} == {tiles}
    done = [now for now, _ in calls]
    assert done == sorted(set(done))
    assert done[-1] == tiles


def test_nothing_is_left_behind_by_an_abort(tmp_path):
    class AbortedError(BaseException):
        pass

    def abort(done, total):
        assert list(tmp_path.iterdir()), "it was building"
        raise AbortedError

    base = ArraySource(
        random_pixels(PixelType.UINT8, (1, 1, 1, 900, 900)), PixelType.UINT8
    )
    with pytest.raises(AbortedError):
        build_pyramid(base, 0, tmp_path / "p.zarr", progress=abort)
    assert list(tmp_path.iterdir()) == []


def test_what_the_source_complains_of_comes_through(tmp_path):
    class Broken(ArraySource):
        def pixels(self, t, channels, z, window):
            raise CorruptFileError("base", "a strip is broken.")

    base = Broken(np.zeros((1, 1, 1, 900, 900), "u1"), PixelType.UINT8)
    with pytest.raises(CorruptFileError, match="a strip is broken"):
        build_pyramid(base, 0, tmp_path / "p.zarr")
    assert list(tmp_path.iterdir()) == []


def test_building_again_replaces(tmp_path):
    folder = tmp_path / "p.zarr"
    for value in (3, 9):
        data = np.full((1, 1, 1, 600, 600), value, "u1")
        base = ArraySource(data, PixelType.UINT8)
        build_pyramid(base, 0, folder)
        (folder / "old").touch()
    assert zarr_python.open_array(folder / "0", mode="r")[0, 0, 0, 0, 0] == 9
    (folder / "old").unlink()
    assert [p.name for p in tmp_path.iterdir()] == ["p.zarr"]


def test_an_aborted_rebuild_keeps_the_old(tmp_path):
    folder = tmp_path / "p.zarr"
    base = ArraySource(np.full((1, 1, 1, 600, 600), 3, "u1"), PixelType.UINT8)
    build_pyramid(base, 0, folder)
    with pytest.raises(ZeroDivisionError):
        build_pyramid(base, 0, folder, progress=lambda done, total: 1 // 0)
    assert [p.name for p in tmp_path.iterdir()] == ["p.zarr"]
    assert zarr_python.open_array(folder / "0", mode="r")[0, 0, 0, 0, 0] == 3


def test_a_disk_that_refuses(tmp_path):
    (tmp_path / "file").touch()
    base = ArraySource(np.zeros((1, 1, 1, 600, 600), "u1"), PixelType.UINT8)
    with pytest.raises(FileError, match="cannot be written"):
        build_pyramid(base, 0, tmp_path / "file" / "p.zarr")


def test_images_that_need_none():
    info = describe(PixelType.UINT8, (1, 1, 1, 3192, 3192))
    assert not needs_pyramid(info, 3192 * 3192)
    assert needs_pyramid(info, 3192 * 3192 - 1)
    wide = describe(PixelType.UINT8, (1, 1, 1, 1, 20_000_000))
    assert needs_pyramid(wide, 3192 * 3192), "by area"
    two = replace(info, levels=(info.levels[0], Level(1596, 1596, 512, 512)))
    assert not needs_pyramid(two, 1)


def test_building_what_makes_no_sense(tmp_path):
    small = ArraySource(np.zeros((1, 1, 1, 256, 200), "u1"), PixelType.UINT8)
    with pytest.raises(RequestError, match="needs no pyramid"):
        build_pyramid(small, 0, tmp_path / "p.zarr")
    assert list(tmp_path.iterdir()) == []


def test_a_source_with_a_pyramid_of_its_second_image(tmp_path):
    base = ArraySource(
        random_pixels(PixelType.UINT8, (1, 1, 1, 600, 700)), PixelType.UINT8
    )
    small = describe(PixelType.UINT8, (1, 1, 1, 50, 60))
    big = base.fileset.images[0]
    build_pyramid(base, 0, tmp_path / "p.zarr")
    base.fileset = replace(base.fileset, images=(small, big))
    source = PyramidSource(
        base, {1: ZarrReader().open(tmp_path / "p.zarr", CONTEXT)}, CONTEXT.limits
    )
    assert [len(i.levels) for i in source.fileset.images] == [1, 3]
    assert source.stored_tile(1, 0, 0, 0, Window(0, 0, 9, 9)).data == b"tile"
    assert source.stored_tile(1, 1, 0, 0, Window(0, 0, 9, 9)) is None
    got = source.read(1, 1, 0, 0, [0], Window(3, 4, 5, 6))[0]
    np.testing.assert_array_equal(got, half_up_means(base.data[0, 0, 0, 8:12, 6:10]))
    with pytest.raises(OutOfRangeError, match="level 3 is outside 0 to 2"):
        source.read(1, 3, 0, 0, [0], Window(0, 0, 1, 1))
    source.close()
    assert base.closed


def test_the_pyramid_of_another_image_is_refused(tmp_path):
    base = ArraySource(np.zeros((1, 2, 1, 600, 700), "u1"), PixelType.UINT8)
    folder = tmp_path / "p.zarr"
    build_pyramid(base, 0, folder)
    for shape, pixel_type in (
        ((1, 2, 1, 602, 700), PixelType.UINT8),
        ((1, 1, 1, 600, 700), PixelType.UINT8),
        ((1, 2, 2, 600, 700), PixelType.UINT8),
        ((1, 2, 1, 600, 700), PixelType.INT8),
    ):
        other = ArraySource(np.zeros(shape, pixel_type.dtype), pixel_type)
        with pytest.raises(ChangedFileError, match="not the pyramid of base"):
            PyramidSource(
                other, {0: ZarrReader().open(folder, CONTEXT)}, CONTEXT.limits
            )
    document = json.loads((folder / "zarr.json").read_text())
    assert document["attributes"]["ome"]["multiscales"][0]["name"] == "base"
