"""``ivoa.obscore``: observations by position, time and wavelength (ObsCore 1.1)."""

from __future__ import annotations

from functools import cache
from typing import Any

from django.db.models import QuerySet

from graticule.catalog.models import Image, Observation
from graticule.services.observatory.belonging import with_belonging
from graticule.services.observatory.obscore_columns import (
    ACCESS_FORMAT,
    COMPUTED,
    OBSCORE_COLUMNS,
)
from graticule.services.published.model import PublishedTable
from graticule.services.published.source import Seen, Source

SCHEMA = "ivoa"
DESCRIPTION = "Tables that the Virtual Observatory knows."


def _rows() -> QuerySet[Any]:
    return with_belonging(Observation.objects.all())


@cache
def obscore() -> Source:
    """Give the table of observations, with where their rows are."""
    table = PublishedTable(
        SCHEMA,
        "obscore",
        OBSCORE_COLUMNS,
        "Images with celestial coordinates, one row each (ObsCore 1.1).",
        utype="ivo://ivoa.net/std/ObsCore#table-1.1",
    )
    names = [each.name for each in OBSCORE_COLUMNS if each.name not in COMPUTED]
    return Source(
        table,
        Observation,
        {name: name for name in names}
        | {"access_estsize": "bytes", "obs_collection": "collection"},
        (Seen(Image, "image__"),),
        (
            *("observation", "image_rights", "image_file"),
            *("dataset_image", "image_dataset", "group_level"),
        ),
        key="image_id",
        computed={
            "obs_publisher_did": "{did} || id0",
            "access_url": "{links} || id0",
            "access_format": f"'{ACCESS_FORMAT}'",
            "access_estsize": "(access_estsize + 999) // 1000",
        },
        rows=_rows,
        order="s_dec",
    )
