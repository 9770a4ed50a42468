"""The client's page, with what it has to know written into it (contract clients 5).

The page says each thing in a line of its own, ``const NAME = …;``, and loads its
files from where it was made.
"""

from __future__ import annotations

import json
import re
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.templatetags.static import static
from django.urls import reverse

from graticule.catalog.models import Person
from graticule.errors import GraticuleError
from graticule.services.clients import command_for, known_client
from graticule.web.clients.mounted import client_html, mounted_client, page_answer
from graticule.web.figure.units import LENGTH_UNITS
from graticule.web.principal import is_public, person_of

_ASSETS = re.compile(r'(?<=")/assets/')
_ICONS = re.compile(r'(?<=")https://[^"]*/bootstrap-icons\.css')
_NOT_IN_SCRIPTS = str.maketrans({"<": r"\u003c", ">": r"\u003e", "&": r"\u0026"})


def index(request: HttpRequest, file_id: str | None = None) -> HttpResponse:
    """Answer the page; what figure it opens it reads from its own address."""
    del file_id
    person = person_of(request)
    html = client_html(request, "figure", "omero_figure/index.html", {})
    html = _replaced(html, _told(request, person))
    html = _ASSETS.sub(static("omero_figure/assets/"), html)
    html = _ICONS.sub(static("omero_figure/bootstrap-icons.css"), html)
    return page_answer(request, html)


def _told(request: HttpRequest, person: Person) -> dict[str, Any]:
    root = reverse("start")
    return {
        "APP_SERVED_BY_OMERO": True,
        "BASE_OMEROWEB_URL": root,
        "APP_ROOT_URL": reverse("figure_index"),
        "STATIC_DIR": static("omero_figure/"),
        "PING_URL": f"{root}webclient/keepalive_ping/",
        "EXPORT_ENABLED": False,
        # Administrators alone are offered to install the script for exports.
        "IS_ADMIN": False,
        "IS_PUBLIC_USER": is_public(request),
        "USER_ID": person.pk,
        "USER_FULL_NAME": person.full_name,
        "LENGTH_UNITS": LENGTH_UNITS,
        "MAX_PLANE_SIZE": settings.GRATICULE["max_plane_pixels"],
        "MAX_PROJECTION_BYTES": settings.GRATICULE["max_projection_bytes"],
    }


def _replaced(html: str, told: dict[str, Any]) -> str:
    """Write values into the page.

    Raises
    ------
    graticule.errors.GraticuleError
        If the page has no place for one: it is of another version.
    """
    missing = set(told)

    def line(found: re.Match[str]) -> str:
        name = found["name"]
        missing.discard(name)
        return f"const {name} = {_as_script(told[name])};"

    lines = re.compile(rf"\bconst (?P<name>{'|'.join(told)}) = [^;]*;")
    html = lines.sub(line, html)
    if missing:
        raise GraticuleError(
            f"The page of figure {mounted_client('figure').version} has no place for "
            f"{', '.join(sorted(missing))}. Graticule was tried with "
            f"{known_client('figure').version}: {command_for('figure')}"
        )
    return html


def _as_script(value: object) -> str:
    """Write JSON that cannot end the script it stands in."""
    return json.dumps(value).translate(_NOT_IN_SCRIPTS)
