"""FITS files made here, read back against arrays and against astropy."""

import pickle
import threading
import warnings
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from astropy.io import fits
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.pixels.fits_files import (
    NOISE,
    OPENED,
    context,
    header,
    open_fits,
    plane,
    write,
)

from graticule.errors import (
    CorruptFileError,
    UnsupportedFileError,
)
from graticule.pixels.fits.reader import FitsReader
from graticule.pixels.model import PixelType, Window


@pytest.fixture(autouse=True)
def closed():
    yield
    while OPENED:
        OPENED.pop().close()


STORED_AS_THEY_ARE = [
    ("u1", PixelType.UINT8),
    ("i1", PixelType.INT8),
    ("i2", PixelType.INT16),
    ("u2", PixelType.UINT16),
    ("i4", PixelType.INT32),
    ("u4", PixelType.UINT32),
    ("f4", PixelType.FLOAT),
    ("f8", PixelType.DOUBLE),
]


class TestPixelTypes:
    @pytest.mark.parametrize(("dtype", "pixel_type"), STORED_AS_THEY_ARE)
    def test_keeps_the_type_and_turns_the_rows(self, tmp_path, dtype, pixel_type):
        pixels = NOISE.astype("i8").view("u8").astype(dtype)
        path = write(tmp_path / "a.fits", fits.PrimaryHDU(pixels))
        source = open_fits(path)
        info = source.fileset.images[0]
        assert info.pixel_type is pixel_type
        assert (info.width, info.height) == (53, 37)
        read = plane(source)
        assert read.dtype == pixel_type.dtype
        assert read.dtype.isnative
        assert np.array_equal(read, pixels[::-1])

    def test_64_bit_integers_are_shown_as_doubles(self, tmp_path):
        pixels = np.array([[0, 2**53], [-(2**53), 7]], "i8")
        source = open_fits(write(tmp_path / "a.fits", fits.PrimaryHDU(pixels)))
        assert source.fileset.images[0].pixel_type is PixelType.DOUBLE
        assert np.array_equal(plane(source), pixels[::-1].astype("f8"))

    @pytest.mark.parametrize(
        ("stored", "pixel_type"), [("i2", PixelType.FLOAT), ("i4", PixelType.DOUBLE)]
    )
    def test_scaled_integers_become_floats(self, tmp_path, stored, pixel_type):
        raw = NOISE.astype(stored)
        hdu = fits.PrimaryHDU(raw)
        path = write(tmp_path / "a.fits", hdu)
        with fits.open(path, "update", do_not_scale_image_data=True) as hdus:
            hdus[0].header["BSCALE"] = 0.25
            hdus[0].header["BZERO"] = 1000.5
        source = open_fits(path)
        assert source.fileset.images[0].pixel_type is pixel_type
        # Quarters are exact in both types.
        assert np.array_equal(plane(source), raw[::-1] * 0.25 + 1000.5)

    def test_blank_integers_become_nan(self, tmp_path):
        raw = NOISE.astype("i2")
        raw[3, 4] = -999
        hdu = fits.PrimaryHDU(raw)
        hdu.header["BLANK"] = -999
        source = open_fits(write(tmp_path / "a.fits", hdu))
        expected = raw.astype("f4")
        expected[3, 4] = np.nan
        assert source.fileset.images[0].pixel_type is PixelType.FLOAT
        assert np.array_equal(plane(source), expected[::-1], equal_nan=True)

    def test_nan_and_infinity_stay(self, tmp_path):
        pixels = np.array([[np.nan, np.inf], [-np.inf, 1.5]], "f4")
        source = open_fits(write(tmp_path / "a.fits", fits.PrimaryHDU(pixels)))
        assert np.array_equal(plane(source), pixels[::-1], equal_nan=True)


COMPRESSED = [
    ("RICE_1", "i2", {}),
    ("RICE_1", "u1", {}),
    ("RICE_1", "i4", {"tile_shape": (10, 20)}),
    ("RICE_1", "u2", {"tile_shape": (10, 20)}),
    ("GZIP_1", "i2", {}),
    ("GZIP_2", "i4", {"tile_shape": (37, 53)}),
    ("GZIP_2", "f4", {"quantize_level": 0.0}),
    ("GZIP_1", "f8", {"quantize_level": 0.0, "tile_shape": (7, 7)}),
    ("HCOMPRESS_1", "i2", {"tile_shape": (16, 53)}),
    ("PLIO_1", "u1", {}),
]


class TestCompressed:
    @pytest.mark.parametrize(("codec", "dtype", "more"), COMPRESSED)
    def test_lossless_codecs_give_the_pixels_back(self, tmp_path, codec, dtype, more):
        pixels = np.abs(NOISE).astype(dtype)
        hdu = fits.CompImageHDU(pixels, compression_type=codec, **more)
        source = open_fits(write(tmp_path / "a.fits", fits.PrimaryHDU(), hdu))
        (info,) = source.fileset.images
        assert info.pixel_type.dtype == np.dtype(dtype)
        assert info.facts["compression"] == codec
        assert np.array_equal(plane(source), pixels[::-1])

    def test_quantized_floats_are_as_astropy_restores_them(self, tmp_path):
        pixels = (NOISE * 1.7 + np.linspace(0, 1, 53)).astype("f4")
        pixels[5, 6] = np.nan
        hdu = fits.CompImageHDU(pixels, compression_type="RICE_1", quantize_level=16)
        path = write(tmp_path / "a.fits", fits.PrimaryHDU(), hdu)
        with fits.open(path) as hdus:
            expected = hdus[1].data
        read = plane(open_fits(path))
        assert np.isnan(read[::-1][5, 6])
        assert np.array_equal(read, expected[::-1], equal_nan=True)

    def test_cube_of_tiles(self, tmp_path):
        pixels = np.arange(3 * 30 * 40, dtype="i4").reshape(3, 30, 40)
        hdu = fits.CompImageHDU(pixels, compression_type="GZIP_1")
        source = open_fits(write(tmp_path / "a.fits", fits.PrimaryHDU(), hdu))
        assert source.fileset.images[0].size_z == 3
        for z in range(3):
            assert np.array_equal(plane(source, z=z), pixels[z, ::-1])

    def test_a_broken_tile_is_named(self, tmp_path):
        hdu = fits.CompImageHDU(NOISE.astype("i4"), compression_type="GZIP_1")
        path = write(tmp_path / "a.fits", fits.PrimaryHDU(), hdu)
        with fits.open(path) as hdus:
            heap = hdus[1].fileinfo()["datLoc"] + 37 * 8
        data = bytearray(path.read_bytes())
        data[heap : heap + 400] = b"\xff" * 400
        path.write_bytes(data)
        with pytest.raises(CorruptFileError, match=r"a\.fits.*tile is broken"):
            plane(open_fits(path))

    def test_an_unreadable_setting_of_the_codec_is_named(self, tmp_path):
        hdu = fits.CompImageHDU(NOISE.astype("i4"), compression_type="RICE_1")
        path = write(tmp_path / "a.fits", fits.PrimaryHDU(), hdu)
        data = path.read_bytes()
        assert b"ZVAL1   =                   32" in data
        path.write_bytes(data.replace(b"ZVAL1   =   ", b"ZVAL1   = 0x"))
        with pytest.raises(CorruptFileError, match="ZVAL1"):
            plane(open_fits(path))

    def test_a_tile_that_lies_outside_the_file_is_refused_at_once(self, tmp_path):
        hdu = fits.CompImageHDU(NOISE.astype("i4"), compression_type="GZIP_1")
        path = write(tmp_path / "a.fits", fits.PrimaryHDU(), hdu)
        with fits.open(path) as hdus:
            table = hdus[1].fileinfo()["datLoc"]
        data = bytearray(path.read_bytes())
        data[table : table + 4] = (2**31 - 1).to_bytes(4, "big")
        path.write_bytes(data)
        with pytest.raises(CorruptFileError, match="beyond the end of the file"):
            open_fits(path)


@pytest.fixture(params=["plain", "tiles", "row tiles"], scope="module")
def wide(request, tmp_path_factory):
    # Wider than a block and higher than one.
    pixels = np.random.default_rng(1).integers(0, 999, (2, 530, 1100), "i2")
    path = tmp_path_factory.mktemp("wide") / "wide.fits"
    if request.param == "plain":
        write(path, fits.PrimaryHDU(pixels))
    else:
        shape = {"tile_shape": (1, 100, 300)} if request.param == "tiles" else {}
        hdu = fits.CompImageHDU(pixels, compression_type="RICE_1", **shape)
        write(path, fits.PrimaryHDU(), hdu)
    source = FitsReader().open(path, context())
    yield source, pixels
    source.close()


class TestWindows:
    @settings(
        max_examples=60,
        deadline=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture],
    )
    @given(data=st.data())
    def test_windows_are_slices_of_the_whole(self, wide, data):
        source, pixels = wide
        height, width = pixels.shape[1:]
        x0 = data.draw(st.integers(0, width - 1))
        y0 = data.draw(st.integers(0, height - 1))
        x1 = data.draw(st.integers(x0 + 1, width))
        y1 = data.draw(st.integers(y0 + 1, height))
        z = data.draw(st.integers(0, 1))
        read = source.read(0, 0, z, 0, [0], Window(x0, y0, x1, y1))
        assert np.array_equal(read[0], pixels[z, ::-1][y0:y1, x0:x1])
        assert read.flags.c_contiguous
        assert not read.flags.writeable

    def test_memory_is_bounded_by_the_window(self, tmp_path):
        # A sparse file of 64 Gpixel: one window of it is read at once.
        side = 1 << 18
        path = tmp_path / "huge.fits"
        made = fits.PrimaryHDU(np.zeros((1, 1), "u1")).header
        made["NAXIS1"] = made["NAXIS2"] = side
        head = made.tostring().encode()
        corner = len(head) + side * side - 1
        with path.open("wb") as file:
            file.write(head)
            file.seek(corner)
            file.write(b"\x07")
        source = open_fits(path, cache_bytes=1 << 20)
        read = source.read(
            0, 0, 0, 0, [0], Window(side - 256, 0, side, 256)
        )  # the last stored pixel is at the right of our first row
        assert read[0, 0, 255] == 7
        assert read.sum() == 7

    def test_many_threads_read_the_same(self, wide):
        source, pixels = wide
        wrong = []

        def read(seed):
            rng = np.random.default_rng(seed)
            for _ in range(5):
                x, y = int(rng.integers(0, 900)), int(rng.integers(0, 400))
                got = source.read(0, 0, 1, 0, [0], Window(x, y, x + 90, y + 90))[0]
                if not np.array_equal(got, pixels[1, ::-1][y : y + 90, x : x + 90]):
                    wrong.append((x, y))

        threads = [threading.Thread(target=read, args=(n,)) for n in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert not wrong


class TestAxes:
    def cube(self, tmp_path, shape, **cards):
        pixels = np.arange(np.prod(shape), dtype="i4").reshape(shape)
        path = write(tmp_path / "a.fits", fits.PrimaryHDU(pixels, header(**cards)))
        return open_fits(path), pixels

    @pytest.mark.parametrize("ctype", ["FREQ", "VOPT", "WAVE-LOG", "AWAV", "VELO-LSR"])
    def test_spectral_axis_is_z(self, tmp_path, ctype):
        source, pixels = self.cube(tmp_path, (5, 4, 3), CTYPE3=ctype)
        info = source.fileset.images[0]
        assert (info.size_z, info.size_c, info.size_t) == (5, 1, 1)
        assert np.array_equal(plane(source, z=3), pixels[3, ::-1])

    def test_stokes_is_c_and_named(self, tmp_path):
        source, pixels = self.cube(
            tmp_path,
            (4, 2, 3, 3),
            CTYPE3="FREQ",
            CTYPE4="STOKES",
            CRVAL4=1.0,
            CDELT4=1.0,
            CRPIX4=1.0,
        )
        info = source.fileset.images[0]
        assert (info.size_z, info.size_c, info.size_t) == (2, 4, 1)
        assert [c.name for c in info.channels] == ["I", "Q", "U", "V"]
        assert info.dimension_order == "XYZCT"
        both = source.read(0, 0, 1, 0, [3, 0], info.levels[0].whole)
        assert np.array_equal(both, pixels[[3, 0], 1, ::-1])

    def test_linear_stokes_count_down(self, tmp_path):
        source, _ = self.cube(
            tmp_path, (2, 3, 3), CTYPE3="STOKES", CRVAL3=-5.0, CDELT3=-1.0, CRPIX3=1.0
        )
        assert [c.name for c in source.fileset.images[0].channels] == ["XX", "YY"]

    def test_time_is_t(self, tmp_path):
        source, pixels = self.cube(
            tmp_path, (6, 2, 2), CTYPE3="TIME", CUNIT3="s", CDELT3=1.5
        )
        info = source.fileset.images[0]
        assert (info.size_z, info.size_c, info.size_t) == (1, 1, 6)
        assert info.time_increment == timedelta(seconds=1.5)
        assert info.dimension_order == "XYTZC"
        assert np.array_equal(plane(source, t=5), pixels[5, ::-1])

    def test_unknown_axes_take_z_then_t_then_c(self, tmp_path):
        source, pixels = self.cube(tmp_path, (2, 3, 4, 2, 2))
        info = source.fileset.images[0]
        assert (info.size_z, info.size_t, info.size_c) == (4, 3, 2)
        assert np.array_equal(plane(source, z=3, t=1, c=1), pixels[1, 1, 3, ::-1])

    def test_unknown_axis_leaves_z_to_the_spectral_one(self, tmp_path):
        source, pixels = self.cube(tmp_path, (3, 4, 2, 2), CTYPE4="FREQ")
        info = source.fileset.images[0]
        assert (info.size_z, info.size_t) == (3, 4)
        assert np.array_equal(plane(source, z=2, t=1), pixels[2, 1, ::-1])

    def test_axes_of_length_one_take_no_place(self, tmp_path):
        source, _ = self.cube(
            tmp_path, (1, 3, 1, 1, 2, 2), CTYPE3="FREQ", CTYPE4="STOKES"
        )
        info = source.fileset.images[0]
        assert (info.size_z, info.size_c, info.size_t) == (3, 1, 1)

    def test_too_many_axes_are_refused_by_number(self, tmp_path):
        with pytest.raises(UnsupportedFileError, match="6 axes are more than"):
            self.cube(tmp_path, (2, 2, 2, 2, 2, 2))


class TestExtensions:
    def test_every_image_extension_is_an_image(self, tmp_path):
        table = fits.BinTableHDU.from_columns([fits.Column("a", "E", array=[1.0, 2.0])])
        parts = [
            fits.PrimaryHDU(),
            fits.ImageHDU(np.full((2, 2), 1, "i2"), name="SCI", ver=1),
            table,
            fits.ImageHDU(np.full((3, 2), 2, "i2"), name="SCI", ver=2),
            fits.ImageHDU(np.full((4, 2), 3, "i2")),
            fits.ImageHDU(np.arange(5, dtype="i2"), name="SPEC"),
        ]
        source = open_fits(write(tmp_path / "many.fits", *parts))
        images = source.fileset.images
        assert [i.key for i in images] == ["SCI,1", "SCI,2", "4"]
        assert images[1].name == "many.fits [SCI,2]"
        assert [plane(source, n)[0, 0] for n in range(3)] == [1, 2, 3]
        assert [i.height for i in images] == [2, 3, 4]
        said = " ".join(source.fileset.warnings)
        assert "Extension 2 is skipped: it is a table" in said
        assert "Extension 5 is skipped: it has one axis only" in said

    def test_a_single_image_bears_the_name_of_the_file(self, tmp_path):
        hdu = fits.ImageHDU(np.zeros((2, 2), "i2"), name="SCI")
        source = open_fits(write(tmp_path / "one.fits", fits.PrimaryHDU(), hdu))
        assert source.fileset.images[0].name == "one.fits"
        assert source.fileset.images[0].key == "SCI,1"

    def test_equal_names_are_told_apart_by_number(self, tmp_path):
        twins = [fits.ImageHDU(np.zeros((2, 2), "i2"), name="SCI") for _ in range(2)]
        source = open_fits(write(tmp_path / "a.fits", fits.PrimaryHDU(), *twins))
        assert [i.key for i in source.fileset.images] == ["1", "2"]

    def test_tables_alone_are_no_image(self, tmp_path):
        table = fits.BinTableHDU.from_columns([fits.Column("a", "E", array=[1.0])])
        path = write(tmp_path / "table.fits", fits.PrimaryHDU(), table)
        with pytest.raises(UnsupportedFileError, match="no image extension"):
            open_fits(path)

    def test_what_follows_the_last_part_is_ignored(self, tmp_path):
        path = write(tmp_path / "a.fits", fits.PrimaryHDU(NOISE.astype("i2")))
        with path.open("ab") as file:
            file.write(b"whatever" * 1000)
        assert np.array_equal(plane(open_fits(path)), NOISE[::-1])


class TestFacts:
    def test_from_the_extension_then_from_the_primary(self, tmp_path):
        primary = fits.PrimaryHDU(
            header=header(TELESCOP="HST", OBJECT="sky", EXPTIME=2.5)
        )
        image = fits.ImageHDU(
            np.zeros((2, 2), "f4"),
            header(OBJECT="M 31", FILTER="F814W", BUNIT="Jy", DATE_OBS="2020-03-04"),
        )
        source = open_fits(write(tmp_path / "a.fits", primary, image))
        (info,) = source.fileset.images
        assert info.description == "M 31"
        assert info.facts["TELESCOP"] == "HST"
        assert info.facts["EXPTIME"] == 2.5
        assert info.facts["BUNIT"] == "Jy"
        assert "FILTER  = 'F814W" in info.facts["header"]
        assert info.channels[0].name == "F814W"
        assert info.acquired == datetime(2020, 3, 4, tzinfo=UTC)
        assert info.pixel_width_um is None
        assert pickle.loads(pickle.dumps(info)) == info

    @pytest.mark.parametrize(
        ("cards", "when"),
        [
            (
                {"DATE_OBS": "2011-02-15T00:00:00.34"},
                datetime(2011, 2, 15, 0, 0, 0, 340000, UTC),
            ),
            (
                {"DATE_OBS": "19/05/94", "TIME_OBS": "15:41:16"},
                datetime(1994, 5, 19, 15, 41, 16, tzinfo=UTC),
            ),
            ({"DATE_OBS": "28/09/98"}, datetime(1998, 9, 28, tzinfo=UTC)),
            ({"MJD_OBS": 51544.5}, datetime(2000, 1, 1, 12, tzinfo=UTC)),
            ({"MJD_OBS": 1e300}, None),
            ({"DATE_OBS": "yesterday"}, None),
            ({}, None),
        ],
    )
    def test_time_of_observation(self, tmp_path, cards, when):
        hdu = fits.PrimaryHDU(np.zeros((2, 2), "i2"), header(**cards))
        source = open_fits(write(tmp_path / "a.fits", hdu))
        assert source.fileset.images[0].acquired == when

    def test_a_long_header_is_cut(self, tmp_path):
        long = fits.Header([("COMMENT", "x" * 60)] * 2000)
        hdu = fits.PrimaryHDU(np.zeros((2, 2), "i2"), long)
        source = open_fits(write(tmp_path / "a.fits", hdu))
        assert len(source.fileset.images[0].facts["header"]) == 65_536

    def test_odd_cards_are_warnings_of_the_fileset_only(self, tmp_path):
        path = write(tmp_path / "a.fits", fits.PrimaryHDU(NOISE.astype("f4")))
        end = b"END".ljust(80)
        odd = b"BLANK   =               -32768".ljust(80)
        data = path.read_bytes()
        # One blank card after END makes room for the odd one.
        path.write_bytes(data.replace(end + b" " * 80, odd + end, 1))
        source = open_fits(path)
        assert any("BLANK" in one for one in source.fileset.warnings)


def test_probe_goes_by_content_then_name(tmp_path):
    reader = FitsReader()
    assert reader.probe(tmp_path / "x.dat", b"SIMPLE  =                    T")
    assert not reader.probe(tmp_path / "x.tif", b"II*\x00")
    assert not reader.probe(tmp_path / "x.gz", b"\x1f\x8b\x08")
    assert not reader.probe(tmp_path / "x.fits", b"")


def test_no_warning_filter_is_left_behind(tmp_path):
    before = list(warnings.filters)
    open_fits(write(tmp_path / "a.fits", fits.PrimaryHDU(np.zeros((2, 2), "i2"))))
    assert warnings.filters == before
