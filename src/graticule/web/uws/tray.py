"""What every page's header says of jobs; asks no table."""

from __future__ import annotations

from django.http import HttpRequest

from graticule.web.uws.access import Caller, may_create


def tray(request: HttpRequest) -> dict[str, bool]:
    """Say whether the header leads to the jobs of whoever asks."""
    known = getattr(request, "principal", None) is not None
    return {"has_jobs": known and may_create(request, Caller.of(request))}
