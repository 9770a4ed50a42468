"""The one way from a user name and a password to a person.

The login page, the JSON API, HTTP Basic and credentials in the query all take it,
so all keep the limit on wrong passwords. What is refused looks the same whether
there is such a person or not, and takes as long.
"""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth import authenticate
from django.http import HttpRequest

from graticule.catalog.login_attempts import begin_attempt
from graticule.catalog.models import Person
from graticule.catalog.models.people import PUBLIC

GUEST = "guest"
"""The account that only OMERO servers use (contract webgateway 2.2)."""


def person_by_password(request: HttpRequest, name: str, password: str) -> Person | None:
    """Find who has this name and password; nobody for wrong ones.

    Raises
    ------
    graticule.catalog.login_attempts.TooManyLoginsError
        If too many were wrong for this name from this address.
    """
    if name in {PUBLIC, GUEST} or not _storable(name + password):
        return None
    attempt = begin_attempt(
        name,
        client_address(request),
        settings.GRATICULE["failed_logins"],
        settings.GRATICULE["failed_login_window"],
    )
    person = authenticate(request, username=name, password=password)
    if not isinstance(person, Person):
        return None
    attempt.succeeded()
    return person


def client_address(request: HttpRequest) -> str:
    """Say where a request comes from: behind a proxy, the last one it names."""
    if settings.GRATICULE["behind_proxy"]:
        named = request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip()
        if named:
            return named
    address: str = request.META.get("REMOTE_ADDR", "")
    return address


def _storable(text: str) -> bool:
    """Say whether a database can look for it: no NUL, no half of a character."""
    return "\0" not in text and not any("\ud800" <= c <= "\udfff" for c in text)
