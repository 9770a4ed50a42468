"""Credentials in the query: an option, off by default (contract webgateway 2.3).

``bsession`` joins a login session by its key, which is the value of the cookie
``sessionid``; ``username`` and ``password`` together log in. Either is then the
session of the client, which gets its cookie.
"""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth import SESSION_KEY, get_user, login
from django.http import HttpRequest

from graticule.catalog.models import Person
from graticule.catalog.sessions import SessionStore
from graticule.web.login.passwords import person_by_password


def has_credentials(request: HttpRequest) -> bool:
    """Say whether a request has credentials in its query, and they count."""
    if not settings.GRATICULE["credentials_in_query"]:
        return False
    query = request.GET
    return "bsession" in query or ("username" in query and "password" in query)


def person_in_query(request: HttpRequest) -> Person | None:
    """Find the person and take over, or begin, their session.

    Returns
    -------
    Person
        Nobody for a session that is over and for a wrong password.

    Raises
    ------
    graticule.catalog.login_attempts.TooManyLoginsError
        If too many passwords were wrong.
    """
    if "bsession" in request.GET:
        return _joined(request, request.GET["bsession"])
    name, password = request.GET["username"], request.GET["password"]
    person = person_by_password(request, name, password)
    if person is None:
        return None
    if str(request.session.get(SESSION_KEY)) != str(person.pk):
        login(request, person)
    return person


def _joined(request: HttpRequest, key: str) -> Person | None:
    own = request.session
    request.session = SessionStore(key)
    person = get_user(request) if request.session.get(SESSION_KEY) else None
    if isinstance(person, Person) and person.is_active:
        request.session.modified = True  # so that the cookie is sent
        return person
    request.session = own
    return None
