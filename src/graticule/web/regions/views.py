"""Views of shapes: each is parse, authorise, ask, encode, reply."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest

from graticule.catalog.models import Image, Person
from graticule.services.containers import find
from graticule.services.regions import listing as lists
from graticule.services.regions.measuring import Size, size_of
from graticule.services.regions.shapes import (
    Region,
    drawing,
    mask_sizes,
    shapes_on,
)
from graticule.services.regions.view import seen
from graticule.services.roi_changes import save_shapes
from graticule.services.shape_statistics import shape_statistics
from graticule.web.api.params import flag, path_number
from graticule.web.json_views import json_view
from graticule.web.principal import person_of, writer_of
from graticule.web.regions import answers, params
from graticule.web.regions.answers import Json


@json_view("GET", "HEAD")
def about(request: HttpRequest, iid: str) -> Json:
    """Answer how many shapes there are, and whether one may draw."""
    person = person_of(request)
    found = drawing(person, path_number(iid))
    return answers.about_answer(found, shapes_on(person, found.image).count())


@json_view("GET", "HEAD")
def view(request: HttpRequest, iid: str) -> Json:
    """Answer the shapes in view."""
    part = params.view(request)
    most = settings.GRATICULE["max_region_shapes"]
    found = seen(person_of(request), path_number(iid), part, most)
    return answers.view_answer(found, part.pixel)


@json_view("GET", "HEAD")
def listing(request: HttpRequest, iid: str) -> Json:
    """Answer a page of the list; how many there are in all only if asked."""
    person, image_id = person_of(request), path_number(iid)
    wanted = params.wanted(request)
    offset, limit = params.page(request)
    found = lists.listed(person, image_id, wanted, offset, limit)
    rows = [
        answers.row_answer(region, size)
        for region, size in zip(found, _sizes(person, image_id, found), strict=True)
    ]
    answer: Json = {"offset": offset, "rows": rows}
    if flag(request, "count"):
        answer["total"] = lists.count_listed(person, image_id, wanted)
    return answer


@json_view("GET", "HEAD")
def place(request: HttpRequest, iid: str) -> Json:
    """Answer where in the list a shape is."""
    person, wanted = person_of(request), params.wanted(request)
    shape_id = params.shape_id(request)
    return {"place": lists.place_of(person, path_number(iid), wanted, shape_id)}


@json_view("GET", "HEAD")
def shapes(request: HttpRequest, iid: str) -> Json:
    """Answer some shapes, every point of them."""
    found = lists.picked(person_of(request), path_number(iid), params.ids(request))
    return {"shapes": [answers.shape_form(region) for region in found]}


@json_view("GET", "HEAD")
def measures(request: HttpRequest, iid: str) -> Json:
    """Answer how large some shapes are, and what the pixels under them are."""
    person, image_id = person_of(request), path_number(iid)
    z, t = params.needed_plane(request)
    channels = params.channels(request)
    found = lists.picked(person, image_id, params.ids(request))
    ids = [region.row.id for region in found]
    sizes = list(zip(ids, _sizes(person, image_id, found), strict=True))
    measured = (
        shape_statistics(person, ids, z=z, t=t, channels=channels) if channels else {}
    )
    return answers.measures_answer(sizes, measured, channels)


def _sizes(person: Person, image_id: int, found: list[Region]) -> list[Size]:
    image = find(person, Image.objects.all(), image_id)
    masks = mask_sizes(found)
    return [size_of(each.row, image, masks.get(each.row.id)) for each in found]


@json_view("POST")
def save(request: HttpRequest, iid: str) -> Json:
    """Save new, changed and deleted shapes; say where each is now."""
    person = writer_of(request)
    changes = params.changes(path_number(iid), request.body)
    return answers.saved_answer(save_shapes(person, changes))
