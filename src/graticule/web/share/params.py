"""What is to be shared, and for how long."""

from __future__ import annotations

from datetime import timedelta

from django.http import HttpRequest

from graticule.errors import RequestError
from graticule.services.organising.things import KINDS, Thing
from graticule.web.organise.params import Body

_MOST_DAYS = 10_000
_LARGEST_ID = 2**63 - 1


def lifetime(body: Body) -> timedelta:
    """Read ``days``.

    Raises
    ------
    graticule.errors.RequestError
        If it is no number of days.
    """
    days = body.id("days")
    if days is None or days > _MOST_DAYS:
        raise RequestError("days must be a number of days, such as 7.")
    return timedelta(days=days)


def asked_thing(request: HttpRequest) -> Thing | None:
    """Read ``kind`` and ``id`` of a query; without them all is asked for.

    Raises
    ------
    graticule.errors.RequestError
        If they make no sense.
    """
    kind, text = request.GET.get("kind", ""), request.GET.get("id", "")
    if not kind and not text:
        return None
    whole = text.isascii() and text.isdigit() and len(text) < 20
    if kind not in KINDS or not whole or int(text) > _LARGEST_ID:
        raise RequestError("kind and id must name one thing.")
    return Thing(kind, int(text))
