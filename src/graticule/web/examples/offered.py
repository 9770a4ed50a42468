"""Which services have examples, and where.

One table; what the examples are, each door knows itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import cast

from django.http import HttpRequest
from django.urls import reverse
from django.utils.module_loading import import_string

from graticule.catalog.models import Person
from graticule.errors import NotFoundError
from graticule.web.examples.model import Examples
from graticule.web.uws.places import path_of
from graticule.web.vosi.model import Capability, Interface
from graticule.web.vosi.security import of_readers

_SIA = "sia"
# By the names of services: functions that give what a person can ask.
_OFFERED: Mapping[str, str] = {
    "cutout": "graticule.web.examples.cutouts.offered",
    "datalink": "graticule.web.datalink.examples.offered",
    _SIA: "graticule.web.sia.examples.offered",
    "tap": "graticule.web.tap.examples.offered",
}


def examples_for(person: Person, service: str) -> Examples:
    """Give the examples of a service, of what a person may see.

    Raises
    ------
    graticule.errors.NotFoundError
        If the service has none, or the person sees nothing to ask for.
    """
    if service not in _OFFERED:
        raise NotFoundError(f"The service {service[:40]} has no examples.")
    offered = cast("Callable[[Person], Examples]", import_string(_OFFERED[service]))
    found = offered(person)
    if not found.listed:
        raise NotFoundError(
            "There are no examples yet: they would be of images that you may see, and "
            "there are none."
        )
    return found


def described(request: HttpRequest, service: str) -> Iterator[Capability]:
    """Say where a service has its examples, if it has some (V2)."""
    if service in _OFFERED:
        path = (
            reverse("sia_examples")
            if service == _SIA
            else path_of("uws_examples", service)
        )
        one = Interface(
            request.build_absolute_uri(path),
            security=of_readers(path),
            result_type="application/xhtml+xml",
        )
        yield Capability("DALI#examples", (one,))
