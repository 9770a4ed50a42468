"""Which images an export in a request holds, and what its files are called.

Everything passes the rule of visibility. Knows no wording of doors beyond names
of files and folders (contract webgateway 11.1).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import md5

from django.conf import settings

from graticule.catalog.access import visible_to
from graticule.catalog.models import (
    Dataset,
    Image,
    Person,
    Plate,
    Project,
    Screen,
    Well,
)
from graticule.errors import LimitError, NotFoundError
from graticule.services.image_sets import Holder, images_in
from graticule.services.plates import well_label

_LONGEST_NAME = 245


class TooLargeError(NotFoundError):
    """No image is left, for all are too large: ``refusal`` is the limit's."""

    def __init__(self, refusal: LimitError) -> None:
        super().__init__(str(refusal))
        self.refusal = refusal


@dataclass(frozen=True, slots=True)
class Ancestors:
    """What holds an image or a well: outermost first, as far as it may be seen."""

    ids: tuple[int, ...] = ()
    names: tuple[str, ...] = ()


def exportable_images(
    person: Person,
    holder: Holder,
    holder_id: int,
    only: Sequence[int] | None = None,
) -> list[int]:
    """List the images of a container that can be exported in a request.

    Those whose plane is larger than ``max_plane_pixels`` are left out.

    Parameters
    ----------
    only
        Leave out all others.

    Raises
    ------
    TooLargeError
        If none is left for their size.
    graticule.errors.NotFoundError
        If there are none.
    """
    ids = images_in(person, holder, [holder_id])
    if only is not None:
        wanted = set(only)
        ids = [image_id for image_id in ids if image_id in wanted]
    sizes = Image.objects.only("size_x", "size_y").in_bulk(ids)
    most: int = settings.GRATICULE["max_plane_pixels"]
    areas = {i: sizes[i].size_x * sizes[i].size_y for i in ids if i in sizes}
    left = [image_id for image_id, area in areas.items() if area <= most]
    if areas and not left:
        least = min(areas.values())
        raise TooLargeError(LimitError("max_plane_pixels", most, least, "A plane"))
    if not left:
        raise NotFoundError(f"{holder.value}:{holder_id} holds no images to export")
    return left


def ome_tiff_name(image_id: int, name: str) -> str:
    """Name an OME-TIFF; 255 characters at most (contract 11.1)."""
    kept = name[: _LONGEST_NAME - len(str(image_id))].replace("/", "_")
    return f"{image_id}-{kept}.ome.tiff"


def archive_name(person: Person, holder: Holder, holder_id: int) -> str:
    """Name an archive by what it holds (contract 11.1); missing parts are left out."""
    if holder is Holder.WELL:
        return "-".join(_of_well(person, holder_id).names)
    if holder is Holder.DATASET:
        return "-".join(_of_dataset(person, holder_id).names)
    return Project.objects.get(pk=holder_id).name


def image_key(person: Person, image_id: int) -> str:
    """Make the key that one image's OME-TIFF is kept by (contract 11.1)."""
    parts = map(str, (*ancestors_of(person, image_id).ids, image_id))
    return "_".join([*parts, "ome_tiff"])


def archive_key(person: Person, image_ids: Sequence[int]) -> str:
    """Make the key that an archive of OME-TIFFs is kept by (contract 11.1)."""
    ids = "+".join(map(str, image_ids)).encode()
    digest = md5(ids, usedforsecurity=False).hexdigest()
    parts = map(str, ancestors_of(person, image_ids[0]).ids)
    return "_".join([*parts, digest, "ome_tiff_zip"])


def ancestors_of(person: Person, image_id: int) -> Ancestors:
    """Find what holds an image: its dataset, else its well; the first of several."""
    datasets = visible_to(person, Dataset.objects.filter(images=image_id))
    dataset = datasets.order_by("pk").first()
    if dataset is not None:
        return _of_dataset(person, dataset.pk)
    wells = visible_to(person, Well.objects.filter(samples__image=image_id))
    well = wells.order_by("pk").first()
    return Ancestors() if well is None else _of_well(person, well.pk)


def _of_dataset(person: Person, dataset_id: int) -> Ancestors:
    dataset = Dataset.objects.get(pk=dataset_id)
    projects = visible_to(person, Project.objects.filter(datasets=dataset))
    return _chain(projects.order_by("pk").first(), dataset)


def _of_well(person: Person, well_id: int) -> Ancestors:
    well = Well.objects.select_related("plate").get(pk=well_id)
    plates = visible_to(person, Plate.objects.filter(pk=well.plate_id))
    screens = visible_to(person, Screen.objects.filter(plates=well.plate_id))
    chain = _chain(screens.order_by("pk").first(), plates.first())
    return Ancestors(
        (*chain.ids, well.pk), (*chain.names, well_label(well.plate, well))
    )


def _chain(*things: Project | Dataset | Screen | Plate | None) -> Ancestors:
    there = [thing for thing in things if thing is not None]
    return Ancestors(
        tuple(thing.pk for thing in there), tuple(thing.name for thing in there)
    )
