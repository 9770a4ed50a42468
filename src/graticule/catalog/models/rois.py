"""Regions of interest and their shapes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

from django.db import models

from graticule.catalog.models.images import Image
from graticule.catalog.models.owned import Named

SHAPE_KINDS = (
    "Rectangle",
    "Ellipse",
    "Line",
    "Polyline",
    "Polygon",
    "Point",
    "Label",
    "Mask",
)


class Roi(Named):
    """Shapes of an image that belong together.

    ``source`` is the file's own id of a ROI that a scan brought in; those that
    people drew have none and are never touched by scans.
    """

    image = models.ForeignKey(Image, models.CASCADE, related_name="rois")
    source = models.CharField(max_length=255, null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["image", "source"], name="roi_once_per_source"
            )
        ]


class ShapeRows(models.QuerySet["Shape"]):
    """Queries of shapes; those made many at once note their image, too."""

    def bulk_create(
        self, objs: Iterable[Shape], *args: Any, **kwargs: Any
    ) -> list[Shape]:
        """Make many shapes."""
        rows = list(objs)
        for row in rows:
            row.note_image()
        return super().bulk_create(rows, *args, **kwargs)


class Shape(models.Model):
    """One shape, in pixels of the full-size image.

    ``geometry`` and ``points`` are as in
    :class:`graticule.pixels.annotations.Shape`; the bounding box (transform
    applied) is kept beside them so that what is in view can be asked for.
    Colours are signed 32-bit RGBA integers. ``on_image`` repeats the image of the
    ROI, so that an index finds what is in view.
    """

    roi = models.ForeignKey(Roi, models.CASCADE, related_name="shapes")
    kind = models.CharField(max_length=9, choices=[(k, k) for k in SHAPE_KINDS])
    z = models.PositiveIntegerField(null=True, blank=True)
    c = models.PositiveIntegerField(null=True, blank=True)
    t = models.PositiveIntegerField(null=True, blank=True)
    geometry = models.JSONField(default=dict)
    points = models.TextField(blank=True, default="")
    mask_bits = models.BinaryField(null=True, blank=True)
    transform = models.JSONField(null=True, blank=True)
    min_x = models.FloatField()
    min_y = models.FloatField()
    max_x = models.FloatField()
    max_y = models.FloatField()
    text = models.TextField(null=True, blank=True)
    fill_color = models.IntegerField(null=True, blank=True)
    stroke_color = models.IntegerField(null=True, blank=True)
    stroke_width = models.FloatField(null=True, blank=True)
    font_size = models.FloatField(null=True, blank=True)
    font_family = models.CharField(max_length=64, null=True, blank=True)
    font_style = models.CharField(max_length=64, null=True, blank=True)
    marker_start = models.CharField(max_length=64, null=True, blank=True)
    marker_end = models.CharField(max_length=64, null=True, blank=True)
    locked = models.BooleanField(null=True, blank=True)
    on_image = models.BigIntegerField(default=0, editable=False)

    objects = ShapeRows.as_manager()

    class Meta:
        ordering: ClassVar = ["id"]
        indexes: ClassVar = [
            models.Index(fields=["roi", "z", "t"]),
            models.Index(fields=["on_image", "id"], name="shape_of_image"),
            models.Index(
                fields=["on_image", "min_x", "max_x", "min_y", "max_y", "z", "t"],
                name="shape_in_view",
            ),
        ]

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save, the image noted."""
        self.note_image()
        super().save(*args, **kwargs)

    def note_image(self) -> None:
        """Repeat which image it is on."""
        self.on_image = self.roi.image_id
