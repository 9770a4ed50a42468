"""The view that saves what people draw (contract clients 4)."""

from __future__ import annotations

from django.http import HttpRequest

from graticule.services.roi_changes import save_shapes
from graticule.web.iviewer.answers import Json, saved_answer
from graticule.web.iviewer.shape_params import roi_changes
from graticule.web.iviewer.wrapper import json_view
from graticule.web.principal import writer_of


@json_view("POST")
def persist_rois(request: HttpRequest) -> Json:
    """Save new, changed and deleted shapes; say where each is now."""
    person = writer_of(request)
    asked = roi_changes(request.body)
    return saved_answer(asked, save_shapes(person, asked.changes))
