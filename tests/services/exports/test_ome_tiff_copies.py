"""Deflated tiles go into an OME-TIFF as they are stored; all others are recoded."""

import numpy as np
import pytest
import tifffile

SHAPE = (3, 700, 1800)  # more pixels than are written in strips


@pytest.fixture
def exported(scene_of, tmp_path):
    from graticule.services.exports.ome_tiff import write_ome_tiff

    def export(path, **options):
        target = tmp_path / "out.ome.tiff"
        write_ome_tiff(*scene_of(path), target, **options)
        return target

    return export


def smooth(shape, dtype):
    rng = np.random.default_rng(3)
    steps = rng.integers(0, 3, shape)
    return (np.cumsum(steps, axis=-1) % 200).astype(dtype)


def stored_tiles(path):
    """Bytes of all tiles of all pages, as they lie in the file."""
    with tifffile.TiffFile(path) as tif, path.open("rb") as file:
        tiles = []
        for page in tif.pages:
            for offset, count in zip(
                page.dataoffsets, page.databytecounts, strict=True
            ):
                file.seek(offset)
                tiles.append(file.read(count))
        return tiles


def written(path, pixels, **options):
    options = {"photometric": "minisblack", "tile": (128, 256)} | options
    if path.name.endswith(".ome.tif") and pixels.ndim == 3:
        options["metadata"] = {"axes": "CYX"}
    tifffile.imwrite(path, pixels, **options)
    return path


@pytest.mark.parametrize(
    ("dtype", "predictor"),
    [
        ("uint8", True),
        ("int16", True),
        ("uint16", True),
        ("uint16", False),
        ("float32", False),
    ],
)
def test_deflated_tiles_are_copied(exported, tmp_path, dtype, predictor):
    pixels = smooth(SHAPE, dtype)
    path = written(
        tmp_path / "in.ome.tif",
        pixels,
        compression="zlib",
        compressionargs={"level": 9},
        predictor=predictor,
    )
    told = []
    target = exported(path, progress=lambda *step: told.append(step))
    assert stored_tiles(target) == stored_tiles(path)
    assert np.array_equal(tifffile.imread(target), pixels)
    assert told[-1] == (3 * 6 * 8, 3 * 6 * 8)


def test_deflated_colours_are_copied(exported, tmp_path):
    pixels = smooth((*SHAPE[1:], 3), "uint8")
    path = written(
        tmp_path / "in.tif",
        pixels,
        photometric="rgb",
        compression="zlib",
        compressionargs={"level": 9},
    )
    target = exported(path)
    assert stored_tiles(target) == stored_tiles(path)
    assert np.array_equal(tifffile.imread(target), pixels)


@pytest.mark.parametrize(
    ("dtype", "options"),
    [
        ("uint16", {"compression": "zlib", "byteorder": ">"}),
        ("uint16", {"compression": "zlib", "predictor": True, "byteorder": ">"}),
        ("float32", {"compression": "zlib", "predictor": True}),
        ("uint16", {"compression": "lzw"}),
        ("uint16", {"compression": "zstd"}),
        ("uint16", {}),
        ("uint8", {"compression": "zlib", "photometric": "miniswhite"}),
        ("uint16", {"compression": "zlib", "tile": (1040, 1040)}),
        ("uint16", {"compression": "zlib", "tile": None, "rowsperstrip": 64}),
    ],
)
def test_others_are_recoded(exported, tmp_path, dtype, options):
    pixels = smooth(SHAPE, dtype)
    path = written(tmp_path / "in.ome.tif", pixels, **options)
    target = exported(path)
    assert stored_tiles(target) != stored_tiles(path)
    if options.get("photometric") == "miniswhite":
        pixels = 255 - pixels
    assert np.array_equal(tifffile.imread(target), pixels)
    with tifffile.TiffFile(target) as tif:
        assert tif.pages[0].compression == tifffile.COMPRESSION.ADOBE_DEFLATE
        assert tif.byteorder == "<"


def test_missing_tiles_become_zeros(exported, tmp_path):
    pixels = smooth(SHAPE, "uint16")
    pixels[1, :128, :256] = 0

    def tiles():
        for plane in pixels:
            for y in range(0, 700, 128):
                for x in range(0, 1800, 256):
                    tile = np.zeros((128, 256), "uint16")
                    part = plane[y : y + 128, x : x + 256]
                    tile[: part.shape[0], : part.shape[1]] = part
                    yield tile if part.any() else None

    path = tmp_path / "in.ome.tif"
    tifffile.imwrite(
        path,
        tiles(),
        shape=SHAPE,
        dtype="uint16",
        tile=(128, 256),
        compression="zlib",
        photometric="minisblack",
        metadata={"axes": "CYX"},
    )
    assert b"" in stored_tiles(path)
    assert np.array_equal(tifffile.imread(exported(path)), pixels)


def test_levels_beside_the_file(scene_of, tmp_path):
    """The full size is copied, the levels of the pyramid are coded anew."""
    from dataclasses import replace

    from graticule.pixels.pyramid import build_pyramid
    from graticule.pixels.registry import open_source
    from graticule.services.engine import engine
    from graticule.services.exports.ome_tiff import write_ome_tiff

    pixels = smooth(SHAPE, "uint16")
    path = written(
        tmp_path / "in.ome.tif",
        pixels,
        compression="zlib",
        compressionargs={"level": 9},
    )
    folder, target = tmp_path / "pyramid.ome.zarr", tmp_path / "out.ome.tiff"
    source = open_source(path, engine().context)
    build_pyramid(source, 0, folder)
    source.close()
    reduced = open_source(folder, engine().context)
    levels = reduced.fileset.images[0].levels
    reduced.close()
    scene, facts = scene_of(path)
    scene = replace(scene, pyramid=folder, levels=scene.levels + levels)
    write_ome_tiff(scene, facts, target)
    assert stored_tiles(target) == stored_tiles(path)
    with tifffile.TiffFile(target) as tif:
        shapes = [level.shape for level in tif.series[0].levels]
        assert shapes[:3] == [(3, 700, 1800), (3, 350, 900), (3, 175, 450)]
        half = tif.series[0].levels[1].asarray().astype(int)
    sums = pixels.astype(int).reshape(3, 350, 2, 900, 2).sum(axis=(2, 4))
    assert np.array_equal(half, (sums + 2) // 4)
