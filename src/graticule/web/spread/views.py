"""Settings for many images: each view is parse, authorise, ask, encode, reply."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from graticule.services import rendering_spread
from graticule.web.json_views import json_view
from graticule.web.principal import person_of, writer_of
from graticule.web.spread import answers, params


@json_view("GET", "HEAD", "POST")
def spread(request: HttpRequest, iid: int) -> dict[str, Any]:
    """Answer what an image is in; or save settings for all images in there."""
    image_id = min(iid, params.LARGEST_ID)
    if request.method != "POST":
        found = rendering_spread.reaches(person_of(request), image_id)
        return answers.reaches(found)
    person = writer_of(request)
    holder, ids = params.target(request)
    wanted = params.wanted(request)
    return answers.spread(
        *rendering_spread.spread(person, image_id, holder, ids, wanted)
    )


@json_view("POST")
def undo(request: HttpRequest) -> dict[str, Any]:
    """Put back what images had before."""
    person = writer_of(request)
    return {"message": rendering_spread.undo_spread(person, params.token(request))}
