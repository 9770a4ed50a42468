"""Services that have an address of their own beside ``/services/<name>`` (uws 1, 16).

One table for all of them. That address is the one that every link uses; the other
leads to the same jobs. Knows no view and no request.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.urls import reverse


@dataclass(frozen=True, slots=True)
class Place:
    """Where a service is.

    ``path`` is below the root, without slashes at its ends; ``jobs`` is what the
    list of its jobs is called there.
    """

    path: str
    jobs: str = "async"


PLACES: Mapping[str, Place] = {
    "tap": Place("tap"),
    "datalink": Place("datalink", jobs="dlasync"),
}
"""By the names of services."""


def path_of(route: str, service: str, **segments: str) -> str:
    """Give the path of something of a service, at its own address if it has one.

    Parameters
    ----------
    route
        The name of the address, ``uws_list``, say.
    """
    return reverse(route, kwargs={"service": service, **segments})
