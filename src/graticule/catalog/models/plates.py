"""Screens hold plates; a plate has wells, a well has samples (fields)."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from graticule.catalog.models.files import Fileset
from graticule.catalog.models.images import Image
from graticule.catalog.models.owned import Named


class Plate(Named):
    """A multi-well plate; naming is ``letter`` or ``number``.

    ``fileset`` and ``key`` say which plate of which files it is.
    """

    fileset = models.ForeignKey(
        Fileset, models.CASCADE, null=True, blank=True, related_name="plates"
    )
    key = models.CharField(max_length=255, default="0")
    rows = models.PositiveIntegerField(null=True, blank=True)
    columns = models.PositiveIntegerField(null=True, blank=True)
    row_naming = models.CharField(max_length=16, default="letter")
    column_naming = models.CharField(max_length=16, default="number")
    external_identifier = models.CharField(max_length=255, blank=True, default="")
    status = models.CharField(max_length=255, blank=True, default="")
    vanished = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["name", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["fileset", "key"], name="plate_once_per_fileset"
            )
        ]


class Screen(Named):
    """Plates that belong together; ``facts`` are further texts by OME schema names."""

    source = models.CharField(max_length=4096, null=True, blank=True, unique=True)
    plates = models.ManyToManyField(Plate, related_name="screens", blank=True)
    facts = models.JSONField(default=dict, blank=True)

    class Meta:
        ordering: ClassVar = ["name", "id"]


class PlateAcquisition(Named):
    """A run over a plate; seen and owned with its plate."""

    plate = models.ForeignKey(Plate, models.CASCADE, related_name="acquisitions")
    key = models.CharField(max_length=255, default="0")
    started = models.DateTimeField(null=True, blank=True)
    ended = models.DateTimeField(null=True, blank=True)
    maximum_field_count = models.PositiveIntegerField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["name", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["plate", "key"], name="acquisition_once_per_plate"
            )
        ]


class Well(Named):
    """One well, by row and column from 0."""

    plate = models.ForeignKey(Plate, models.CASCADE, related_name="wells")
    row = models.PositiveIntegerField()
    column = models.PositiveIntegerField()
    kind = models.CharField(max_length=255, blank=True, default="")
    color = models.IntegerField(null=True, blank=True)
    external_identifier = models.CharField(max_length=255, blank=True, default="")
    status = models.CharField(max_length=255, blank=True, default="")

    class Meta:
        ordering: ClassVar = ["column", "row", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["plate", "row", "column"], name="well_once_per_plate"
            )
        ]


class WellSample(models.Model):
    """A field of a well: where an image was taken; ``index`` is its order."""

    well = models.ForeignKey(Well, models.CASCADE, related_name="samples")
    image = models.ForeignKey(Image, models.CASCADE, related_name="well_samples")
    acquisition = models.ForeignKey(
        PlateAcquisition,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="samples",
    )
    index = models.PositiveIntegerField(default=0)
    position_x_um = models.FloatField(null=True, blank=True)
    position_y_um = models.FloatField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["well", "index"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["well", "index"], name="sample_once_per_well"
            )
        ]
