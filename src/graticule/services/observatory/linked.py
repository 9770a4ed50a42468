"""What belongs to images and plates: files, tables, members; for links to them.

Through the rule of visibility, in a few questions however many are asked for. Opens
no file. Knows no address and no word of DataLink.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.db.models import Count, QuerySet

from graticule.catalog.access import visible_to
from graticule.catalog.models import (
    Annotation,
    Fileset,
    Image,
    OriginalFile,
    Person,
    Plate,
    Well,
    WellSample,
)
from graticule.catalog.models.people import PUBLIC
from graticule.services.annotations_on import links_on
from graticule.services.observatory.identifiers import Named
from graticule.services.observatory.media_types import media_type_of
from graticule.services.plates import well_label
from graticule.services.tables.store import MEDIA_TYPE as TABLE

_MOST_LISTED = 100


@dataclass(frozen=True, slots=True)
class Original:
    """A file that an image came in; ``place`` is where it lies among the others."""

    name: str
    place: str
    media_type: str
    size_bytes: int


@dataclass(frozen=True, slots=True)
class Attached:
    """A file or table that somebody attached; ``is_open``: seen without a login."""

    annotation_id: int
    file_id: int
    name: str
    description: str
    media_type: str
    size_bytes: int
    is_table: bool
    is_open: bool


@dataclass(frozen=True, slots=True)
class Member:
    """An image of a plate, and which field of which well it is."""

    image_id: int
    label: str
    is_open: bool


@dataclass(frozen=True, slots=True)
class Files:
    """The files that something came in.

    Attributes
    ----------
    listed
        Each of them; none where they are a whole folder, or too many to list.
    count
        How many there are; ``None`` of a folder.
    is_whole
        Whether whoever asks may have them: they see every image that is in them.
    is_open
        Whether who has not logged in may.
    is_gone
        Whether they have vanished since they were scanned.
    """

    listed: tuple[Original, ...]
    count: int | None
    is_whole: bool
    is_open: bool
    is_gone: bool


@dataclass(frozen=True, slots=True)
class Linked:
    """An image or a plate, and what belongs to it.

    Attributes
    ----------
    image
        Nothing if it is a plate.
    is_open
        Whether it is seen without a login.
    files
        Nothing if it has none.
    """

    named: Named
    name: str
    image: Image | None
    is_open: bool
    files: Files | None
    attached: tuple[Attached, ...]
    members: tuple[Member, ...] = ()


def find_linked(person: Person, named: Iterable[Named]) -> dict[Named, Linked]:
    """Find images and plates that a person may see, with what belongs to them.

    Those that are not there, or not for this person, are left out alike.
    """
    wanted = list(named)
    public = public_person()
    images = _images(person, [each.id for each in wanted if each.kind == "image"])
    plates = _plates(person, [each.id for each in wanted if each.kind == "plate"])
    open_images = _ids(public, Image.objects.filter(pk__in=images))
    open_plates = _ids(public, Plate.objects.filter(pk__in=plates))
    attached = _attached(person, public, images, plates)
    things: list[Image | Plate] = [*images.values(), *plates.values()]
    filesets = [thing.fileset for thing in things]
    files = _files(person, public, [each for each in filesets if each is not None])
    found: dict[Named, Linked] = {}
    for image in images.values():
        name = Named("image", image.pk)
        found[name] = Linked(
            name,
            image.name,
            image,
            image.pk in open_images,
            files.get(image.fileset_id or 0),
            attached.get((Image, image.pk), ()),
        )
    for plate in plates.values():
        name = Named("plate", plate.pk)
        found[name] = Linked(
            name,
            plate.name,
            None,
            plate.pk in open_plates,
            files.get(plate.fileset_id or 0),
            attached.get((Plate, plate.pk), ()),
            tuple(_members(person, public, plate)),
        )
    return found


def public_person() -> Person | None:
    """Give who has not logged in, if they may see anything here."""
    if not settings.GRATICULE["anonymous_access"]:
        return None
    return Person.objects.filter(username=PUBLIC, is_active=True).first()


def _images(person: Person, ids: Sequence[int]) -> dict[int, Image]:
    rows = Image.objects.filter(pk__in=ids).select_related("fileset", "observation")
    return {row.pk: row for row in visible_to(person, rows)}


def _plates(person: Person, ids: Sequence[int]) -> dict[int, Plate]:
    rows = Plate.objects.filter(pk__in=ids).select_related("fileset")
    return {row.pk: row for row in visible_to(person, rows)}


def _ids(person: Person | None, rows: QuerySet[Image] | QuerySet[Plate]) -> set[int]:
    return set(visible_to(person, rows).order_by().values_list("pk", flat=True))


def _files(
    person: Person, public: Person | None, filesets: Sequence[Fileset]
) -> dict[int, Files]:
    """Describe the files of filesets."""
    ids = {each.pk for each in filesets}
    everything = _counted(Image.objects.filter(fileset__in=ids))
    mine = _counted(visible_to(person, Image.objects.filter(fileset__in=ids)))
    everybodys = _counted(visible_to(public, Image.objects.filter(fileset__in=ids)))
    rows: dict[int, list[OriginalFile]] = {}
    for row in OriginalFile.objects.filter(fileset__in=ids).order_by("pk"):
        rows.setdefault(row.fileset_id or 0, []).append(row)
    found = {}
    for fileset in filesets:
        its = rows.get(fileset.pk, [])
        # A folder's files are counted when it is packed.
        is_folder = not any(row.path == fileset.entry for row in its)
        total = everything.get(fileset.pk, 0)
        found[fileset.pk] = Files(
            () if is_folder or len(its) > _MOST_LISTED else tuple(_originals(its)),
            None if is_folder else len(its),
            mine.get(fileset.pk, 0) == total,
            everybodys.get(fileset.pk, 0) == total,
            fileset.vanished is not None,
        )
    return found


def _counted(images: QuerySet[Image]) -> dict[int, int]:
    rows = images.order_by().values_list("fileset").annotate(count=Count("pk"))
    return dict(rows)


def _originals(rows: Sequence[OriginalFile]) -> Iterable[Original]:
    paths = [Path(row.path) for row in rows]
    base = next(
        folder
        for folder in paths[0].parents
        if all(path.is_relative_to(folder) for path in paths)
    )
    for row, path in zip(rows, paths, strict=True):
        yield Original(
            row.name,
            path.relative_to(base).as_posix(),
            media_type_of(path.name, row.media_type),
            row.size_bytes,
        )


def _attached(
    person: Person,
    public: Person | None,
    images: Mapping[int, Image],
    plates: Mapping[int, Plate],
) -> dict[tuple[type[Image | Plate], int], tuple[Attached, ...]]:
    """Find the files that people attached to images and plates."""
    links = links_on(
        person,
        {Image: list(images), Plate: list(plates)},
        kinds=[Annotation.Kind.FILE],
    )
    annotations = Annotation.objects.filter(
        pk__in=[link.annotation_id for link in links]
    )
    seen = visible_to(public, annotations).order_by().values_list("pk", flat=True)
    everybodys = set(seen)
    found: dict[tuple[type[Image | Plate], int], tuple[Attached, ...]] = {}
    for link in links:
        file, target = link.annotation.file, link.target
        if file is None or not isinstance(target, (Image, Plate)):
            continue
        key = type(target), target.pk
        found[key] = (
            *found.get(key, ()),
            Attached(
                link.annotation_id,
                file.pk,
                file.name,
                link.annotation.description,
                media_type_of(file.name, file.media_type),
                file.size_bytes,
                file.media_type == TABLE,
                link.annotation_id in everybodys,
            ),
        )
    return found


def _members(person: Person, public: Person | None, plate: Plate) -> Iterable[Member]:
    """List the images of a plate by well and field."""
    wells = visible_to(person, Well.objects.filter(plate=plate))
    images = visible_to(person, Image.objects.all())
    samples = WellSample.objects.filter(well__in=wells, image__in=images)
    everybodys = _ids(public, Image.objects.filter(well_samples__well__plate=plate))
    rows = samples.select_related("well").order_by("well__row", "well__column", "index")
    for sample in rows:
        label = f"{well_label(plate, sample.well)}, field {sample.index + 1}"
        yield Member(sample.image_id, label, sample.image_id in everybodys)
