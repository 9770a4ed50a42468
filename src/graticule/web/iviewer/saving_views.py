"""The views that save what people draw and project (contract clients 4)."""

from __future__ import annotations

from django.http import HttpRequest

from graticule.catalog.models import Person
from graticule.errors import GraticuleError, LimitError
from graticule.services.projecting import (
    Wanted,
    check_for_request,
)
from graticule.services.projecting import (
    save_projection as save,
)
from graticule.services.roi_changes import save_shapes
from graticule.services.temp_files import passing_folder
from graticule.web import errors
from graticule.web.iviewer.answers import Json, saved_answer
from graticule.web.iviewer.params import projection
from graticule.web.iviewer.shape_params import roi_changes
from graticule.web.iviewer.wrapper import json_view
from graticule.web.job_offers import offer
from graticule.web.principal import writer_of


@json_view("POST")
def persist_rois(request: HttpRequest) -> Json:
    """Save new, changed and deleted shapes; say where each is now."""
    person = writer_of(request)
    asked = roi_changes(request.body)
    return saved_answer(asked, save_shapes(person, asked.changes))


@json_view("GET")
def save_projection(request: HttpRequest) -> Json:
    """Save a projection as a new image; say which, or why not.

    The client asks by GET, and takes what went wrong from the answer.
    """
    person = writer_of(request)
    try:
        return {"id": _saved(request, person, projection(request))}
    except GraticuleError as error:
        errors.log(request, error)
        return {"error": errors.public_message(error)}


def _saved(request: HttpRequest, person: Person, wanted: Wanted) -> int:
    try:
        check_for_request(person, wanted)
    except LimitError as error:
        raise offer(
            request,
            error,
            "projection",
            IMAGE=wanted.image_id,
            KIND=wanted.kind.value,
            START=wanted.start,
            END=wanted.end,
            DATASET=wanted.dataset_id,
        ) from error
    with passing_folder() as folder:
        return save(person, wanted, folder).pk
