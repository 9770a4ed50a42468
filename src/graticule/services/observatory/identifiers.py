"""How images and plates are named to astronomers: publisher's dataset identifiers.

``ivo://authority/resource?image/12`` (ObsCore 1.1, 3.3.1; IVOA Identifiers 2.0, 4.1).
The short form ``image/12`` is understood wherever an identifier is asked for.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from django.conf import settings

from graticule.errors import NotFoundError

Kind = Literal["image", "plate"]

_LOCAL = re.compile(r"(image|plate)/([1-9]\d{0,17})")


@dataclass(frozen=True, slots=True)
class Named:
    """What an identifier names: an image or a plate, by its id."""

    kind: Kind
    id: int

    @property
    def did(self) -> str:
        """The whole identifier."""
        return f"{resource_ivoid()}?{self.kind}/{self.id}"


def resource_ivoid() -> str:
    """Give the identifier of this server's collection, without a dataset."""
    ivoid: str = settings.GRATICULE["ivoid"]
    return ivoid


def parse_did(text: str) -> Named:
    """Read an identifier, whole or short.

    Raises
    ------
    graticule.errors.NotFoundError
        If it names nothing here: another publisher's, or malformed.
    """
    ivoid, mark, local = text.strip().rpartition("?")
    match = _LOCAL.fullmatch(local)
    if match is None or (mark and ivoid.lower() != resource_ivoid().lower()):
        raise NotFoundError(
            f"{text[:200]} names nothing here. Identifiers look like "
            f"{resource_ivoid()}?image/12, or image/12 for short."
        )
    kind: Kind = "image" if match[1] == "image" else "plate"
    return Named(kind, int(match[2]))
