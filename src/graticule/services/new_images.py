"""Images that the server makes: files in the home folder, rows in the catalogue.

A new image belongs to the person who asked for it, in the group of the image it was
made of, whose channels and settings it takes over. Knows no way of making one.
"""

from __future__ import annotations

import mimetypes
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from graticule.catalog.access import Verb, may_create_in, rights_of, visible_to
from graticule.catalog.models import (
    Channel,
    Dataset,
    Fileset,
    Folder,
    Image,
    OriginalFile,
    Person,
    PlaneTimes,
    RenderingSettings,
)
from graticule.errors import FileError, NotPermittedError, RequestError
from graticule.render.settings import Rendering
from graticule.services.containers import find
from graticule.services.remembered import forget_all
from graticule.services.renderings import channel_rows
from graticule.services.scanning.fitting import NAME_LENGTH, fit_text, time_of
from graticule.services.scanning.inspect import Inspected, Inspector
from graticule.services.scanning.known import signature_of
from graticule.services.scanning.report import ScanSettings
from graticule.services.scanning.rows import (
    channel_rows_of,
    image_row,
    plane_times_row,
)
from graticule.services.versions import tell_change, wait_until_known
from graticule.services.zip_stream import safe_name

_SUFFIX = ".ome.tiff"
_LONGEST_NAME_BYTES = 200


@dataclass(frozen=True, slots=True)
class NewImage:
    """What a new image takes over, and where it goes."""

    source: Image
    name: str
    rendering: Rendering
    default_t: int
    datasets: tuple[Dataset, ...]


def check_may_add(
    person: Person, source: Image, dataset_id: int | None
) -> tuple[Dataset, ...]:
    """See whether a person may make an image of another one, and where it goes.

    Parameters
    ----------
    dataset_id
        Where it shall go; unset means the datasets of the source that the person
        may put things into.

    Raises
    ------
    graticule.errors.NotFoundError
        If the dataset is not there, or not for this person.
    graticule.errors.NotPermittedError
        If the person may not make things in the group, or not change the dataset.
    graticule.errors.RequestError
        If the dataset is in another group than the image.
    """
    if not may_create_in(person, source.group):
        raise NotPermittedError(
            f"You may not make anything in the group {source.group.name}, where the "
            "image is."
        )
    rights = rights_of(person)
    if dataset_id is None:
        around = visible_to(person, Dataset.objects.filter(images=source))
        return tuple(
            each
            for each in around.filter(group=source.group).select_related("group")
            if rights.may(Verb.LINK, each)
        )
    dataset = find(person, Dataset.objects.select_related("group"), dataset_id)
    if not rights.may(Verb.LINK, dataset):
        raise NotPermittedError(f"You may not put anything into Dataset:{dataset_id}.")
    if dataset.group_id != source.group_id:
        raise RequestError(
            f"Dataset:{dataset_id} is in another group than Image:{source.pk}."
        )
    return (dataset,)


def add_image(
    person: Person, new: NewImage, write: Callable[[Path], None], aside: Path
) -> Image:
    """Write a file and put its image into the catalogue, or neither.

    Parameters
    ----------
    write
        Writes an OME-TIFF with one image to a path.
    aside
        A folder that somebody else clears: it is written there and moved when it
        is whole.

    Raises
    ------
    graticule.errors.FileError
        If it cannot be written, or not be read again.
    """
    made = aside / f"{uuid4().hex}{_SUFFIX}"
    root = _folder_path(person, new.source) / uuid4().hex
    path = root / _file_name(new.name)
    known = False
    try:
        write(made)
        root.mkdir(parents=True)
        shutil.move(made, path)
        image = _catalogued(person, new, path)
        known = True
    except OSError as error:
        raise FileError(path, f"cannot be written ({error.strerror}).") from error
    finally:
        made.unlink(missing_ok=True)
        if not known:
            shutil.rmtree(root, ignore_errors=True)
    forget_all()
    wait_until_known()
    return image


def _catalogued(person: Person, new: NewImage, path: Path) -> Image:
    values = ScanSettings.of(settings.GRATICULE.values)
    inspector = Inspector(
        values.limits, values.max_plane_pixels, values.chunk_cache_bytes
    )
    found = inspector(str(path), lambda _news: None)
    if not isinstance(found, Inspected):
        cause = getattr(found, "cause", "no reader takes it")
        raise FileError(path, f"cannot be read again: {cause}")
    with transaction.atomic():
        folder = _folder(person, new.source)
        image = _image(folder, _fileset(folder, path, found), new, found)
        for dataset in new.datasets:
            dataset.images.add(image)
        tell_change()
    return image


def _folder(person: Person, source: Image) -> Folder:
    """Find the folder of those images that belong to a person within a group."""
    folder, _ = Folder.objects.get_or_create(
        path=str(_folder_path(person, source)),
        defaults={"owner": person, "group": source.group, "scanned": timezone.now()},
    )
    return folder


def _folder_path(person: Person, source: Image) -> Path:
    home: Path = settings.GRATICULE["home"]
    return home / "images" / f"{source.group_id}-{person.pk}"


def _file_name(name: str) -> str:
    """Name a file after its image, as far as file systems go."""
    base = safe_name(name.replace("/", "_")).encode()[:_LONGEST_NAME_BYTES]
    return f"{base.decode(errors='ignore')}{_SUFFIX}"


def _fileset(folder: Folder, path: Path, found: Inspected) -> Fileset:
    stamps = [(file.path, (file.size_bytes, file.modified_ns)) for file in found.files]
    fileset = Fileset.objects.create(
        folder=folder,
        entry=str(path),
        format=fit_text(found.format, 64),
        signature=signature_of(str(path), stamps),
        warnings=[fit_text(text) for text in found.warnings],
        scanned=timezone.now(),
    )
    OriginalFile.objects.bulk_create(
        OriginalFile(
            fileset=fileset,
            path=file.path,
            name=fit_text(Path(file.path).name, NAME_LENGTH),
            size_bytes=file.size_bytes,
            modified=time_of(file.modified_ns),
            media_type=mimetypes.guess_type(file.path)[0] or "",
        )
        for file in found.files
    )
    return fileset


def _image(folder: Folder, fileset: Fileset, new: NewImage, found: Inspected) -> Image:
    (inspected,) = found.images
    image = image_row(folder, fileset, inspected)
    source = new.source
    image.name = fit_text(new.name, NAME_LENGTH)
    # What the file cannot say is as with the source.
    image.facts = source.facts
    image.wcs_header = source.wcs_header
    image.graphics = source.graphics and image.pixel_type == source.pixel_type
    image.save()
    Channel.objects.bulk_create(
        _channel(row, old)
        for row, old in zip(
            channel_rows_of(image, inspected), source.channels.all(), strict=True
        )
    )
    times = plane_times_row(image, inspected)
    if times is not None:
        PlaneTimes.objects.bulk_create([times])
    RenderingSettings.objects.create(
        image=image,
        person=None,
        model=new.rendering.model.value,
        default_z=0,
        default_t=new.default_t,
        channels=channel_rows(new.rendering),
    )
    return image


def _channel(row: Channel, old: Channel) -> Channel:
    row.name, row.color, row.lut = old.name, old.color, old.lut
    row.emission_nm, row.excitation_nm = old.emission_nm, old.excitation_nm
    row.facts = old.facts
    return row
