"""How many values a field holds (VOTable 1.4, 2.2)."""

from __future__ import annotations

from math import prod

from graticule.services.published.model import PublishedColumn

TEXTS = frozenset({"char", "unicodeChar"})
WHOLE = frozenset({"unsignedByte", "short", "int", "long"})


def is_single(column: PublishedColumn) -> bool:
    """Say whether each cell is one value; a text is one."""
    return column.datatype in TEXTS or column.arraysize in {"", "1"}


def fixed_count(arraysize: str) -> int | None:
    """Count the values of each cell: ``2x3`` has 6; ``None`` if cells differ."""
    if not arraysize:
        return 1
    if "*" in arraysize:
        return None
    return prod(int(part) for part in arraysize.split("x"))
