"""What keeps services from doing their work now: looked up each time (uws V1).

Tables, workers, disk. Knows no request and no XML.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import timedelta

from django.conf import settings
from django.db import DatabaseError, connection

from graticule.catalog.models import CatalogVersion
from graticule.jobs import folders
from graticule.jobs.bell import WORKER, somebody_hears
from graticule.jobs.models import Job
from graticule.jobs.phases import Phase
from graticule.jobs.times import now

SINCE = now()
"""When this process began."""
_LEAST_FREE_BYTES = 256 << 20
_QUEUED_TOO_LONG = timedelta(seconds=15)


def troubles_of_jobs() -> Iterator[str]:
    """Find what keeps jobs from being done."""
    try:
        if not _is_anybody_working():
            yield "No worker executes jobs; new ones wait in the queue."
    except DatabaseError:
        yield "The tables of jobs cannot be read."
    home = settings.GRATICULE["home"]
    if shutil.disk_usage(home).free < _LEAST_FREE_BYTES:
        yield "There is hardly any space left for results."


def troubles_of_answers() -> Iterator[str]:
    """Find what keeps requests from being answered that need no worker."""
    try:
        CatalogVersion.objects.exists()
    except DatabaseError:
        yield "The catalogue cannot be read."


def _is_anybody_working() -> bool:
    """Look for workers: on this machine, or by what they have done elsewhere."""
    moment = now()
    executing = Job.objects.filter(phase=Phase.EXECUTING, lease__gt=moment)
    if executing.exists() or somebody_hears(folders.bells(), WORKER):
        return True
    if connection.vendor == "sqlite":
        return False  # nobody else can be
    waits = Job.objects.filter(phase=Phase.QUEUED, queued__lt=moment - _QUEUED_TOO_LONG)
    return not waits.exists()
