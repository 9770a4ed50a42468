"""What services say of themselves: beside each of them, and all together at the root.

Anybody may ask (contract uws 18).
"""

from __future__ import annotations

from itertools import chain

from django.http import HttpRequest, HttpResponse

from graticule.services.tasks.registry import task_named
from graticule.web.uws.places import path_of
from graticule.web.vosi import health
from graticule.web.vosi.answers import (
    availability_answer,
    capabilities_answer,
    vosi_view,
)
from graticule.web.vosi.services import (
    about_itself,
    about_site,
    all_capabilities,
    capabilities_of,
)


@vosi_view
def availability(request: HttpRequest, service: str) -> HttpResponse:
    """Say whether a service does its work now, and if not, why (V1)."""
    del request
    task_named(service)
    return availability_answer(health.troubles_of_jobs())


@vosi_view
def capabilities(request: HttpRequest, service: str) -> HttpResponse:
    """Say which standards a service speaks, and where (V2)."""
    task = task_named(service)
    itself = about_itself(
        request,
        path_of("uws_capabilities", service),
        path_of("uws_availability", service),
    )
    return capabilities_answer(chain(itself, capabilities_of(request, task)))


@vosi_view
def site_availability(request: HttpRequest) -> HttpResponse:
    """Say whether everything here works now, and if not, what does not."""
    del request
    troubles = chain(health.troubles_of_answers(), health.troubles_of_jobs())
    return availability_answer(troubles)


@vosi_view
def site_capabilities(request: HttpRequest) -> HttpResponse:
    """Say which standards are spoken here, and where."""
    return capabilities_answer(chain(about_site(request), all_capabilities(request)))
