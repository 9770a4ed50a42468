"""Image file directories of TIFF and BigTIFF, read by position.

For OME-TIFF sets, whose thousands of pages are looked at only when they are
asked for: the chain of directories is walked once per file, each directory
parsed when first needed, from any thread. Knows tags and numbers, no pixels.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from graticule.errors import CorruptFileError
from graticule.pixels.tiff.file import StoredFile

_TYPES = {
    1: "u1",
    3: "u2",
    4: "u4",
    6: "i1",
    7: "u1",
    8: "i2",
    9: "i4",
    13: "u4",
    16: "u8",
    17: "i8",
    18: "u8",
}
_OFFSETS, _COUNTS = (324, 273), (325, 279)
_JPEG_TABLES, _SUB_IFDS = 347, 330
# Tags that make two pages different in layout.
_LAYOUT_TAGS = (
    *(256, 257, 258, 259, 262, 266, 277, 278, 284, 317, 320, 322, 323, 338, 339),
    *(530, 32997, 32998),
)
_MAX_TAGS = 4096


@dataclass(frozen=True, slots=True)
class Directory:
    """One directory: where its chunks lie, and what kind of page it is.

    Two directories with equal ``signature`` have the same layout.
    """

    offset: int
    signature: tuple[Any, ...]
    offsets: npt.NDArray[np.int64]
    counts: npt.NDArray[np.int64]
    jpeg_tables: bytes | None
    sub_offsets: tuple[int, ...]


class DirectoryReader:
    """Reads the directories of one file.

    Raises
    ------
    graticule.errors.CorruptFileError
        If it does not begin as a TIFF.
    """

    def __init__(self, file: StoredFile) -> None:
        self.file = file
        head = file.read(0, 16 if file.size_bytes >= 16 else 8)
        order = {b"II": "<", b"MM": ">"}.get(head[:2])
        version = struct.unpack(f"{order}H", head[2:4])[0] if order else 0
        if order is None or version not in {42, 43}:
            raise CorruptFileError(file.path, "The file does not begin as a TIFF.")
        self._order = order
        self._big = version == 43
        if self._big and len(head) < 16:
            raise CorruptFileError(file.path, "The file is cut off in its header.")
        form = f"{order}Q" if self._big else f"{order}I"
        start = 8 if self._big else 4
        self._first = int(struct.unpack_from(form, head, start)[0])

    def chain(self, limit: int) -> list[int]:
        """Walk the chain of directories.

        Parameters
        ----------
        limit
            Stop after so many.

        Returns
        -------
        list of int
            Their offsets; a chain that bites its own tail ends there.
        """
        offsets: list[int] = []
        seen = set()
        offset = self._first
        while offset and offset not in seen and len(offsets) < limit:
            seen.add(offset)
            offsets.append(offset)
            _, end = self._entries(offset)
            width, form = (8, "Q") if self._big else (4, "I")
            if end + width > self.file.size_bytes:
                break
            offset = struct.unpack(self._order + form, self.file.read(end, width))[0]
        return offsets

    def read(self, offset: int) -> Directory:
        """Parse a directory.

        Raises
        ------
        graticule.errors.CorruptFileError
            If it or its values lie outside the file.
        """
        data, _ = self._entries(offset)
        size = 20 if self._big else 12
        entries = {
            int(struct.unpack_from(f"{self._order}H", data, at)[0]): data[
                at : at + size
            ]
            for at in range(0, len(data), size)
        }
        values = {
            code: tuple(self._value(entries[code]).tolist())
            for code in _LAYOUT_TAGS
            if code in entries
        }
        values[320] = (len(values.get(320, ())),)  # palettes: whether, not which
        tables = self._found(entries, (_JPEG_TABLES,))
        subs = self._found(entries, (_SUB_IFDS,))
        nothing = np.zeros(0, np.int64)
        where, sizes = (self._found(entries, c) for c in (_OFFSETS, _COUNTS))
        return Directory(
            offset=offset,
            signature=(self._order, tuple(sorted(values.items()))),
            offsets=nothing if where is None else where.astype(np.int64),
            counts=nothing if sizes is None else sizes.astype(np.int64),
            jpeg_tables=None if tables is None else tables.tobytes(),
            sub_offsets=() if subs is None else tuple(int(one) for one in subs),
        )

    def _entries(self, offset: int) -> tuple[bytes, int]:
        """Read the raw entries of a directory, and find where they end."""
        width, form, size = (8, "Q", 20) if self._big else (2, "H", 12)
        at_once = min(width + 24 * size, max(0, self.file.size_bytes - offset))
        data = self.file.read(offset, max(at_once, width))
        count = int(struct.unpack_from(self._order + form, data)[0])
        if count > _MAX_TAGS:
            raise CorruptFileError(
                self.file.path, f"The directory at {offset:,} claims {count:,} tags."
            )
        need = width + count * size
        if need > len(data):
            data = self.file.read(offset, need)
        return data[width:need], offset + need

    def _found(
        self, entries: dict[int, bytes], codes: tuple[int, ...]
    ) -> npt.NDArray[Any] | None:
        entry = next((entries[code] for code in codes if code in entries), None)
        return None if entry is None else self._value(entry)

    def _value(self, entry: bytes) -> npt.NDArray[Any]:
        """Read the values of an entry, of a numeric type or bytes."""
        form = "HHQ" if self._big else "HHI"
        code, kind, count = struct.unpack_from(self._order + form, entry)
        name = _TYPES.get(kind)
        if name is None:
            raise CorruptFileError(
                self.file.path,
                f"Tag {code} has the type {kind}, which it may not have.",
            )
        dtype = np.dtype(self._order + name)
        head = struct.calcsize("<" + form)
        room = 8 if self._big else 4
        size = count * dtype.itemsize
        if size <= room:
            data = entry[head : head + size]
        else:
            pointer = struct.unpack_from(
                self._order + ("Q" if self._big else "I"), entry, head
            )[0]
            data = self.file.read(int(pointer), size)
        return np.frombuffer(data, dtype)
