"""The clients a server process knows, their static files and their pages.

Looked up once: whoever installs a client starts the server again. A client's page
is its own template, filled by whoever knows what it needs to be told (contract
clients 2 to 5). Knows no client by name.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.template import TemplateDoesNotExist, TemplateSyntaxError
from django.template.backends.django import DjangoTemplates
from django.template.base import VariableDoesNotExist
from django.urls import NoReverseMatch

from graticule.errors import GraticuleError, NotFoundError
from graticule.services.clients import (
    CLIENTS,
    Installed,
    command_for,
    installed_client,
    known_client,
)

logger = logging.getLogger(__name__)

# These programs hold scripts and styles in their pages and make code from text;
# still they talk to nobody but this server.
_POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; "
    "style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
    "font-src 'self' data:; worker-src 'self' blob:; object-src 'none'; "
    "base-uri 'self'; form-action 'self'; frame-ancestors 'self'"
)
_CANNOT_RENDER = (
    TemplateDoesNotExist,
    TemplateSyntaxError,
    VariableDoesNotExist,
    NoReverseMatch,
)


@dataclass(frozen=True, slots=True)
class _Mounted:
    client: Installed
    templates: DjangoTemplates


@cache
def _mounted() -> dict[str, _Mounted]:
    home = settings.GRATICULE["home"]
    found = {}
    for known in CLIENTS:
        try:
            client = installed_client(home, known.name)
        except GraticuleError as error:
            # A server without one of its clients is better than none.
            logger.error("%s", error)  # noqa: TRY400 -- it says what to do
            continue
        if client:
            found[client.name] = _Mounted(client, _templates(client))
    return found


def _templates(client: Installed) -> DjangoTemplates:
    """Make the engine for a client's pages: only its own templates, and escaping."""
    library = "graticule.web.clients.filters"
    return DjangoTemplates(
        {
            "NAME": client.name,
            "DIRS": [client.templates],
            "APP_DIRS": False,
            "OPTIONS": {
                "builtins": ["django.templatetags.static", library],
                "libraries": {"common_filters": library, "common_tags": library},
            },
        }
    )


def forget_mounted() -> None:
    """Look at the folder again, for tests."""
    _mounted.cache_clear()


def static_folders() -> list[Path]:
    """Folders whose files are served below ``/static/``."""
    return [mounted.client.static for mounted in _mounted().values()]


def has_client(name: str) -> bool:
    """Whether this server has a client."""
    return name in _mounted()


def mounted_client(name: str) -> Installed:
    """Give a client that this server has.

    Raises
    ------
    graticule.errors.NotFoundError
        If it was not there when the server was started.
    """
    return _find(name).client


def _find(name: str) -> _Mounted:
    found = _mounted().get(name)
    if found:
        return found
    what = known_client(name).distribution
    if installed_client(settings.GRATICULE["home"], name):
        raise NotFoundError(
            f"{what} was installed after this server was started; start it again."
        )
    raise NotFoundError(
        f"{what} is not installed here. Whoever runs this server can add it: "
        f"{command_for(name)}"
    )


def client_page(
    request: HttpRequest, name: str, template: str, filling: dict[str, Any]
) -> HttpResponse:
    """Answer a page of a client: its own template, filled.

    Parameters
    ----------
    name
        Of the client.
    template
        Name of the template in its wheel, below ``templates``.
    filling
        What the template is told.

    Raises
    ------
    graticule.errors.NotFoundError
        If the client is not installed.
    graticule.errors.GraticuleError
        If the page of this version needs something that is not here.
    """
    return page_answer(request, client_html(request, name, template, filling))


def client_html(
    request: HttpRequest, name: str, template: str, filling: dict[str, Any]
) -> str:
    """Fill a template of a client and give its text; raises like `client_page`."""
    found = _find(name)
    try:
        text: str = found.templates.get_template(template).render(filling, request)
    except _CANNOT_RENDER as error:
        tried = known_client(name).version
        raise GraticuleError(
            f"The page of {name} {found.client.version} needs something that is not "
            f"here ({' '.join(str(error).split())[:200]}). Graticule was tried with "
            f"{tried}: {command_for(name)}"
        ) from error
    return text


def page_answer(request: HttpRequest, html: str) -> HttpResponse:
    """Answer the text of a client's page, with the cookie its scripts look for.

    The cookie ``csrftoken`` must be there before they run (contract clients 1.2).
    """
    get_token(request)
    answer = HttpResponse(html)
    answer["Content-Security-Policy"] = _POLICY
    return answer
