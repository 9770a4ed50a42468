"""What of a thing can be searched for, as one row of words.

First the words themselves, then the same words marked with where they stand
(``n`` name, ``d`` description, ``t`` tag, ``c`` comment, ``m`` map, ``f`` file,
``o`` other annotations; values of maps once more with their key), so that both
databases need one index of one column. Knows no database's own language.

An annotation counts where everybody who sees the thing may see it, too: in the
thing's own group, and in a private one from the thing's own owner.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import Any

from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from django.db.models import Count

from graticule.catalog.models import (
    Annotation,
    AnnotationLink,
    Fileset,
    Group,
    OriginalFile,
    Permissions,
)
from graticule.services.search.words import Words, readings

SEPARATOR = "\N{SYMBOL FOR RECORD SEPARATOR}"
"""Stands between texts, so that no phrase reaches from one into the next."""
MARK = "\N{SYMBOL FOR UNIT SEPARATOR}"
"""Joins a word to where it stands."""
MOST_FILES = 64
"""Of larger sets of files only the name of the entry counts."""

_MOST_WORDS = 8_000
_MOST_LETTERS = 100_000
_LONGEST_TEXT = 100_000
# PostgreSQL keeps no more places of a word; what is beyond is in no phrase.
_MOST_PLACES = 255

Line = tuple[str, str]
"""Where it stands, and the text."""


def marked(mark: str) -> str:
    """Write a mark as words begin with it; no word that is not marked begins so."""
    return f"{MARK}{mark}{MARK}"


def key_mark(key: str) -> str:
    """Mark values of a map by their key; case, spaces and signs do not count."""
    ways = readings(key)
    return f"k{MARK}{''.join(ways[0]) if ways else ''}"


@dataclass(slots=True)
class Entry:
    """One thing in the index."""

    id: int
    lines: list[Line] = field(default_factory=list)

    def row(self) -> list[str]:
        """Write all words in order, separators between texts."""
        read = [(mark, readings(text[:_LONGEST_TEXT])) for mark, text in self.lines]
        plain = dict.fromkeys(
            way for mark, ways in read if MARK not in mark for way in ways
        )
        placed = dict.fromkeys(
            tuple(marked(mark) + word for word in way)
            for mark, ways in read
            for way in ways
        )
        return [*_cut(plain), *_cut(placed)]


def _cut(texts: Iterable[Words]) -> Iterator[str]:
    """Put texts one behind the other, up to what both databases can hold."""
    places: Counter[str] = Counter()
    words = letters = 0
    for text in texts:
        for word in text:
            words += 1
            letters += len(word)
            places[word] += 1
            if words > _MOST_WORDS or letters > _MOST_LETTERS:
                return
            yield word if places[word] <= _MOST_PLACES else SEPARATOR
        words += 1
        yield SEPARATOR


def entries_of(kind: str, ids: Collection[int]) -> list[Entry]:
    """Collect the texts of things of one kind; of those that are still there.

    Parameters
    ----------
    kind
        One of :data:`graticule.catalog.search_triggers.SEARCHED`.
    """
    model: Any = apps.get_model("catalog", kind)
    columns = ("pk", "name", "description", "owner", "group")
    query = model.objects.filter(pk__in=ids).order_by("pk")
    rows = {row[0]: row for row in query.values_list(*columns)}
    entries = {
        pk: Entry(pk, [("n", name), ("d", description)])
        for pk, name, description, *_ in rows.values()
    }
    owned = {pk: (owner, group) for pk, _, _, owner, group in rows.values()}
    for pk, line in _annotations(model, owned):
        entries[pk].lines.append(line)
    if kind == "image":
        sets = dict(query.exclude(fileset=None).values_list("pk", "fileset"))
        files = _files(set(sets.values()))
        for pk, fileset in sets.items():
            entries[pk].lines += [("f", name) for name in files[fileset]]
    return list(entries.values())


def _annotations(
    model: Any, owned: dict[int, tuple[int, int]]
) -> Iterator[tuple[int, Line]]:
    """Collect what annotations of things say; owner and group by the things' ids."""
    kind = ContentType.objects.get_for_model(model)
    links = AnnotationLink.objects.filter(target_type=kind, target_id__in=owned)
    private = set(
        Group.objects.filter(permissions=Permissions.PRIVATE).values_list(
            "pk", flat=True
        )
    )
    columns = (
        *("kind", "namespace", "description", "text", "pairs", "file__name"),
        *("owner", "group"),
    )
    found = links.order_by("pk").values_list(
        "target_id", *(f"annotation__{column}" for column in columns)
    )
    for pk, *values, owner, group in found:
        same_owner = owner == owned[pk][0]
        if group == owned[pk][1] and (same_owner or group not in private):
            for line in _lines(*values):
                yield pk, line


_MARKS = {
    Annotation.Kind.TAG: "t",
    Annotation.Kind.COMMENT: "c",
    Annotation.Kind.TERM: "o",
}


def _lines(
    kind: str,
    namespace: str,
    description: str,
    text: str | None,
    pairs: list[list[str]] | None,
    file: str | None,
) -> Iterator[Line]:
    if description:
        yield "o", description
    mark = _MARKS.get(Annotation.Kind(kind))
    if mark and text:
        yield mark, text
    for key, value in pairs or ():
        yield "m", key
        yield "m", value
        yield key_mark(key), value
    # Those with a namespace are programs' own: tables, figures.
    if file and not namespace:
        yield "f", file


def _files(ids: set[int]) -> dict[int, list[str]]:
    """Name the files of sets, by the sets' ids; the entry first."""
    entries = Fileset.objects.filter(pk__in=ids).values_list("pk", "entry")
    names = {pk: [PurePath(entry).name] for pk, entry in entries}
    files = OriginalFile.objects.filter(fileset__in=ids).order_by()
    counted = files.values_list("fileset").annotate(count=Count("pk"))
    small = [pk for pk, count in counted if count <= MOST_FILES]
    rows = OriginalFile.objects.filter(fileset__in=small).order_by("pk")
    for pk, name in rows.values_list("fileset", "name"):
        assert pk is not None
        if name not in names[pk]:
            names[pk].append(name)
    return names
