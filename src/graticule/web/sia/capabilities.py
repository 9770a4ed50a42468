"""What the search of images says of itself (contract uws V2)."""

from __future__ import annotations

from collections.abc import Iterator

from django.http import HttpRequest
from django.urls import reverse

from graticule.web.examples.offered import described as examples_described
from graticule.web.uws.errors import VOTABLE
from graticule.web.vosi.model import Capability, Interface
from graticule.web.vosi.security import of_readers


def described(request: HttpRequest) -> Iterator[Capability]:
    """Say where images are searched by position, time and wavelength."""
    path = reverse("sia_query")
    one = Interface(
        request.build_absolute_uri(path),
        version="2.0",
        security=of_readers(path),
        result_type=VOTABLE,
    )
    yield Capability(
        "SIA#query-2.0",
        (one,),
        "Images by position, time, wavelength and what their headers say.",
    )
    yield from examples_described(request, "sia")
