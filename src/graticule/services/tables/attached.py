"""Tables as people may see them: those on a thing, and each by its file.

A table is a file annotation, seen by who sees the annotation and the thing that
it is on. Knows no HTTP.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.contrib.contenttypes.models import ContentType
from django.db.models import Model, Q, QuerySet

from graticule.catalog.access import visible_to
from graticule.catalog.models import (
    Annotation,
    AnnotationLink,
    OriginalFile,
    Person,
)
from graticule.catalog.models.owned import Named
from graticule.errors import NotFoundError
from graticule.services.tables.store import MEDIA_TYPE, NAMESPACE, Table, open_table

_TABLES = Q(namespace=NAMESPACE) | Q(file__media_type=MEDIA_TYPE)


@dataclass(frozen=True, slots=True)
class AttachedTable:
    """A file annotation that is taken for a table, and what it is on."""

    annotation_id: int
    file_id: int
    name: str
    namespace: str
    parent_kind: str
    parent_id: int
    owner: str
    linked_by: str
    linked: datetime


def find_table_file(person: Person | None, file_id: int) -> OriginalFile:
    """Find the file of a table.

    Raises
    ------
    graticule.errors.NotFoundError
        If there is none, or not for this person.
    """
    files = OriginalFile.objects.filter(pk=file_id, media_type=MEDIA_TYPE)
    file = visible_to(person, files.filter(fileset=None)).first()
    if file is None:
        raise NotFoundError(f"Table {file_id} not found")
    return file


def find_table(person: Person | None, file_id: int) -> Table:
    """Open a table by the id of its file.

    Raises
    ------
    graticule.errors.NotFoundError
        If there is none, or not for this person.
    """
    return open_table(find_table_file(person, file_id).path)


def bearers_of(person: Person | None, file_id: int) -> list[Named]:
    """List the things that bear a table and that a person may see."""
    found: list[Named] = []
    links = _links(person).filter(annotation__file=file_id).order_by("pk")
    for link in links.select_related("target_type"):
        model = link.target_type.model_class()
        if model is not None and issubclass(model, Named):
            rows: QuerySet[Named] = QuerySet(model).filter(pk=link.target_id)
            found += visible_to(person, rows)
    return found


def tables_on(
    person: Person | None,
    parent: type[Named],
    lookup: str,
    child: type[Model],
    child_id: int,
) -> list[AttachedTable]:
    """List the tables on things that hold a thing, or on itself.

    Parameters
    ----------
    parent
        What the tables are on.
    lookup
        How the catalogue gets from there to the thing; empty for itself.
    child, child_id
        The thing.
    """
    things = visible_to(person, child._default_manager.filter(pk=child_id))  # noqa: SLF001 -- Django's public name
    key = f"{lookup}__in" if lookup else "pk__in"
    parents = parent._default_manager.filter(**{key: things.values("pk")})  # noqa: SLF001 -- Django's public name
    links = _links(person).filter(
        target_type=ContentType.objects.get_for_model(parent),
        target_id__in=visible_to(person, parents).values("pk"),
    )
    return [_attached(link, parent.__name__) for link in links.order_by("pk")]


def _links(person: Person | None) -> QuerySet[AnnotationLink]:
    annotations = Annotation.objects.filter(_TABLES, kind=Annotation.Kind.FILE)
    return AnnotationLink.objects.filter(
        annotation__in=visible_to(person, annotations.exclude(file=None))
    ).select_related("annotation__file", "annotation__owner", "owner")


def _attached(link: AnnotationLink, parent_kind: str) -> AttachedTable:
    annotation, file = link.annotation, link.annotation.file
    assert file is not None
    return AttachedTable(
        annotation_id=annotation.pk,
        file_id=file.pk,
        name=file.name,
        namespace=annotation.namespace,
        parent_kind=parent_kind,
        parent_id=link.target_id,
        owner=annotation.owner.full_name,
        linked_by=link.owner.full_name,
        linked=link.created,
    )
