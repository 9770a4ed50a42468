"""The annotations that objects bear, one entry for each link.

Through the rule of visibility: of the objects, and of the annotations. Knows no
wording.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db.models import Q, QuerySet

from graticule.catalog.access import visible_to
from graticule.catalog.models import Annotation, AnnotationLink, Person
from graticule.catalog.models.owned import Named

Targets = Mapping[type[Named], Sequence[int]]


def links_on(
    person: Person,
    targets: Targets,
    *,
    kinds: Iterable[str] | None = None,
    namespace: str | None = None,
) -> list[AnnotationLink]:
    """List the links to some objects that a person may see, oldest first.

    Parameters
    ----------
    targets
        Ids by table.
    kinds
        Only annotations of these kinds (:class:`Annotation.Kind`).
    namespace
        Only annotations of this namespace.

    Returns
    -------
    list
        With annotation, file, target and the people of both loaded.
    """
    annotations = visible_to(person, Annotation.objects.all())
    if kinds is not None:
        annotations = annotations.filter(kind__in=list(kinds))
    if namespace is not None:
        annotations = annotations.filter(namespace=namespace)
    links = AnnotationLink.objects.filter(
        _on(person, targets), annotation__in=annotations
    )
    loaded = links.select_related(
        "owner", "annotation__owner", "annotation__group", "annotation__file"
    )
    return list(loaded.order_by("pk").prefetch_related("target"))


def _on(person: Person, targets: Targets) -> Q:
    condition = Q(pk__in=[])
    for model, ids in targets.items():
        things: QuerySet[Any] = QuerySet(model).filter(pk__in=list(ids))
        kind = ContentType.objects.get_for_model(model)
        seen = visible_to(person, things).order_by().values("pk")
        condition |= Q(target_type=kind, target_id__in=seen)
    return condition
