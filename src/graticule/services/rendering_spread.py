"""One image's settings for all images of what it is in, and the way back.

What does not fit (contract rendering 9) and what a person may not annotate is left
as it was, and counted. What each image had before is kept for a while, so that
whoever did it can take it back; settings that were saved since stay. Knows no HTTP.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import F, QuerySet
from django.utils import timezone

from graticule.catalog.access import Verb, may, visible_to
from graticule.catalog.models import (
    Dataset,
    Image,
    OrganisedChange,
    Person,
    Plate,
    RenderingSettings,
)
from graticule.errors import NotFoundError, NotPermittedError
from graticule.services.containers import find
from graticule.services.image_sets import Holder, images_in
from graticule.services.organising.things import check_count
from graticule.services.organising.undoing import Done
from graticule.services.saved_renderings import (
    Wanted,
    changed_renderings,
    copy_rendering,
    fits,
)

KEY = "renderings"
_SAVED = ("model", "default_z", "default_t", "projection", "channels")
_BATCH = 500


@dataclass(frozen=True, slots=True)
class Reach:
    """A dataset or plate that an image is in; how many of its images would change."""

    holder: Holder
    id: int
    name: str
    images: int
    fitting: int


def reaches(person: Person, image_id: int) -> list[Reach]:
    """List what an image is in, with how many other images its settings fit.

    Raises
    ------
    graticule.errors.NotFoundError
        If there is no such image, or not for this person.
    """
    image = find(person, _images(), image_id)
    datasets = visible_to(person, Dataset.objects.filter(images=image))
    plates = visible_to(person, Plate.objects.filter(wells__samples__image=image))
    found = []
    for holder, rows in ((Holder.DATASET, datasets), (Holder.PLATE, plates)):
        for pk, name in (
            rows.order_by("name", "pk").values_list("pk", "name").distinct()
        ):
            others = _others(person, image, holder, [pk])
            fitting = sum(1 for _ in _fitting(person, image, others))
            found.append(Reach(holder, pk, name, len(others), fitting))
    return found


def _images() -> QuerySet[Image]:
    found = Image.objects.select_related("owner", "group")
    return found.prefetch_related("channels")


def _others(
    person: Person, image: Image, holder: Holder, ids: Sequence[int]
) -> list[int]:
    return [each for each in images_in(person, holder, ids) if each != image.pk]


def _fitting(person: Person, image: Image, ids: Sequence[int]) -> Iterator[Image]:
    """Find those of some images that would take the settings of one."""
    rights: dict[tuple[int, int], bool] = {}
    for start in range(0, len(ids), _BATCH):
        rows = _images().filter(pk__in=ids[start : start + _BATCH])
        for other in visible_to(person, rows):
            key = (other.owner_id, other.group_id)
            if key not in rights:
                rights[key] = may(person, Verb.ANNOTATE, other)
            if rights[key] and fits(image, other):
                yield other


def spread(
    person: Person,
    image_id: int,
    holder: Holder,
    ids: Sequence[int],
    wanted: Wanted | None,
) -> tuple[Done, int, int]:
    """Save settings for all images of containers that they fit; for oneself.

    Parameters
    ----------
    holder, ids
        Which containers, or which images.
    wanted
        The settings, for the image itself, too; unset means those that apply to it.

    Returns
    -------
    Done, int, int
        What was done, with the token that takes it back; how many images took the
        settings, and how many did not.

    Raises
    ------
    graticule.errors.NotFoundError
        If image or container are not there, or not for this person.
    graticule.errors.NotPermittedError
        If the person may not annotate the image.
    graticule.errors.RequestError, graticule.errors.LimitError
        If the settings do not fit the image; if there are too many images.
    """
    image = find(person, _images(), image_id)
    if not may(person, Verb.ANNOTATE, image):
        raise NotPermittedError(
            f"You may look at {image.name}, not save settings: its group decides."
        )
    others = _others(person, image, holder, ids)
    itself = [] if wanted is None else [image.pk]
    check_count(len(others) + len(itself))
    before = _held(person, [*itself, *others])
    with changed_renderings():
        copied = copy_rendering(person, image.pk, others, wanted)
        if copied is None:
            raise NotFoundError(f"Image:{image_id} not found")
        taken = [*itself, *copied.taken]
        said = f"These settings are saved for {_many(len(taken))}."
        now = timezone.now()
        OrganisedChange.objects.filter(expires__lte=now).delete()
        change = OrganisedChange.objects.create(
            person=person,
            said=said,
            facts={
                "rows": [],
                "links": [],
                KEY: [[number, before.get(number)] for number in taken],
            },
            expires=now + settings.GRATICULE["undo_time"],
        )
    return Done(said, change.token, change.expires), len(taken), len(copied.refused)


def _held(person: Person, ids: Sequence[int]) -> dict[int, dict[str, Any]]:
    """Read what a person has saved for some images."""
    held = {}
    for start in range(0, len(ids), _BATCH):
        rows = RenderingSettings.objects.filter(
            person=person, image__in=ids[start : start + _BATCH]
        )
        for row in rows:
            values = {name: getattr(row, name) for name in _SAVED}
            held[row.image_id] = values | {"saved": row.saved.isoformat()}
    return held


def undo_spread(person: Person, token: str) -> str:
    """Put back what images had before; give a sentence that says so.

    Raises
    ------
    graticule.errors.NotFoundError
        If there is no such change of this person, or it is too old.
    """
    with changed_renderings():
        changes = OrganisedChange.objects.select_for_update().filter(
            person=person, token=token, expires__gt=timezone.now()
        )
        change = changes.first()
        if change is None or KEY not in change.facts:
            raise NotFoundError(
                "This cannot be undone: it was undone already, or too long ago."
            )
        kept: list[tuple[int, dict[str, Any] | None]] = change.facts[KEY]
        back = _put_back(person, kept, change)
        change.delete()
    left = len(kept) - back
    since = f" {_many(left)} had been changed since: they stay." if left else ""
    return f"{_many(back)} as before.{since}"


def _put_back(
    person: Person,
    kept: Iterable[tuple[int, dict[str, Any] | None]],
    change: OrganisedChange,
) -> int:
    before = dict(kept)
    rows = RenderingSettings.objects.filter(person=person, saved__lte=change.created)
    done = 0
    ids = list(before)
    for start in range(0, len(ids), _BATCH):
        mine = list(rows.filter(image__in=ids[start : start + _BATCH]))
        gone = [row.pk for row in mine if before[row.image_id] is None]
        there = [row for row in mine if before[row.image_id] is not None]
        RenderingSettings.objects.filter(pk__in=gone).delete()
        for row in there:
            values = before[row.image_id] or {}
            for name in _SAVED:
                setattr(row, name, values[name])
            # When it was saved counts for what was done before, and may be undone.
            row.saved = datetime.fromisoformat(values["saved"])
        RenderingSettings.objects.bulk_update(there, (*_SAVED, "saved"))
        touched = Image.objects.filter(pk__in=[row.image_id for row in mine])
        done += touched.update(revision=F("revision") + 1)
    return done


def _many(count: int) -> str:
    return "1 image" if count == 1 else f"{count:,} images"
