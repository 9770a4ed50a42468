"""What found things hang in, for many at once; each through the rule of visibility."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db.models import QuerySet

from graticule.catalog.access import visible_to
from graticule.catalog.models import (
    Dataset,
    Image,
    Person,
    Plate,
    Project,
    Screen,
    WellSample,
)
from graticule.catalog.models.owned import Named

Pairs = Iterable[tuple[int, int]]
"""Child and parent by id."""


def parents_of(
    person: Person | None, things: Sequence[Project | Dataset | Image]
) -> list[list[Named]]:
    """List the parents of things of one kind, nearest first, each kind by name.

    Datasets and projects, then plates and screens; projects have none.
    """
    ids = [thing.pk for thing in things]
    if things and isinstance(things[0], Image):
        return _of_images(person, ids)
    projects: Mapping[int, list[Named]] = {}
    if things and isinstance(things[0], Dataset):
        projects = _projects(person, ids)
    return [projects.get(pk, []) for pk in ids]


def _of_images(person: Person | None, ids: list[int]) -> list[list[Named]]:
    in_datasets = Dataset.images.through.objects.filter(image__in=ids)
    datasets = _above(
        person, Dataset.objects.all(), in_datasets.values_list("image", "dataset")
    )
    projects = _projects(person, _ids_in(datasets))
    fields = WellSample.objects.filter(image__in=ids)
    plates = _above(
        person, Plate.objects.all(), fields.values_list("image", "well__plate")
    )
    in_screens = Screen.plates.through.objects.filter(plate__in=_ids_in(plates))
    screens = _above(
        person, Screen.objects.all(), in_screens.values_list("plate", "screen")
    )
    return [
        [
            *datasets.get(pk, ()),
            *_next(datasets.get(pk, ()), projects),
            *plates.get(pk, ()),
            *_next(plates.get(pk, ()), screens),
        ]
        for pk in ids
    ]


def _projects(person: Person | None, datasets: Iterable[int]) -> dict[int, list[Named]]:
    through = Project.datasets.through.objects.filter(dataset__in=list(datasets))
    return _above(
        person, Project.objects.all(), through.values_list("dataset", "project")
    )


def _above(
    person: Person | None, parents: QuerySet[Any], pairs: Pairs
) -> dict[int, list[Named]]:
    """List the visible parents of each child, by name, each once."""
    known = set(pairs)
    wanted = {parent for _, parent in known}
    rows = visible_to(person, parents.filter(pk__in=wanted)).in_bulk()
    above: dict[int, list[Named]] = defaultdict(list)
    for child, parent in known:
        if parent in rows:
            above[child].append(rows[parent])
    return {child: _by_name(found) for child, found in above.items()}


def _next(things: Iterable[Named], above: Mapping[int, Sequence[Named]]) -> list[Named]:
    """List what several things hang in, each once."""
    found = {row.pk: row for thing in things for row in above.get(thing.pk, ())}
    return _by_name(found.values())


def _by_name(things: Iterable[Named]) -> list[Named]:
    return sorted(things, key=lambda thing: (thing.name.casefold(), thing.pk))


def _ids_in(above: Mapping[int, Sequence[Named]]) -> set[int]:
    return {thing.pk for things in above.values() for thing in things}
