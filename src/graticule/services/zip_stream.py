"""Zip archives made while they are sent, without a copy of the whole.

Knows no HTTP and nothing of what it packs: a door hands entries in and sends the
chunks on. Entries are opened one after the other, each only when its turn comes.
"""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from types import GeneratorType

from graticule.errors import ChangedFileError

SEND_BYTES = 256 << 10
"""Small pieces are collected until there is as much as this."""

_PLAIN_BYTES = 1 << 30
"""Entries known to be smaller do without zip64, which some old programs lack."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One file of an archive.

    Attributes
    ----------
    name
        Its name in the archive; ``/`` makes folders. Nobody checks here that two
        entries differ: their maker gives them names.
    open
        Called when the entry's turn has come; gives its content in pieces.
    size_bytes
        Its size where that is known beforehand: held against what comes.
    modified
        When it was changed last; UTC is written. Unset: 1980, as zip has it.
    deflate
        Whether it is compressed.
    """

    name: str
    open: Callable[[], Iterable[bytes]]
    size_bytes: int | None = None
    modified: datetime | None = None
    deflate: bool = False


def zip_chunks(entries: Iterable[Entry]) -> Iterator[bytes]:
    """Pack entries into a zip archive, piece by piece.

    Works on any size: what is 1 GiB or more, or of unknown size, is written as
    zip64, and so is an archive of more than 4 GiB or 65,535 entries. Memory stays
    at a few pieces.

    Raises
    ------
    graticule.errors.ChangedFileError
        If an entry turns out to have another size than announced. The archive
        then ends without its directory, so that no program takes it for whole.
    """
    sink = _Sink()
    with zipfile.ZipFile(sink, "w", allowZip64=True) as archive:  # type: ignore[call-overload]
        for entry in entries:
            yield from _packed(archive, sink, entry)
    yield sink.taken()


def _packed(archive: zipfile.ZipFile, sink: _Sink, entry: Entry) -> Iterator[bytes]:
    zip64 = entry.size_bytes is None or entry.size_bytes >= _PLAIN_BYTES
    pieces = entry.open()
    try:
        with archive.open(_described(entry), "w", force_zip64=zip64) as packed:
            done = 0
            for piece in pieces:
                done += len(piece)
                _check_size(entry, done, whole=False)
                packed.write(piece)
                if sink.held_bytes >= SEND_BYTES:
                    yield sink.taken()
            _check_size(entry, done, whole=True)
    finally:
        if isinstance(pieces, GeneratorType):
            pieces.close()


def _described(entry: Entry) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(safe_name(entry.name))
    if entry.modified is not None:
        at = entry.modified.astimezone(UTC)
        if at.year >= 1980:
            info.date_time = (
                min(at.year, 2107),
                at.month,
                at.day,
                at.hour,
                at.minute,
                at.second,
            )
    info.compress_type = zipfile.ZIP_DEFLATED if entry.deflate else zipfile.ZIP_STORED
    info.external_attr = 0o644 << 16
    return info


def safe_name(name: str) -> str:
    r"""Make a name that stays in the folder an archive is unpacked to.

    No leading ``/``, no ``..``, no drive letter's backslash, no control
    characters.

    >>> safe_name("/a/../b\\c")
    'a/b_c'
    """
    clean = "".join("_" if ord(char) < 32 or char == "\\" else char for char in name)
    parts = [part for part in clean.split("/") if part not in {"", ".", ".."}]
    return "/".join(parts) or "_"


def _check_size(entry: Entry, done: int, *, whole: bool) -> None:
    wanted = entry.size_bytes
    if wanted is not None and (done > wanted or (whole and done != wanted)):
        raise ChangedFileError(
            entry.name, f"gave {done:,} bytes where {wanted:,} were announced."
        )


class _Sink:
    """What zipfile writes to: cannot be sought in, is emptied again and again."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []
        self.held_bytes = 0

    def write(self, data: bytes) -> int:
        self._pieces.append(bytes(data))
        self.held_bytes += len(data)
        return len(data)

    def flush(self) -> None:
        """Nothing to do: pieces are taken."""

    def taken(self) -> bytes:
        data = b"".join(self._pieces)
        self._pieces.clear()
        self.held_bytes = 0
        return data
