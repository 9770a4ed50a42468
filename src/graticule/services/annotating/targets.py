"""The things that people annotate, found with the right to do so.

All or nothing: one that a person may not see or annotate refuses the whole request.
Knows no annotation and no JSON.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.db.models import QuerySet

from graticule.catalog.access import Rights, Verb, visible_to
from graticule.catalog.models import (
    AnnotationLink,
    Dataset,
    Group,
    Image,
    Person,
    Plate,
    PlateAcquisition,
    Project,
    Screen,
    Well,
)
from graticule.catalog.models.owned import Named
from graticule.errors import (
    LimitError,
    NotFoundError,
    NotPermittedError,
    RequestError,
)

KINDS: Mapping[str, type[Named]] = {
    "project": Project,
    "dataset": Dataset,
    "image": Image,
    "screen": Screen,
    "plate": Plate,
    "acquisition": PlateAcquisition,
    "well": Well,
}
"""What can be annotated, by the words for it."""
_BATCH = 5_000
_LARGEST_ID = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Target:
    """One thing, by kind and id."""

    kind: str
    id: int


@dataclass(frozen=True, slots=True)
class Found:
    """Things of one kind that a person sees: group and owner of each, by id."""

    kind: str
    groups: Mapping[int, int]
    owners: Mapping[int, int]

    @property
    def content_type(self) -> ContentType:
        """What links to these things name their table by."""
        return ContentType.objects.get_for_model(KINDS[self.kind])

    def links(self, annotations: Iterable[int]) -> Iterator[AnnotationLink]:
        """Read the links of some annotations with these things."""
        wanted = list(annotations)
        for some in chunks(list(self.groups)):
            yield from AnnotationLink.objects.filter(
                target_type=self.content_type,
                target_id__in=some,
                annotation__in=wanted,
            )


def chunks(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    """Cut ids into parts that every database takes in one query."""
    for start in range(0, len(ids), _BATCH):
        yield ids[start : start + _BATCH]


def find_targets(person: Person, targets: Iterable[Target]) -> list[Found]:
    """Find things that a person sees, by kind, each once.

    Raises
    ------
    graticule.errors.RequestError
        If there are none.
    graticule.errors.LimitError
        If there are more than ``max_annotated``.
    graticule.errors.NotFoundError
        If one is not there, or not for this person.
    """
    asked: dict[str, dict[int, None]] = {}
    for target in targets:
        asked.setdefault(target.kind, {})[target.id] = None
    count = sum(map(len, asked.values()))
    if not count:
        raise RequestError("Select what to annotate first.")
    allowed = settings.GRATICULE["max_annotated"]
    if count > allowed:
        raise LimitError("max_annotated", allowed, count, "A number of things")
    return [_found(person, kind, list(ids)) for kind, ids in asked.items()]


def _found(person: Person, kind: str, ids: list[int]) -> Found:
    groups: dict[int, int] = {}
    owners: dict[int, int] = {}
    things: QuerySet[Any] = QuerySet(KINDS[kind])
    seen = visible_to(person, things)
    for some in chunks([each for each in ids if each <= _LARGEST_ID]):
        rows = seen.filter(pk__in=some).order_by("pk")
        for pk, owner, group in rows.values_list("pk", "owner_id", "group_id"):
            groups[pk], owners[pk] = group, owner
    missing = next((each for each in ids if each not in groups), None)
    if missing is not None:
        raise NotFoundError(f"There is no {kind} {missing}, or none that you may see.")
    return Found(kind, {each: groups[each] for each in ids}, owners)


def check_rights(rights: Rights, verb: Verb, found: Found, ids: Iterable[int]) -> None:
    """See that a person may do something to some of the things.

    The rule is asked once for each owner and group.

    Raises
    ------
    graticule.errors.NotPermittedError
        If not to all of them.
    """
    refused = first_refused(rights, verb, found, ids)
    if refused is not None:
        raise NotPermittedError(
            f"You may not {verb.value} the {found.kind} {refused}: it is somebody "
            "else's. Ask its owner or an administrator."
        )


def first_refused(
    rights: Rights, verb: Verb, found: Found, ids: Iterable[int]
) -> int | None:
    """Find the first of some things that a person may not do something to."""
    groups = Group.objects.in_bulk({found.groups[each] for each in ids})
    allowed: dict[tuple[int, int], bool] = {}
    for each in ids:
        belongs = found.owners[each], found.groups[each]
        if belongs not in allowed:
            like = KINDS[found.kind](owner_id=belongs[0], group=groups[belongs[1]])
            allowed[belongs] = rights.may(verb, like)
        if not allowed[belongs]:
            return each
    return None
