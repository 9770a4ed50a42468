r"""The query language: a small part of Lucene's, parsed into a tree.

::

    any  = all {("OR" | "||") all}
    all  = one {["AND" | "&&"] one}
    one  = {"+" | "-" | "!" | "NOT"} (group | leaf)
    leaf = [field ":"] (word | '"' phrase '"' | group)      group = "(" any ")"

Words side by side must all be there: that is what people mean, and the only way
in which adding ``author:somebody`` narrows a search (contract webgateway 8.5).
``*`` and ``?`` stand for letters in words, ``\`` takes a sign as it is, ``^2``
is read and means nothing. Knows no database.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from graticule.errors import RequestError
from graticule.services.search.words import (
    WILDCARDS,
    Words,
    readings,
    wild_words,
)

LONGEST_TEXT = 2_000
MOST_LEAVES = 100
DEEPEST = 20
MOST_STARS = 4
"""Wildcards in a word; looking for more takes time out of all proportion."""


class QueryError(RequestError):
    """A search cannot be understood."""


@dataclass(frozen=True, slots=True)
class Leaf:
    """Words in a row, somewhere or in a field.

    Attributes
    ----------
    field
        Empty for anywhere, else what stood before the colon.
    forms
        The ways to read them; one is enough. Words may hold wildcards.
    """

    field: str
    forms: tuple[Words, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """Everything else."""

    part: Node


@dataclass(frozen=True, slots=True)
class AllOf:
    """What all parts find."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """What any part finds."""

    parts: tuple[Node, ...]


Node = Leaf | Not | AllOf | AnyOf

# A sign of its own, or one before what it belongs to: "a - b" is no negation.
_SIGN = re.compile(r'\s*(?:(&&|\|\||[()!])|([+-])(?=\S)|(AND|OR|NOT)(?=[\s()"]|$))')
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"', re.DOTALL)
_WORD = re.compile(r'(?:[^\s()":\\^~\[\]{}]|\\.)+', re.DOTALL)
_BOOST = re.compile(r"\^\d+(?:\.\d+)?")
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)


def parse(text: str, *, beginnings: bool = False) -> Node | None:
    """Parse a query.

    Parameters
    ----------
    text
        As somebody typed it.
    beginnings
        Words that are not in quotes stand for all words that begin so.

    Returns
    -------
    Node or None
        None if no word is asked for.

    Raises
    ------
    QueryError
        If it cannot be understood, or is too long or too deep.
    """
    if len(text) > LONGEST_TEXT:
        raise QueryError(f"A search may have {LONGEST_TEXT:,} signs at most.")
    return _Parser(text, beginnings=beginnings).whole()


def plain_query(text: str, *, beginnings: bool = False) -> Node | None:
    """Make a query of all words in a text but operators, whatever signs there are."""
    words = re.findall(r"\w+", text[:LONGEST_TEXT])[:MOST_LEAVES]
    leaves = [
        _leaf("", word, beginnings=beginnings)
        for word in words
        if word not in {"AND", "OR", "NOT"}
    ]
    return _joined(AllOf, leaves)


def field_query(field: str, text: str) -> Node | None:
    """Make a query of words in a field, whatever signs there are."""
    return _leaf(field, text, beginnings=False)


def both(*parts: Node | None) -> Node | None:
    """Join queries: all must find it."""
    return _joined(AllOf, parts)


def _joined(kind: type[AllOf | AnyOf], parts: Sequence[Node | None]) -> Node | None:
    there = tuple(part for part in parts if part is not None)
    return there[0] if len(there) == 1 else kind(there) if there else None


def _leaf(field: str, text: str, *, beginnings: bool) -> Leaf | None:
    if WILDCARDS & set(text):
        words = wild_words(text)
        if any(word.count("*") > MOST_STARS for word in words):
            raise QueryError(f"A word may have {MOST_STARS} stars at most.")
        return Leaf(field, (words,)) if words else None
    forms = readings(text)
    if beginnings:
        forms = [(*form[:-1], f"{form[-1]}*") for form in forms]
    return Leaf(field, tuple(forms)) if forms else None


class _Parser:
    """Reads a text from left to right; lives for one text."""

    def __init__(self, text: str, *, beginnings: bool) -> None:
        self.text = text
        self.place = 0
        self.depth = 0
        self.leaves = 0
        self.beginnings = beginnings

    def whole(self) -> Node | None:
        if not self.text.strip():
            return None
        node = self.any_of("")
        if not self.at_end():
            raise self.error("nothing is open that could be closed")
        return node

    def error(self, cause: str) -> QueryError:
        return QueryError(f"Sign {self.place + 1} of the search: {cause}.")

    def at_end(self) -> bool:
        return not self.text[self.place :].strip()

    def sign(self, *wanted: str) -> bool:
        """Take one of some signs or upper-case words, if it comes next."""
        found = _SIGN.match(self.text, self.place)
        if found is None or found[found.lastindex or 0] not in wanted:
            return False
        self.place = found.end()
        return True

    def next_is(self, *wanted: str) -> bool:
        place = self.place
        found = self.sign(*wanted)
        self.place = place
        return found

    def any_of(self, field: str) -> Node | None:
        parts = [self.all_of(field)]
        while self.sign("OR", "||"):
            parts.append(self.all_of(field))
        return _joined(AnyOf, parts)

    def all_of(self, field: str) -> Node | None:
        parts = [self.one(field)]
        while True:
            if not self.sign("AND", "&&") and (
                self.at_end() or self.next_is("OR", "||", ")")
            ):
                return _joined(AllOf, parts)
            parts.append(self.one(field))

    def one(self, field: str) -> Node | None:
        negated = False
        while True:
            if self.sign("-", "!", "NOT"):
                negated = not negated
            elif not self.sign("+"):
                break
        node = self.group(field) if self.sign("(") else self.leaf(field)
        return Not(node) if negated and node is not None else node

    def group(self, field: str) -> Node | None:
        self.depth += 1
        if self.depth > DEEPEST:
            raise self.error(f"brackets may be {DEEPEST} deep at most")
        node = self.any_of(field)
        if not self.sign(")"):
            raise self.error("a bracket is not closed")
        self.depth -= 1
        self.boost()
        return node

    def boost(self) -> None:
        if found := _BOOST.match(self.text, self.place):
            self.place = found.end()

    def leaf(self, field: str) -> Node | None:
        self.leaves += 1
        if self.leaves > MOST_LEAVES:
            raise self.error(f"{MOST_LEAVES} words may be searched for at most")
        if self.next_is("AND", "OR", "&&", "||", ")"):
            raise self.error("a word is missing")
        while self.text[self.place : self.place + 1].isspace():
            self.place += 1
        if quoted := _QUOTED.match(self.text, self.place):
            self.place = quoted.end()
            return self.words(field, quoted[1], beginnings=False)
        word = _WORD.match(self.text, self.place)
        if word is None:
            raise self.error("a word is missing")
        self.place = word.end()
        if self.text[self.place : self.place + 1] != ":":
            return self.words(field, word[0], beginnings=self.beginnings)
        self.place += 1
        follows = self.text[self.place : self.place + 1]
        if not follows or follows.isspace():
            raise self.error("a word is missing behind the colon")
        if self.sign("("):
            return self.group(_unescaped(word[0]))
        return self.leaf(_unescaped(word[0]))

    def words(self, field: str, text: str, *, beginnings: bool) -> Node | None:
        self.boost()
        return _leaf(field, _unescaped(text), beginnings=beginnings)


def _unescaped(text: str) -> str:
    r"""Take backslashes away; ``\*`` is a sign like others, so it parts words."""
    return _ESCAPED.sub(lambda found: " " if found[1] in "*?" else found[1], text)
