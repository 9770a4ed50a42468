"""A query made ready for the tables: wildcards looked up, people found.

What the words mean is decided here once for all kinds of things; the tree that
comes out is joined into conditions by :mod:`graticule.services.search.asking`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import product

from django.db import connection
from django.db.models import Q

from graticule.catalog.models import Person
from graticule.services.search.engines import Phrase
from graticule.services.search.query import (
    AllOf,
    AnyOf,
    Leaf,
    Node,
    Not,
    QueryError,
)
from graticule.services.search.texts import MARK, key_mark, marked
from graticule.services.search.words import WILDCARDS, Words, matches, readings, regex

MOST_PHRASES = 1_000
"""If wildcards stand for more, rows are looked through instead of the index."""

_MARKS = {
    "name": ("n",),
    "description": ("d",),
    "tag": ("t",),
    "comment": ("c",),
    "map": ("m",),
    "file": ("f",),
    "annotation": ("t", "c", "m", "o"),
}
_EVERYTHING = Q(pk__isnull=False)
_LARGEST_ID = 2**63 - 1
_LETTER = f"[^ {MARK}]"


@dataclass(frozen=True, slots=True)
class Phrases:
    """What holds any of some phrases; none is nothing."""

    phrases: tuple[Phrase, ...]


@dataclass(frozen=True, slots=True)
class Scan:
    """What has a row that fits a regular expression."""

    regex: str


Resolved = Phrases | Scan | Q | Not | AllOf | AnyOf


def resolve(node: Node) -> Resolved:
    """Make a query ready.

    Raises
    ------
    graticule.services.search.query.QueryError
        If ``id:`` is given no number.
    """
    match node:
        case Not(part):
            return Not(resolve(part))  # type: ignore[arg-type]
        case AllOf(parts):
            return AllOf(tuple(resolve(part) for part in parts))  # type: ignore[misc]
        case AnyOf(parts):
            return AnyOf(tuple(resolve(part) for part in parts))  # type: ignore[misc]
        case Leaf():
            return _leaf(node)


def _leaf(leaf: Leaf) -> Resolved:
    name = leaf.field.casefold()
    if name == "author":
        return Q(owner__in=_people(leaf.forms))
    if name == "id":
        return _number(leaf.forms)
    if not name:
        return _EVERYTHING if leaf.forms == (("*",),) else _anywhere(leaf.forms, ("",))
    marks = _MARKS.get(name) or (key_mark(leaf.field),)
    return _anywhere(leaf.forms, tuple(map(marked, marks)))


def _number(forms: tuple[Words, ...]) -> Q:
    text = " ".join(forms[0])
    if not (text.isascii() and text.isdigit()):
        raise QueryError("An id is a number.")
    number = int(text)
    return Q(pk=number) if number <= _LARGEST_ID else Q(pk__in=[])


def _people(forms: tuple[Words, ...]) -> list[int]:
    """Find people by their names; there are few."""
    names = ("first_name", "middle_name", "last_name", "username")
    found = []
    for pk, *texts in Person.objects.values_list("pk", *names):
        ways = readings(" ".join(texts)) + readings(texts[-1])
        if any(_has(way, form) for way in ways for form in forms):
            found.append(pk)
    return found


def _has(words: Words, form: Words) -> bool:
    """Say whether words follow each other somewhere as in a form."""
    return any(
        all(map(matches, form, words[start : start + len(form)]))
        for start in range(len(words) - len(form) + 1)
    )


def _anywhere(forms: tuple[Words, ...], marks: tuple[str, ...]) -> Phrases | Scan:
    """Look up wildcards, except where the databases do so themselves."""
    phrases: list[Phrase] = []
    for form in forms:
        body, stem = form, ""
        if _is_beginning(form[-1], marks):
            body, stem = form[:-1], form[-1][:-1]
        choices = [list(_fitting(word)) for word in body]
        number = len(marks)
        for choice in choices:
            number *= len(choice)
        if number > MOST_PHRASES:
            return Scan(_row_regex(forms, marks))
        beginning = _is_beginning(form[-1], marks)
        ends = [stem] if beginning else []
        phrases += [
            Phrase(
                tuple(f"{mark}{word}" for word in (*words, *ends)),
                is_beginning=beginning,
            )
            for mark in marks
            for words in product(*choices)
        ]
    return Phrases(tuple(phrases))


def _is_beginning(word: str, marks: tuple[str, ...]) -> bool:
    """Whether databases find it themselves; ``*`` is one in a field only."""
    if not word.endswith("*") or WILDCARDS & set(word[:-1]):
        return False
    return len(word) > 1 or marks != ("",)


def _fitting(word: str) -> Iterator[str]:
    """List the words in the index that a pattern stands for, to one too many."""
    if not WILDCARDS & set(word):
        yield word
        return
    pattern = word.replace("?", "_").replace("*", "%")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT word FROM catalog_searchword WHERE word LIKE %s LIMIT %s",
            [pattern, MOST_PHRASES + 1],
        )
        yield from (found for (found,) in cursor.fetchall())


def _row_regex(forms: Iterable[Words], marks: Iterable[str]) -> str:
    ways = "|".join(
        " ".join(mark + regex(word, _LETTER) for word in form)
        for form in forms
        for mark in marks
    )
    return f"(^| )({ways})( |$)"
