"""What a service says of itself: availability and capabilities (contract uws 18).

Anybody may ask. Availability is looked up each time: tables, workers, disk.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import wraps
from xml.sax.saxutils import escape

from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.http import http_date

from graticule.jobs import folders
from graticule.jobs.bell import WORKER, somebody_hears
from graticule.jobs.models import Job
from graticule.jobs.phases import Phase
from graticule.jobs.times import now
from graticule.web.uws.documents import timestamp
from graticule.web.uws.errors import MethodError, uws_view
from graticule.web.uws.mount import Mount
from graticule.web.uws.places import path_of

_SINCE = now()
_VERBS = ("GET", "HEAD", "OPTIONS")
_LEAST_FREE_BYTES = 256 << 20
_QUEUED_TOO_LONG = timedelta(seconds=15)
_SECURITY = ("sso#BasicAA", "sso#OAuth", "sso#cookie")
_STANDARD = "ivo://ivoa.net/std/"


def _vosi_view(
    view: Callable[[HttpRequest, Mount], HttpResponse],
) -> Callable[..., HttpResponseBase]:
    @uws_view
    @wraps(view)
    def wrapped(request: HttpRequest, service: str) -> HttpResponseBase:
        if request.method == "OPTIONS":
            return HttpResponse(status=204, headers={"Allow": ", ".join(_VERBS)})
        if request.method not in _VERBS:
            raise MethodError(*_VERBS)
        return view(request, Mount.of(request, service))

    return wrapped


@_vosi_view
def availability(request: HttpRequest, mount: Mount) -> HttpResponse:
    """Say whether jobs are done here now, and if not, why (V1)."""
    del request, mount
    notes = list(_troubles())
    text = (
        '<?xml version="1.0" encoding="UTF-8"?>\n<vosi:availability '
        'xmlns:vosi="http://www.ivoa.net/xml/VOSIAvailability/v1.0">'
        f"<vosi:available>{'false' if notes else 'true'}</vosi:available>"
        f"<vosi:upSince>{timestamp(_SINCE)}</vosi:upSince>"
        + "".join(f"<vosi:note>{escape(note)}</vosi:note>" for note in notes)
        + "</vosi:availability>\n"
    )
    answer = HttpResponse(text, content_type="application/xml")
    answer["Cache-Control"] = "no-cache"
    return answer


def _troubles() -> Iterator[str]:
    """Find what keeps jobs from being done."""
    try:
        if not _is_anybody_working():
            yield "No worker executes jobs; new ones wait in the queue."
    except DatabaseError:
        yield "The tables of jobs cannot be read."
    home = settings.GRATICULE["home"]
    if shutil.disk_usage(home).free < _LEAST_FREE_BYTES:
        yield "There is hardly any space left for results."


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


@_vosi_view
def capabilities(request: HttpRequest, mount: Mount) -> HttpResponse:
    """Say which standards are spoken where (V2)."""
    name = mount.task.name

    def address(route: str) -> str:
        return request.build_absolute_uri(path_of(route, name))

    anonymous = settings.GRATICULE["anonymous_jobs"] != "none"
    guarded = ("" if anonymous else None, *_SECURITY)
    security = "".join(
        f'<securityMethod standardID="ivo://ivoa.net/{each}"/>'
        if each
        else "<securityMethod/>"
        for each in guarded
        if each is not None
    )
    parts = [
        _capability("VOSI#capabilities", address("uws_capabilities"), "full"),
        _capability("VOSI#availability", address("uws_availability"), "full"),
        _capability("UWS#rest-1.1", mount.base, "base", "1.1", security),
    ]
    if mount.task.sync:
        parts.append(_capability("", address("uws_sync"), "base", "", security))
    text = (
        '<?xml version="1.0" encoding="UTF-8"?>\n<vosi:capabilities '
        'xmlns:vosi="http://www.ivoa.net/xml/VOSICapabilities/v1.0" '
        'xmlns:vs="http://www.ivoa.net/xml/VODataService/v1.1" '
        'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
        f"{''.join(parts)}</vosi:capabilities>\n"
    )
    answer = HttpResponse(text, content_type="application/xml")
    answer["Last-Modified"] = http_date(_SINCE.timestamp())
    return answer


def _capability(
    standard: str, address: str, use: str, version: str = "", security: str = ""
) -> str:
    identity = f' standardID="{_STANDARD}{standard}"' if standard else ""
    is_standard = ' role="std"' if standard else ""
    number = f' version="{version}"' if version else ""
    return (
        f"<capability{identity}>"
        f'<interface xsi:type="vs:ParamHTTP"{is_standard}{number}>'
        f'<accessURL use="{use}">{escape(address)}</accessURL>{security}'
        "</interface></capability>"
    )
