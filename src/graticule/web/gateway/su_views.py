"""Become somebody else, for administrators (contract webgateway 13.4, number 52).

The web session is given a new key and is that person's from then on; there is no
way back but a new login. Who became whom stands in the log.
"""

from __future__ import annotations

import logging

from django.contrib.auth import SESSION_KEY, login
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from graticule.catalog.models import Person
from graticule.catalog.models.people import PUBLIC
from graticule.errors import RequestError
from graticule.services.versions import tell_change, wait_until_known
from graticule.web import errors
from graticule.web.gateway.wrapper import json_view
from graticule.web.principal import forget_principals, person_of

logger = logging.getLogger(__name__)
_BACKEND = "django.contrib.auth.backends.ModelBackend"


@json_view
def su(request: HttpRequest, user: str) -> HttpResponse | bool:
    """Ask, and with ``POST`` do it; ``false`` where nobody of that name logs in."""
    administrator = person_of(request)
    if not administrator.is_administrator:
        return errors.error_answer(request, Http404("There is nothing here."))
    if str(request.session.get(SESSION_KEY)) != str(administrator.pk):
        raise RequestError(
            "su changes a login session: log in at the login page, not by a token or "
            "HTTP Basic."
        )
    if request.method != "POST":
        return render(request, "graticule/su.html", {"user": user})
    found = None
    if "\0" not in user:
        found = Person.objects.filter(username=user, is_active=True).first()
    if found is None or found.username == PUBLIC:
        logger.warning("su: %r wanted to become %r", administrator.username, user)
        return False
    _become(request, administrator, found)
    return True


def _become(request: HttpRequest, administrator: Person, found: Person) -> None:
    last_login = found.last_login
    with transaction.atomic():
        # Of another person: the old session goes with all that it held.
        login(request, found, backend=_BACKEND)
        Person.objects.filter(pk=found.pk).update(last_login=last_login)
        tell_change()
    forget_principals()
    wait_until_known()
    logger.warning("su: %r became %r", administrator.username, found.username)
