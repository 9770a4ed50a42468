"""Walk through the parts of a FITS file by its mandatory keywords.

Done before astropy sees the file: a negative or absurd axis would send it round
in circles, and a file cut short is found here whatever its parts are. Reads
headers only and interprets nothing (FITS Standard 4.0, sections 3 and 4.4.1).
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from typing import BinaryIO

BLOCK_BYTES = 2880
CARD_BYTES = 80
MAX_HEADER_BYTES = 64 << 20
MAX_AXES = 999
_BITPIX = (8, 16, 32, 64, -32, -64)
_SIZE = re.compile(rb"(Z?)(BITPIX|NAXIS\d{0,3}|TILE\d{1,3})|PCOUNT|GCOUNT|TFIELDS")
_INTEGER = re.compile(rb"= *([+-]?\d{1,18}) *(?:/.*)?")
_TRUE = re.compile(rb"= *T *(?:/.*)?")


def check_layout(file: BinaryIO, file_bytes: int) -> int:
    """Go from header to header to the end of the file.

    Returns
    -------
    int
        Number of parts (the primary one and its extensions).

    Raises
    ------
    ValueError
        As :func:`parts_of`.
    """
    return sum(1 for _ in parts_of(file, file_bytes))


def parts_of(file: BinaryIO, file_bytes: int) -> Iterator[int]:
    """Yield where each header begins, in bytes.

    The file may be read elsewhere between two of them.

    Raises
    ------
    ValueError
        If a size is no number or out of range, a header does not end, or the
        data of a part lie beyond the end of the file; the message says which.
    """
    position = 0
    parts = 0
    first = b"SIMPLE  ="
    while True:
        file.seek(position)
        start = file.read(len(first))
        if start != first:
            # After the last part anything may follow (Standard 4.0, 3.5).
            break
        cards, header_bytes = _header(file, position, parts)
        yield position
        position += header_bytes
        stored_bytes = _data_bytes(cards, parts)
        missing = position + stored_bytes - file_bytes
        if missing > 0:
            raise ValueError(
                f"the file ends {missing:,} bytes before the data of part {parts} do"
            )
        position += -(-stored_bytes // BLOCK_BYTES) * BLOCK_BYTES
        parts += 1
        first = b"XTENSION="
    if parts == 0:
        raise ValueError("it does not begin with the keyword SIMPLE")


def _header(file: BinaryIO, position: int, part: int) -> tuple[dict[bytes, bytes], int]:
    """Read up to the END card; keep the first card of each keyword of a size."""
    file.seek(position)
    cards: dict[bytes, bytes] = {}
    header_bytes = 0
    while header_bytes < MAX_HEADER_BYTES:
        block = file.read(BLOCK_BYTES)
        header_bytes += len(block)
        for start in range(0, len(block), CARD_BYTES):
            keyword = block[start : start + 8].rstrip()
            if keyword == b"END":
                return cards, header_bytes
            if _SIZE.fullmatch(keyword) or keyword == b"GROUPS":
                cards.setdefault(keyword, block[start + 8 : start + CARD_BYTES])
        if len(block) < BLOCK_BYTES:
            break
    raise ValueError(f"the header of part {part} has no end")


def _data_bytes(cards: dict[bytes, bytes], part: int) -> int:
    """Compute the size of a part's data (Standard 4.0, equation 2)."""
    numbers = {
        keyword: _checked(keyword, rest, part)
        for keyword, rest in cards.items()
        if keyword != b"GROUPS"
    }
    for keyword in (b"BITPIX", b"NAXIS"):
        if keyword not in numbers:
            raise ValueError(f"part {part} has no {keyword.decode()}")
    sides = []
    for axis in range(1, numbers[b"NAXIS"] + 1):
        side = numbers.get(b"NAXIS%d" % axis)
        if side is None:
            raise ValueError(f"part {part} has no NAXIS{axis}")
        sides.append(side)
    if not sides:
        return 0
    if sides[0] == 0 and _TRUE.fullmatch(cards.get(b"GROUPS", b"")):
        sides = sides[1:]
    pixels = math.prod(sides) + numbers.get(b"PCOUNT", 0)
    return abs(numbers[b"BITPIX"]) // 8 * numbers.get(b"GCOUNT", 1) * pixels


def _checked(keyword: bytes, rest: bytes, part: int) -> int:
    match = _INTEGER.fullmatch(rest)
    number = int(match[1]) if match else None
    word = keyword.removeprefix(b"Z")
    if number is None:
        good = False
    elif word == b"BITPIX":
        good = number in _BITPIX
    elif word in {b"NAXIS", b"TFIELDS"}:
        good = 0 <= number <= MAX_AXES
    else:
        good = number >= (1 if word.startswith(b"TILE") else 0)
    if number is None or not good:
        said = rest.strip(b"= ").split(b"/")[0].strip().decode("ascii", "replace")
        raise ValueError(f"{keyword.decode()} of part {part} is {said or 'missing'}")
    return number
