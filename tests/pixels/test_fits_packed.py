"""Compressed tiles, however packed, as astropy unpacks them: number for number."""

import itertools

import imagecodecs
import numpy as np
import pytest
from astropy.io import fits
from tests.pixels.fits_files import OPENED, context, open_fits, write

from graticule.errors import CorruptFileError
from graticule.pixels.fits.blocks import CompressedTiles
from graticule.pixels.fits.quantized import random_numbers
from graticule.pixels.fits.reader import FitsReader
from graticule.pixels.model import Window


@pytest.fixture(autouse=True)
def closed():
    yield
    while OPENED:
        OPENED.pop().close()


def numbers(kind, shape):
    random = np.random.default_rng(5)
    if kind.startswith("f"):
        return random.normal(100, 30, shape).astype(kind)
    info = np.iinfo(kind)
    smooth = random.normal(100, 9, shape).astype(kind)
    # All that a packer knows: nothing changes, little changes, everything does.
    smooth[..., 20:75, :] = random.integers(info.min, info.max, shape, kind)[
        ..., 20:75, :
    ]
    smooth[..., 90:, 30:] = info.max
    return smooth


RICE = [
    ("RICE_1", kind, tile, {})
    for kind in ("u1", "i2", "u2", "i4", "u4")
    for tile in ("row", "part of a row", "square")
]
GZIP = [
    ("GZIP_1", "u1", "row", {}),
    ("GZIP_1", "i2", "row", {}),
    ("GZIP_1", "i4", "square", {}),
    ("GZIP_1", "f8", "square", {"quantize_level": 0.0}),
    ("GZIP_2", "i2", "square", {}),
    ("GZIP_2", "i4", "part of a row", {}),
    ("GZIP_2", "f4", "row", {"quantize_level": 0.0}),
]
QUANTIZED = [
    (codec, kind, tile, {"quantize_method": method, "dither_seed": seed})
    for codec, kind, tile in (
        ("RICE_1", "f4", "row"),
        ("RICE_1", "f4", "square"),
        ("RICE_1", "f8", "part of a row"),
        ("GZIP_1", "f8", "row"),
        ("GZIP_2", "f4", "square"),
    )
    for method, seed in ((-1, 1), (1, 7), (2, 9_990))
]
OURS = [*RICE, *GZIP, *QUANTIZED]
PACKED = [
    *OURS,
    ("HCOMPRESS_1", "i2", "square", {}),
    ("PLIO_1", "i2", "row", {}),
]
TILES = {"row": (1, 301), "part of a row": (1, 120), "square": (32, 37)}


def windows(width, height):
    """Some at corners and edges, some anywhere."""
    random = np.random.default_rng(3)
    yield Window(0, 0, width, height)
    yield Window(width - 1, height - 1, width, height)
    yield Window(0, height // 2, 1, height // 2 + 1)
    for _ in range(12):
        x0, x1 = np.sort(random.choice(width + 1, 2, replace=False))
        y0, y1 = np.sort(random.choice(height + 1, 2, replace=False))
        yield Window(int(x0), int(y0), int(x1), int(y1))


def check_like_astropy(path, *, ours=False):
    """Compare the file's own numbers; give how many images were looked at.

    ``ours`` says that astropy must not have been needed.
    """
    source = open_fits(path)
    looked = 0
    for index, info in enumerate(source.fileset.images):
        opened = source.opened(index)
        if not isinstance(opened.stored, CompressedTiles):
            continue
        looked += 1
        number = [hdu is opened.hdu for hdu in opened.hdus].index(True)
        with fits.open(path, do_not_scale_image_data=True) as found:
            whole = found[number].data
        for plane in itertools.product(*map(range, whole.shape[:-2])):
            for window in windows(info.width, info.height):
                part = whole[plane][window.y0 : window.y1, window.x0 : window.x1]
                results = [
                    source.stored(index, plane, window),
                    opened.stored.stored(plane, window),
                ]
                if ours:
                    results.append(opened.stored._packed.stored(plane, window))
                for got in results:
                    assert got.dtype == part.dtype
                    assert got.tobytes() == part.tobytes()
    return looked


@pytest.mark.parametrize(("codec", "kind", "tile", "how"), PACKED)
def test_every_codec_gives_what_astropy_gives(tmp_path, codec, kind, tile, how):
    pixels = numbers(kind, (110, 301))
    if codec == "PLIO_1":
        pixels = (pixels > 105).astype(kind)  # a mask, as it is made for
    if kind.startswith("f"):
        pixels[4, 5] = np.nan
        pixels[6, 7:20] = 0
        pixels[50:90, :140] = 3.25  # no noise: such a tile cannot be quantized
    hdu = fits.CompImageHDU(
        pixels, compression_type=codec, tile_shape=TILES[tile], **how
    )
    path = write(tmp_path / "a.fits", fits.PrimaryHDU(), hdu)
    assert check_like_astropy(path, ours=(codec, kind, tile, how) in OURS) == 1


def test_tiles_longer_than_the_random_numbers(tmp_path):
    random = np.random.default_rng(4)
    pixels = random.normal(50, 3, (3, 120, 230)).astype("f4")
    how = {"quantize_method": 2, "dither_seed": 10_000, "tile_shape": (2, 110, 230)}
    hdu = fits.CompImageHDU(pixels, compression_type="RICE_1", **how)
    path = write(tmp_path / "a.fits", fits.PrimaryHDU(), hdu)
    assert check_like_astropy(path, ours=True) == 1


def test_random_numbers_are_those_of_the_standard():
    # Appendix I: the last seed is 1043618065.
    assert random_numbers()[-1] == np.float32(1_043_618_065 / 2_147_483_647)


@pytest.mark.parametrize("changed", ["column", "card"])
def test_what_stands_for_no_value(tmp_path, changed):
    # As CFITSIO writes it: a number that is in use, in a column or in the header.
    pixels = np.random.default_rng(9).normal(5, 1, (20, 90)).astype("f4")
    hdu = fits.CompImageHDU(pixels, compression_type="RICE_1", quantize_method=1)
    path = write(tmp_path / "a.fits", fits.PrimaryHDU(), hdu)
    with fits.open(path, disable_image_compression=True) as found:
        old = found[1]
        tiles = np.empty(20, object)
        tiles[:] = [np.array(tile) for tile in old.data["COMPRESSED_DATA"]]
        columns = [
            fits.Column("COMPRESSED_DATA", "1PB()", array=tiles),
            fits.Column("ZSCALE", "1D", array=old.data["ZSCALE"]),
            fits.Column("ZZERO", "1D", array=old.data["ZZERO"]),
        ]
        if changed == "column":
            blanks = np.arange(-3, 17, dtype="i4")
            columns.append(fits.Column("ZBLANK", "1J", array=blanks))
        table = fits.BinTableHDU.from_columns(columns)
        cards = [card for card in old.header.cards if card.keyword.startswith("Z")]
        table.header.extend(cards)
        if changed == "card":
            table.header["ZBLANK"] = 2
        path = write(tmp_path / "b.fits", fits.PrimaryHDU(), table)
    assert check_like_astropy(path, ours=True) == 1
    got = open_fits(path).stored(0, (), Window(0, 0, 90, 20))
    assert 0 < np.isnan(got).sum() < 200


@pytest.mark.parametrize("told", [{"ZQUANTIZ": "NONE"}, {"ZDITHER0": 0}])
def test_rare_ways_are_left_to_astropy(tmp_path, told):
    pixels = np.random.default_rng(9).normal(5, 1, (20, 90)).astype("f4")
    hdu = fits.CompImageHDU(pixels, compression_type="GZIP_1", quantize_method=-1)
    path = write(tmp_path / "a.fits", fits.PrimaryHDU(), hdu)
    with fits.open(path, disable_image_compression=True) as found:
        found[1].header.update({"ZQUANTIZ": "SUBTRACTIVE_DITHER_1"} | told)
        path = write(tmp_path / "b.fits", fits.PrimaryHDU(), found[1])
    source = open_fits(path)
    assert source.opened(0).stored._packed is None
    assert source.stored(0, (), Window(0, 1, 90, 20)).shape == (19, 90)


@pytest.mark.parametrize("tile", [(1, 1, 61), (2, 5, 61), (3, 40, 20), (1, 16, 16)])
def test_tiles_of_a_cube(tmp_path, tile):
    pixels = np.random.default_rng(2).integers(-99, 99, (3, 40, 61)).astype("i2")
    hdu = fits.CompImageHDU(pixels, compression_type="RICE_1", tile_shape=tile)
    path = write(tmp_path / "a.fits", fits.PrimaryHDU(), hdu)
    assert check_like_astropy(path, ours=True)


@pytest.mark.parametrize("told", [{}, {"BLOCKSIZE": 16, "BYTEPIX": 2}])
def test_what_the_header_says_of_the_packer(tmp_path, told):
    # Without a word: blocks of 32 pixels, 4 bytes each (Standard 4.0, table 37).
    pixels = np.random.default_rng(8).integers(-300, 300, (9, 100)).astype("i2")
    kind = f"i{told.get('BYTEPIX', 4)}"
    rows = np.empty(9, object)
    for index, row in enumerate(pixels.astype(kind)):
        packed = imagecodecs.rcomp_encode(row, nblock=told.get("BLOCKSIZE", 32))
        rows[index] = np.frombuffer(packed, "u1")
    column = fits.Column("COMPRESSED_DATA", format="1PB()", array=rows)
    table = fits.BinTableHDU.from_columns([column])
    cards = {"ZIMAGE": True, "ZCMPTYPE": "RICE_1", "ZBITPIX": 16, "ZNAXIS": 2}
    sizes = {"ZNAXIS1": 100, "ZNAXIS2": 9, "ZTILE1": 100, "ZTILE2": 1}
    table.header.update(cards | sizes)
    for number, (name, value) in enumerate(told.items(), 1):
        table.header[f"ZNAME{number}"], table.header[f"ZVAL{number}"] = name, value
    path = write(tmp_path / "a.fits", fits.PrimaryHDU(), table)
    assert check_like_astropy(path, ours=True) == 1
    got = open_fits(path).stored(0, (), Window(3, 2, 99, 9))
    assert np.array_equal(got, pixels[2:, 3:99])


@pytest.mark.shared_data
def test_shared_files_are_as_astropy_reads_them(shared_data):
    looked = {
        path.name: count
        for path in sorted((shared_data / "fits").glob("*.fits"))
        if b"ZCMPTYPE" in path.read_bytes() and (count := check_like_astropy(path))
    }
    assert {"comp.fits", "m13_rice.fits", "m13_gzip.fits"} <= looked.keys()


class TestWhatIsKept:
    @pytest.fixture
    def rows(self, tmp_path):
        pixels = numbers("i2", (200, 4096))
        hdu = fits.CompImageHDU(pixels, compression_type="RICE_1")
        path = write(tmp_path / "a.fits", fits.PrimaryHDU(), hdu)
        context_ = context()
        with_cache = FitsReader().open(path, context_)
        OPENED.append(with_cache)
        return with_cache, context_.chunks, pixels

    def test_the_same_again_decodes_nothing(self, rows):
        source, chunks, pixels = rows
        for x in (600, 700, 640):
            before = chunks.misses
            got = source.stored(0, (), Window(x, 64, x + 256, 192))
            assert np.array_equal(got, pixels[64:192, x : x + 256])
            assert (chunks.misses == before) == (x != 600)

    def test_neighbours_share_most(self, rows):
        source, chunks, pixels = rows
        source.stored(0, (), Window(600, 10, 856, 190))
        before = chunks.misses
        got = source.stored(0, (), Window(610, 15, 866, 185))
        assert np.array_equal(got, pixels[15:185, 610:866])
        assert chunks.misses - before == 2

    def test_of_real_numbers_only_what_is_near(self, tmp_path):
        pixels = numbers("f4", (64, 4096))
        how = {"compression_type": "RICE_1", "quantize_method": 1}
        hdu = fits.CompImageHDU(pixels, **how)
        path = write(tmp_path / "a.fits", fits.PrimaryHDU(), hdu)
        context_ = context()
        source = FitsReader().open(path, context_)
        OPENED.append(source)
        with fits.open(path) as found:
            whole = found[1].data
        for x in (3000, 3100, 3070):
            before = context_.chunks.misses
            got = source.stored(0, (), Window(x, 0, x + 200, 64))
            assert got.tobytes() == whole[:, x : x + 200].tobytes()
            assert (context_.chunks.misses == before) == (x == 3070)
        assert context_.chunks.held_bytes < whole.nbytes / 2

    def test_what_is_large_pushes_nothing_out(self, tmp_path):
        pixels = numbers("u1", (1100, 2000))
        hdu = fits.CompImageHDU(pixels, compression_type="RICE_1")
        path = write(tmp_path / "a.fits", fits.PrimaryHDU(), hdu)
        context_ = context()
        source = FitsReader().open(path, context_)
        OPENED.append(source)
        got = source.stored(0, (), Window(0, 0, 2000, 1100))
        assert np.array_equal(got, pixels)
        assert context_.chunks.held_bytes == 0


def test_a_broken_row_is_named(tmp_path):
    pixels = np.random.default_rng(1).integers(-999, 999, (20, 300)).astype("i2")
    hdu = fits.CompImageHDU(pixels, compression_type="RICE_1")
    path = write(tmp_path / "a.fits", fits.PrimaryHDU(), hdu)
    with fits.open(path, disable_image_compression=True) as table:
        data = table[1].fileinfo()["datLoc"]
        first = len(table[1].data["COMPRESSED_DATA"][0])
    raw = bytearray(path.read_bytes())
    start = data + 20 * 8
    raw[start : start + first] = b"\xff" * first
    path.write_bytes(raw)
    source = open_fits(path)
    with pytest.raises(CorruptFileError, match=r"a\.fits.*tile is broken"):
        source.stored(0, (), Window(0, 0, 300, 1))
    rest = source.stored(0, (), Window(0, 1, 300, 20))
    assert np.array_equal(rest, pixels[1:])
