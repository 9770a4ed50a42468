"""The client's page, told what it needs (contract clients 4, "Index page")."""

from __future__ import annotations

import re
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from graticule.errors import NotFoundError
from graticule.web.clients.mounted import client_page, mounted_client
from graticule.web.principal import person_of

# The release whose ways the gateway has: from 5.4.4 on the client asks for tiles
# of 512 x 512.
_OMERO_VERSION = "5.6.0"
# What the client asks of servers that do not say.
_MAX_ACTIVE_CHANNELS = 10
_NAME = re.compile(r"[A-Z][A-Z0-9_]*")
# A backslash or a line's end would break the script that the values stand in.
_BREAKING = re.compile(r"[\\\x00-\x1f\x7f\u2028\u2029]")


def index(request: HttpRequest) -> HttpResponse:
    """Answer the page; what it opens stands in its own query."""
    person_of(request)
    filling = {"params": {**_asked(request), **_said()}, "iviewer_url_suffix": ""}
    return client_page(request, "iviewer", "omero_iviewer/index.html", filling)


def _asked(request: HttpRequest) -> dict[str, str]:
    """Pass the query on, names in capitals: the client reads its state from it."""
    return {
        name.upper(): _BREAKING.sub("", str(value))
        for name, value in request.GET.items()
        if _NAME.fullmatch(name.upper())
    }


def _said() -> dict[str, str]:
    """Say what this server is, as texts; no query changes it."""
    loaded = settings.GRATICULE
    said: dict[str, Any] = {
        "VERSION": mounted_client("iviewer").version,
        "OMERO_VERSION": _OMERO_VERSION,
        "INTERPOLATE": loaded["interpolate_pixels"],
        "WEBGATEWAY": reverse("webgateway"),
        "WEBCLIENT": reverse("login").removesuffix("login/"),
        "WEB_API_BASE": reverse("api_base", kwargs={"version": "0"}),
        "URI_PREFIX": settings.FORCE_SCRIPT_NAME or "",
        "ROI_PAGE_SIZE": loaded["api_max_limit"],
        "MAX_PROJECTION_BYTES": loaded["max_projection_bytes"],
        "MAX_ACTIVE_CHANNELS": _MAX_ACTIVE_CHANNELS,
        "NODEDESCRIPTORS": None,
        "ROI_COLOR_PALETTE": None,
        "SHOW_PALETTE_ONLY": False,
        "ENABLE_MIRROR": False,
        **_figure(),
    }
    return {name: str(value) for name, value in said.items()}


def _figure() -> dict[str, str]:
    """Where OMERO.figure is, if it is there."""
    try:
        mounted_client("figure")
    except NotFoundError:
        return {}
    return {"OMERO_FIGURE": reverse("figure_index")}
