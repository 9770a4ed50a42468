"""Saving, copying and resetting the rendering settings of people.

Each person has settings of their own for an image; nobody changes another's.
Where a person may not annotate an image nothing is stored. The image's revision
grows with every change, and every process forgets what it remembers. Knows no
HTTP.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from graticule.catalog.access import Verb, may, visible_to
from graticule.catalog.models import Image, Person, RenderingSettings
from graticule.errors import NotFoundError, OutOfRangeError, RequestError
from graticule.render.settings import Rendering
from graticule.services.changes import Changes, apply_changes
from graticule.services.containers import find
from graticule.services.engine import engine
from graticule.services.remembered import forget_all
from graticule.services.renderings import (
    SavedRendering,
    channel_rows,
    read_rendering,
    rendering_for,
)
from graticule.services.versions import tell_change, wait_until_known

_MOST_FORGOTTEN = 10
_BATCH = 500


@dataclass(frozen=True, slots=True)
class Wanted:
    """Settings that a person wants to save: changes, and the plane shown first."""

    changes: Changes
    default_z: int | None = None
    default_t: int | None = None


@dataclass(frozen=True, slots=True)
class Copied:
    """Which images took copied settings, and which did not."""

    taken: tuple[int, ...]
    refused: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Owned:
    """Saved settings with their id and the person they apply to."""

    id: int
    person: Person
    saved: SavedRendering


def save_rendering(person: Person, image_id: int, wanted: Wanted) -> bool:
    """Save settings of an image for a person (contract webgateway 9.1).

    Channels that are switched off keep window and colour, too.

    Returns
    -------
    bool
        Whether anything was stored: not without the right to annotate.

    Raises
    ------
    graticule.errors.NotFoundError
        If there is no such image, or not for this person.
    graticule.errors.RequestError
        If not every channel is named.
    graticule.errors.OutOfRangeError
        If the plane to be shown first is not in the image.
    """
    image = find(person, _images(), image_id)
    saved = _wanted(image, rendering_for(image, person), wanted)
    if not may(person, Verb.ANNOTATE, image):
        return False
    with changed_renderings():
        _store(person, [(image, saved)])
    return True


def _wanted(image: Image, before: SavedRendering, wanted: Wanted) -> SavedRendering:
    named = {change.index for change in wanted.changes.channels or ()}
    if not named >= set(range(image.size_c)):
        raise RequestError(f"All {image.size_c} channels must be named.")
    for axis, number, size in (
        ("z", wanted.default_z, image.size_z),
        ("t", wanted.default_t, image.size_t),
    ):
        if number is not None and not 0 <= number < size:
            raise OutOfRangeError(f"{axis} {number + 1} is outside 1 to {size}.")
    rendering = apply_changes(before.rendering, wanted.changes, inactive_too=True)
    return replace(
        before,
        rendering=rendering,
        default_z=before.default_z if wanted.default_z is None else wanted.default_z,
        default_t=before.default_t if wanted.default_t is None else wanted.default_t,
    )


def copy_rendering(
    person: Person,
    source_id: int,
    targets: Iterable[int],
    wanted: Wanted | None = None,
    *,
    keep: bool = True,
) -> Copied | None:
    """Copy the settings of an image to others (contract webgateway 9.2).

    Parameters
    ----------
    targets
        Ids of images; the source itself is left out.
    wanted
        Settings to copy instead of those that apply to the source.
    keep
        Save ``wanted`` on the source, too.

    Returns
    -------
    Copied or None
        Nothing if the source is not there or may not be annotated.

    Raises
    ------
    graticule.errors.RequestError, graticule.errors.OutOfRangeError
        If ``wanted`` does not fit the source.
    """
    try:
        source = find(person, _images(), source_id)
    except NotFoundError:
        return None
    if not may(person, Verb.ANNOTATE, source):
        return None
    saved = rendering_for(source, person)
    if wanted is not None:
        saved = _wanted(source, saved, wanted)
    others = [target for target in dict.fromkeys(targets) if target != source.pk]
    taken: list[int] = []
    with changed_renderings():
        if wanted is not None and keep:
            _store(person, [(source, saved)])
        for images in _changeable(person, others):
            copies = [
                (image, _copied(saved, rendering_for(image, person), image))
                for image in images
                if fits(source, image)
            ]
            _store(person, copies)
            taken += [image.pk for image, _ in copies]
    done = set(taken)
    return Copied(
        tuple(other for other in others if other in done),
        tuple(other for other in others if other not in done),
    )


def fits(source: Image, target: Image) -> bool:
    """Say whether settings can be copied (contract rendering 9)."""
    return (
        source.pixel_type == target.pixel_type
        and source.size_c == target.size_c
        and _wavelengths(source) <= _wavelengths(target)
    )


def _wavelengths(image: Image) -> set[float]:
    return {
        channel.emission_nm
        for channel in image.channels.all()
        if channel.emission_nm is not None
    }


def _copied(
    source: SavedRendering, before: SavedRendering, target: Image
) -> SavedRendering:
    """Copy everything; planes only where they exist (contract rendering 9)."""
    channels = source.rendering.channels
    if any(channel.reverse for channel in channels):
        # Inversion goes only if the source has none at all.
        channels = tuple(
            replace(channel, reverse=channel.reverse or old.reverse)
            for channel, old in zip(channels, before.rendering.channels, strict=True)
        )
    z, t = source.default_z, source.default_t
    return SavedRendering(
        Rendering(channels, source.rendering.model),
        z if z < target.size_z else before.default_z,
        t if t < target.size_t else before.default_t,
        before.projection,
    )


def reset_renderings(person: Person, image_ids: Iterable[int]) -> list[int]:
    """Save the settings made at import for a person; give the images changed."""
    return _save_all(
        person, image_ids, lambda image: rendering_for(image, None, imported=True)
    )


def apply_owners_renderings(person: Person, image_ids: Iterable[int]) -> list[int]:
    """Save the settings of each image's owner for a person; give those changed."""
    return _save_all(person, image_ids, lambda image: rendering_for(image, image.owner))


def _save_all(
    person: Person,
    image_ids: Iterable[int],
    choose: Callable[[Image], SavedRendering],
) -> list[int]:
    done: list[int] = []
    with changed_renderings():
        for images in _changeable(person, image_ids):
            _store(person, [(image, choose(image)) for image in images])
            done += [image.pk for image in images]
    return done


def all_renderings(person: Person, image_id: int) -> tuple[Image, list[Owned]]:
    """Find an image and the settings of all people for it (webgateway 9.5).

    Those made at import are the owner's, until the owner has saved others.

    Raises
    ------
    graticule.errors.NotFoundError
        If there is no such image, or not for this person.
    """
    image = find(person, _images(), image_id)
    rows = image.renderings.select_related("person").order_by("pk")
    people = {row.person_id for row in rows}
    found = []
    for row in rows:
        who = row.person
        if who is None and image.owner_id in people:
            continue
        found.append(Owned(row.pk, who or image.owner, read_rendering(row)))
    return image, found


def _images() -> QuerySet[Image]:
    return Image.objects.select_related("owner", "group").prefetch_related(
        "renderings", "channels"
    )


def _changeable(person: Person, image_ids: Iterable[int]) -> Iterator[list[Image]]:
    """Find the images that a person may annotate, in batches, in their order."""
    ids = list(dict.fromkeys(image_ids))
    rights: dict[tuple[int, int], bool] = {}
    for start in range(0, len(ids), _BATCH):
        batch = ids[start : start + _BATCH]
        seen = visible_to(person, _images().filter(pk__in=batch))
        by_id = {image.pk: image for image in seen}
        found = []
        for image in (by_id[number] for number in batch if number in by_id):
            key = (image.owner_id, image.group_id)
            if key not in rights:
                rights[key] = may(person, Verb.ANNOTATE, image)
            if rights[key]:
                found.append(image)
        yield found


@contextmanager
def changed_renderings() -> Iterator[None]:
    """Make a change as a whole, and have every process notice it."""
    with transaction.atomic():
        yield
        tell_change()
    forget_all()
    wait_until_known()


def _store(person: Person, chosen: list[tuple[Image, SavedRendering]]) -> None:
    RenderingSettings.objects.bulk_create(
        [
            RenderingSettings(
                image=image,
                person=person,
                model=saved.rendering.model.value,
                default_z=saved.default_z,
                default_t=saved.default_t,
                projection=saved.projection,
                channels=channel_rows(saved.rendering),
                saved=timezone.now(),
            )
            for image, saved in chosen
        ],
        update_conflicts=True,
        unique_fields=["image", "person"],
        update_fields=[
            "model",
            "default_z",
            "default_t",
            "projection",
            "channels",
            "saved",
        ],
    )
    ids = [image.pk for image, _ in chosen]
    Image.objects.filter(pk__in=ids).update(revision=F("revision") + 1)
    transaction.on_commit(lambda: _forget_pictures(ids))


def _forget_pictures(image_ids: Sequence[int]) -> None:
    """Make room on disk; with the new revision nobody finds the old pictures."""
    for image_id in image_ids[:_MOST_FORGOTTEN]:
        engine().rendered.invalidate_object("Image", image_id)
