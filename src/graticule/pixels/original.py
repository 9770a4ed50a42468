"""What a file says in its own words: keys and values as they stand in it.

Readers that can tell them fulfil :class:`OriginalReader`; nothing is kept, values
are cut, and whoever asks stops when it has enough. Knows no particular format.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, runtime_checkable

from graticule.pixels.reader import ReadLimits

LONGEST_VALUE = 4_000
"""Most characters of a value; what is longer is cut, and says so."""
_LONG_LIST = 32
_DEEPEST = 40


@dataclass(frozen=True, slots=True)
class Entry:
    """One key and its value.

    ``section`` says where it stands (a page, a header, a document), ``note`` is
    what the file says about it (the comment of a FITS card).
    """

    section: str
    key: str
    value: str
    note: str = ""


@runtime_checkable
class OriginalReader(Protocol):
    """A reader that can say what stands in a file."""

    def original_metadata(
        self, path: Path, key: str, limits: ReadLimits
    ) -> Iterator[Entry]:
        """Read keys and values, lazily, as they come in the file.

        Parameters
        ----------
        path
            What opens the fileset.
        key
            Which of its images (:attr:`graticule.pixels.model.ImageInfo.key`).

        Raises
        ------
        graticule.errors.FileError
            If it is not there or broken; entries before the damage were given.
        """
        ...


def plain(value: object) -> str:
    """Write a value as text: cut where it is long, without control characters."""
    if isinstance(value, bytes):
        value = _decoded(value)
    text = "".join(
        letter
        if letter.isprintable() or letter in "\n\t"
        else "\N{REPLACEMENT CHARACTER}"
        for letter in str(value)[: LONGEST_VALUE + 1].strip("\0 ")
    )
    if len(text) <= LONGEST_VALUE:
        return text
    return f"{text[:LONGEST_VALUE]}… ({len(str(value)):,} characters)"


def _decoded(value: bytes) -> str:
    if len(value) > LONGEST_VALUE:
        return f"{len(value):,} bytes"
    try:
        return value.rstrip(b"\0").decode()
    except UnicodeDecodeError:
        return value.hex(" ") if len(value) <= _LONG_LIST else f"{len(value):,} bytes"


def flattened(section: str, value: object, key: str = "") -> Iterator[Entry]:
    """Yield the leaves of nested mappings and lists, such as ``axes[0].name``."""
    yield from _leaves(section, value, key, 0)


def _leaves(section: str, value: object, key: str, depth: int) -> Iterator[Entry]:
    if depth < _DEEPEST and isinstance(value, Mapping):
        for name, inner in value.items():
            path = f"{key}.{name}" if key else str(name)
            yield from _leaves(section, inner, path, depth + 1)
    elif depth < _DEEPEST and _is_list(value) and not _is_row(value):
        assert isinstance(value, Sequence)
        for index, inner in enumerate(value):
            yield from _leaves(section, inner, f"{key}[{index}]", depth + 1)
    elif _is_list(value):
        assert isinstance(value, Sequence)
        yield Entry(section, key, row_text(value))
    else:
        yield Entry(section, key, plain(value))


def row_text(values: Sequence[object]) -> str:
    """Write a list of numbers or words in one line; only the first of many."""
    texts = ", ".join(plain(each) for each in values[:_LONG_LIST])
    more = len(values) - _LONG_LIST
    return f"{texts}, … ({len(values):,} values)" if more > 0 else texts


def _is_list(value: object) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str | bytes)


def _is_row(value: object) -> bool:
    assert isinstance(value, Sequence)
    some = value[:1_000]
    return all(not isinstance(each, Mapping) and not _is_list(each) for each in some)
