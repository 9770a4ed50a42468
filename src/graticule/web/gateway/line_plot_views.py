"""Views that answer plots of a row or column (contract webgateway 4.5; 7, 8).

Each is parse, authorise, ask, encode, reply.
"""

from __future__ import annotations

import time
from threading import BoundedSemaphore

from django.http import HttpRequest, HttpResponse

from graticule.errors import NotFoundError
from graticule.render.plots import Axis
from graticule.services.changes import apply_changes
from graticule.services.line_plots import LinePlot, draw_line_plot
from graticule.services.scenes import find_scene
from graticule.services.view import view_key
from graticule.web.errors import ParameterError
from graticule.web.gateway import numbers
from graticule.web.gateway.params import rendering_query
from graticule.web.gateway.pictures import picture_answer
from graticule.web.principal import person_of

SLOW_SECONDS = 5.0

# Anybody may ask to wait: with more at a time nobody else would be served.
_waiting = BoundedSemaphore(1)


def render_row_plot(
    request: HttpRequest, iid: str, z: str, t: str, y: str, w: str = "1"
) -> HttpResponse:
    """Answer the values along a row as GIF (contract 4.5)."""
    return _plot(request, iid, (z, t), Axis.ROW, (y, w))


def render_col_plot(
    request: HttpRequest, iid: str, z: str, t: str, x: str, w: str = "1"
) -> HttpResponse:
    """Answer the values along a column as GIF (contract 4.5)."""
    return _plot(request, iid, (z, t), Axis.COLUMN, (x, w))


def _plot(
    request: HttpRequest,
    iid: str,
    plane: tuple[str, str],
    axis: Axis,
    line: tuple[str, str],
) -> HttpResponse:
    _debug(request)
    scene = find_scene(person_of(request), numbers.path_number(iid))
    asked = rendering_query(request)
    z, t = map(numbers.path_number, plane)
    position, line_width = map(numbers.path_number, line)
    rendering = apply_changes(scene.rendering, asked.changes)
    plot = LinePlot(axis, z, t, position, line_width, rendering, scene.limits)
    key = view_key(scene, plot)
    return picture_answer(
        request, key, lambda: draw_line_plot(scene, plot, key), "image/gif"
    )


def _debug(request: HttpRequest) -> None:
    """Misbehave as asked, before it is known who asks (contract 2.7).

    Of those that ask to wait one at a time does.
    """
    asked = request.GET.getlist("debug")
    if "slow" in asked and _waiting.acquire(blocking=False):
        try:
            time.sleep(SLOW_SECONDS)
        finally:
            _waiting.release()
    if "fail" in asked:
        raise NotFoundError("debug=fail was asked for.")
    if "error" in asked:
        raise ParameterError("debug=error was asked for.")
