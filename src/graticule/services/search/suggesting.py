"""What somebody may mean who has typed a few letters: names, tags, keys.

Few of each, found by index or among few rows, so that an answer comes while they
type. Everything passes the rule of visibility.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from graticule.catalog.access import visible_to
from graticule.catalog.models import Annotation, Person
from graticule.services.browse import Kind
from graticule.services.remembered import Remembered
from graticule.services.search.asking import first_matching
from graticule.services.search.filters import TABLES
from graticule.services.search.query import AllOf, Leaf, Node, plain_query

MOST_OF_A_KIND = 4
MOST_TAGS = 5
_MOST_READ = 5_000
_LONGEST = 200


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One thing that may be meant.

    Attributes
    ----------
    kind
        That of a thing, or ``tag`` or ``key``.
    id
        Of a thing; unset for others.
    """

    kind: str
    text: str
    id: int | None = None


_keys: Remembered[tuple[str, ...]] = Remembered(1_000)


def suggest(person: Person | None, text: str) -> list[Suggestion]:
    """Suggest what to search for; nothing for nothing.

    Parameters
    ----------
    text
        Words; the beginning of each is enough.
    """
    text = text.strip()[:_LONGEST]
    node = _in_names(plain_query(text, beginnings=True))
    if node is None:
        return []
    things = [
        Suggestion(kind.value, row.name, row.pk)
        for kind in Kind
        for row in first_matching(person, node, TABLES[kind].all(), MOST_OF_A_KIND)
    ]
    return [*things, *_tags(person, text), *_with_keys(person, text)]


def _in_names(node: Node | None) -> Node | None:
    """Look for words in names only."""
    match node:
        case Leaf(_, forms):
            return Leaf("name", forms)
        case AllOf(parts):
            return AllOf(tuple(each for each in map(_in_names, parts) if each))
    return None


def _tags(person: Person | None, text: str) -> list[Suggestion]:
    tags = Annotation.objects.filter(kind=Annotation.Kind.TAG)
    fits = Q(text__istartswith=text) | Q(text__icontains=f" {text}")
    texts = visible_to(person, tags.filter(fits)).order_by("text")
    some = texts.values_list("text", flat=True).distinct()[:MOST_TAGS]
    return [Suggestion("tag", tag) for tag in some if tag]


def _with_keys(person: Person | None, text: str) -> list[Suggestion]:
    known = _keys.get(person.pk if person else None, lambda: _read_keys(person))
    folded = text.casefold()
    fit = [key for key in known if key.casefold().startswith(folded)]
    return [Suggestion("key", key) for key in fit[:MOST_TAGS]]


def _read_keys(person: Person | None) -> tuple[str, ...]:
    """List the keys of the newest key-value pairs that a person sees."""
    maps: Any = visible_to(person, Annotation.objects.filter(kind=Annotation.Kind.MAP))
    newest = maps.order_by("-pk").values_list("pairs", flat=True)[:_MOST_READ]
    keys = {key for pairs in newest for key, _ in pairs or () if key}
    return tuple(sorted(keys, key=str.casefold))
