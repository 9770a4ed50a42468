"""Rendering settings: one set per image and person, and one as at import."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from graticule.catalog.models.images import Image
from graticule.catalog.models.people import Person


class RenderingSettings(models.Model):
    """How a person last saved that an image be drawn.

    ``person`` is empty on the settings made at import, of which every image
    has exactly one. ``channels`` is a list with an object per channel:
    ``{"active", "start", "end", "color" (RGBA list), "lut", "family",
    "coefficient", "noise_reduction", "reverse"}``.
    """

    image = models.ForeignKey(Image, models.CASCADE, related_name="renderings")
    person = models.ForeignKey(
        Person, models.CASCADE, null=True, blank=True, related_name="renderings"
    )
    model = models.CharField(max_length=9, default="rgb")
    default_z = models.PositiveIntegerField(default=0)
    default_t = models.PositiveIntegerField(default=0)
    projection = models.CharField(max_length=64, default="normal")
    channels = models.JSONField()
    saved = models.DateTimeField(auto_now=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["image", "person"], name="rendering_once_per_person"
            ),
            models.UniqueConstraint(
                fields=["image"],
                condition=Q(person=None),
                name="one_rendering_at_import",
            ),
        ]
