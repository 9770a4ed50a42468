"""Which ways of saying who asks an address takes, as it is set (uws U85, V2)."""

from __future__ import annotations

from django.conf import settings

from graticule.services.tasks.allowed import may_use
from graticule.web.vosi.model import ANONYMOUS

_LOGINS = ("sso#BasicAA", "sso#OAuth", "sso#cookie")


def of_readers(path: str) -> tuple[str, ...]:
    """List them for an address that is only read.

    Parameters
    ----------
    path
        Of the address, as ``public_url_filter`` sees it.
    """
    values = settings.GRATICULE
    is_open = values["anonymous_access"] and values["public_url_filter"].search(path)
    return (ANONYMOUS, *_LOGINS) if is_open else _LOGINS


def of_jobs(path: str, service: str) -> tuple[str, ...]:
    """List them for an address at which jobs of a service are made."""
    values = settings.GRATICULE
    is_open = (
        values["anonymous_jobs"] != "none"
        and not values["public_get_only"]
        and may_use(None, service)
    )
    return of_readers(path) if is_open else _LOGINS
