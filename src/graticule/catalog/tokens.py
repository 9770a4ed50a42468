"""Personal tokens: made once, shown once, kept as a hash.

Secrets are 256 random bits, so a plain SHA-256 is enough to keep them. Knows
nothing of how a request carries one.
"""

from __future__ import annotations

import secrets
from datetime import timedelta
from hashlib import sha256

from django.db.models import Q
from django.utils import timezone

from graticule.catalog.models import LoginLink, Person, Token
from graticule.errors import RequestError

SCOPES = ("read", "write", "admin")
"""What a token may be good for: looking, changing, administering."""
_PREFIX = "grt_"


def _digest(secret: str) -> str:
    return sha256(secret.encode()).hexdigest()


def make_token(
    person: Person,
    name: str,
    *,
    scopes: tuple[str, ...] = ("read",),
    lifetime: timedelta | None = None,
) -> str:
    """Make a token and give its secret, which nobody can read again.

    Raises
    ------
    graticule.errors.RequestError
        If a scope is unknown.
    """
    unknown = set(scopes) - set(SCOPES)
    if unknown:
        raise RequestError(
            f"{', '.join(sorted(unknown))} is no scope; there are {', '.join(SCOPES)}."
        )
    secret = _PREFIX + secrets.token_urlsafe(32)
    expires = timezone.now() + lifetime if lifetime else None
    Token.objects.create(
        person=person,
        name=name,
        digest=_digest(secret),
        scopes=list(scopes),
        expires=expires,
    )
    return secret


def find_token(secret: str) -> Token | None:
    """Find a token that is still good, by its secret."""
    now = timezone.now()
    token = (
        Token.objects.filter(Q(expires=None) | Q(expires__gt=now))
        .filter(digest=_digest(secret), person__is_active=True)
        .select_related("person")
        .first()
    )
    # Written at most once a minute: "last used" is for people.
    if token and (token.used is None or now - token.used > timedelta(minutes=1)):
        Token.objects.filter(pk=token.pk).update(used=now)
    return token


def make_login_link(person: Person, lifetime: timedelta = timedelta(hours=24)) -> str:
    """Make the secret of a link that logs a person in, once."""
    secret = secrets.token_urlsafe(32)
    LoginLink.objects.create(
        person=person, digest=_digest(secret), expires=timezone.now() + lifetime
    )
    return secret


def use_login_link(secret: str) -> Person | None:
    """Use up a login link; of two who try at once one succeeds."""
    now = timezone.now()
    links = LoginLink.objects.filter(
        digest=_digest(secret), used=None, expires__gt=now, person__is_active=True
    )
    if not links.update(used=now):
        return None
    return LoginLink.objects.select_related("person").get(digest=_digest(secret)).person
