"""Whether the page of a thing lets a person upload."""

from __future__ import annotations

from graticule.catalog.models import Dataset, Person, Project, Screen
from graticule.services.uploading.sets import may_upload


def upload_into(person: Person | None, thing: Project | Dataset | Screen) -> int | None:
    """Give the id of the dataset that a page uploads into, if it does."""
    if isinstance(thing, Dataset) and may_upload(person, thing):
        return thing.pk
    return None
