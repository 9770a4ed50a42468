"""Thumbnails that are never missing (contract webgateway 18).

As below ``/webgateway/``, but what cannot be had is a grey stand-in with status
200: PNG bytes, under the type of all thumbnails.
"""

from __future__ import annotations

import base64
from functools import lru_cache

import numpy as np
from django.http import HttpRequest, HttpResponse

from graticule.errors import NotFoundError
from graticule.render.encode import encode_png
from graticule.services.engine import engine
from graticule.web.gateway import image_views, numbers
from graticule.web.gateway.wrapper import json_view

_GROUND, _MARK = 221, 153
_LONGEST = 2048


def render_thumbnail(
    request: HttpRequest, iid: str, w: str | None = None
) -> HttpResponse:
    """Answer a thumbnail as JPEG, or the stand-in."""
    try:
        return image_views.render_thumbnail(request, iid, w)
    except NotFoundError:
        return HttpResponse(_stand_in(_side(w)), content_type="image/jpeg")


@json_view
def get_thumbnail(request: HttpRequest, iid: str) -> str:
    """Answer a thumbnail, or the stand-in, as data URI."""
    answer = render_thumbnail(request, iid)
    text = base64.b64encode(answer.content).decode("ascii")
    return f"data:image/jpeg;base64,{text}"


def _side(w: str | None) -> int:
    length = engine().thumbnail_length if w is None else numbers.path_number(w)
    return max(1, min(length, _LONGEST))


@lru_cache(maxsize=16)
def _stand_in(side: int) -> bytes:
    """Draw a grey square with a darker one in its middle."""
    picture = np.full((side, side, 3), _GROUND, np.uint8)
    edge = side // 3
    picture[edge : side - edge, edge : side - edge] = _MARK
    return encode_png(picture)
