"""Links in this door's words; addresses of pages."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.urls import reverse

from graticule.catalog.models import Share
from graticule.services.sharing import Shared

Json = dict[str, Any]


def made(share: Share, secret: str, root: str) -> Json:
    """Write a new link; only now its address can be told.

    Parameters
    ----------
    root
        The address of the server, without a final slash.
    """
    return {
        "id": share.pk,
        "url": f"{root}{reverse('share_page')}{secret}/",
        "expires": share.expires.isoformat(),
    }


def links(found: Iterable[Shared]) -> Json:
    """Write one's own links, without what is secret in them."""
    return {"links": [_link(each) for each in found]}


def _link(each: Shared) -> Json:
    share = each.share
    return {
        "id": share.pk,
        "kind": share.kind,
        "thing": share.thing_id,
        "name": each.name,
        "created": share.created.isoformat(),
        "expires": share.expires.isoformat(),
        "used": None if share.used is None else share.used.isoformat(),
    }


def rows(found: Iterable[Shared]) -> list[Json]:
    """Fill the table of the page."""
    return [
        {
            "id": each.share.pk,
            "kind": each.share.kind,
            "name": each.name or f"{each.share.thing_id} (not there any more)",
            "url": each.name and reverse(each.share.kind, args=[each.share.thing_id]),
            "created": each.share.created,
            "expires": each.share.expires,
            "used": each.share.used,
        }
        for each in found
    ]
