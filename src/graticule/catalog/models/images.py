"""Images and their channels, as answers need them without opening a file.

Everything the file says stands here; pixels alone are read from the file.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from graticule.catalog.models.files import Fileset
from graticule.catalog.models.owned import Named


class Image(Named):
    """One five-dimensional image.

    Attributes
    ----------
    key, index
        Which image of its fileset: the key is stable under rescans, the index
        is its place in the open fileset.
    levels
        ``[[width, height, tile_width, tile_height], …]``, full size first,
        those of ``pyramid`` included.
    pyramid
        Path of the side OME-Zarr with the reduced levels, or empty.
    revision
        Grows whenever the picture may have changed: pixels, pyramid or
        anybody's rendering settings.
    facts
        Instrument and acquisition facts, plain JSON by OME schema names.
    """

    fileset = models.ForeignKey(
        Fileset, models.CASCADE, null=True, blank=True, related_name="images"
    )
    key = models.CharField(max_length=255, default="0")
    index = models.PositiveIntegerField(default=0)
    pixel_type = models.CharField(max_length=8)
    size_x = models.PositiveIntegerField()
    size_y = models.PositiveIntegerField()
    size_z = models.PositiveIntegerField()
    size_c = models.PositiveIntegerField()
    size_t = models.PositiveIntegerField()
    dimension_order = models.CharField(max_length=5, default="XYZCT")
    significant_bits = models.PositiveSmallIntegerField(null=True, blank=True)
    graphics = models.BooleanField(default=False)
    levels = models.JSONField()
    pyramid = models.CharField(max_length=4096, blank=True, default="")
    pixel_width_um = models.FloatField(null=True, blank=True)
    pixel_height_um = models.FloatField(null=True, blank=True)
    pixel_depth_um = models.FloatField(null=True, blank=True)
    time_increment = models.DurationField(null=True, blank=True)
    acquired = models.DateTimeField(null=True, blank=True)
    nominal_magnification = models.FloatField(null=True, blank=True)
    wcs_header = models.TextField(blank=True, default="")
    facts = models.JSONField(default=dict, blank=True)
    archived = models.BooleanField(default=False)
    revision = models.PositiveBigIntegerField(default=1)
    vanished = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["name", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["fileset", "key"], name="image_once_per_fileset"
            )
        ]
        indexes: ClassVar = [models.Index(fields=["group", "owner"])]


class Channel(models.Model):
    """One channel of an image.

    ``color`` is a signed 32-bit RGBA integer; ``minimum`` and ``maximum`` are
    over all planes, measured at scan, or unknown.
    """

    image = models.ForeignKey(Image, models.CASCADE, related_name="channels")
    index = models.PositiveIntegerField()
    name = models.CharField(max_length=1024, blank=True, default="")
    color = models.IntegerField(null=True, blank=True)
    lut = models.CharField(max_length=255, blank=True, default="")
    emission_nm = models.FloatField(null=True, blank=True)
    excitation_nm = models.FloatField(null=True, blank=True)
    minimum = models.FloatField(null=True, blank=True)
    maximum = models.FloatField(null=True, blank=True)
    facts = models.JSONField(default=dict, blank=True)

    class Meta:
        ordering: ClassVar = ["image", "index"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["image", "index"], name="channel_once_per_image"
            )
        ]

    def __str__(self) -> str:
        return self.name or str(self.index)


class PlaneTimes(models.Model):
    """When each plane was taken, in seconds since the start.

    Apart from the image because there may be many and few answers need them:
    ``seconds`` maps ``"z,c,t"`` to a number.
    """

    image = models.OneToOneField(Image, models.CASCADE, related_name="plane_times")
    seconds = models.JSONField()
