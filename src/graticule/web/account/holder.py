"""Whose account is asked for: a person who has logged in, never a token.

A token that leaks must not be able to make another one, nor to change a password.
"""

from __future__ import annotations

from django.http import HttpRequest

from graticule.catalog.models import Person
from graticule.errors import NotPermittedError
from graticule.web.errors import NotLoggedInError
from graticule.web.principal import Principal


def holder_of(request: HttpRequest) -> Person:
    """Give the person whose account this is.

    Raises
    ------
    graticule.web.errors.NotLoggedInError
        If nobody has logged in.
    graticule.errors.NotPermittedError
        If it was asked with a token.
    """
    principal: Principal = request.principal  # type: ignore[attr-defined]
    if principal.is_public:
        raise NotLoggedInError
    if principal.scopes is not None:
        raise NotPermittedError(
            "Accounts are not changed by tokens; log in at the login page."
        )
    return principal.required()
