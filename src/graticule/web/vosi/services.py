"""Which standards each service speaks, and where (contract uws V2).

Kinds of jobs speak UWS; whatever else one speaks stands in one table here. Told for
each service beside it, and for all of them at the root and in the registry.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import cast

from django.http import HttpRequest
from django.urls import reverse
from django.utils.module_loading import import_string

from graticule.services.tasks.registry import tasks
from graticule.services.tasks.task import Task
from graticule.web.examples.offered import described as examples_described
from graticule.web.uws.mount import Mount
from graticule.web.uws.places import path_of
from graticule.web.vosi.model import Capability, Interface
from graticule.web.vosi.security import of_jobs

Described = Callable[[HttpRequest], Iterator[Capability]]

# Functions that describe what a service speaks besides, or a door without jobs.
_DESCRIBED: Mapping[str, str] = {
    "datalink": "graticule.web.datalink.capabilities.described",
    "tap": "graticule.web.tap.capabilities.described",
    "sia": "graticule.web.sia.capabilities.described",
}
# Standards of ``sync`` and ``async``, where they have some beside UWS.
_SYNC_AND_ASYNC: Mapping[str, tuple[str, str]] = {
    "cutout": ("SODA#sync-1.0", "SODA#async-1.0"),
}


def capabilities_of(request: HttpRequest, task: Task) -> Iterator[Capability]:
    """Say what one service can do, beside saying so."""
    if task.name in _DESCRIBED:
        yield from _described(task.name)(request)
    mount = Mount.of(request, task.name)
    path = path_of("uws_list", task.name)
    security = of_jobs(path, task.name)
    is_sync, is_async = _SYNC_AND_ASYNC.get(task.name, ("", ""))
    # What a standard describes as a whole has its ``sync`` in that description.
    if task.sync and (is_sync or task.name not in _DESCRIBED):
        address = request.build_absolute_uri(path_of("uws_sync", task.name))
        one = Interface(
            address,
            "base" if not is_sync else "full",
            is_standard=bool(is_sync),
            version="1.0" if is_sync else "",
            security=security,
        )
        yield Capability(is_sync, (one,), task.help)
    if is_async:
        one = Interface(mount.base, version="1.0", security=security)
        yield Capability(is_async, (one,), task.help)
    one = Interface(mount.base, "base", version="1.1", security=security)
    yield Capability("UWS#rest-1.1", (one,), task.help)
    yield from examples_described(request, task.name)


def all_capabilities(request: HttpRequest) -> Iterator[Capability]:
    """Say what all services can do together."""
    known = tasks()
    for name in _DESCRIBED:
        if name not in known:
            yield from _described(name)(request)
    for task in known.values():
        yield from capabilities_of(request, task)


def about_itself(
    request: HttpRequest, capabilities: str, availability: str, tables: str = ""
) -> Iterator[Capability]:
    """Say where a service says what it is; everybody may ask.

    Parameters
    ----------
    capabilities, availability, tables
        Paths.
    """
    for standard, path, version in (
        ("VOSI#capabilities", capabilities, ""),
        ("VOSI#availability", availability, ""),
        ("VOSI#tables-1.1", tables, "1.1"),
    ):
        if path:
            address = request.build_absolute_uri(path)
            one = Interface(address, version=version, result_type="application/xml")
            yield Capability(standard, (one,))


def about_site(request: HttpRequest) -> Iterator[Capability]:
    """Say where the whole site says what it is."""
    routes = ("vosi_capabilities", "vosi_availability", "vosi_tables")
    return about_itself(request, *map(reverse, routes))


def _described(name: str) -> Described:
    return cast("Described", import_string(_DESCRIBED[name]))
