"""Values along a line: parse, authorise, ask, encode, reply."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from graticule.services.line_profiles import line_profile
from graticule.services.scenes import find_scene
from graticule.web.json_views import json_view
from graticule.web.measure import params
from graticule.web.measure.answers import profile_answer
from graticule.web.principal import person_of

_LARGEST_ID = 2**63 - 1


@json_view("GET", "HEAD")
def profile(request: HttpRequest) -> dict[str, Any]:
    """Answer the raw values along a line, by channel."""
    image_id = min(params.whole(request, "image"), _LARGEST_ID)
    channels = params.channels(request)
    line = params.line(request)
    z, t = params.whole(request, "z", 0), params.whole(request, "t", 0)
    scene = find_scene(person_of(request), image_id)
    found = line_profile(scene, line, z=z, t=t, channels=channels)
    return profile_answer(found, channels)
