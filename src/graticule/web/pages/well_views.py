"""The page of a well: its fields, and what people wrote onto it."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from graticule.catalog.access import visible_to
from graticule.catalog.models import Well
from graticule.errors import NotFoundError
from graticule.services import browse
from graticule.services.browse import Kind
from graticule.services.containers import find, samples_of
from graticule.services.plates import label
from graticule.web.pages import answers
from graticule.web.principal import person_of

_LARGEST_ID = 2**63 - 1
_LARGEST = 2**31 - 1


def well_at(request: HttpRequest, plate_id: int, row: int, column: int) -> HttpResponse:
    """Lead to the well of a plate at a row and column, both from 0."""
    wells = Well.objects.filter(plate=min(plate_id, _LARGEST_ID))
    seen = visible_to(person_of(request), wells)
    found = seen.filter(row=min(row, _LARGEST), column=min(column, _LARGEST)).first()
    if found is None:
        raise NotFoundError("There is no such well, or none that you may see.")
    return HttpResponseRedirect(reverse("well", args=[found.pk]))


def well(request: HttpRequest, well_id: int) -> HttpResponse:
    """Show the fields of a well."""
    person = person_of(request)
    wells = Well.objects.select_related("plate")
    try:
        found = find(person, wells, well_id if well_id <= _LARGEST_ID else 0)
    except NotFoundError as error:
        raise NotFoundError(
            f"There is no well {well_id}, or none that you may see."
        ) from error
    plate = found.plate
    row = label(found.row, plate.row_naming)
    title = found.name or f"Well {row}{label(found.column, plate.column_naming)}"
    images = [
        {
            "url": answers.address(Kind.IMAGE, sample.image_id),
            "id": sample.image_id,
            "name": f"Field {sample.index + 1}",
            "size": sample.image.name,
        }
        for sample in samples_of(person, found.pk)
    ]
    above = answers.trail(browse.parent_of(person, plate), plate.name)[:-1]
    filling = {
        "title": title,
        "description": found.description,
        "summary": answers.counted(len(images), "field", "fields"),
        "images": images,
        "trail": [
            *above,
            (plate.name, answers.address(Kind.PLATE, plate.pk)),
            (title, None),
        ],
        "info": answers.info("well", found.pk),
    }
    return render(request, "graticule/well.html", answers.shared() | filling)
