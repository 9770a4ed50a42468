"""Lists of boxes as people write them: one a line, as CSV.

Without a header the columns are image, x, y, width, height, z, c, t; with one they
may come in any order, and ``name`` may be among them. Knows no image.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from graticule.errors import RequestError
from graticule.services.tasks.spans import Span, read_span

COLUMNS = ("image", "x", "y", "width", "height", "z", "c", "t")
_NUMBERS = COLUMNS[:5]
_SPANS = COLUMNS[5:]
_WHOLE = re.compile(r"[+-]?\d{1,15}")
_SPAN = re.compile(r"(\d{1,9}(:\d{1,9})?)?")
_DELIMITERS = ",;\t"


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle of an image, in pixels of full size, from its upper left corner.

    Ranges unset mean everything; ``line`` is where it was written.
    """

    line: int
    image: int
    x: int
    y: int
    width: int
    height: int
    z: Span | None = None
    c: Span | None = None
    t: Span | None = None
    name: str = ""


def read_boxes(lines: Iterable[str], image_id: int | None = None) -> Iterator[Box]:
    """Read boxes, line by line; empty lines and those from ``#`` on are left out.

    Parameters
    ----------
    image_id
        The image that all are of: then the lines need not name it, and without a
        header begin with x.

    Raises
    ------
    graticule.errors.RequestError
        Naming the first line that makes no sense.
    """
    names: tuple[str, ...] | None = None
    for number, line in enumerate(lines, 1):
        text = line.strip().removeprefix("\ufeff")
        if not text or text.startswith("#"):
            continue
        cells = _cells(text)
        if names is None:
            given = set() if image_id is None else {"image"}
            names = _header(number, cells, given)
            if names is not None:
                continue
            names = COLUMNS[len(given) :]
        if len(cells) > len(names):
            raise RequestError(
                f"Line {number} has {len(cells)} columns where {', '.join(names)} "
                "are known."
            )
        found = dict(zip(names, cells, strict=False))
        if image_id is not None:
            found.setdefault("image", str(image_id))
        yield _box(number, found)


def _cells(text: str) -> list[str]:
    delimiter = next((each for each in _DELIMITERS if each in text), ",")
    return [cell.strip() for cell in next(csv.reader([text], delimiter=delimiter))]


def _header(number: int, cells: list[str], given: set[str]) -> tuple[str, ...] | None:
    """Take a line without a number for the names of columns."""
    if any(_WHOLE.fullmatch(cell) for cell in cells):
        return None
    names = tuple(cell.lower() for cell in cells)
    missing = [name for name in _NUMBERS if name not in names and name not in given]
    if missing or len(set(names)) < len(names):
        raise RequestError(
            f"Line {number}: columns are {', '.join(COLUMNS)} and name, each once; "
            f"{', '.join(missing) or 'one'} is missing or there twice."
        )
    return names


def _box(number: int, cells: dict[str, str]) -> Box:
    image, x, y, width, height = (_whole(number, name, cells) for name in _NUMBERS)
    if width < 1 or height < 1:
        raise RequestError(f"Line {number}: width and height must be 1 or more.")
    z, c, t = (_span(number, name, cells) for name in _SPANS)
    return Box(number, image, x, y, width, height, z, c, t, cells.get("name", ""))


def _whole(number: int, name: str, cells: dict[str, str]) -> int:
    text = cells.get(name, "")
    if not _WHOLE.fullmatch(text):
        raise RequestError(
            f"Line {number}: {name} must be a whole number, not {text[:40]!r}."
        )
    return int(text)


def _span(number: int, name: str, cells: dict[str, str]) -> Span | None:
    text = cells.get(name, "")
    if not _SPAN.fullmatch(text):
        raise RequestError(
            f"Line {number}: {name} must be like 3 or 0:9, not {text[:40]!r}."
        )
    return read_span(text)
