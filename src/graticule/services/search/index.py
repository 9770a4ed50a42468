"""The index kept in step with the catalogue.

Triggers note what has changed (:mod:`graticule.catalog.search_triggers`); here
it is taken in: after each batch of a scan, and before each search whatever else
has changed since. Nobody who changes something needs to think of it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from django.contrib.contenttypes.models import ContentType
from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from django.db.models import Q

from graticule.catalog.models import AnnotationLink, Image, SearchChange
from graticule.catalog.search_triggers import SEARCHED
from graticule.services.search.engines import Engine, engine, erase
from graticule.services.search.texts import MARK, SEPARATOR, entries_of

MOST_BEFORE_A_SEARCH = 1_000
"""Things that one search takes in at most; the next ones do the rest."""
_CHUNK = 500

Thing = tuple[str, int]


def catch_up(most: int = MOST_BEFORE_A_SEARCH) -> None:
    """Take in what has changed, up to a number of things, in one transaction."""
    if not SearchChange.objects.exists():
        return
    with transaction.atomic(), connection.cursor() as cursor:
        index = engine()
        index.hold(cursor)
        changes = list(SearchChange.objects.order_by("pk")[: 4 * most])
        things = dict.fromkeys(
            thing for kind, ids in _by_kind(changes) for thing in _things(kind, ids)
        )
        now, later = list(things)[:most], list(things)[most:]
        for kind, ids in _by_kind(SearchChange(kind=k, target_id=i) for k, i in now):
            for start in range(0, len(ids), _CHUNK):
                _take_in(cursor, index, kind, ids[start : start + _CHUNK])
        SearchChange.objects.filter(pk__in=[row.pk for row in changes]).delete()
        SearchChange.objects.bulk_create(
            SearchChange(kind=kind, target_id=pk) for kind, pk in later
        )


def catch_up_whole() -> None:
    """Take in everything that has changed."""
    while SearchChange.objects.exists():
        catch_up()


def _by_kind(changes: Iterable[SearchChange]) -> list[tuple[str, list[int]]]:
    grouped: dict[str, list[int]] = defaultdict(list)
    for change in changes:
        grouped[change.kind].append(change.target_id)
    return list(grouped.items())


def _things(kind: str, ids: list[int]) -> Iterable[Thing]:
    """Find whose words a change concerns."""
    if kind in SEARCHED:
        return ((kind, pk) for pk in ids)
    if kind == "fileset":
        images = Image.objects.filter(fileset__in=set(ids))
        return (("image", pk) for pk in images.values_list("pk", flat=True))
    if kind == "annotation":
        links = AnnotationLink.objects.filter(annotation__in=set(ids))
        return _targets(links.values_list("target_type", "target_id"))
    return _in_groups(set(ids))


def _targets(links: Iterable[tuple[int, int]]) -> Iterable[Thing]:
    kinds = dict(
        ContentType.objects.filter(app_label="catalog", model__in=SEARCHED).values_list(
            "pk", "model"
        )
    )
    return ((kinds[kind], pk) for kind, pk in links if kind in kinds)


def _in_groups(groups: set[int]) -> Iterable[Thing]:
    """List things whose annotations may have become visible or hidden."""
    in_groups = Q(annotation__group__in=groups)
    links = AnnotationLink.objects.filter(in_groups)
    return _targets(links.values_list("target_type", "target_id"))


def _take_in(cursor: CursorWrapper, index: Engine, kind: str, ids: list[int]) -> None:
    erase(cursor, kind, ids)
    rows = [(entry.id, entry.row()) for entry in entries_of(kind, ids)]
    index.write(cursor, kind, rows)
    new = {word for _, words in rows for word in words if MARK not in word}
    cursor.executemany(
        "INSERT INTO catalog_searchword (word) VALUES (%s) ON CONFLICT DO NOTHING",
        [(word,) for word in sorted(new - {SEPARATOR})],
    )
