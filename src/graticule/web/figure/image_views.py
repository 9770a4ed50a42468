"""Views that answer facts of images (contract clients 5).

Each is parse, authorise, ask, encode, reply.
"""

from __future__ import annotations

import math
from typing import Any

from django.conf import settings
from django.http import HttpRequest

from graticule.catalog.access import rights_of, visible_to
from graticule.catalog.models import Image, Person
from graticule.errors import RequestError
from graticule.pixels.model import PixelType
from graticule.services.channels import pixel_range
from graticule.services.image_data import image_data
from graticule.services.parents import parents_of
from graticule.services.plane_times import times_of_images, times_of_points
from graticule.services.roi_rectangles import count_rois, rois_with_rectangles
from graticule.web.api import roi_answers
from graticule.web.api.addresses import Addresses
from graticule.web.api.details import Answering
from graticule.web.figure import answers
from graticule.web.figure.params import asked_ids
from graticule.web.figure.units import SYMBOLS, convert_length
from graticule.web.figure.wrapper import figure_view
from graticule.web.gateway import numbers
from graticule.web.gateway.image_answers import image_answer
from graticule.web.principal import person_of

_MOST_IMAGES = 500


@figure_view()
def image_data_json(request: HttpRequest, iid: str) -> dict[str, Any]:
    """Answer imgData with units, times and parents."""
    person = person_of(request)
    data = image_data(person, numbers.path_number(iid))
    answer = image_answer(
        data,
        interpolate=settings.GRATICULE["interpolate_pixels"],
        initial_zoom=settings.GRATICULE["initial_zoom_level"],
        max_tile_length=settings.GRATICULE["max_tile_length"],
    )
    answer["pixel_size"] |= answers.pixel_lengths(data.image)
    answer["deltaT"] = times_of_points(data.image)
    answer["parents"] = answers.parents(parents_of(person, data.image))
    return answer


@figure_view()
def roi_count(request: HttpRequest, iid: str) -> dict[str, int]:
    """Answer how many ROIs an image has."""
    return {"roi": count_rois(person_of(request), numbers.path_number(iid))}


@figure_view()
def roi_rectangles(request: HttpRequest, iid: str) -> dict[str, Any]:
    """Answer the ROIs with rectangles, in the form of the JSON API's list."""
    person = person_of(request)
    most = settings.GRATICULE["api_max_limit"]
    asked = numbers.integer(request, "limit", settings.GRATICULE["api_limit"]) or 0
    limit = max(0, min(asked, most))
    offset = max(0, numbers.integer(request, "offset", 0) or 0)
    image_id = numbers.path_number(iid)
    page = rois_with_rectangles(person, image_id, offset, limit)
    who = Answering(rights_of(person), Addresses.of(request))
    return {
        "data": [roi_answers.roi(who, row, listed=True) for row in page.rows],
        "meta": {
            "offset": offset,
            "limit": limit,
            "maxLimit": most,
            "totalCount": page.total,
        },
    }


def _images(request: HttpRequest, person: Person) -> list[Image]:
    """Find the images asked for, as far as the person sees them."""
    ids = asked_ids(request.GET.getlist("image"), "image")
    if len(ids) > _MOST_IMAGES:
        raise RequestError(f"At most {_MOST_IMAGES} images at a time.")
    rows = Image.objects.filter(pk__in=ids).select_related("owner", "group")
    by_id = {image.pk: image for image in visible_to(person, rows)}
    return [by_id[image_id] for image_id in ids if image_id in by_id]


@figure_view()
def timestamps(request: HttpRequest) -> dict[int, list[float]]:
    """Answer when the time points of images were taken, in seconds."""
    return times_of_images(_images(request, person_of(request)))


@figure_view()
def z_scale(request: HttpRequest) -> dict[int, dict[str, Any]]:
    """Answer the distance of planes in images."""
    return {
        image.pk: answers.length("Z", image.pixel_depth_um)
        for image in _images(request, person_of(request))
    }


@figure_view()
def pixels_type(request: HttpRequest) -> dict[int, dict[str, Any]]:
    """Answer the pixel types of images with their ranges."""
    return {
        image.pk: {
            "pixelsType": image.pixel_type,
            "pixel_range": pixel_range(PixelType(image.pixel_type)),
        }
        for image in _images(request, person_of(request))
    }


@figure_view()
def images_details(request: HttpRequest) -> dict[str, Any]:
    """Answer whose images are, and in which groups."""
    images = _images(request, person_of(request))
    return {"data": [answers.image_details(image) for image in images]}


@figure_view()
def unit_conversion(
    request: HttpRequest, value: str, unit: str, into: str
) -> dict[str, Any]:
    """Answer a length in another unit."""
    person_of(request)
    number = numbers.float_or_none(value)
    if number is None or not math.isfinite(number):
        raise RequestError(f"{value} is no number.")
    return {
        "value": convert_length(number, unit, into),
        "unit": into,
        "symbol": SYMBOLS[into],
    }
