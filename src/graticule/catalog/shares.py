"""Shared links: made once, shown once, kept as a hash; and who holds one.

Secrets are 256 random bits, so a plain SHA-256 is enough to keep them. Whoever
holds a link is a person without a row of their own, who carries the share: what
they see is decided where everybody's is, in :mod:`graticule.catalog.access`.
"""

from __future__ import annotations

import secrets
from datetime import timedelta
from hashlib import sha256

from django.utils import timezone

from graticule.catalog.models import Person, Share
from graticule.catalog.models.people import PUBLIC


def _digest(secret: str) -> str:
    return sha256(secret.encode()).hexdigest()


def make_share(
    owner: Person, kind: str, thing_id: int, lifetime: timedelta
) -> tuple[Share, str]:
    """Make a link; the secret in it can be read by nobody again."""
    secret = secrets.token_urlsafe(32)
    share = Share.objects.create(
        owner=owner,
        kind=kind,
        thing_id=thing_id,
        digest=_digest(secret),
        expires=timezone.now() + lifetime,
    )
    return share, secret


def holder_of(secret: str) -> Person | None:
    """Give who holds a link that is still good.

    The person has an id that nobody has, below 0 and of this share alone, so that
    whatever is remembered for them is remembered for no one else.
    """
    now = timezone.now()
    share = (
        Share.objects.filter(
            digest=_digest(secret), expires__gt=now, owner__is_active=True
        )
        .select_related("owner")
        .first()
    )
    if share is None:
        return None
    # Written at most once a minute: "last used" is for people.
    if share.used is None or now - share.used > timedelta(minutes=1):
        Share.objects.filter(pk=share.pk).update(used=now)
    holder = Person(pk=-share.pk, username=PUBLIC)
    holder.share = share
    return holder
