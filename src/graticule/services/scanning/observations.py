"""Save what the headers of images say of the sky, and fill in what is missing.

What earlier scans catalogued without an observation gets one from what stands in the
catalogue: no file is opened again. Knows rows, no headers.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, fields
from pathlib import Path

from django.db import transaction
from django.db.models import Q

from graticule.catalog.models import Folder, Image, Observation
from graticule.services.observatory.observing import Observed, observe
from graticule.services.scanning.fitting import NAME_LENGTH, fit_number, fit_text
from graticule.services.versions import tell_change

SKY_FORMAT = "FITS"
"""Of the formats, the one that has celestial coordinates."""
_BATCH = 500
_FIELDS = [field.name for field in fields(Observed)]
_TEXTS = frozenset(
    {"obs_collection", "obs_id", "target_name", "facility_name", "instrument_name"}
)
_CELESTIAL = ("RA--", "GLON", "ELON")


def save_observations(
    folder: Folder,
    pairs: Iterable[tuple[Image, Observed | None]],
    old: set[int],
) -> None:
    """Write the observations of saved images.

    Parameters
    ----------
    pairs
        Images, with what their headers say.
    old
        Ids of images that were there before: they lose an observation that their
        header does not tell any more.
    """
    told = [(image, observed) for image, observed in pairs if observed is not None]
    kept = {image.pk for image, _ in told}
    Observation.objects.filter(image__in=old - kept).delete()
    if not told:
        return
    name = _name_of(folder)
    Observation.objects.bulk_create(
        [_row(image, observed, name) for image, observed in told],
        update_conflicts=True,
        unique_fields=["image"],
        update_fields=[*_FIELDS, "is_collection_told"],
    )


def fill_observations(folder: Folder) -> None:
    """Give observations to images that were catalogued without."""
    celestial = Q()
    for word in _CELESTIAL:
        celestial |= Q(wcs_header__contains=f"'{word}")
    missing = Image.objects.filter(
        celestial,
        fileset__folder=folder,
        fileset__format=SKY_FORMAT,
        observation=None,
    )
    ids = list(missing.order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(ids), _BATCH):
        chunk = ids[start : start + _BATCH]
        images = Image.objects.filter(pk__in=chunk).select_related("fileset")
        pairs = [(image, observe(image.wcs_header, image.facts)) for image in images]
        if not any(observed for _, observed in pairs):
            continue
        with transaction.atomic():
            tell_change()
            save_observations(folder, pairs, set())


def _name_of(folder: Folder) -> str:
    return Path(folder.path).name or "images"


def _row(image: Image, observed: Observed, folder: str) -> Observation:
    values = asdict(observed)
    is_told = bool(values["obs_collection"])
    values["obs_collection"] = values["obs_collection"] or folder
    values["obs_id"] = values["obs_id"] or _stem(image)
    for name, value in values.items():
        if name in _TEXTS:
            values[name] = fit_text(value, NAME_LENGTH)
        elif isinstance(value, float):
            values[name] = fit_number(value)
    return Observation(image=image, is_collection_told=is_told, **values)


def _stem(image: Image) -> str:
    """Name an observation after its file, without what says it is FITS."""
    entry = Path(image.fileset.entry).name if image.fileset else image.name
    name = entry
    for suffix in (".gz", ".fz", ".fits", ".fit", ".fts"):
        name = name.removesuffix(suffix)
    return fit_text(name or entry, NAME_LENGTH)
