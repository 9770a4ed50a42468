"""Views that list, load, save, delete and move figures (contract clients 5).

Each is parse, authorise, ask, encode, reply.
"""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse

from graticule.errors import RequestError
from graticule.services import figures
from graticule.web.figure import answers
from graticule.web.figure.params import asked_ids, form_id
from graticule.web.figure.wrapper import figure_view
from graticule.web.gateway import numbers
from graticule.web.principal import person_of, writer_of


@figure_view()
def list_web_figures(request: HttpRequest) -> list[dict[str, Any]]:
    """Answer all figures, the newest first."""
    return [
        answers.listed_figure(figure)
        for figure in figures.list_figures(person_of(request))
    ]


@figure_view()
def load_web_figure(request: HttpRequest, file_id: str) -> dict[str, Any]:
    """Answer a figure as it was saved, and what may be done with it."""
    figure, content = figures.load_figure(
        person_of(request), numbers.path_number(file_id)
    )
    return {
        **content,
        "figureName": figure.name,
        "canEdit": figure.can_edit,
        "group": answers.group(figure.row.group),
    }


@figure_view("POST")
def save_web_figure(request: HttpRequest) -> HttpResponse:
    """Save a figure, and answer its id as a bare number."""
    person = writer_of(request)
    text = request.POST.get("figureJSON")
    if text is None:
        raise RequestError("figureJSON, the figure as JSON, is required.")
    figure_id = figures.save_figure(person, text, form_id(request, "fileId"))
    return HttpResponse(str(figure_id), content_type="text/plain")


@figure_view("POST")
def delete_web_figure(request: HttpRequest) -> dict[str, bool]:
    """Delete a figure."""
    person = writer_of(request)
    figure_id = form_id(request, "fileId")
    if figure_id is None:
        raise RequestError("fileId, the figure's id, is required.")
    figures.delete_figure(person, figure_id)
    return {"success": True}


@figure_view("POST")
def chgrp(request: HttpRequest) -> dict[str, bool]:
    """Move figures to another group; nothing else is moved here."""
    person = writer_of(request)
    group_id = form_id(request, "group_id")
    figure_ids = asked_ids(request.POST.getlist("ann_id"), "ann_id")
    if group_id is None or not figure_ids:
        raise RequestError(
            "group_id and ann_id, the ids of a group and of figures, are required: "
            "only figures can be moved, images stay in the group of their folder."
        )
    figures.move_figures(person, figure_ids, group_id)
    return {"success": True}
