"""Table files: against the original; the library and the tables shipped."""

import re
import struct
from base64 import b64decode

import numpy as np
import pytest

from graticule.errors import MissingFileError
from graticule.render.lut import SHIPPED, LutLibrary, parse_lut

GREYS = bytes(range(256)) * 3


@pytest.mark.golden
def test_golden_files(vectors):
    cases = vectors("lut_files")["cases"]
    assert len(cases) == 37
    for case in cases:
        content = b64decode(case["file"])
        assert len(content) == case["size"]
        if "lut" in case:
            assert parse_lut(content) == b64decode(case["lut"]), case["note"]
        else:
            with pytest.raises(ValueError, match=" "):
                parse_lut(content)


@pytest.mark.shared_data
@pytest.mark.parametrize(
    ("name", "first", "last"),
    [
        ("3color-BMR", (0, 0, 255), (255, 0, 0)),
        ("3color-RMB", (255, 0, 0), (0, 0, 255)),
        ("mpl-viridis", (68, 1, 84), (253, 231, 36)),
        ("Green_Fire_Blue", (0, 0, 0), (255, 255, 255)),
    ],
)
def test_real_files(shared_data, name, first, last):
    values = LutLibrary([shared_data / "luts"])[f"{name}.lut"].values
    assert (tuple(values[0]), tuple(values[255])) == (first, last)


@pytest.mark.shared_data
def test_every_real_file_is_a_table(shared_data):
    files = {file.name for file in (shared_data / "luts").glob("*.lut")}
    library = LutLibrary([shared_data / "luts"])
    assert set(library) == files
    assert not library.refused


def test_few_nih_colours_are_interpolated():
    header = b"ICOL" + struct.pack(">hhhh", 1, 2, 0, 255) + bytes(20)
    content = header + bytes([0, 255, 100, 100, 255, 0]) + bytes(800)
    planes = np.frombuffer(parse_lut(content), "u1").reshape(3, 256)
    # p = i/128: from the first colour to the second over 128 entries, then flat.
    assert planes[0].tolist() == [min(255, int(255 * i / 128)) for i in range(256)]
    assert set(planes[1].tolist()) == {100}


def test_a_table_is_known_by_file_name_and_path(tmp_path):
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "a" / "b" / "One.lut").write_bytes(GREYS)
    (tmp_path / "two.lut").write_bytes(GREYS + bytes(202))
    (tmp_path / "bad.lut").write_bytes(b"too short")
    library = LutLibrary([tmp_path])
    assert list(library) == ["One.lut", "two.lut"]
    assert "one.lut" not in library
    assert (library["One.lut"].path, library["One.lut"].size) == ("/luts/a/b/", 768)
    assert (library["two.lut"].path, library["two.lut"].size) == ("/luts/", 970)
    assert library["two.lut"].values.tolist() == [[i, i, i] for i in range(256)]
    (refused,) = library.refused
    assert refused.path == str(tmp_path / "bad.lut")
    assert "9 bytes" in str(refused)


def test_an_own_table_replaces_a_shipped_one(tmp_path):
    (tmp_path / "fire.lut").write_bytes(GREYS)
    library = LutLibrary([SHIPPED, tmp_path])
    assert library["fire.lut"].planes == GREYS
    assert LutLibrary()["fire.lut"].planes != GREYS
    assert len(library) == len(LutLibrary())


def test_a_missing_folder_is_named(tmp_path):
    with pytest.raises(MissingFileError, match="nowhere"):
        LutLibrary([tmp_path / "nowhere"])


def test_a_huge_file_is_not_read(tmp_path):
    with (tmp_path / "huge.lut").open("wb") as file:
        file.truncate(3_000_000_000)
    (refused,) = LutLibrary([tmp_path]).refused
    assert "3,000,000,000 bytes" in str(refused)


def test_shipped_tables_are_raw_sorted_and_licensed():
    library = LutLibrary()
    assert not library.refused
    assert list(library) == sorted(library, key=str.lower)
    notes = (SHIPPED / "LICENSES.md").read_text().split("Not here")[0]
    for lut in library.values():
        assert lut.size == 768
        assert re.search(rf"\b{re.escape(lut.name[:-4])}`", notes), lut.name


def test_shipped_tables_hold_what_their_names_say():
    library = LutLibrary()
    index = np.arange(256)
    zero = 0 * index
    expected = {
        "grays.lut": (index, index, index),
        "3-3-2_rgb.lut": (index & 224, index << 3 & 224, index << 6 & 192),
        "red-green.lut": (
            np.where(index < 128, 2 * index, 0),
            np.where(index < 128, 0, 2 * index % 256),
            zero,
        ),
    }
    for name, planes in expected.items():
        assert (np.stack(planes) == library[name].values.T).all(), name
    glasbey = library["glasbey.lut"].values.astype(int)
    assert (library["glasbey_inverted.lut"].values == 255 - glasbey).all()
    assert library["viridis.lut"].values[128].tolist() == [32, 144, 140]
    assert library["hilo.lut"].values[[0, 255]].tolist() == [[0, 0, 255], [255, 0, 0]]
    assert library["viridis.lut"].path == "/luts/matplotlib/"
