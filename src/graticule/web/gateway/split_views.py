"""The view that answers channels side by side (contract webgateway 4.4; 6).

It is parse, authorise, ask, encode, reply.
"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from graticule.services.scenes import find_scene
from graticule.services.split import draw_split_view, split_view_of
from graticule.services.view import view_key
from graticule.web.errors import ParameterError
from graticule.web.gateway import numbers
from graticule.web.gateway.params import rendering_query
from graticule.web.gateway.pictures import picture_answer
from graticule.web.gateway.planes import whole_plane
from graticule.web.principal import person_of


def render_split_channel(
    request: HttpRequest, iid: str, z: str, t: str
) -> HttpResponse:
    """Answer each channel, and all together, as one JPEG (contract 4.4)."""
    scene = find_scene(person_of(request), numbers.path_number(iid))
    asked = rendering_query(request)
    if asked.quality is not None and not 0 <= asked.quality <= 1:
        # Contract 3.3: here this is a 500.
        raise ParameterError("q must be a number from 0 to 1.")
    view = whole_plane(
        scene,
        asked,
        z=numbers.path_number(z),
        t=numbers.path_number(t),
        quality=asked.quality,
    )
    split = split_view_of(scene, view)
    key = view_key(scene, split)
    return picture_answer(
        request, key, lambda: draw_split_view(scene, split, key), "image/jpeg"
    )
