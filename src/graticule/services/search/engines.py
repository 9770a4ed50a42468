"""The two databases' own full-text search, behind one face.

Both are given the same words and asked for the same phrases, so that they find
the same. Only here is their own language written; all words are put in quotes,
and are letters and digits by then. Knows no catalogue beyond the index.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from django.db import connection
from django.db.backends.utils import CursorWrapper

from graticule.services.search.texts import SEPARATOR

_LOCK = 0x6772_6174  # any number: nobody else of ours takes such locks


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words in a row; the last may be the beginning of a word."""

    words: tuple[str, ...]
    is_beginning: bool = False


class Engine(Protocol):
    """What can be done with the index on every database."""

    match: str
    """SQL for ids of a kind's things, by an expression."""
    scan: str
    """SQL for ids of a kind's things, by a regular expression over their row."""

    def hold(self, cursor: CursorWrapper) -> None:
        """Let nobody else change the index until the transaction ends."""

    def write(
        self, cursor: CursorWrapper, kind: str, rows: Sequence[tuple[int, list[str]]]
    ) -> None:
        """Write rows of words of things that have none."""

    def phrase(self, phrase: Phrase) -> str:
        """Write a phrase as an expression."""

    def all_of(self, parts: Sequence[str]) -> str:
        """Write that all must fit."""

    def any_of(self, parts: Sequence[str]) -> str:
        """Write that one must fit."""

    def but(self, part: str, without: str) -> str:
        """Write that the first must fit and the second not."""


class _Sqlite:
    match = "SELECT rowid FROM {table} WHERE {table} MATCH %s"
    scan = "SELECT rowid FROM {table} WHERE words REGEXP %s"

    def hold(self, cursor: CursorWrapper) -> None:
        # Transactions are immediate: there is one writer at a time anyway.
        del cursor

    def write(
        self, cursor: CursorWrapper, kind: str, rows: Sequence[tuple[int, list[str]]]
    ) -> None:
        cursor.executemany(
            f"INSERT INTO {table(kind)} (rowid, words) VALUES (%s, %s)",  # noqa: S608 -- our own name
            [(pk, " ".join(words)) for pk, words in rows],
        )

    def phrase(self, phrase: Phrase) -> str:
        return f'"{" ".join(phrase.words)}"{"*" if phrase.is_beginning else ""}'

    def all_of(self, parts: Sequence[str]) -> str:
        return f"({' AND '.join(parts)})"

    def any_of(self, parts: Sequence[str]) -> str:
        return f"({' OR '.join(parts)})"

    def but(self, part: str, without: str) -> str:
        return f"({part} NOT {without})"


class _Postgresql:
    match = "SELECT id FROM {table} WHERE lexemes @@ %s::tsquery"
    scan = "SELECT id FROM {table} WHERE words ~ %s"

    def hold(self, cursor: CursorWrapper) -> None:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])

    def write(
        self, cursor: CursorWrapper, kind: str, rows: Sequence[tuple[int, list[str]]]
    ) -> None:
        cursor.executemany(
            f"INSERT INTO {table(kind)} (id, words, lexemes) "  # noqa: S608 -- our own name
            "VALUES (%s, %s, %s::tsvector)",
            [(pk, " ".join(words), _lexemes(words)) for pk, words in rows],
        )

    def phrase(self, phrase: Phrase) -> str:
        joined = " <-> ".join(f"'{word}'" for word in phrase.words)
        return f"({joined}{':*' if phrase.is_beginning else ''})"

    def all_of(self, parts: Sequence[str]) -> str:
        return f"({' & '.join(parts)})"

    def any_of(self, parts: Sequence[str]) -> str:
        return f"({' | '.join(parts)})"

    def but(self, part: str, without: str) -> str:
        return f"({part} & !{without})"


def _lexemes(words: Iterable[str]) -> str:
    """Write words with their places as a ``tsvector``."""
    places = defaultdict(list)
    for place, word in enumerate(words, 1):
        if word != SEPARATOR:
            places[word].append(str(place))
    return " ".join(f"'{word}':{','.join(at)}" for word, at in places.items())


def table(kind: str) -> str:
    """Name the index of a kind."""
    return f"catalog_search_{kind}"


def erase(cursor: CursorWrapper, kind: str, ids: Iterable[int]) -> None:
    """Take things out of the index, there or not."""
    column = "rowid" if connection.vendor == "sqlite" else "id"
    cursor.executemany(
        f"DELETE FROM {table(kind)} WHERE {column} = %s",  # noqa: S608 -- our own name
        [(pk,) for pk in ids],
    )


def engine() -> Engine:
    """Give the face of the database that is in use."""
    return _Sqlite() if connection.vendor == "sqlite" else _Postgresql()
