"""Views that save, copy and list rendering settings (contract 9, numbers 28-34).

Each is parse, authorise, ask, encode, reply.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponseBase, HttpResponseNotAllowed

from graticule.catalog.models import Person
from graticule.errors import NotFoundError, RequestError
from graticule.pixels.model import PixelType
from graticule.services import saved_renderings
from graticule.services.image_sets import (
    Holder,
    NotInOneProjectError,
    compatible_images,
    images_in,
    plates_of_runs,
)
from graticule.services.saved_renderings import Wanted
from graticule.web import errors
from graticule.web.errors import ParameterError
from graticule.web.gateway import clipboard, numbers
from graticule.web.gateway.params import rendering_query
from graticule.web.gateway.rendering_answers import owned_answer
from graticule.web.gateway.wrapper import json_view
from graticule.web.principal import person_of, writer_of

_TARGETS = {
    "dataset": Holder.DATASET,
    "plate": Holder.PLATE,
    "acquisition": Holder.ACQUISITION,
}


def post_only(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Refuse other methods, before anybody asks who it is (contract 2.1)."""

    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        return view(request, *args, **kwargs)

    return wrapped


@post_only
@json_view
def save_image_rdef(request: HttpRequest, iid: str) -> HttpResponseBase | bool:
    """Save settings; true also where nothing may be stored (contract 9.1)."""
    person = writer_of(request)
    try:
        asked = rendering_query(request, explicit=True)
    except RequestError as error:
        return errors.error_answer(request, error)
    z = numbers.integer(request, "z", None)
    t = numbers.integer(request, "t", None)
    wanted = Wanted(
        asked.changes,
        default_z=None if z is None else z - 1,
        default_t=None if t is None else t - 1,
    )
    try:
        saved_renderings.save_rendering(person, numbers.path_number(iid), wanted)
    except NotFoundError:
        return False
    return True


@json_view
def get_image_rdef(request: HttpRequest) -> dict[str, Any]:
    """Answer what the clipboard holds (contract 9.2)."""
    person = person_of(request)
    return {"rdef": clipboard.held(person, request.session)}


def _stores(request: HttpRequest) -> bool:
    return request.method == "GET" or "store" in {*request.GET, *request.POST}


@json_view
def copy_image_rdef(
    request: HttpRequest,
) -> HttpResponseBase | bool | dict[str, list[int]]:
    """Put settings on the clipboard, or on other images (contract 9.2)."""
    person = person_of(request)
    if "fromid" in request.GET and "toids" not in request.POST:
        clipboard.hold_image(request.session, request.GET["fromid"])
        return True
    asked = clipboard.asked_settings(request)
    if asked is not None and _stores(request):
        clipboard.hold_settings(request.session, asked)
        return True
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    person = writer_of(request)
    targets = numbers.form_ids(request, "toids")
    source = clipboard.source(request, asked) if targets else None
    if source is None:
        return False
    holder = _TARGETS.get(request.POST.get("to_type", ""), Holder.IMAGE)
    # Settings of the request stay on their image only where it is a target.
    keep = holder is not Holder.IMAGE or source.image_id in targets
    copied = saved_renderings.copy_rendering(
        person,
        source.image_id,
        _images(person, holder, targets),
        source.wanted,
        keep=keep,
    )
    if copied is None:
        return False
    return {"true": list(copied.taken), "false": list(copied.refused)}


def _images(person: Person, holder: Holder, ids: list[int]) -> list[int]:
    if holder is Holder.IMAGE:
        return ids
    if holder is Holder.ACQUISITION:
        holder, ids = Holder.PLATE, plates_of_runs(person, ids)
    return images_in(person, holder, ids)


@post_only
@json_view
def reset_rdef(request: HttpRequest, *, to_owners: bool = False) -> list[int]:
    """Answer the images reset to import or their owners' settings (contract 9.3)."""
    person = writer_of(request)
    name = request.POST.get("to_type", "image")
    name = "PlateAcquisition" if name == "acquisition" else name[:1].upper() + name[1:]
    try:
        holder = Holder(name)
    except ValueError:
        raise ParameterError(f"to_type: there is no {name}.") from None
    images = images_in(person, holder, numbers.form_ids(request, "toids"))
    if to_owners:
        return saved_renderings.apply_owners_renderings(person, images)
    return saved_renderings.reset_renderings(person, images)


@json_view
def compatible_image_ids(request: HttpRequest, iid: str) -> bool | list[int]:
    """Answer the images that settings can be pasted to (contract 9.4)."""
    person = person_of(request)
    try:
        return compatible_images(person, numbers.path_number(iid))
    except NotInOneProjectError:
        raise
    except NotFoundError:
        return False


@json_view
def get_image_rdefs(request: HttpRequest, img_id: str) -> dict[str, Any]:
    """Answer the settings of everybody for an image (contract 9.5)."""
    person = person_of(request)
    try:
        image, owned = saved_renderings.all_renderings(
            person, numbers.path_number(img_id)
        )
    except NotFoundError:
        return {"error": f"No image with id {numbers.path_number(img_id)}"}
    pixel_type = PixelType(image.pixel_type)
    return {"rdefs": [owned_answer(one, pixel_type) for one in owned]}
