"""Headers as cards of 80 bytes: read as they lie, changed where a cutout needs it.

Cards that nobody changes are copied byte for byte: no header is parsed, and none
loses a comment, a number's last digit or a card that breaks the rules. Knows no
pixels.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from textwrap import wrap
from typing import BinaryIO, NamedTuple

from astropy.io import fits

CARD_BYTES = 80
BLOCK_BYTES = 2880
_HISTORY_CHARACTERS = 70

_STRUCTURE = re.compile(
    r"SIMPLE|XTENSION|BITPIX|NAXIS\d*|PCOUNT|GCOUNT|EXTEND|CHECKSUM|DATASUM|END"
)
_REFERENCE = re.compile(r"(?:CRPIX|LTV)(\d+)[A-Z]?")
_DESCRIBED = re.compile(
    r"(?:CTYPE|CRVAL|CDELT)(\d+)([A-Z]?)|(?:CD|PC)\d+_(\d+)([A-Z]?)"
)
# Distortion tables lie in other parts of the file, which a cutout does not have.
_TABLES = re.compile(r"(CPDIS|CQDIS|D2IMDIS|CPERR|D2IMERR)\d+[A-Z]?|(DP|DQ|D2IM)\d+")

Card = bytes


def cards_in(text: bytes) -> list[Card]:
    """Cut the bytes of a header into cards, up to END; blank ones at its end go."""
    cards = []
    for start in range(0, len(text) - CARD_BYTES + 1, CARD_BYTES):
        card = text[start : start + CARD_BYTES]
        if keyword(card) == "END":
            break
        cards.append(card)
    while cards and not cards[-1].strip():
        cards.pop()
    return cards


def stored_cards(file: BinaryIO, start: int, stop: int) -> list[Card]:
    """Read the cards of a header that lies from byte ``start`` to ``stop``."""
    return cards_in(os.pread(file.fileno(), stop - start, start))


class _Meaning(NamedTuple):
    """What a cutout has to do with the cards of a keyword."""

    word: str
    is_structure: bool
    is_table: bool
    reference: re.Match[str] | None
    described: re.Match[str] | None


@lru_cache(maxsize=8192)
def _meaning(name: bytes) -> _Meaning:
    """Look at a keyword once: headers have hundreds, and are alike."""
    word = keyword(name)
    return _Meaning(
        word,
        _STRUCTURE.fullmatch(word) is not None,
        _TABLES.fullmatch(word) is not None,
        _REFERENCE.fullmatch(word),
        _DESCRIBED.fullmatch(word),
    )


def keyword(card: Card) -> str:
    """Give the keyword of a card; for bytes that are no text, some other word."""
    return card[:8].decode("latin-1").rstrip()


def cut_cards(cards: Sequence[Card], starts: Sequence[int]) -> tuple[list[Card], bool]:
    """Change a header's cards for a part of its image.

    Parameters
    ----------
    starts
        First pixel that is kept along each axis, from 0.

    Returns
    -------
    list of bytes
        Without the cards of structure (see :func:`structure`): reference pixels of
        all descriptions of world coordinates are moved (Standard 4.0, 8.1), and so
        are IRAF's LTV.
    bool
        Whether distortion tables were left out.
    """
    kept: list[Card] = []
    there: set[str] = set()
    described: set[tuple[int, str]] = set()
    lost = False
    for card in cards:
        word, is_structure, is_table, reference, match = _meaning(card[:8])
        if is_structure:
            continue
        if is_table:
            lost = True
            continue
        if reference is not None:
            there.add(word)
            kept.append(_moved(card, int(reference[1]), starts))
            continue
        if match is not None:
            described.add((int(match[1] or match[3]), match[2] or match[4] or ""))
        kept.append(card)
    for axis, letter in sorted(described):
        # A reference pixel that is not written is 0.
        word = f"CRPIX{axis}{letter}"
        if word not in there and axis <= len(starts) and starts[axis - 1]:
            kept.append(written(word, float(-starts[axis - 1]), "Reference pixel"))
    return kept, lost


def structure(
    cards: Sequence[Card], sizes: Sequence[int], bitpix: int, *, is_primary: bool
) -> list[Card]:
    """Write the cards that say how a part of a file is built, with old comments."""
    old = {
        meaning.word: card
        for card in cards
        if (meaning := _meaning(card[:8])).is_structure
    }
    if is_primary:
        first = [written("SIMPLE", value=True, comment="conforms to FITS standard")]
        last = [written("EXTEND", value=True, comment="extensions may follow")]
    else:
        first = [written("XTENSION", "IMAGE", "Image extension")]
        last = [_renewed(old, "PCOUNT", 0), _renewed(old, "GCOUNT", 1)]
    return [
        *first,
        _renewed(old, "BITPIX", bitpix),
        _renewed(old, "NAXIS", len(sizes)),
        *(_renewed(old, f"NAXIS{axis}", size) for axis, size in enumerate(sizes, 1)),
        *last,
    ]


def history(lines: Sequence[str]) -> list[Card]:
    """Write lines of HISTORY; long ones go on in the next card."""
    cards = []
    for line in lines:
        plain = line.encode("ascii", "replace").decode()
        cards += [
            f"HISTORY {part}".ljust(CARD_BYTES).encode()
            for part in wrap(plain, _HISTORY_CHARACTERS)
        ]
    return cards


def header_bytes(cards: Sequence[Card]) -> bytes:
    """Put cards together to a header in whole blocks."""
    text = b"".join(cards) + b"END".ljust(CARD_BYTES)
    return text + b" " * (-len(text) % BLOCK_BYTES)


def written(word: str, value: str | float | bool, comment: str = "") -> Card:  # noqa: FBT001
    """Write a card."""
    return bytes(str(fits.Card(word, value, comment)), "ascii")


def _renewed(old: Mapping[str, Card], word: str, value: int) -> Card:
    """Write a card with the comment that it had."""
    card = old.get(word)
    if card is None:
        return written(word, value)
    parsed = fits.Card.fromstring(card)
    try:
        comment = parsed.comment
    except fits.VerifyError:
        comment = ""
    return written(word, value, comment)


def _moved(card: Card, axis: int, starts: Sequence[int]) -> Card:
    """Move a reference pixel as the first pixel moves."""
    if axis > len(starts) or not starts[axis - 1]:
        return card
    parsed = fits.Card.fromstring(card)
    try:
        value, comment = parsed.value, parsed.comment
    except fits.VerifyError:
        return card
    if isinstance(value, bool) or not isinstance(value, int | float):
        return card
    return written(keyword(card), float(value) - starts[axis - 1], comment)
