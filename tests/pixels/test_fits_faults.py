"""Broken, absurd and gzipped FITS files: errors of ours, limits by name."""

import gzip
import os

import numpy as np
import pytest
from astropy.io import fits
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.pixels.fits_files import NOISE, OPENED, open_fits, plane, write

from graticule.errors import (
    CorruptFileError,
    FileError,
    GraticuleError,
    LimitError,
    MissingFileError,
    OutOfRangeError,
)
from graticule.pixels.fits.reader import FitsReader
from graticule.pixels.model import Window


@pytest.fixture(autouse=True)
def closed():
    yield
    while OPENED:
        OPENED.pop().close()


@pytest.fixture(params=["plain", "tiles"], scope="module")
def damaged(request, tmp_path_factory):
    path = tmp_path_factory.mktemp("damaged") / "a.fits"
    kind = fits.ImageHDU if request.param == "plain" else fits.CompImageHDU
    write(path, fits.PrimaryHDU(), kind(NOISE.astype("i2"), name="SCI"))
    return path.read_bytes(), path


class TestBadFiles:
    @pytest.fixture
    def path(self, tmp_path):
        return write(tmp_path / "good.fits", fits.PrimaryHDU(NOISE.astype("i2")))

    def with_card(self, path, keyword, value):
        data = path.read_bytes()
        start = data.index(f"{keyword:<8}=".encode())
        card = f"{keyword:<8}= {value:>20}".ljust(80).encode()
        path.write_bytes(data[:start] + card + data[start + 80 :])

    @pytest.mark.parametrize(
        ("keyword", "value"),
        [
            ("NAXIS1", "-5"),
            ("NAXIS1", "'abc'"),
            ("NAXIS1", "9" * 30),
            ("NAXIS", "999999999"),
            ("NAXIS", "5"),
            ("BITPIX", "17"),
            ("BITPIX", "16.0"),
        ],
    )
    def test_nonsense_in_the_header(self, path, keyword, value):
        self.with_card(path, keyword, value)
        with pytest.raises(CorruptFileError, match=rf"good\.fits.*{keyword}"):
            open_fits(path)

    @pytest.mark.parametrize("cut", [10, 1000, 2879, 2881, 4000])
    def test_cut_short(self, path, cut):
        os.truncate(path, cut)
        with pytest.raises(CorruptFileError, match="end"):
            open_fits(path)

    def test_missing_padding_is_no_harm(self, path):
        os.truncate(path, 2880 + NOISE.size * 2)
        assert np.array_equal(plane(open_fits(path)), NOISE[::-1])

    def test_cut_while_it_is_open(self, path):
        source = open_fits(path)
        os.truncate(path, 3000)
        with pytest.raises(CorruptFileError, match="ends inside the image"):
            plane(source)

    def test_an_absurd_size_is_refused_by_name(self, tmp_path):
        made = fits.PrimaryHDU(np.zeros((1, 1), "u1")).header
        made["NAXIS1"] = (1 << 24) + 1
        path = tmp_path / "wide.fits"
        path.write_bytes(made.tostring().encode())
        os.truncate(path, 2880 + (1 << 24) + 1)
        with pytest.raises(LimitError) as caught:
            open_fits(path)
        assert caught.value.limit == "max_axis_pixels"

    def test_too_many_planes(self, tmp_path):
        path = write(tmp_path / "a.fits", fits.PrimaryHDU(np.zeros((9, 1, 1), "u1")))
        with pytest.raises(LimitError) as caught:
            open_fits(path, max_planes=8)
        assert caught.value.limit == "max_planes"

    def test_an_absurd_tile_is_refused_by_name(self, tmp_path):
        hdu = fits.CompImageHDU(np.zeros((64, 64), "i2"), tile_shape=(64, 64))
        path = write(tmp_path / "a.fits", fits.PrimaryHDU(), hdu)
        with pytest.raises(LimitError) as caught:
            open_fits(path, max_chunk_bytes=4096)
        assert caught.value.limit == "max_chunk_bytes"

    def test_garbage_named_fits(self, tmp_path):
        path = tmp_path / "a.fits"
        path.write_bytes(b"garbage")
        assert FitsReader().probe(path, b"garbage")
        with pytest.raises(CorruptFileError, match="keyword SIMPLE"):
            open_fits(path)

    def test_missing(self, tmp_path):
        with pytest.raises(MissingFileError):
            open_fits(tmp_path / "nothing.fits")

    def test_a_folder(self, tmp_path):
        with pytest.raises(FileError):
            open_fits(tmp_path)

    def test_outside(self, path):
        source = open_fits(path)
        with pytest.raises(OutOfRangeError):
            source.read(0, 0, 1, 0, [0], Window(0, 0, 1, 1))

    @settings(
        max_examples=150,
        deadline=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture],
    )
    @given(data=st.data())
    def test_damaged_headers_give_errors_of_ours_only(self, damaged, data):
        good, path = damaged
        bad = bytearray(good)
        for _ in range(data.draw(st.integers(1, 4))):
            place = data.draw(st.integers(0, 2880 * 2 - 1))
            bad[place] = data.draw(st.sampled_from(b"0123456789-+'./ TFX\x00\xff"))
        path.write_bytes(bad)
        try:
            source = open_fits(path, max_axis_pixels=4096, max_read_bytes=1 << 24)
            for index in range(len(source.fileset.images)):
                plane(source, index)
        except GraticuleError:
            pass


class TestGzip:
    @pytest.fixture
    def path(self, tmp_path):
        plain = write(tmp_path / "a.fits", fits.PrimaryHDU(NOISE.astype("i2")))
        packed = tmp_path / "b.fits.gz"
        packed.write_bytes(gzip.compress(plain.read_bytes()))
        return packed

    def test_opens_unpacked(self, path):
        assert FitsReader().probe(path, path.read_bytes()[:1024])
        source = open_fits(path)
        assert np.array_equal(plane(source), NOISE[::-1])
        assert source.fileset.files[0].size_bytes == path.stat().st_size
        source.close()

    def test_limit(self, path):
        with pytest.raises(LimitError) as caught:
            open_fits(path, max_chunk_bytes=5000)
        assert caught.value.limit == "max_chunk_bytes"

    def test_damaged(self, path):
        os.truncate(path, path.stat().st_size // 2)
        with pytest.raises(CorruptFileError, match="unpacked"):
            open_fits(path)
