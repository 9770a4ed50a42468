"""Parts of FITS images: the file's own numbers and header, compared with astropy."""

import io
import warnings

import numpy as np
import pytest
from astropy.io import fits
from astropy.nddata import Cutout2D
from astropy.wcs import WCS

from graticule.errors import CorruptFileError
from graticule.pixels.cache import ChunkCache
from graticule.pixels.fits import cards as fits_cards
from graticule.pixels.fits.cutout import Cut, cut_bytes, write_cuts
from graticule.pixels.fits.source import open_fits
from graticule.pixels.reader import ReadContext, ReadLimits

pytestmark = pytest.mark.filterwarnings("ignore::astropy.wcs.FITSFixedWarning")


def opened(path):
    return open_fits(path, ReadContext(ReadLimits(), ChunkCache(1 << 26)))


def cut_out(path, image, starts, stops, lines=("of a test",)):
    source = opened(path)
    try:
        out = io.BytesIO()
        write_cuts(source, [Cut(image, starts, stops)], lines, out)
        number = source.opened(image).hdus.index_of(source.opened(image).hdu)
    finally:
        source.close()
    assert out.tell() % 2880 == 0
    out.seek(0)
    with warnings.catch_warnings():
        # One of the shared files has a BLANK that means nothing; it is kept.
        warnings.simplefilter("ignore")
        return fits.open(out, do_not_scale_image_data=True), number


def heap_of(table):
    """Where the compressed tiles of a part begin in its file."""
    rows = table.header["NAXIS1"] * table.header["NAXIS2"]
    return table.fileinfo()["datLoc"] + table.header.get("THEAP", rows)


def part_of(shape):
    """A box of an image, by its axes in the order of FITS."""
    sizes = shape[::-1]
    return tuple(n // 5 for n in sizes), tuple(max(n // 5 + 1, n // 2) for n in sizes)


def equal(one, other):
    return np.array_equal(one, other, equal_nan=one.dtype.kind == "f")


def write(path, pixels, header=None, **how):
    hdu = fits.ImageHDU(pixels, header)
    if how:
        hdu = fits.CompImageHDU(pixels, header, **how)
    fits.HDUList([fits.PrimaryHDU(), hdu]).writeto(path)
    return path


def test_every_shared_file_keeps_numbers_and_coordinates(shared_data):
    seen = 0
    for path in sorted((shared_data / "fits").glob("*.fits")):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            original = fits.open(path, do_not_scale_image_data=True)
        for image, hdu in enumerate(h for h in original if h.is_image and h.shape):
            starts, stops = part_of(hdu.shape)
            found, number = cut_out(path, image, starts, stops)
            assert original[number] is hdu
            new = found[-1]
            box = tuple(
                slice(a, b) for a, b in zip(starts[::-1], stops[::-1], strict=True)
            )
            assert equal(new.data, hdu.data[box]), path.name
            for key in ("BSCALE", "BZERO", "BLANK", "BITPIX"):
                assert new.header.get(key) == hdu.header.get(key)
            assert same_sky(hdu, new, original, starts, stops), path.name
            seen += 1
        original.close()
    assert seen == 24


def same_sky(hdu, new, original, starts, stops):
    """Compare with what astropy's own cutout says, a pixel's corner at a time."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        old, ours = WCS(hdu.header, original), WCS(new.header)
    if not old.has_celestial:
        return True
    plane = old.celestial
    box = Cutout2D(
        np.empty(hdu.shape[-2:], np.uint8),
        tuple((a + b - 1) / 2 for a, b in zip(starts[:2], stops[:2], strict=True)),
        tuple(b - a for a, b in zip(starts[:2], stops[:2], strict=True))[::-1],
        wcs=plane,
    )
    assert box.origin_original == starts[:2]
    corners = [(0, 0), (3.5, 1.25), (-0.5, 7), (12, -2)]
    theirs = box.wcs.all_pix2world(corners, 0)
    mine = ours.celestial.all_pix2world(corners, 0)
    return np.allclose(theirs, mine, rtol=0, atol=1e-12)


@pytest.mark.parametrize(
    "dtype", ["u1", "i1", "i2", "u2", "i4", "u4", "i8", "f4", "f8"]
)
@pytest.mark.parametrize("tiles", [None, (7, 5)])
def test_types_stay_as_they_are_stored(tmp_path, dtype, tiles):
    pixels = np.arange(30 * 40).reshape(30, 40).astype(dtype)
    if dtype[0] == "f":
        pixels[12, 11] = np.nan
    if tiles and dtype == "i8":
        pytest.skip("RICE has no 64 bits")
    how = {}
    if tiles:
        lossless = {"compression_type": "GZIP_1", "quantize_level": 0}
        how = {"tile_shape": tiles, **(lossless if dtype[0] == "f" else {})}
    path = write(tmp_path / "a.fits", pixels, **how)
    found, _ = cut_out(path, 0, (10, 12), (31, 13))
    found[1]._do_not_scale_image_data = False
    with fits.open(path) as original:
        kind = original[1].data.dtype
    out = io.BytesIO()
    found.writeto(out)
    again = fits.open(io.BytesIO(out.getvalue()))
    assert again[1].data.shape == (1, 21)
    assert again[1].data.dtype.kind == kind.kind
    assert equal(again[1].data.astype(dtype), pixels[12:13, 10:31])


def test_the_header_is_kept_whole(tmp_path):
    header = fits.Header()
    header["CTYPE1"], header["CTYPE2"] = "RA---TAN-SIP", "DEC--TAN-SIP"
    header["CRVAL1"], header["CRVAL2"] = 10.5, -20.25
    header["CRPIX1"], header["CRPIX2"] = (12.125, "as it was"), 3.0
    header["CD1_1"], header["CD2_2"] = -1e-4, 1e-4
    header["A_ORDER"], header["B_ORDER"], header["A_2_0"] = 2, 2, 1e-5
    header["CTYPE1B"], header["CRVAL1B"], header["CDELT1B"] = "X", 0.0, 2.0
    header["CRPIX2P"], header["CRVAL2P"] = 1.0, 100.0
    header["LTV1"], header["LTM1_1"] = -4.0, 1.0
    header["HIERARCH ESO DET OUT1 GAIN"] = 1.5
    header["LONG"] = "a long text " * 12
    header["COMMENT"] = "kept"
    header["DATASUM"] = "1"
    path = write(tmp_path / "a.fits", np.zeros((30, 40), np.int16), header)
    found, _ = cut_out(path, 0, (10, 20), (15, 22), ["Of image/7 " + "x" * 80])
    new = found[1].header
    assert new["CRPIX1"] == 12.125 - 10
    assert new.comments["CRPIX1"] == "as it was"
    assert (new["CRPIX2"], new["CRPIX2P"], new["LTV1"]) == (3.0 - 20, 1.0 - 20, -14)
    # One that is not written is 0.
    assert new["CRPIX1B"] == -10
    assert (new["NAXIS1"], new["NAXIS2"]) == (5, 2)
    assert new["LONG"] == header["LONG"]
    assert new["ESO DET OUT1 GAIN"] == 1.5
    assert list(new["COMMENT"]) == ["kept"]
    assert "DATASUM" not in new
    said = "".join(new["HISTORY"])
    assert "Of image/7" in said
    assert "[11:15,21:22]" in said
    old = WCS(header).all_pix2world([[12.5, 21.25]], 0)
    assert np.allclose(WCS(new).all_pix2world([[2.5, 1.25]], 0), old, atol=1e-12)


def test_cards_that_break_the_rules_go_through(tmp_path):
    path = write(tmp_path / "a.fits", np.zeros((9, 9), np.uint8))
    raw = path.read_bytes()
    odd = b"ODD     = 1.2.3 no number" + b" " * 55
    at = raw.index(b"END" + b" " * 77, 2880)
    path.write_bytes(raw[:at] + odd + raw[at : at + 80] + raw[at + 160 :])
    source = opened(path)
    out = io.BytesIO()
    write_cuts(source, [Cut(0, (0, 0), (2, 2))], [], out)
    assert odd in out.getvalue()
    source.close()


def test_several_extensions_and_planes(tmp_path):
    cube = np.arange(4 * 6 * 8, dtype=np.float32).reshape(4, 6, 8)
    path = tmp_path / "a.fits"
    primary = fits.PrimaryHDU(cube)
    primary.header["ORIGIN"] = "here"
    fits.HDUList([primary, fits.ImageHDU(cube[0] * 2, name="DQ")]).writeto(path)
    source = opened(path)
    out = io.BytesIO()
    cuts = [Cut(0, (1, 2, 1), (4, 6, 3)), Cut(1, (1, 2), (4, 6))]
    assert [cut_bytes(source, cut) for cut in cuts] == [96, 48]
    told = []
    write_cuts(source, cuts, [], out, lambda: told.append(1))
    source.close()
    assert told
    found = fits.open(io.BytesIO(out.getvalue()))
    assert np.array_equal(found[0].data, cube[1:3, 2:6, 1:4])
    assert np.array_equal(found["DQ"].data, cube[0, 2:6, 1:4] * 2)
    assert found[0].header["ORIGIN"] == "here"


def test_only_the_tiles_under_the_window_are_read(tmp_path):
    pixels = np.random.default_rng(1).integers(0, 99, (90, 80)).astype(np.int16)
    path = write(tmp_path / "a.fits", pixels, tile_shape=(10, 20))
    with fits.open(path, disable_image_compression=True) as table:
        start = heap_of(table[1])
        sizes = table[1].data["COMPRESSED_DATA"]
        ends = np.cumsum([len(each) for each in sizes])
    # All tiles but those of rows 30 to 49 are made nonsense.
    raw = bytearray(path.read_bytes())
    raw[start : start + ends[3 * 4 - 1]] = bytes(ends[3 * 4 - 1])
    rest = slice(start + ends[5 * 4 - 1], start + ends[-1])
    raw[rest] = b"\xff" * (rest.stop - rest.start)
    path.write_bytes(raw)
    found, _ = cut_out(path, 0, (15, 31), (61, 49))
    assert np.array_equal(found[1].data, pixels[31:49, 15:61])


def test_a_broken_tile_is_said(tmp_path):
    pixels = np.random.default_rng(1).integers(0, 99, (20, 20)).astype(np.int32)
    path = write(
        tmp_path / "a.fits", pixels, tile_shape=(10, 20), compression_type="GZIP_1"
    )
    with fits.open(path, disable_image_compression=True) as table:
        start = heap_of(table[1])
    raw = bytearray(path.read_bytes())
    raw[start : start + 30] = b"\xff" * 30
    path.write_bytes(raw)
    with pytest.raises(CorruptFileError, match=r"a\.fits"):
        cut_out(path, 0, (0, 0), (3, 3))


def test_blank_ends_and_foreign_bytes_are_no_cards():
    text = b"".join(
        card.ljust(80) for card in (b"A       =  1", b"\xff\xfe", b"", b"", b"END")
    )
    assert [card[:2] for card in fits_cards.cards_in(text)] == [b"A ", b"\xff\xfe"]
