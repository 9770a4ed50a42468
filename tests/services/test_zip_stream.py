"""Archives made while they are sent, opened again with the standard library."""

import io
import shutil
import subprocess
import zipfile
from collections import deque
from datetime import UTC, datetime, timedelta, timezone

import pytest

from graticule.errors import ChangedFileError
from graticule.services.zip_stream import SEND_BYTES, Entry, safe_name, zip_chunks


def packed(*entries):
    return zipfile.ZipFile(io.BytesIO(b"".join(zip_chunks(entries))))


def entry(name, *pieces, **options):
    return Entry(name, lambda: iter(pieces), **options)


def test_what_goes_in_comes_out():
    archive = packed(
        entry("a/first.bin", b"one", b"", b"two", size_bytes=6),
        entry("Äpfel €.txt", b"x" * 1000, deflate=True),
        entry("empty"),
    )
    assert archive.testzip() is None
    assert archive.namelist() == ["a/first.bin", "Äpfel €.txt", "empty"]
    assert archive.read("a/first.bin") == b"onetwo"
    assert archive.read("Äpfel €.txt") == b"x" * 1000
    assert archive.read("empty") == b""
    stored, deflated, _ = archive.infolist()
    assert stored.compress_type == zipfile.ZIP_STORED
    assert stored.compress_size == 6
    assert deflated.compress_type == zipfile.ZIP_DEFLATED
    assert deflated.compress_size < 50


def test_an_archive_of_nothing_is_one():
    assert packed().namelist() == []


def test_times_are_written_in_utc_and_within_what_zip_can_say():
    berlin = timezone(timedelta(hours=2))
    archive = packed(
        entry("a", modified=datetime(2024, 3, 4, 1, 15, 22, tzinfo=berlin)),
        entry("b", modified=datetime(1970, 1, 1, tzinfo=UTC)),
        entry("c"),
        entry("d", modified=datetime(2200, 1, 1, tzinfo=UTC)),
    )
    times = [info.date_time for info in archive.infolist()]
    assert times[0] == (2024, 3, 3, 23, 15, 22)
    assert times[1] == times[2] == (1980, 1, 1, 0, 0, 0)
    assert times[3][0] == 2107


def test_entries_are_opened_one_after_the_other_and_pieces_passed_on():
    opened = []

    def many(name):
        opened.append(name)
        for _ in range(8):
            yield bytes(SEND_BYTES)

    chunks = zip_chunks(Entry(name, lambda name=name: many(name)) for name in "ab")
    assert opened == []
    first = next(chunks)
    assert opened == ["a"]
    assert SEND_BYTES <= len(first) < 2 * SEND_BYTES
    rest = list(chunks)
    assert opened == ["a", "b"]
    assert max(map(len, rest)) < 2 * SEND_BYTES


def test_who_stops_reading_closes_what_was_open():
    closed = []

    def endless():
        try:
            while True:
                yield bytes(SEND_BYTES)
        finally:
            closed.append(True)

    chunks = zip_chunks([Entry("a", endless)])
    next(chunks)
    chunks.close()
    assert closed == [True]


@pytest.mark.parametrize("pieces", [(b"12",), (b"12", b"34")])
def test_a_file_of_another_size_ends_the_archive_without_directory(pieces):
    sent = bytearray()
    chunks = zip_chunks(
        [entry("big", bytes(SEND_BYTES)), entry("a", *pieces, size_bytes=3)]
    )
    with pytest.raises(ChangedFileError, match="where 3 were announced"):
        deque(map(sent.extend, chunks), maxlen=0)
    assert len(sent) >= SEND_BYTES
    assert not zipfile.is_zipfile(io.BytesIO(sent))


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("plain.tif", "plain.tif"),
        ("/etc/passwd", "etc/passwd"),
        ("a/../../b", "a/b"),
        ("..\\..\\evil", ".._.._evil"),
        ("a\0b\nc", "a_b_c"),
        ("..", "_"),
        ("", "_"),
    ],
)
def test_names_stay_in_the_folder(name, safe):
    assert safe_name(name) == safe
    assert packed(entry(name)).namelist() == [safe]


def test_unknown_sizes_are_zip64_from_the_start():
    # Local header: version needed 4.5, and the zip64 field of 20 bytes.
    unknown = b"".join(zip_chunks([entry("a", b"1")]))
    assert int.from_bytes(unknown[4:6], "little") == 45
    assert unknown[31:35] == b"\x01\x00\x10\x00"
    known = b"".join(zip_chunks([entry("a", b"1", size_bytes=1)]))
    assert int.from_bytes(known[4:6], "little") == 20


def test_more_than_65535_entries():
    archive = packed(*(entry(str(i), size_bytes=0) for i in range(66_000)))
    assert len(archive.infolist()) == 66_000


@pytest.mark.slow
def test_more_than_4_gib(tmp_path):
    """Stored zeros as holes of a sparse file, behind them a small entry."""
    piece = bytes(16 << 20)
    count = 260
    size = count * len(piece)
    assert size > 1 << 32
    path = tmp_path / "big.zip"
    with path.open("wb") as file:
        entries = [
            Entry("zeros", lambda: (piece for _ in range(count)), size_bytes=size),
            entry("after", b"the end"),
        ]
        for chunk in zip_chunks(entries):
            if chunk == piece:
                file.seek(len(chunk), io.SEEK_CUR)
            else:
                file.write(chunk)
    with zipfile.ZipFile(path) as archive:
        zeros, after = archive.infolist()
        assert (zeros.file_size, zeros.compress_size) == (size, size)
        assert after.header_offset > size
        assert archive.read("after") == b"the end"
        with archive.open("zeros") as inside:
            assert inside.read(len(piece)) == piece


@pytest.mark.skipif(shutil.which("unzip") is None, reason="no unzip")
def test_another_program_unpacks_it(tmp_path):
    path = tmp_path / "a.zip"
    path.write_bytes(
        b"".join(
            zip_chunks([entry("a/b.txt", b"stored"), entry("c", b"d", deflate=True)])
        )
    )
    subprocess.run(["unzip", "-q", str(path), "-d", str(tmp_path)], check=True)
    assert (tmp_path / "a" / "b.txt").read_bytes() == b"stored"
    assert (tmp_path / "c").read_bytes() == b"d"
