"""What every visible thing has: an owner, a group, times, a name."""

from __future__ import annotations

from django.contrib.contenttypes.fields import GenericRelation
from django.db import models

from graticule.catalog.models.people import Group, Person


class Owned(models.Model):
    """Something that belongs to a person within a group.

    Owner and group are all that :mod:`graticule.catalog.access` looks at.
    """

    owner = models.ForeignKey(Person, models.PROTECT, related_name="+")
    group = models.ForeignKey(Group, models.PROTECT, related_name="+")
    created = models.DateTimeField(auto_now_add=True)
    modified = models.DateTimeField(auto_now=True)

    class Meta:
        abstract = True


class Named(Owned):
    """Something owned that has a name, a description and annotations."""

    name = models.CharField(max_length=1024, blank=True, default="")
    description = models.TextField(blank=True, default="")
    annotation_links = GenericRelation(
        "catalog.AnnotationLink",
        content_type_field="target_type",
        object_id_field="target_id",
    )

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name
