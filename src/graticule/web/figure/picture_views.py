"""Views that answer pictures (contract clients 5).

Each is parse, authorise, ask, encode, reply.
"""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from graticule.errors import FileError, NotFoundError
from graticule.render.encode import encode
from graticule.render.placeholder import placeholder
from graticule.render.thumbnail import thumbnail_size
from graticule.services.scaled_regions import ScaledRegion, draw_scaled_region
from graticule.services.scenes import find_scene
from graticule.services.thumbnails import ThumbnailRequest, draw_thumbnail
from graticule.services.view import view_key
from graticule.web.figure.params import asked_region, asked_side
from graticule.web.gateway import numbers
from graticule.web.gateway.params import rendering_query
from graticule.web.gateway.pictures import picture_answer
from graticule.web.gateway.planes import whole_plane
from graticule.web.principal import person_of

_PLACEHOLDER_SIDE = 512


def render_scaled_region(
    request: HttpRequest, iid: str, z: str, t: str
) -> HttpResponse:
    """Answer a region as JPEG of bounded size, grey beside the image."""
    scene = find_scene(person_of(request), numbers.path_number(iid))
    asked = rendering_query(request)
    region = ScaledRegion(
        view=whole_plane(
            scene,
            asked,
            z=numbers.path_number(z),
            t=numbers.path_number(t),
            quality=asked.quality,
        ),
        window=asked_region(request.GET),
        max_side=asked_side(request),
    )
    key = view_key(scene, region)
    return picture_answer(
        request, key, lambda: draw_scaled_region(scene, region, key), "image/jpeg"
    )


def max_projection_range_exceeded(
    request: HttpRequest, iid: str, z: str, t: str
) -> HttpResponse:
    """Answer a picture that says why there is no projection."""
    del z, t
    scene = find_scene(person_of(request), numbers.path_number(iid))
    size = thumbnail_size(scene.width, scene.height, _PLACEHOLDER_SIDE)
    most = settings.GRATICULE["max_projection_bytes"]
    picture = placeholder(
        max(1, size[0]),
        max(1, size[1]),
        "This projection would read more than the server's limit, "
        f"max_projection_bytes = {most:,}. Choose fewer planes.",
    )
    return HttpResponse(encode(picture, "jpeg"), content_type="image/jpeg")


def render_thumbnail(request: HttpRequest, iid: str) -> HttpResponse:
    """Answer a thumbnail of an image; grey when it is gone."""
    person = person_of(request)
    try:
        scene = find_scene(person, numbers.path_number(iid))
        data = draw_thumbnail(scene, ThumbnailRequest())
    except (NotFoundError, FileError):
        side = settings.GRATICULE["thumbnail_length"]
        data = encode(placeholder(side, side), "jpeg")
    return HttpResponse(data, content_type="image/jpeg")
