"""The view that answers figures: parse, authorise, ask, encode, reply."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase

from graticule.errors import LimitError
from graticule.services.scenes import Scene, find_scene
from graticule.services.view import view_key
from graticule.services.view_figures.asked import FigureAsked, FigureLimitError
from graticule.services.view_figures.drawing import (
    MEDIA_TYPES,
    Figure,
    Limits,
    draw_figure,
    lay_out,
)
from graticule.web.attachment import attachment
from graticule.web.gateway.pictures import picture_answer
from graticule.web.job_offers import offer
from graticule.web.json_views import json_view
from graticule.web.principal import person_of
from graticule.web.view_export import params

_LARGEST_ID = 2**63 - 1


@json_view("GET", "HEAD")
def view_export(request: HttpRequest, iid: int) -> HttpResponseBase:
    """Answer a part of an image as a figure."""
    person = person_of(request)
    scene = find_scene(person, min(iid, _LARGEST_ID))
    asked = params.figure(request, scene)
    try:
        figure = lay_out(person, scene, asked, _limits())
    except FigureLimitError:
        raise
    except LimitError as error:
        # What is large, or a deep projection, a job draws.
        view = asked.view
        said = {name.upper(): request.GET.get(name) for name in ("c", "maps", "m", "p")}
        raise offer(
            request,
            error,
            "rendered-images",
            IMAGE=scene.image_id,
            Z=view.z,
            T=view.t,
            **said,
        ) from error
    return _sent(request, scene, asked, figure)


def _limits() -> Limits:
    values = settings.GRATICULE
    return Limits(values["max_figure_pixels"], values["max_region_shapes"])


def _sent(
    request: HttpRequest, scene: Scene, asked: FigureAsked, figure: Figure
) -> HttpResponse:
    key = view_key(scene, figure)
    media_type = MEDIA_TYPES[asked.format]
    answer = picture_answer(
        request, key, lambda: draw_figure(scene, figure), media_type
    )
    if answer.status_code == 200:
        name = f"{scene.name.rsplit('.', 1)[0]} figure.{asked.format}"
        answer["Content-Disposition"] = attachment(name)
    return answer
