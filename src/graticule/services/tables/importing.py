"""A file becomes a table on a thing: whole, or not at all.

It is written aside first; only when the last row is there do file, annotation
and link come into the catalogue, together.
"""

from __future__ import annotations

from pathlib import Path

import h5py
from django.contrib.contenttypes.models import ContentType
from django.db import transaction

from graticule.catalog.access import Verb, may, may_create_in, visible_to
from graticule.catalog.models import Annotation, AnnotationLink, Group, Person
from graticule.catalog.models.owned import Named
from graticule.errors import (
    MissingFileError,
    NotFoundError,
    NotPermittedError,
    UnsupportedFileError,
)
from graticule.services.attachments import attach, file_aside
from graticule.services.tables.import_csv import import_csv
from graticule.services.tables.import_hdf5 import import_hdf5
from graticule.services.tables.import_parquet import import_parquet
from graticule.services.tables.store import MEDIA_TYPE, NAMESPACE
from graticule.services.tables.workshop import Tell, Workshop, workshop
from graticule.services.versions import tell_change, wait_until_known

_PARQUET = b"PAR1"
_TEXTS = frozenset({".csv", ".tsv", ".tab", ".txt"})


def import_table(
    person: Person,
    path: Path,
    thing: Named,
    *,
    tell: Tell,
    name: str = "",
    group: Group | None = None,
    delimiter: str | None = None,
    encoding: str = "utf-8",
) -> Annotation:
    """Attach the table in a file to a thing.

    Parameters
    ----------
    person
        Whose it becomes.
    path
        HDF5 as OMERO.tables writes it, Parquet, or CSV; known by what is in it,
        CSV by its name.
    tell
        Is told of progress.
    name
        What people call it; the file's name if not given.
    group
        Whose members may see it; the thing's if not given.
    delimiter, encoding
        How CSV is written; see :func:`.import_csv.import_csv`.

    Raises
    ------
    graticule.errors.FileError
        If the file cannot be read as a table.
    graticule.errors.NotPermittedError
        If the person may not annotate the thing, or make things in the group.
    """
    group = group or thing.group
    _check(person, thing, group)
    if not path.is_file():
        raise MissingFileError(path, "there is no such file.")
    with file_aside(".parquet") as aside:
        with workshop(tell) as shop:
            _convert(shop, path, aside, delimiter, encoding)
        with transaction.atomic():
            annotation = attach(
                person,
                group,
                aside,
                name=name or path.name,
                media_type=MEDIA_TYPE,
                namespace=NAMESPACE,
            )
            AnnotationLink.objects.create(
                annotation=annotation,
                target_type=ContentType.objects.get_for_model(thing),
                target_id=thing.pk,
                owner=person,
            )
            tell_change()
    wait_until_known()
    return annotation


def _check(person: Person, thing: Named, group: Group) -> None:
    kind = type(thing)
    seen = visible_to(person, kind._default_manager.filter(pk=thing.pk))  # noqa: SLF001 -- Django's public name
    if not seen.exists():
        raise NotFoundError(f"{kind.__name__}:{thing.pk} not found")
    if not may(person, Verb.ANNOTATE, thing):
        raise NotPermittedError(
            f"{person.username} may not annotate {kind.__name__}:{thing.pk}."
        )
    if not may_create_in(person, group):
        raise NotPermittedError(f"{person.username} is not in the group {group.name}.")


def _convert(
    shop: Workshop, path: Path, aside: Path, delimiter: str | None, encoding: str
) -> None:
    with path.open("rb") as file:
        begin = file.read(len(_PARQUET))
    if begin == _PARQUET:
        import_parquet(shop, path, aside)
    elif h5py.is_hdf5(path):
        import_hdf5(shop, path, aside)
    elif path.suffix.lower() in _TEXTS:
        import_csv(shop, path, aside, delimiter=delimiter, encoding=encoding)
    else:
        raise UnsupportedFileError(
            path, "this is neither HDF5 nor Parquet, nor named .csv, .tsv or .txt."
        )
