"""The index kept in step with the catalogue.

Triggers note what has changed (:mod:`graticule.catalog.search_triggers`); here
it is taken in: after each batch of a scan, and before each search whatever else
has changed since. Nobody who changes something needs to think of it.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Iterable

from django.contrib.contenttypes.models import ContentType
from django.db import InternalError, OperationalError, connection, transaction
from django.db.backends.utils import CursorWrapper
from django.db.models import Q

from graticule.catalog.models import AnnotationLink, Image, SearchChange
from graticule.catalog.search_triggers import SEARCHED
from graticule.services.search.engines import Engine, engine, erase
from graticule.services.search.texts import MARK, SEPARATOR, entries_of

logger = logging.getLogger(__name__)
MOST_BEFORE_A_SEARCH = 1_000
"""Things that one search takes in at most; the next ones do the rest."""
_CHUNK = 500

_THING = ("kind", "target_id")

Thing = tuple[str, int]


def catch_up(most: int = MOST_BEFORE_A_SEARCH) -> None:
    """Take in what has changed, up to a number of things, in one transaction."""
    if not SearchChange.objects.exists():
        return
    with transaction.atomic(), connection.cursor() as cursor:
        index = engine()
        index.hold(cursor)
        for kind, ids in _claim(most).items():
            for start in range(0, len(ids), _CHUNK):
                _take_in(cursor, index, kind, ids[start : start + _CHUNK])


def catch_up_if_possible() -> None:
    """Take in what has changed; a search goes on where nothing can be written now."""
    try:
        catch_up()
    except (OperationalError, InternalError) as error:
        logger.warning("The search index stays as it was: %s", error)


def catch_up_whole() -> None:
    """Take in everything that has changed."""
    while SearchChange.objects.exists():
        catch_up()


def _claim(most: int) -> dict[str, list[int]]:
    """Choose what to take in now, by kind; strike it off the list of changes."""
    changes = SearchChange.objects.order_by("pk").values_list("pk", *_THING)
    chosen: dict[Thing, None] = {}
    struck: list[int] = []
    hanging: dict[str, list[int]] = defaultdict(list)
    for pk, kind, target in changes[: 4 * most]:
        if kind not in SEARCHED:
            hanging[kind].append(target)
        elif len(chosen) < most or (kind, target) in chosen:
            chosen[kind, target] = None
        else:
            continue
        struck.append(pk)
    later = []
    for kind, targets in hanging.items():
        for thing in dict.fromkeys(_things(kind, targets)):
            if len(chosen) < most:
                chosen[thing] = None
            elif thing not in chosen:
                later.append(SearchChange(kind=thing[0], target_id=thing[1]))
    # Those that were looked at and no others: more may be committed by now.
    SearchChange.objects.filter(pk__in=struck).delete()
    SearchChange.objects.bulk_create(later)
    by_kind: dict[str, list[int]] = defaultdict(list)
    for kind, pk in chosen:
        by_kind[kind].append(pk)
    return by_kind


def _things(kind: str, ids: list[int]) -> Iterable[Thing]:
    """Find whose words the changes of what hangs on them concern."""
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
