"""Put new images where the folder rule says, and carry containers along.

Containers are found by their ``source``; what people named, moved or deleted
stays so.
Knows no files.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

from graticule.catalog.models import (
    Dataset,
    DeletedSource,
    Folder,
    Image,
    Plate,
    Project,
    Screen,
)
from graticule.services.folders import SOURCE_PREFIX, Place, Placement
from graticule.services.scanning.fitting import NAME_LENGTH, fit_text

UPLOAD_PREFIX = "upload:"
Container = Dataset | Project | Screen


def place_images(folder: Folder, images: Iterable[tuple[Placement, Image]]) -> None:
    """Put new images into their datasets, made where they are missing."""
    by_placement = defaultdict(list)
    for placement, image in images:
        by_placement[placement].append(image)
    for placement, members in by_placement.items():
        dataset = folder.dataset or _dataset(folder, placement)
        if dataset is None:
            continue
        through = Dataset.images.through
        through.objects.bulk_create(
            [through(dataset_id=dataset.pk, image_id=image.pk) for image in members],
            ignore_conflicts=True,
        )


def place_plates(folder: Folder, plates: Iterable[tuple[Placement, Plate]]) -> None:
    """Put new plates into the screen named as the project would be.

    Datasets hold no plates: those uploaded into one have a screen of its name.
    """
    for placement, plate in plates:
        place = placement.project
        if folder.dataset is not None:
            place = Place(f"{UPLOAD_PREFIX}{folder.dataset.pk}", folder.dataset.name)
        if _is_deleted(Screen, place):
            continue
        screen, _ = Screen.objects.get_or_create(
            source=place.source, defaults=_first(folder, place)
        )
        screen.plates.add(plate)


def _is_deleted(model: type[Container], place: Place) -> bool:
    """Say whether people deleted what a scan had made for a folder."""
    deleted = DeletedSource.objects.filter(kind=model.__name__, source=place.source)
    return deleted.exists()


def _dataset(folder: Folder, placement: Placement) -> Dataset | None:
    if _is_deleted(Dataset, placement.dataset):
        return None
    dataset, is_new = Dataset.objects.get_or_create(
        source=placement.dataset.source, defaults=_first(folder, placement.dataset)
    )
    # Somebody may have moved the dataset to another project: leave it there.
    stays = not is_new and dataset.projects.exists()
    if not stays and not _is_deleted(Project, placement.project):
        project, _ = Project.objects.get_or_create(
            source=placement.project.source,
            defaults=_first(folder, placement.project),
        )
        project.datasets.add(dataset)
    return dataset


def _first(folder: Folder, place: Place) -> dict[str, object]:
    return {
        "name": fit_text(place.name, NAME_LENGTH),
        "owner_id": folder.owner_id,
        "group_id": folder.group_id,
    }


def carry_containers(moves: Iterable[tuple[Placement, Placement]]) -> None:
    """Let containers follow their folder when it was renamed or moved.

    Only when the old folder is gone and the new one has no container yet; a
    name that nobody changed follows, too.

    Parameters
    ----------
    moves
        Placements before and after of the filesets that were found elsewhere.
    """
    pairs: set[tuple[type[Container], Place, Place]] = set()
    for old_place, new_place in moves:
        pairs.add((Dataset, old_place.dataset, new_place.dataset))
        pairs.add((Project, old_place.project, new_place.project))
        pairs.add((Screen, old_place.project, new_place.project))
    for model, before, after in pairs:
        if before == after or Path(before.source.removeprefix(SOURCE_PREFIX)).exists():
            continue
        if model.objects.filter(source=after.source).exists():
            continue
        old = model.objects.filter(source=before.source)
        old.filter(name=fit_text(before.name, NAME_LENGTH)).update(
            name=fit_text(after.name, NAME_LENGTH)
        )
        old.update(source=after.source)
        deleted = DeletedSource.objects.filter(kind=model.__name__)
        if not deleted.filter(source=after.source).exists():
            deleted.filter(source=before.source).update(source=after.source)
