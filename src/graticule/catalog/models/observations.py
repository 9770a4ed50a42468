"""What an image is to an astronomer: one row of ObsCore, as its header tells it.

Fields are called what the columns of the standard are called (ObsCore 1.1, table 1),
so that nobody translates. What follows from the image itself (identifier, address,
size) is not stored. Written at scan only.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from graticule.catalog.models.images import Image


class Observation(models.Model):
    """Where on the sky, when and at which wavelengths an image was taken.

    Only images with celestial coordinates have one. Angles are degrees, ICRS;
    ``s_resolution`` is arcseconds; times are days (MJD, UTC) or seconds; wavelengths
    are metres. ``s_region`` is empty where the image is too wide for an outline.

    ``obs_collection`` is what the header names (then ``is_collection_told``) or the
    folder; the datasets that an image is in go before the folder, and may be renamed.
    """

    image = models.OneToOneField(Image, models.CASCADE, related_name="observation")
    dataproduct_type = models.CharField(max_length=32)
    calib_level = models.PositiveSmallIntegerField()
    obs_collection = models.CharField(max_length=1024)
    is_collection_told = models.BooleanField(default=False)
    obs_id = models.CharField(max_length=1024)
    target_name = models.CharField(max_length=1024, blank=True, default="")
    s_ra = models.FloatField()
    s_dec = models.FloatField()
    s_fov = models.FloatField()
    s_region = models.TextField(blank=True, default="")
    s_resolution = models.FloatField(null=True, blank=True)
    s_xel1 = models.BigIntegerField()
    s_xel2 = models.BigIntegerField()
    t_min = models.FloatField(null=True, blank=True)
    t_max = models.FloatField(null=True, blank=True)
    t_exptime = models.FloatField(null=True, blank=True)
    t_resolution = models.FloatField(null=True, blank=True)
    t_xel = models.BigIntegerField(null=True, blank=True)
    em_min = models.FloatField(null=True, blank=True)
    em_max = models.FloatField(null=True, blank=True)
    em_res_power = models.FloatField(null=True, blank=True)
    em_xel = models.BigIntegerField(null=True, blank=True)
    o_ucd = models.CharField(max_length=128, blank=True, default="")
    pol_states = models.CharField(max_length=64, blank=True, default="")
    pol_xel = models.BigIntegerField(null=True, blank=True)
    facility_name = models.CharField(max_length=1024, blank=True, default="")
    instrument_name = models.CharField(max_length=1024, blank=True, default="")

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["s_dec"]),
            models.Index(fields=["s_ra"]),
        ]

    def __str__(self) -> str:
        return f"{self.obs_collection}: {self.obs_id}"
