"""What files say in their own words, against other readings of the same bytes."""

import json
import warnings
from itertools import islice

import numpy as np
import pytest
import tifffile
from astropy.io import fits
from PIL import Image, PngImagePlugin

from graticule.errors import CorruptFileError, FileError, MissingFileError
from graticule.pixels.original import LONGEST_VALUE, OriginalReader, flattened, plain
from graticule.pixels.reader import ReadLimits
from graticule.pixels.registry import find_reader, readers


def entries(path, key="0", most=100_000):
    reader = find_reader(path)
    return list(islice(reader.original_metadata(path, key, ReadLimits()), most))


def found(path, key="0"):
    return {(each.section, each.key): each.value for each in entries(path, key)}


def test_every_reader_of_ours_tells():
    assert readers()
    for reader in readers():
        assert isinstance(reader, OriginalReader), reader.name


class TestFits:
    def write(self, path, **options):
        header = fits.Header()
        header["OBJECT"] = ("M 51 'whirl'", "what was looked at")
        header["EXPTIME"] = (12.5, "[s] how long")
        header["HIERARCH ESO DET DIT"] = (0.25, "within")
        header["LONGTEXT"] = ("x" * 200, "goes on")
        header["NOTHING"] = None
        header.add_history("made here")
        header.add_comment("a comment")
        image = fits.ImageHDU(np.zeros((4, 6), np.int16), name="SCI", ver=2)
        fits.HDUList([fits.PrimaryHDU(header=header), image]).writeto(path, **options)

    def test_cards_as_astropy_has_them(self, tmp_path):
        path = tmp_path / "a.fits"
        self.write(path)
        ours = entries(path)
        with fits.open(path) as parts:
            theirs = [
                (index, card.keyword, card.value, card.comment)
                for index, part in enumerate(parts)
                for card in part.header.cards
            ]
        assert len(ours) == len(theirs)
        for entry, (index, keyword, value, comment) in zip(ours, theirs, strict=True):
            assert entry.section == ("HDU 0", "HDU 1 SCI 2")[index]
            assert (entry.key, entry.note) == (keyword, comment)
            if isinstance(value, bool):
                assert entry.value == ("T" if value else "F")
            elif isinstance(value, int | float):
                assert float(entry.value) == value
            else:
                text = value if isinstance(value, str) else ""  # or undefined
                assert entry.value == text.strip()

    def test_packed(self, tmp_path):
        self.write(tmp_path / "a.fits")
        self.write(tmp_path / "b.fits.gz")
        assert entries(tmp_path / "a.fits") == entries(tmp_path / "b.fits.gz")

    def test_cut_off(self, tmp_path):
        path = tmp_path / "a.fits"
        self.write(path)
        path.write_bytes(path.read_bytes()[:3000])
        with pytest.raises(CorruptFileError, match="broken FITS"):
            entries(path)

    @pytest.mark.shared_data
    def test_real_headers(self, shared_data):
        for path in sorted((shared_data / "fits").rglob("*.fits")):
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                try:
                    with fits.open(path) as parts:
                        keys = [set(part.header.keys()) - {""} for part in parts]
                except OSError:
                    continue
            ours = {}
            for entry in entries(path):
                ours.setdefault(entry.section.split()[1], set()).add(entry.key)
            first = ours["0"] - {""}
            assert first == keys[0], path.name


class TestTiff:
    def test_tags_and_descriptions(self, tmp_path):
        path = tmp_path / "a.tif"
        with tifffile.TiffWriter(path) as tif:
            for number in range(3):
                tif.write(
                    np.zeros((8, 9), np.uint8),
                    photometric="minisblack",
                    description=f"page {number}",
                    software="a microscope",
                    metadata=None,
                    contiguous=False,
                )
        said = found(path)
        assert said["Page 1", "ImageWidth"] == "9"
        assert said["Page 1", "Software"] == "a microscope"
        assert said["Page 1", "ImageDescription"] == "page 0"
        assert said["Page 3", "ImageDescription"] == "page 2"
        # what is the same on all pages is said once, where bytes lie never
        assert ("Page 2", "ImageWidth") not in said
        assert not [key for _, key in said if "Offsets" in key]

    def test_ome_xml_within(self, tmp_path):
        path = tmp_path / "a.ome.tif"
        tifffile.imwrite(
            path,
            np.zeros((2, 8, 9), np.uint16),
            photometric="minisblack",
            metadata={"axes": "CYX", "Channel": {"Name": ["DAPI", "GFP"]}},
        )
        said = found(path)
        place = "OME / Image / Pixels"
        assert said[place, "SizeX"] == "9"
        assert said[f"{place} / Channel 2", "Name"] == "GFP"
        assert not [section for section, _ in said if "TiffData" in section]

    def test_imagej(self, tmp_path):
        path = tmp_path / "a.tif"
        tifffile.imwrite(
            path, np.zeros((3, 8, 9), np.uint16), imagej=True, metadata={"unit": "um"}
        )
        assert found(path)["imagej", "unit"] == "um"

    def test_damaged(self, tmp_path):
        path = tmp_path / "a.tif"
        tifffile.imwrite(path, np.zeros((8, 9), np.uint8))
        path.write_bytes(path.read_bytes()[:12])
        with pytest.raises(FileError):
            entries(path)

    def test_aperio(self, tmp_path):
        path = tmp_path / "a.svs"
        words = "Aperio Image Library v1\r\n9x8 |AppMag = 20|Filename = a=b"
        tifffile.imwrite(
            path, np.zeros((8, 9), np.uint8), description=words, metadata=None
        )
        said = found(path)
        assert said["Aperio", "AppMag"] == "20"
        assert said["Aperio", "Filename"] == "a=b"


class TestZarr:
    def test_documents_down_to_the_image(self, tmp_path):
        root = tmp_path / "plate.zarr"
        for folder, documents in {
            "": {
                ".zgroup": {"zarr_format": 2},
                ".zattrs": {"plate": {"version": "0.4"}},
            },
            "A/1": {".zattrs": {"well": {"images": [{"path": "0"}]}}},
            "A/1/0": {".zattrs": {"multiscales": [{"axes": [{"name": "y"}]}]}},
            "A/1/0/0": {".zarray": {"shape": [4, 6], "dtype": "<u2"}},
            "B/1/0": {".zattrs": {"multiscales": [{"name": "another"}]}},
        }.items():
            (root / folder).mkdir(parents=True, exist_ok=True)
            for name, value in documents.items():
                (root / folder / name).write_text(json.dumps(value))
        said = found(root, "A/1/0")
        assert said == {
            (".zgroup", "zarr_format"): "2",
            (".zattrs", "plate.version"): "0.4",
            ("A/1/.zattrs", "well.images[0].path"): "0",
            ("A/1/0/.zattrs", "multiscales[0].axes[0].name"): "y",
            ("A/1/0/0/.zarray", "shape"): "4, 6",
            ("A/1/0/0/.zarray", "dtype"): "<u2",
        }

    def test_no_way_out_of_the_folder(self, tmp_path):
        (tmp_path / ".zattrs").write_text('{"secret": 1}')
        root = tmp_path / "a.zarr"
        root.mkdir()
        (root / ".zattrs").write_text('{"multiscales": [{}]}')
        assert not [key for _, key in found(root, "../") if "secret" in key]

    def test_gone(self, tmp_path):
        from graticule.pixels.zarr.original import zarr_entries

        with pytest.raises(MissingFileError):
            list(zarr_entries(tmp_path / "a.zarr", "0", ReadLimits()))


class TestPictures:
    def test_texts_and_exif(self, tmp_path):
        path = tmp_path / "a.png"
        text = PngImagePlugin.PngInfo()
        text.add_text("Author", "Ada")
        Image.new("RGB", (9, 8)).save(path, pnginfo=text, dpi=(300, 300))
        said = found(path)
        assert said["PNG", "Author"] == "Ada"
        assert said["PNG", "size"] == "9 x 8"
        path = tmp_path / "a.jpg"
        exif = Image.Exif()
        exif[0x010F] = "a camera"
        exif[0x829A] = 0.5
        Image.new("RGB", (9, 8)).save(path, exif=exif)
        said = found(path)
        assert said["EXIF", "Make"] == "a camera"
        assert float(said["EXIF", "ExposureTime"]) == 0.5

    def test_broken(self, tmp_path):
        path = tmp_path / "a.png"
        Image.new("RGB", (9, 8)).save(path)
        path.write_bytes(path.read_bytes()[:20])
        with pytest.raises(FileError):
            entries(path)


def test_ome_xml_without_its_pixels(tmp_path):
    path = tmp_path / "a.ome.xml"
    path.write_text(
        '<OME xmlns="http://www.openmicroscopy.org/Schemas/OME/2016-06">'
        '<Image ID="Image:0">'
        '<Description>two cells</Description><Pixels ID="Pixels:0" SizeX="9">'
        "<BinData>AAAA</BinData></Pixels></Image></OME>"
    )
    said = found(path)
    assert said["OME / Image / Description", "(text)"] == "two cells"
    assert said["OME / Image / Pixels", "SizeX"] == "9"
    assert not [section for section, _ in said if "BinData" in section]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (b"abc\0\0", "abc"),
        (b"\xff\x00", "ff 00"),
        (b"\xff" * 5000, "5,000 bytes"),
        ("a\x1bb", "a\N{REPLACEMENT CHARACTER}b"),
        ("x" * (LONGEST_VALUE + 1), "x" * LONGEST_VALUE + "… (4,001 characters)"),
        (1.5, "1.5"),
    ],
)
def test_values_are_plain(value, text):
    assert plain(value) == text


def test_what_is_nested_deeply_ends():
    value = inner = {}
    for _ in range(500):
        inner["a"] = inner = {}
    assert len(list(flattened("s", value))) == 1
