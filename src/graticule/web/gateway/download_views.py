"""Views that answer downloads (contract webgateway 11.3 to 11.5, numbers 39 to 41).

Each is parse, authorise, ask, encode, reply.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase

from graticule.catalog.models import Image, Person
from graticule.errors import (
    GraticuleError,
    LimitError,
    NotFoundError,
    NotPermittedError,
)
from graticule.services import archives, original_files
from graticule.services.picture_archives import (
    check_drawable,
    name_pictures,
    pack_pictures,
)
from graticule.services.scenes import Scene, find_scene
from graticule.services.view import draw_view
from graticule.web import errors
from graticule.web.attachment import attachment
from graticule.web.gateway import numbers
from graticule.web.gateway.image_views import image_view
from graticule.web.gateway.wrapper import json_view
from graticule.web.job_offers import offer
from graticule.web.principal import person_of
from graticule.web.sending import MEDIA_TYPE, send_archive, send_file

_FORMATS = ("jpeg", "png", "tif")
_NOTHING = "No images or wells specified in request. Use ?image=123 or ?well=123"
_NONE = "None of these images is there, or none that you may see."


class RefusedError(GraticuleError):
    """Answered with a status and a sentence as plain text (contract 11.3, 11.4)."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


def _told(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Answer what a view refuses."""

    @wraps(view)
    def wrapped(request: HttpRequest, iid: str | None = None) -> HttpResponseBase:
        try:
            return view(request, iid)
        except RefusedError as error:
            errors.log(request, error)
            return HttpResponse(
                str(error),
                status=error.status,
                content_type="text/plain; charset=utf-8",
            )

    return wrapped


def _asked_images(request: HttpRequest, person: Person, iid: str | None) -> list[Image]:
    """Find the images that are asked for; those unreadable are left out (11.3)."""
    if iid is not None:
        image_ids = [numbers.path_number(iid)]
    else:
        image_ids, wells = numbers.ids(request, "image"), numbers.ids(request, "well")
        if not image_ids and not wells:
            raise RefusedError(errors.gateway_status(400), _NOTHING)
        field = numbers.integer_or_none(request.GET.get("index", "")) or 0
        try:
            image_ids += original_files.images_of_wells(person, wells, field)
        except NotFoundError as error:
            raise RefusedError(errors.gateway_status(404), str(error)) from error
    images = original_files.find_images(person, image_ids)
    if not images:
        raise RefusedError(errors.gateway_status(404), _NONE)
    return images


@_told
def download_as(request: HttpRequest, iid: str | None = None) -> HttpResponseBase:
    """Answer a picture, or a zip of pictures, to be saved (contract 11.3)."""
    person = person_of(request)
    images = _asked_images(request, person, iid)
    if len(images) == 1:
        return _one_picture(request, find_scene(person, images[0].pk))
    asked = request.GET.get("format", "")
    file_format = asked if asked in _FORMATS else "png"
    pictures = name_pictures(_scenes(request, person, images), file_format)
    name = request.GET.get("zipname") or f"Download_as_{file_format}"
    name = name.replace(" ", "_").removesuffix(".zip") + ".zip"
    return send_archive(request, lambda: pack_pictures(pictures), name)


def _scenes(request: HttpRequest, person: Person, images: list[Image]) -> list[Scene]:
    """Make images ready to be drawn, all before the first byte is sent."""
    most = settings.GRATICULE["max_download_images"]
    if len(images) > most:
        limit = LimitError(
            "max_download_images", most, len(images), "A number of images"
        )
        asked = request.GET.get("format", "")
        job = _offered(
            request,
            limit,
            "rendered-images",
            images,
            FORMAT=asked if asked in _FORMATS else "png",
        )
        raise RefusedError(403, f"{limit} Ask for fewer. {job}")
    scenes = []
    for image in images:
        try:
            scene = find_scene(person, image.pk)
            check_drawable(scene)
        except GraticuleError as error:
            errors.log(request, error)
            message = f"Cannot download file (id:{image.pk})"
            raise RefusedError(errors.gateway_status(404), message) from error
        scenes.append(scene)
    return scenes


def render_image_download(
    request: HttpRequest, iid: str, z: str | None = None, t: str | None = None
) -> HttpResponse:
    """Answer a plane to be saved (contract 18, as one image in 11.3)."""
    scene = find_scene(person_of(request), numbers.path_number(iid))
    return _one_picture(request, scene, z, t)


def _one_picture(
    request: HttpRequest, scene: Scene, z: str | None = None, t: str | None = None
) -> HttpResponse:
    # Other texts give JPEG under that extension (contract 11.3).
    extension = request.GET.get("format", "jpeg")
    file_format = extension if extension in _FORMATS else "jpeg"
    view = image_view(request, scene, z, t, file_format=file_format)
    name = archives.plain_name(f"{scene.name}.{extension}")
    return HttpResponse(
        draw_view(scene, view),
        content_type=MEDIA_TYPE,
        headers={"Content-Disposition": attachment(name)},
    )


@_told
def archived_files(request: HttpRequest, iid: str | None = None) -> HttpResponseBase:
    """Answer the original files of images (contract 11.4)."""
    person = person_of(request)
    images = _asked_images(request, person, iid)
    try:
        sets = original_files.find_files(
            person, images, settings.GRATICULE["max_download_files"]
        )
    except NotPermittedError as error:
        errors.log(request, error)
        return HttpResponse(status=404)
    except LimitError as error:
        job = _offered(request, error, "archive", images)
        message = f"{error} Try requesting fewer files. {job}"
        raise RefusedError(403, message) from error
    files = [file for one in sets for file in one.files]
    if not files:
        message = "These images have no original files."
        raise RefusedError(errors.gateway_status(404), message)
    if len(files) == 1:
        return send_file(request, files[0], archives.plain_name(files[0].name))
    entries = archives.name_entries(sets)
    _check_total(request, entries, images)
    name = request.GET.get("zipname") or images[-1].name
    name = archives.archive_name(name, entries)
    return send_archive(request, lambda: archives.pack(entries), name)


def _check_total(
    request: HttpRequest, entries: list[archives.Named], images: list[Image]
) -> None:
    total = sum(file.size_bytes for _, file in entries)
    most = settings.GRATICULE["max_download_bytes"]
    if total > most:
        limit = LimitError("max_download_bytes", most, total, "A download")
        job = _offered(
            request, limit, "archive", images, ZIPNAME=request.GET.get("zipname")
        )
        raise RefusedError(
            403,
            f"Total size of files {total} is larger than {most}. "
            f"Try requesting fewer files. {job}",
        )


def _offered(
    request: HttpRequest,
    error: LimitError,
    service: str,
    images: list[Image],
    **given: str | None,
) -> str:
    """Say which job does for these images what a request may not."""
    ids = ",".join(str(image.pk) for image in images)
    link = offer(request, error, service, IMAGE=ids, **given).link
    return f"The job {service} does it: {link}"


@json_view
def original_file_paths(request: HttpRequest, iid: str) -> dict[str, Any]:
    """Answer where the files lie below the served folder (contract 11.5).

    Files stay where they are, so both lists are the same.
    """
    person = person_of(request)
    fileset, places = original_files.places(person, numbers.path_number(iid))
    if fileset is None:
        return {}
    return {"repo": places, "client": places, "fileset": {"id": fileset.pk}}
