"""What is asked of a table, as values. Looks nothing up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest

from graticule.errors import RequestError
from graticule.services.tables import asking
from graticule.services.tables.columns import Column
from graticule.services.tables.condition import Node
from graticule.services.tables.ordering import Order

_USUAL = 100
_LARGEST = 2**53


@dataclass(frozen=True, slots=True)
class Rows:
    """Which rows, in which order, with which columns."""

    condition: Node | None
    order: Order | None
    indices: list[int]
    offset: int
    limit: int


def rows(request: HttpRequest, columns: Sequence[Column]) -> Rows:
    """Read ``query``, ``sort``, ``column``, ``offset`` and ``limit``.

    ``sort`` is the name of a column, behind ``-`` for the largest first.

    Raises
    ------
    graticule.errors.RequestError
        If a column is not there, or something is no number or no condition.
    """
    query = request.GET.get("query", "") or "*"
    found = Rows(
        asking.condition(query, columns),
        _order(request.GET.get("sort", ""), columns),
        asking.places_of(request.GET.getlist("column"), columns),
        _number(request, "offset", 0),
        _number(request, "limit", _USUAL),
    )
    allowed = settings.GRATICULE["max_table_slice_size"]
    if found.limit * len(found.indices) > allowed:
        raise RequestError(
            f"{found.limit:,} rows of {len(found.indices):,} columns are more cells "
            f"than max_table_slice_size = {allowed:,}: ask for fewer at once."
        )
    return found


def _order(text: str, columns: Sequence[Column]) -> Order | None:
    if not text:
        return None
    names = [column.name for column in columns]
    descending = text.startswith("-") and text not in names
    (index,) = asking.places_of([text[descending:]], columns)
    return Order(index, descending)


def _number(request: HttpRequest, name: str, default: int) -> int:
    text = request.GET.get(name, "")
    if not text:
        return default
    if not (text.isascii() and text.isdigit()) or int(text[:20]) > _LARGEST:
        raise RequestError(f"{name} must be a whole number from 0, not {text[:40]!r}.")
    return int(text)
