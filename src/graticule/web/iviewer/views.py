"""Views of images, planes, values and ROIs (contract clients 4).

Each is parse, authorise, ask, encode, reply.
"""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest

from graticule.catalog.access import rights_of
from graticule.catalog.models import Image, Person
from graticule.services.containers import find, samples_of
from graticule.services.image_data import image_data
from graticule.services.plane_times import times_of_points
from graticule.services.roi_planes import (
    Planes,
    count_rois,
    find_roi_of_shape,
    place_of_roi,
    rois_on_planes,
    shapes_per_plane,
)
from graticule.services.rois import find_roi_image
from graticule.services.scenes import find_scene
from graticule.services.shape_statistics import shape_statistics, values_around
from graticule.web.api.addresses import Addresses
from graticule.web.api.details import Answering
from graticule.web.api.image_answers import image as image_form
from graticule.web.api.params import path_number
from graticule.web.api.roi_answers import roi as roi_form
from graticule.web.iviewer import params
from graticule.web.iviewer.answers import (
    Json,
    image_data_answer,
    intensity_answer,
    statistics_answer,
    times_answer,
)
from graticule.web.iviewer.wrapper import json_view
from graticule.web.principal import person_of


@json_view("GET", "HEAD")
def image(request: HttpRequest, iid: str) -> Json:
    """Answer everything the client shows of an image."""
    return _image(person_of(request), path_number(iid))


@json_view("GET", "HEAD")
def image_of_roi(request: HttpRequest, kind: str, thing: str) -> Json:
    """Answer the same of the image that a ROI or shape is drawn on."""
    person = person_of(request)
    roi_id = _roi_id(person, kind, thing)
    return _image(person, find_roi_image(person, roi_id))


def _roi_id(person: Person, kind: str, thing: str) -> int:
    number = path_number(thing)
    return number if kind == "roi" else find_roi_of_shape(person, number).pk


def _image(person: Person, image_id: int) -> Json:
    data = image_data(person, image_id)
    loaded = settings.GRATICULE
    return image_data_answer(
        data,
        count_rois(person, data.image),
        interpolate=loaded["interpolate_pixels"],
        initial_zoom=loaded["initial_zoom_level"],
        max_tile_length=loaded["max_tile_length"],
    )


@json_view("GET", "HEAD")
def delta_t(request: HttpRequest, iid: str) -> Json:
    """Answer when each time point was taken."""
    row = find(person_of(request), Image.objects.all(), path_number(iid))
    return times_answer(times_of_points(row))


@json_view("GET", "HEAD")
def page_data(request: HttpRequest, kind: str, thing: str) -> Json:
    """Answer on which plane a ROI is, and its place among the ROIs there."""
    person = person_of(request)
    roi_id = _roi_id(person, kind, thing)
    scene = find_scene(person, find_roi_image(person, roi_id))
    place = place_of_roi(person, roi_id, scene.default_z, scene.default_t)
    return {"roi_index": place.index, "theZ": place.z, "theT": place.t}


@json_view("GET", "HEAD")
def rois_by_plane(
    request: HttpRequest, iid: str, z: str, t: str, last_z: str | None = None
) -> Json:
    """Answer the ROIs that have a shape on a plane, or on any of some planes."""
    person = person_of(request)
    ends = path_number(z), path_number(last_z or z)
    planes = Planes(min(ends), max(ends), path_number(t))
    offset, limit = params.page(request)
    found = rois_on_planes(person, path_number(iid), planes, offset=offset, limit=limit)
    who = Answering(rights_of(person), Addresses.of(request))
    rows = [roi_form(who, row, listed=True) for row in found.rows]
    return _listed(rows, found.total, offset, limit)


@json_view("GET", "HEAD")
def plane_shape_counts(request: HttpRequest, iid: str) -> Json:
    """Answer how many shapes are on each plane."""
    return {"data": shapes_per_plane(person_of(request), path_number(iid))}


@json_view("GET", "HEAD")
def well_images(request: HttpRequest) -> Json:
    """Answer the images of a well, as the JSON API lists those of a dataset."""
    person = person_of(request)
    offset, limit = params.page(request)
    samples = samples_of(person, params.needed(request, "id"))
    some = samples.select_related("image__owner", "image__group")
    who = Answering(rights_of(person), Addresses.of(request))
    rows = [
        image_form(who, sample.image, listed=True)
        for sample in some[offset : offset + limit]
    ]
    return _listed(rows, samples.count(), offset, limit)


def _listed(rows: list[Json], total: int, offset: int, limit: int) -> Json:
    return {
        "data": rows,
        "meta": {
            "offset": offset,
            "limit": limit,
            "maxLimit": settings.GRATICULE["api_max_limit"],
            "totalCount": total,
        },
    }


@json_view("GET", "HEAD")
def get_intensity(request: HttpRequest) -> Json:
    """Answer raw values around a pixel."""
    scene = find_scene(person_of(request), params.needed(request, "image"))
    around = values_around(
        scene,
        z=params.needed(request, "z"),
        t=params.needed(request, "t"),
        x=params.place(request, "x"),
        y=params.place(request, "y"),
        channels=params.numbers(request, "c"),
    )
    return intensity_answer(around)


@json_view("GET", "HEAD")
def shape_stats(request: HttpRequest) -> Json:
    """Answer what the pixels under shapes are."""
    channels = params.numbers(request, "cs")
    measured = shape_statistics(
        person_of(request),
        params.numbers(request, "ids"),
        z=params.needed(request, "z"),
        t=params.needed(request, "t"),
        channels=channels,
    )
    return statistics_answer(measured, channels)
