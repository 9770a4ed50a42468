"""What belongs to observations but stands elsewhere: their collection, their files.

Asked together with the rows, so that a dataset's new name or place is seen at once.
"""

from __future__ import annotations

from django.db.models import Case, F, OuterRef, Q, QuerySet, Subquery, Sum, Value, When
from django.db.models.functions import Coalesce, NullIf

from graticule.catalog.models import Dataset, Observation, OriginalFile, Permissions


def with_belonging(rows: QuerySet[Observation]) -> QuerySet[Observation]:
    """Put in ``collection``, and ``bytes``: the size of an image's files, or ``None``.

    The collection is what the header names; else the first dataset of the image, of
    those that everybody sees who sees the image; else the folder.
    """
    return rows.annotate(collection=_collection(), bytes=_bytes())


def _collection() -> Case:
    through = Dataset.images.through.objects.filter(
        Q(dataset__owner=OuterRef("image__owner"))
        | ~Q(dataset__group__permissions=Permissions.PRIVATE),
        image=OuterRef("image"),
        dataset__group=OuterRef("image__group"),
    )
    first = Subquery(through.order_by("pk").values("dataset__name")[:1])
    named = Coalesce(NullIf(first, Value("")), F("obs_collection"))
    return Case(When(is_collection_told=True, then=F("obs_collection")), default=named)


def _bytes() -> Subquery:
    files = OriginalFile.objects.filter(fileset=OuterRef("image__fileset"))
    sums = files.order_by().values("fileset").annotate(all=Sum("size_bytes"))
    return Subquery(sums.values("all"))
