"""Who is asking: found once per request, the same way for every door.

A bearer token, HTTP Basic (a password or a token), where it is switched on
credentials in the query (:mod:`graticule.web.login.in_query`), the session cookie,
or the public person for what the public may ask for. Below a shared link it is
whoever holds that (:mod:`graticule.web.share.holding`), and nobody else. What was
found is remembered for ``rights_age``, so that a tile costs no look-up; so long may a
right live on. Decides nothing about rights: that is :mod:`graticule.catalog.access`.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from hashlib import sha256

from django.conf import settings
from django.contrib.auth import SESSION_KEY, get_user
from django.http import HttpRequest, HttpResponse, HttpResponseBase

from graticule.catalog.login_attempts import TooManyLoginsError
from graticule.catalog.models import Person, Share
from graticule.catalog.models.people import PUBLIC
from graticule.catalog.tokens import find_token
from graticule.errors import NotPermittedError
from graticule.services.remembered import Remembered
from graticule.web.errors import NotLoggedInError
from graticule.web.login.in_query import has_credentials, person_in_query
from graticule.web.login.passwords import person_by_password


@dataclass(frozen=True, slots=True)
class Principal:
    """The person a request acts as.

    ``person`` is ``None`` when nobody is logged in and there is no public
    person. ``scopes`` limits what a token may do; ``None`` means no limit.
    ``by_token`` says that a bearer token was sent.
    """

    person: Person | None
    scopes: frozenset[str] | None = None
    by_token: bool = False

    @property
    def share(self) -> Share | None:
        """The shared link that this request came by, if any."""
        return self.person.share if self.person else None

    @property
    def is_public(self) -> bool:
        """Whether nobody has logged in."""
        return self.person is None or self.person.username == PUBLIC

    def required(self) -> Person:
        """Give the person.

        Raises
        ------
        graticule.web.errors.NotLoggedInError
            If there is none.
        """
        if self.person is None:
            raise NotLoggedInError
        return self.person


def person_of(request: HttpRequest) -> Person:
    """Give the person a request acts as.

    Raises
    ------
    graticule.web.errors.NotLoggedInError
        If there is none.
    """
    principal: Principal = request.principal  # type: ignore[attr-defined]
    return principal.required()


def writer_of(request: HttpRequest) -> Person:
    """Give the person a request acts as, where it may change things.

    Raises
    ------
    graticule.web.errors.NotLoggedInError
        If there is none.
    graticule.errors.NotPermittedError
        If it was sent with a token for reading only.
    """
    principal: Principal = request.principal  # type: ignore[attr-defined]
    if principal.scopes is not None and not principal.scopes & {"write", "admin"}:
        raise NotPermittedError("This token is for reading only.")
    return principal.required()


def is_public(request: HttpRequest) -> bool:
    """Whether the request comes from nobody who has logged in."""
    principal: Principal = request.principal  # type: ignore[attr-defined]
    return principal.is_public


def may_begin(request: HttpRequest) -> bool:
    """Whether the request comes from somebody who may have things of their own."""
    principal: Principal = request.principal  # type: ignore[attr-defined]
    return not principal.is_public and principal.share is None


def forget_principals() -> None:
    """Forget who was who, after somebody has logged out."""
    _principals.forget()


_NOBODY = Principal(None)
_PLAIN = "text/plain; charset=utf-8"
_TABLE_SLICE = re.compile("/webgateway/table/[0-9]+/slice/")
_principals: Remembered[Principal | None] = Remembered(10_000)


def principal_middleware(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Set ``request.principal``; answer 401 to wrong credentials."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        holder = getattr(request, "holder", None)
        try:
            principal = _of_holder(holder) if holder else _remember(request)
        except TooManyLoginsError as error:
            answer = HttpResponse(str(error), status=429, content_type=_PLAIN)
            answer["Retry-After"] = str(error.wait_seconds)
            return answer
        if principal is None:
            answer = HttpResponse("Wrong user name, password or token.", status=401)
            answer["WWW-Authenticate"] = 'Basic realm="Graticule", Bearer'
            return answer
        if principal.is_public and not holder and not _public_may_ask(request):
            principal = _NOBODY
        request.principal = principal  # type: ignore[attr-defined]
        if principal.by_token:
            # No browser sends a token by itself, so nobody can forge its forms.
            request._dont_enforce_csrf_checks = True  # type: ignore[attr-defined] # noqa: SLF001
        return get_response(request)

    return middleware


def _of_holder(holder: Person) -> Principal:
    """Give who came by a shared link, whoever they have logged in as besides."""
    return Principal(holder, frozenset({"read"}))


def _remember(request: HttpRequest) -> Principal | None:
    header = request.headers.get("Authorization", "")
    if not header and has_credentials(request):
        # Never remembered: the answer must set the session's cookie.
        return Principal(person_in_query(request))
    cookie = request.COOKIES.get(settings.SESSION_COOKIE_NAME, "")
    key = sha256(f"{header}\0{cookie}".encode()).digest()
    return _principals.get(key, lambda: _find(request, header, cookie))


def _find(request: HttpRequest, header: str, cookie: str) -> Principal | None:
    kind, _, credentials = header.partition(" ")
    if kind.lower() == "bearer":
        found = _by_token(credentials.strip())
        return replace(found, by_token=True) if found else None
    if kind.lower() == "basic":
        return _by_password(request, credentials)
    if cookie and request.session.get(SESSION_KEY):
        person = get_user(request)
        if isinstance(person, Person) and person.is_active:
            return Principal(person)
    return public_principal()


def public_principal() -> Principal:
    """Give the public person, or nobody where that is switched off."""
    if not settings.GRATICULE["anonymous_access"]:
        return _NOBODY
    return Principal(Person.objects.filter(username=PUBLIC, is_active=True).first())


def _public_may_ask(request: HttpRequest) -> bool:
    """Say whether who has not logged in may ask for this (contract webgateway 2.4)."""
    if not settings.GRATICULE["public_url_filter"].search(request.path):
        return False
    if not settings.GRATICULE["public_get_only"] or request.method == "GET":
        return True
    is_slice = _TABLE_SLICE.fullmatch(request.path_info)
    return request.method == "POST" and is_slice is not None


def _by_token(secret: str) -> Principal | None:
    token = find_token(secret)
    return Principal(token.person, frozenset(token.scopes)) if token else None


def _by_password(request: HttpRequest, credentials: str) -> Principal | None:
    try:
        text = base64.b64decode(credentials, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return None
    name, _, password = text.partition(":")
    if "\0" in text:  # in no name nor password, and PostgreSQL refuses it
        return None
    # Tokens first: they cost little, and are no wrong passwords.
    found = _by_token(password)
    if found is None:
        person = person_by_password(request, name, password)
        found = Principal(person) if person else None
    return found
