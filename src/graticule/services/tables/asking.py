"""What people ask a table in words: rows by condition, columns by name.

The gateway and jobs speak the same language (contract webgateway 12.2). Knows no
person and no file.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from graticule.errors import RequestError
from graticule.services.tables.columns import Column
from graticule.services.tables.condition import Literal, Name, Node, Operation, parse

_ID_QUERY = re.compile(r"(\w+)-(\d+)")
_LOWER_TOO = frozenset({"Image", "Roi", "Plate", "Well"})


def condition(text: str, columns: Sequence[Column]) -> Node | None:
    """Read ``*`` (nothing), ``Word-123`` or a condition (contract 12.2).

    Raises
    ------
    graticule.services.tables.condition.ConditionError
        If it is none of them.
    """
    if text == "*":
        return None
    by_id = _ID_QUERY.match(text)
    if by_id is None:
        return parse(text)
    name = by_id[1]
    known = {column.name for column in columns}
    if name in _LOWER_TOO and name not in known and name.lower() in known:
        name = name.lower()
    return Operation("==", (Name(name), Literal(int(by_id[2][:40]))))


def places_of(names: Sequence[str], columns: Sequence[Column]) -> list[int]:
    """Find columns by their names; without names all of them.

    Raises
    ------
    graticule.errors.RequestError
        Naming one that is not there, or that was named twice.
    """
    places = {column.name: index for index, column in enumerate(columns)}
    missing = [name for name in names if name not in places]
    if missing:
        raise RequestError(f"The table has no column {missing[0][:80]!r}.")
    if len(set(names)) < len(names):
        raise RequestError("A column was asked for twice.")
    return [places[name] for name in names] or list(places.values())
