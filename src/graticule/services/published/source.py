"""Where the rows of a published table come from: the catalogue's own tables.

Says which fields make which column, who may see a row, and what tells that rows have
changed. Knows no copy and no person.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from django.db.models import Model, Q, QuerySet

from graticule.services.published.model import (
    ForeignKey,
    PublishedColumn,
    PublishedTable,
    VoType,
)

Word = Literal["long", "int", "double", "boolean", "text", "time"]
_TYPES: Mapping[str, tuple[VoType, str, str]] = {
    "long": ("long", "", ""),
    "int": ("int", "", ""),
    "double": ("double", "", ""),
    "boolean": ("boolean", "", ""),
    "text": ("unicodeChar", "*", ""),
    "time": ("char", "*", "timestamp"),
}


@dataclass(frozen=True, slots=True)
class Seen:
    """Who may see a row: whoever may see this thing that it hangs on.

    ``prefix`` is the way there (``image__``; empty for the row itself), ``model``
    what is there.
    """

    model: type[Model]
    prefix: str = ""


@dataclass(frozen=True)
class Source:
    """The rows of one published table.

    Attributes
    ----------
    fields
        The way from a row to each stored column, by the column's name.
    seen
        Things that whoever sees a row must see, all of them.
    watches
        Names of :data:`~graticule.catalog.published_triggers.WATCHED`.
    computed
        Columns that are not stored but made when asked for: SQL over the stored ones.
    key
        The way from a row to the number that says which piece of the copy it is in;
        all that is watched counts by it.
    rows
        Gives the rows, where they are not simply all of the model's.
    order
        A stored column by which the copy is sorted, so that a part of it is found
        quickly.
    """

    table: PublishedTable
    model: type[Model]
    fields: Mapping[str, str]
    seen: tuple[Seen, ...]
    watches: tuple[str, ...]
    computed: Mapping[str, str] = field(default_factory=dict)
    key: str = "pk"
    rows: Callable[[], QuerySet[Any]] | None = None
    order: str = ""

    @property
    def stored(self) -> tuple[PublishedColumn, ...]:
        """The columns that a copy holds."""
        by_name = self.table.by_name
        return tuple(by_name[name] for name in self.fields)

    def pieces(self, bits: int) -> Iterator[int]:
        """Give the higher bits of all keys, each once; one quick question each."""
        rows, least = self._all(), 0
        while True:
            there = rows.filter(**{f"{self.key}__gte": least}).order_by(self.key)
            first: int | None = there.values_list(self.key, flat=True).first()
            if first is None:
                return
            yield first >> bits
            least = ((first >> bits) + 1) << bits

    def within(self, ranges: Iterable[range]) -> QuerySet[Any]:
        """Give rows by their keys: the stored columns, then id, owner, group of each.

        The way to a thing's owner may be an annotation of :attr:`rows`.
        """
        paths = list(self.fields.values())
        for thing in self.seen:
            paths += [f"{thing.prefix}{name}" for name in _RIGHTS]
        chosen = Q(pk__in=[])
        for each in ranges:
            low, high = f"{self.key}__gte", f"{self.key}__lt"
            chosen |= Q(**{low: each.start, high: each.stop})
        return self._all().filter(chosen).values_list(*paths)

    def _all(self) -> QuerySet[Any]:
        rows = self.rows() if self.rows else QuerySet(self.model).all()
        return rows.order_by()


_RIGHTS = ("pk", "owner_id", "group_id")


def make_table(
    schema: str,
    name: str,
    description: str,
    columns: Iterable[tuple[str, str, Word, str, str, str]],
    keys: tuple[ForeignKey, ...] = (),
) -> tuple[PublishedTable, dict[str, str]]:
    """Make a table and its fields from rows of name, way, type, unit, UCD, meaning."""
    rows = list(columns)
    made = tuple(_column(name, word, *rest) for name, _, word, *rest in rows)
    table = PublishedTable(schema, name, made, description, keys=keys)
    return table, {name: way for name, way, *_ in rows}


def _column(
    name: str, word: Word, unit: str, ucd: str, description: str
) -> PublishedColumn:
    datatype, arraysize, xtype = _TYPES[word]
    return PublishedColumn(
        name,
        datatype,
        arraysize,
        xtype,
        unit,
        ucd,
        description=description,
        is_principal=True,
    )
