"""How often a password may be tried for a user name from an address.

Counted in the database, so all workers share it. An attempt counts as failed
until it has succeeded: many at once are no way around it. Knows no password and
no HTTP, and nothing of whether there is such a person.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from django.utils import timezone

from graticule.catalog.models import LoginAttempt
from graticule.errors import NotPermittedError


class TooManyLoginsError(NotPermittedError):
    """Too many passwords were wrong; ``wait`` is how long to wait."""

    def __init__(self, wait: timedelta) -> None:
        self.wait = wait
        self.wait_seconds = max(1, math.ceil(wait.total_seconds()))
        minutes = math.ceil(self.wait_seconds / 60)
        super().__init__(
            "Too many wrong passwords for this user name from this address. Try again "
            f"in {minutes} {'minute' if minutes == 1 else 'minutes'}, or ask the "
            "administrator for a login link (`graticule user link NAME`)."
        )


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt that is being made; ``digest`` is empty where none are counted."""

    digest: str

    def succeeded(self) -> None:
        """Forget this attempt and those before it."""
        if self.digest:
            LoginAttempt.objects.filter(digest=self.digest).delete()


def begin_attempt(name: str, address: str, limit: int, window: timedelta) -> Attempt:
    """Count an attempt, before the password is looked at.

    Parameters
    ----------
    limit
        How many may fail within ``window``; 0 for any number.

    Raises
    ------
    TooManyLoginsError
        If as many have failed.
    """
    if not limit:
        return Attempt("")
    now = timezone.now()
    digest = sha256(f"{name}\0{address}".encode()).hexdigest()
    LoginAttempt.objects.filter(tried__lte=now - window).delete()
    row = LoginAttempt.objects.create(digest=digest, tried=now)
    others = LoginAttempt.objects.filter(digest=digest, tried__gt=now - window)
    others = others.exclude(pk=row.pk)
    if others.count() >= limit:
        row.delete()
        raise TooManyLoginsError(
            _wait(others.order_by("-tried")[limit - 1].tried, window)
        )
    return Attempt(digest)


def _wait(tried: datetime, window: timedelta) -> timedelta:
    """Say when the oldest of the last attempts no longer counts."""
    return tried + window - timezone.now()
