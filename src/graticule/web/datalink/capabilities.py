"""What the service of links says of itself (contract uws V2)."""

from __future__ import annotations

from collections.abc import Iterator

from django.http import HttpRequest
from django.urls import reverse

from graticule.web.datalink.model import MEDIA_TYPE
from graticule.web.vosi.model import Capability, Interface
from graticule.web.vosi.security import of_readers


def described(request: HttpRequest) -> Iterator[Capability]:
    """Say where links are."""
    path = reverse("datalink_links")
    one = Interface(
        request.build_absolute_uri(path),
        version="1.1",
        security=of_readers(path),
        result_type=MEDIA_TYPE,
    )
    yield Capability(
        "DataLink#links-1.1",
        (one,),
        "Links from images and plates to their files, previews and services.",
    )
