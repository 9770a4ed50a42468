"""Addresses inside answers, whole ones for clients to follow (contract json-api 1)."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

FROM_REQUEST = "request"
"""The value of the setting ``api_absolute_url`` that takes what was asked."""


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where the objects of this server are, for whoever asked."""

    base: str
    """``https://host/api/v0/``."""

    @classmethod
    def of(cls, request: HttpRequest) -> Addresses:
        """Take scheme and host from the request, or from the settings."""
        path = reverse("api_base", kwargs={"version": "0"})
        said: str = settings.GRATICULE["api_absolute_url"]
        if said == FROM_REQUEST:
            return cls(request.build_absolute_uri(path))
        return cls(said.rstrip("/") + path)

    def of_objects(self, *parts: object) -> str:
        """Give the address of a list or an object: ``m/<part>/<part>/…/``."""
        return f"{self.base}m/{''.join(f'{part}/' for part in parts)}"
