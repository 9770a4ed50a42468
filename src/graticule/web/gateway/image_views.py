"""Views that answer pictures (contract webgateway 4.1 to 4.3, 5, numbers 2-5, 9-12).

Each is parse, authorise, ask, encode, reply.
"""

from __future__ import annotations

import base64
from dataclasses import replace

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from graticule.errors import (
    GraticuleError,
    LimitError,
    NotFoundError,
    OutOfRangeError,
)
from graticule.services.changes import apply_changes
from graticule.services.scenes import Scene, find_scene
from graticule.services.thumbnails import ThumbnailRequest, draw_thumbnail
from graticule.services.view import View, draw_view, view_key
from graticule.web import errors
from graticule.web.errors import ParameterError
from graticule.web.gateway import numbers
from graticule.web.gateway.params import RenderingQuery, rendering_source
from graticule.web.gateway.params import rendering_query as parse_rendering
from graticule.web.gateway.pictures import picture_answer
from graticule.web.gateway.planes import whole_plane
from graticule.web.gateway.windows import asked_window
from graticule.web.gateway.wrapper import json_view
from graticule.web.job_offers import OfferError, offer
from graticule.web.principal import person_of


def render_image(
    request: HttpRequest,
    iid: str,
    z: str | None = None,
    t: str | None = None,
    *,
    explicit: bool = False,
) -> HttpResponse:
    """Answer a whole plane as JPEG (contract 4.1, 4.3)."""
    person = person_of(request)
    if explicit:
        parse_rendering(request, explicit=True)
    scene = find_scene(person, numbers.path_number(iid))
    view = image_view(request, scene, z, t)
    try:
        return _picture(request, scene, view)
    except LimitError as error:
        raise _picture_offer(request, error, scene, view) from error


def _picture_offer(
    request: HttpRequest, error: LimitError, scene: Scene, view: View
) -> OfferError:
    """Offer the job that projects any stack, and draws what is large reduced."""
    query = rendering_source(request)
    return offer(
        request,
        error,
        "rendered-images",
        IMAGE=scene.image_id,
        Z=view.z,
        T=view.t,
        **{name.upper(): query.get(name) for name in ("c", "maps", "m", "p")},
    )


def image_view(
    request: HttpRequest,
    scene: Scene,
    z: str | None,
    t: str | None,
    *,
    file_format: str = "jpeg",
) -> View:
    """Read which plane is asked for, drawn how; by default as people see it first."""
    asked = parse_rendering(request)
    view = whole_plane(
        scene,
        asked,
        z=scene.default_z if z is None else numbers.path_number(z),
        t=scene.default_t if t is None else numbers.path_number(t),
        quality=_quality(asked),
    )
    return replace(view, format=file_format)


def render_image_region(
    request: HttpRequest, iid: str, z: str, t: str, *, explicit: bool = False
) -> HttpResponse:
    """Answer a tile or region as JPEG; never projected (contract 4.2, 4.3)."""
    person = person_of(request)
    if explicit:
        parse_rendering(request, explicit=True)
    scene = find_scene(person, numbers.path_number(iid))
    asked = parse_rendering(request)
    quality = _quality(asked)
    level, window = asked_window(
        request, scene.levels, settings.GRATICULE["max_tile_length"]
    )
    view = View(
        z=numbers.path_number(z),
        t=numbers.path_number(t),
        level=level,
        window=window,
        rendering=apply_changes(scene.rendering, asked.changes),
        quality=quality,
    )
    return _picture(request, scene, view)


def _quality(asked: RenderingQuery) -> float | None:
    if asked.quality is not None and not 0 <= asked.quality <= 1:
        raise OutOfRangeError("q must be a number from 0 to 1.")
    return asked.quality


def _picture(request: HttpRequest, scene: Scene, view: View) -> HttpResponse:
    key = view_key(scene, view)
    return picture_answer(
        request, key, lambda: draw_view(scene, view, key), "image/jpeg"
    )


def _thumbnail(
    request: HttpRequest, iid: int, w: str | None, h: str | None = None
) -> bytes:
    person = person_of(request)
    asked = ThumbnailRequest(
        width=None if w is None else numbers.path_number(w),
        height=None if h is None else numbers.path_number(h),
        z=numbers.integer(request, "z", None),
        t=numbers.integer(request, "t", None),
    )
    rendering_id = numbers.integer(request, "rdefId", None)
    scene = find_scene(person, iid, rendering_id=rendering_id)
    return draw_thumbnail(scene, asked)


def render_thumbnail(
    request: HttpRequest, iid: str, w: str | None = None, h: str | None = None
) -> HttpResponse:
    """Answer a thumbnail as JPEG (contract 5.1; 5.2 is the same view)."""
    try:
        data = _thumbnail(request, numbers.path_number(iid), w, h)
    except ParameterError:
        raise
    except GraticuleError as error:
        # Contract 5.1: no thumbnail, whatever the reason, is a 404.
        raise NotFoundError(errors.public_message(error)) from error
    return HttpResponse(data, content_type="image/jpeg")


def _data_uri(data: bytes) -> str:
    return "data:image/jpeg;base64," + base64.b64encode(data).decode("ascii")


@json_view
def get_thumbnail(
    request: HttpRequest, iid: str, w: str | None = None, h: str | None = None
) -> str:
    """Answer one thumbnail as data URI (contract 5.3)."""
    try:
        return _data_uri(_thumbnail(request, numbers.path_number(iid), w, h))
    except ParameterError:
        raise
    except GraticuleError as error:
        raise NotFoundError("Failed to render thumbnail") from error


@json_view
def get_thumbnails(
    request: HttpRequest, w: str | None = None
) -> HttpResponse | dict[int, str | None]:
    """Answer many thumbnails as data URIs (contract 5.4)."""
    person = person_of(request)
    wanted = numbers.ids(request, "id")
    most = settings.GRATICULE["thumbnails_batch"]
    if len(wanted) > most:
        return HttpResponse(
            f"Max {most} thumbnails at a time.",
            status=errors.gateway_status(400),
            content_type="text/javascript",
        )
    size = ThumbnailRequest(width=None if w is None else numbers.path_number(w))

    def one(iid: int) -> str | None:
        try:
            # One alone listens to z, t and rdefId; of several they are ignored.
            if len(wanted) == 1:
                return _data_uri(_thumbnail(request, iid, w))
            return _data_uri(draw_thumbnail(find_scene(person, iid), size))
        except GraticuleError:
            return None

    return {iid: one(iid) for iid in wanted}
