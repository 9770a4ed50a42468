"""Saving what people draw: new shapes, changed ones, and those taken away.

Everything that may be done is done in one transaction; what may not, and what
cannot be placed on the image, is refused with a sentence. New shapes become ROIs
of whoever drew them, in the group of the image; a ROI left without shapes goes.
Knows no HTTP and none of its words.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from django.db import transaction

from graticule.catalog.access import Rights, Verb, rights_of, visible_to
from graticule.catalog.models import DeletedSource, Image, Person, Roi
from graticule.catalog.models import Shape as ShapeRow
from graticule.errors import RequestError
from graticule.pixels.annotations import Shape, ShapeKind
from graticule.services.containers import find
from graticule.services.remembered import forget_all
from graticule.services.scanning.rois import shape_row
from graticule.services.shape_bounds import shape_bounds
from graticule.services.versions import tell_change, wait_until_known

FARTHEST = 1e9
"""No coordinate may be farther from the image's corner, in pixels."""
_BATCH = 500
_SIZES = ("width", "height", "radius_x", "radius_y")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a saved shape is, and what the asker calls it."""

    key: str
    roi_id: int
    shape_id: int


@dataclass(frozen=True, slots=True)
class RoiChanges:
    """What shall be saved of one image.

    ``new`` holds shapes with what the asker calls them, ``changed`` whole shapes
    that take the place of saved ones. ``into`` says to which ROI a new shape, by what
    the asker calls it, shall belong; where that is not there, or may not be changed,
    it becomes a ROI of its own.
    """

    image_id: int
    new: tuple[tuple[str, Shape], ...] = ()
    changed: tuple[tuple[Place, Shape], ...] = ()
    deleted: tuple[Place, ...] = ()
    into: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Saved:
    """Where each shape is now, by what the asker calls it, and what was refused."""

    places: dict[str, Place]
    refused: tuple[str, ...]


def save_shapes(person: Person, changes: RoiChanges) -> Saved:
    """Save shapes that a person drew, changed or took away.

    Raises
    ------
    graticule.errors.NotFoundError
        If there is no such image, or not for this person.
    """
    with transaction.atomic():
        image = find(person, Image.objects.select_related("group"), changes.image_id)
        saving = _Saving(person, image)
        saving.change(changes.changed)
        saving.delete(changes.deleted)
        saving.draw(changes.new, changes.into)
        tell_change()
    forget_all()
    wait_until_known()
    return Saved(saving.places, tuple(saving.refused))


class _Saving:
    """One call of :func:`save_shapes`, within its transaction."""

    def __init__(self, person: Person, image: Image) -> None:
        self._person = person
        self._image = image
        self._rights: Rights = rights_of(person)
        self.places: dict[str, Place] = {}
        self.refused: list[str] = []

    def draw(self, new: Iterable[tuple[str, Shape]], into: Mapping[str, int]) -> None:
        """Make a ROI of each new shape, or put it into one that is there."""
        new = tuple(new)
        if new and not self._rights.may(Verb.ANNOTATE, self._image):
            self.refused.append("You may not draw on this image.")
            return
        drawn = []
        homes = self._homes(into)
        for key, shape in new:
            roi = homes.get(key) or Roi(
                image=self._image, owner=self._person, group_id=self._image.group_id
            )
            row = self._row(roi, shape)
            if row is not None:
                drawn.append((key, roi, row))
        made = [roi for _, roi, _ in drawn if roi.pk is None]
        Roi.objects.bulk_create(made, _BATCH)
        ShapeRow.objects.bulk_create([row for _, _, row in drawn], _BATCH)
        self._keep_from_scans(row for _, _, row in drawn)
        for key, roi, row in drawn:
            self.places[key] = Place(key, roi.pk, row.pk)

    def _homes(self, into: Mapping[str, int]) -> dict[str, Roi]:
        """Find the ROIs that new shapes may be put into, by the shapes' keys."""
        found: dict[int, Roi] = {}
        rois = visible_to(self._person, Roi.objects.filter(image=self._image))
        for some in _batches(sorted(set(into.values()))):
            for roi in rois.filter(pk__in=some).select_related("group"):
                if self._rights.may(Verb.EDIT, roi):
                    found[roi.pk] = roi
        return {key: found[roi_id] for key, roi_id in into.items() if roi_id in found}

    def change(self, changed: Iterable[tuple[Place, Shape]]) -> None:
        """Put shapes in the place of saved ones."""
        changed = tuple(changed)
        rows = self._allowed([place for place, _ in changed], Verb.EDIT, "change")
        for place, shape in changed:
            old = rows.get(place.key)
            row = None if old is None else self._row(old.roi, shape, old)
            if row is not None:
                row.save()
                self.places[place.key] = place
        self._keep_from_scans(rows.values())

    def delete(self, deleted: Iterable[Place]) -> None:
        """Take shapes away, and ROIs that have none left."""
        deleted = tuple(deleted)
        rows = self._allowed(deleted, Verb.DELETE, "delete")
        self._keep_from_scans(rows.values())
        rois = sorted({row.roi_id for row in rows.values()})
        for some in _batches([row.pk for row in rows.values()]):
            ShapeRow.objects.filter(pk__in=some).delete()
        for some in _batches(rois):
            Roi.objects.filter(pk__in=some, shapes=None).delete()
        self.places |= {place.key: place for place in deleted if place.key in rows}

    def _row(
        self, roi: Roi, shape: Shape, old: ShapeRow | None = None
    ) -> ShapeRow | None:
        """Make a row, in the place of an old one; refuse what cannot be."""
        try:
            _check(shape, self._image)
            row = shape_row(roi, shape)
            _replace(old, row)
        except RequestError as error:
            self.refused.append(str(error))
            return None
        return row

    def _allowed(
        self, places: Iterable[Place], verb: Verb, what: str
    ) -> dict[str, ShapeRow]:
        """Find those shapes that the person may change, by their keys; lock them."""
        wanted = {place.shape_id: place for place in places}
        shapes = visible_to(
            self._person, ShapeRow.objects.filter(roi__image=self._image)
        )
        shapes = shapes.select_related("roi__group").select_for_update(of=("self",))
        allowed = {}
        for some in _batches(list(wanted)):
            for row in shapes.filter(pk__in=some).order_by("pk"):
                place = wanted[row.pk]
                if row.roi_id != place.roi_id:
                    continue
                del wanted[row.pk]
                if self._rights.may(verb, row.roi):
                    allowed[place.key] = row
                else:
                    self.refused.append(f"You may not {what} shape {row.pk}.")
        self.refused += [
            f"There is no shape {place.shape_id} in ROI {place.roi_id} of this image."
            for place in wanted.values()
        ]
        return allowed

    def _keep_from_scans(self, rows: Iterable[ShapeRow]) -> None:
        """Make ROIs that a scan brought in those of people: no scan undoes this."""
        scanned = {row.roi_id: row.roi.source for row in rows if row.roi.source}
        DeletedSource.objects.bulk_create(
            [
                DeletedSource(kind="Roi", parent=self._image.pk, source=source)
                for source in scanned.values()
            ],
            _BATCH,
            ignore_conflicts=True,
        )
        for some in _batches(list(scanned)):
            Roi.objects.filter(pk__in=some).update(source=None)


def _batches(ids: list[int]) -> Iterable[list[int]]:
    return (ids[start : start + _BATCH] for start in range(0, len(ids), _BATCH))


def _check(shape: Shape, image: Image) -> None:
    """Refuse what is not on the image's planes, too far away, or inside out."""
    name = shape.kind.value
    for axis, number, size in (
        ("z", shape.z, image.size_z),
        ("c", shape.c, image.size_c),
        ("t", shape.t, image.size_t),
    ):
        if number is not None and not 0 <= number < size:
            raise RequestError(
                f"A {name} at {axis} {number}: the image has 0 to {size - 1}."
            )
    for side in _SIZES:
        if shape.geometry.get(side, 0) < 0:
            raise RequestError(f"A {name} with a negative {side}.")
    if max(map(abs, shape_bounds(shape))) > FARTHEST:
        raise RequestError(f"A {name} more than {FARTHEST:.0e} pixels away.")


def _replace(old: ShapeRow | None, row: ShapeRow) -> None:
    """Give a row the identity of an old one, and what clients are never told."""
    if old is None:
        if row.kind == ShapeKind.MASK.value:
            raise RequestError("A mask cannot be made without its bits.")
        return
    if row.kind != old.kind:
        raise RequestError(f"Shape {old.pk} is a {old.kind}, not a {row.kind}.")
    if row.kind == ShapeKind.MASK.value:
        if any(row.geometry[side] != old.geometry[side] for side in _SIZES[:2]):
            raise RequestError(f"Shape {old.pk} is a mask: its size cannot change.")
        row.mask_bits = old.mask_bits
    row.pk = old.pk
    if row.locked is None:
        row.locked = old.locked
