"""FITS header cards in their own words, with their comments.

Cards are read by hand, block by block, so that one astropy would stumble over is
shown as it stands (FITS Standard 4.0, section 4.2). Knows no keyword.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import BinaryIO

from graticule.errors import CorruptFileError, FileError, MissingFileError
from graticule.pixels.fits.layout import BLOCK_BYTES, CARD_BYTES, parts_of
from graticule.pixels.fits.unpacking import unpacked
from graticule.pixels.original import Entry, plain
from graticule.pixels.reader import ReadLimits

_TEXT = re.compile(r"\s*'((?:[^']|'')*)'\s*(?:/\s?(.*))?$", re.DOTALL)
_OTHER = re.compile(r"\s*([^/]*?)\s*(?:/\s?(.*))?$", re.DOTALL)
_LONG_KEY = re.compile(r"HIERARCH\s+([^=]+?)\s*=(.*)$", re.DOTALL)
_NAMED = ("EXTNAME", "EXTVER")


def fits_entries(path: Path, limits: ReadLimits) -> Iterator[Entry]:
    """Yield the cards of all headers.

    Raises
    ------
    graticule.errors.FileError
        If it is not there, or broken.
    graticule.errors.LimitError
        If it is packed, and too large when unpacked.
    """
    try:
        with closing(unpacked(path, path.open("rb"), limits)) as file:
            for number, start in enumerate(parts_of(file, file.seek(0, 2))):
                yield from _part(file, number, start)
    except FileNotFoundError as error:
        raise MissingFileError(path, "It is not there.") from error
    except OSError as error:
        raise FileError(path, f"It cannot be read: {error.strerror}.") from error
    except ValueError as error:
        raise CorruptFileError(path, f"It is broken FITS: {error}.") from error


def _part(file: BinaryIO, number: int, start: int) -> Iterator[Entry]:
    """Yield the cards of one header; its name is known only when it was read."""
    cards = list(_joined(_cards(file, start)))
    named = {key: value for key, value, _ in cards if key in _NAMED}
    name = " ".join(named[key] for key in _NAMED if named.get(key))
    section = f"HDU {number}{f' {name}' if name else ''}"
    for key, value, comment in cards:
        yield Entry(section, key, plain(value), plain(comment))


def _cards(file: BinaryIO, start: int) -> Iterator[str]:
    file.seek(start)
    while block := file.read(BLOCK_BYTES):
        for at in range(0, len(block), CARD_BYTES):
            card = block[at : at + CARD_BYTES].decode("ascii", "replace")
            if card[:8].rstrip() == "END":
                return
            yield card


def _joined(cards: Iterator[str]) -> Iterator[tuple[str, str, str]]:
    """Take cards apart; long texts go on in CONTINUE cards (4.2.1.2)."""
    held: tuple[str, str, str] | None = None
    for card in cards:
        key, value, comment = _card(card)
        if key == "CONTINUE" and held is not None and held[1].endswith("&"):
            notes = " ".join(filter(None, (held[2], comment)))
            held = (held[0], held[1][:-1] + value, notes)
            continue
        if held is not None:
            yield held
        held = (key, value, comment) if key or value else None
    if held is not None:
        yield held


def _card(card: str) -> tuple[str, str, str]:
    long_key = _LONG_KEY.match(card)
    if long_key is not None:
        return (long_key[1], *_value(long_key[2]))
    key = card[:8].strip()
    if card[8:10] == "= " or key == "CONTINUE":
        return (key, *_value(card[10:] if key != "CONTINUE" else card[8:]))
    return key, card[8:].rstrip(), ""


def _value(text: str) -> tuple[str, str]:
    quoted = _TEXT.match(text)
    if quoted is not None:
        return quoted[1].replace("''", "'").rstrip(), (quoted[2] or "").strip()
    other = _OTHER.match(text)
    return (other[1], (other[2] or "").strip()) if other else (text.strip(), "")
