"""The images that a job has made or changed, as its result names them.

Kinds of jobs that make images say so in a small JSON result: ``id`` of the only one,
``image_ids`` or ``made`` of several. Knows no kind of job and no HTTP.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from graticule.catalog.access import visible_to
from graticule.catalog.models import Image, Person

_LONGEST_BYTES = 1 << 20
_MOST = 50


def named_images(path: Path, person: Person | None) -> list[tuple[int, str]]:
    """Read which images a JSON result names.

    Parameters
    ----------
    path
        Of the result.
    person
        Who wants to know.

    Returns
    -------
    list of (int, str)
        Id and name of those that the person may see, at most 50.
    """
    try:
        if path.stat().st_size > _LONGEST_BYTES:
            return []
        said = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return []
    ids = _ids(said)[:_MOST]
    rows = visible_to(person, Image.objects.filter(pk__in=ids))
    names = dict(rows.values_list("pk", "name"))
    return [(image_id, names[image_id]) for image_id in ids if image_id in names]


def _ids(said: Any) -> list[int]:
    if not isinstance(said, dict):
        return []
    several = [said.get("image_ids"), said.get("made"), [said.get("id")]]
    found = [each for some in several if isinstance(some, list) for each in some]
    return [each for each in dict.fromkeys(found) if type(each) is int]
