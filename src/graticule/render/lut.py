"""Lookup tables: reading their files, and the library of those at hand.

A table is known by its file name alone (contract rendering 7). Knows nothing of
channels; a name that is not in the library is no error here, since the channel's
colour then counts.
"""

from __future__ import annotations

import math
import re
import struct
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b
from os import PathLike
from pathlib import Path

import numpy as np
import numpy.typing as npt

from graticule.errors import CorruptFileError, MissingFileError

SHIPPED = Path(__file__).parent / "luts"

_RAW_BYTES = 768
_WORDS = re.compile(rb"[+\-.-~]+")
_LARGEST_FILE_BYTES = 1_000_000


@dataclass(frozen=True, slots=True)
class Lut:
    """One lookup table.

    Attributes
    ----------
    name
        File name with its ending, e.g. ``"cool.lut"``.
    path
        Folder below the library, with slashes at both ends, e.g.
        ``"/luts/wcif/"``.
    size
        Bytes of the file it was read from.
    planes
        256 reds, 256 greens, 256 blues.
    """

    name: str
    path: str
    size: int
    planes: bytes

    @property
    def values(self) -> npt.NDArray[np.uint8]:
        """Colours by grey level, shape (256, 3), read-only."""
        return np.frombuffer(self.planes, np.uint8).reshape(3, 256).T


class LutLibrary(Mapping[str, Lut]):
    """Lookup tables by file name, in the order of their lower-case names.

    Parameters
    ----------
    folders
        Searched for ``*.lut`` with their subfolders; a later folder's table
        replaces an earlier one of the same name.

    Attributes
    ----------
    refused
        Files that looked like tables but are none, with the reason.

    Raises
    ------
    graticule.errors.MissingFileError
        If a folder is not there.
    """

    def __init__(self, folders: Iterable[str | PathLike[str]] = (SHIPPED,)) -> None:
        found: dict[str, Lut] = {}
        self.refused: list[CorruptFileError] = []
        for folder in map(Path, folders):
            if not folder.is_dir():
                raise MissingFileError(folder, "There is no such folder of tables.")
            for file in sorted(folder.rglob("*.lut")):
                try:
                    found[file.name] = _load(file, folder)
                except CorruptFileError as error:
                    self.refused.append(error)
        self._luts = dict(sorted(found.items(), key=lambda item: item[0].lower()))

    @cached_property
    def digest(self) -> str:
        """What tells these tables from others, by their names and colours."""
        tables = sorted((lut.name, lut.planes) for lut in self._luts.values())
        return blake2b(repr(tables).encode(), digest_size=16).hexdigest()

    def __getitem__(self, name: str) -> Lut:
        return self._luts[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._luts)

    def __len__(self) -> int:
        return len(self._luts)


def parse_lut(content: bytes) -> bytes:
    """Read the bytes of a table file (contract rendering 7).

    Returns
    -------
    bytes
        256 reds, 256 greens, 256 blues. A text file with the wrong number of rows
        or columns gives a black table, as in the original.

    Raises
    ------
    ValueError
        If it is not a table.
    """
    size = len(content)
    if size > _RAW_BYTES and content.startswith(b"ICOL"):
        return _parse_nih(content)
    if size == 0:
        return bytes(_RAW_BYTES)
    if size in {_RAW_BYTES, 970}:
        return content[:_RAW_BYTES]
    if size > _RAW_BYTES:
        return _parse_text(content)
    raise ValueError(f"{size} bytes are too few for a lookup table")


def _load(file: Path, folder: Path) -> Lut:
    below = file.parent.relative_to(folder).as_posix()
    path = "/luts/" if below == "." else f"/luts/{below}/"
    try:
        size = file.stat().st_size
        if size > _LARGEST_FILE_BYTES:
            raise CorruptFileError(file, f"{size:,} bytes are no lookup table.")
        planes = parse_lut(file.read_bytes())
    except (ValueError, OSError) as error:
        raise CorruptFileError(file, f"This is no lookup table: {error}.") from error
    return Lut(file.name, path, size, planes)


def _parse_nih(content: bytes) -> bytes:
    """Read an NIH Image table, interpolating fewer than 256 colours."""
    (count,) = struct.unpack_from(">h", content, 6)
    if not 0 < count <= 256:
        raise ValueError(f"the NIH Image header says {count} colours")
    if len(content) < 32 + 3 * count:
        raise ValueError(f"{len(content)} bytes cannot hold {count} colours")
    colors = np.frombuffer(content, np.uint8, 3 * count, 32).reshape(3, count)
    position = np.arange(256) * count / 256
    before = position.astype(int)
    after = np.minimum(before + 1, count - 1)
    share = position - before
    mixed = (1 - share) * colors[:, before] + share * colors[:, after]
    return bytes(mixed.astype(np.uint8))


def _parse_text(content: bytes) -> bytes:
    """Read a table of numbers, one colour per line."""
    rows = [words for line in re.split(rb"[\r\n]+", content) if (words := _words(line))]
    if not rows:
        return bytes(_RAW_BYTES)
    columns = len(rows[0])
    if any(len(row) != columns for row in rows):
        raise ValueError("its lines have different numbers of columns")
    if _is_heading(rows[0]):
        del rows[0]
    if len(rows) in {257, 258}:
        rows = rows[1:257]
    if len(rows) != 256 or columns not in {3, 4}:
        return bytes(_RAW_BYTES)
    colors = np.array([[_byte(word) for word in row[-3:]] for row in rows], np.uint8)
    return colors.T.tobytes()


def _words(line: bytes) -> list[bytes]:
    return _WORDS.findall(line)


def _is_heading(words: list[bytes]) -> bool:
    """Whether no word is a number (an explicit NaN in front speaks for data)."""
    if words[0] in {b"NaN", b"nan"}:
        return False
    return all(math.isnan(_number(word)) for word in words)


def _number(word: bytes) -> float:
    try:
        return float(word)
    except ValueError:
        return math.nan


def _byte(word: bytes) -> int:
    """Truncate and wrap to 0 … 255; what is no number is 0."""
    number = _number(word)
    if math.isnan(number):
        return 0
    return int(max(-(2.0**31), min(2.0**31 - 1, number))) & 255
