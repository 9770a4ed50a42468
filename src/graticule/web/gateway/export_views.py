"""Views that answer exports (contract webgateway 11.1, 11.2, 15; numbers 37, 38).

Each is parse, authorise, ask, encode, reply.
"""

from __future__ import annotations

import mimetypes
from collections.abc import Iterator
from typing import BinaryIO
from urllib.parse import quote

from django.conf import settings
from django.http import (
    FileResponse,
    HttpRequest,
    HttpResponseBase,
    HttpResponseRedirect,
    StreamingHttpResponse,
)

from graticule.catalog.access import visible_to
from graticule.catalog.models import Image
from graticule.errors import GraticuleError, LimitError, NotFoundError
from graticule.services.exports.choice import TooLargeError, exportable_images
from graticule.services.exports.movie import Axis, Movie, MovieFormat
from graticule.services.exports.requested import (
    Export,
    movie_export,
    ome_tiff_export,
)
from graticule.services.image_sets import Holder
from graticule.services.scenes import Scene, find_scene
from graticule.services.temp_files import passing_folder, temp_files
from graticule.web import errors
from graticule.web.attachment import attachment
from graticule.web.errors import ParameterError
from graticule.web.gateway import numbers
from graticule.web.gateway.params import rendering_query, rendering_source
from graticule.web.gateway.planes import whole_plane
from graticule.web.gateway.wrapper import json_view
from graticule.web.job_offers import OfferError, offer
from graticule.web.principal import person_of

_HOLDERS = {"p": Holder.PROJECT, "d": Holder.DATASET, "w": Holder.WELL}
_FORMATS = {form.value: form for form in MovieFormat}
_FPS = 4
_BLOCK_BYTES = 1 << 16


@json_view
def render_ome_tiff(request: HttpRequest, ctx: str, cid: str) -> HttpResponseBase | int:
    """Answer an OME-TIFF, a zip of several, or their number (contract 11.1)."""
    person = person_of(request)
    holder, holder_id = _HOLDERS.get(ctx, Holder.IMAGE), numbers.path_number(cid)
    only = _selection(request) if holder is Holder.DATASET else None
    try:
        images = exportable_images(person, holder, holder_id, only)
        if request.GET.get("dryrun"):
            return len(images)
        export = ome_tiff_export(person, holder, holder_id, images)
    except TooLargeError as error:
        said = _ome_tiff_offer(request, error.refusal, holder, holder_id, only)
        raise NotFoundError(str(said)) from error
    except LimitError as error:
        raise _ome_tiff_offer(request, error, holder, holder_id, only) from error
    return _sent(request, export)


def _ome_tiff_offer(
    request: HttpRequest,
    error: LimitError,
    holder: Holder,
    holder_id: int,
    only: list[int] | None,
) -> OfferError:
    """Offer the job that writes as many OME-TIFFs, of any size."""
    if only is not None:
        given: dict[str, str | int] = {"IMAGE": ",".join(map(str, only))}
    else:
        given = {holder.name: holder_id}
    many = holder is not Holder.IMAGE
    return offer(request, error, "ome-tiff", **given, ZIP="true" if many else "")


def _selection(request: HttpRequest) -> list[int] | None:
    text = request.GET.get("selection")
    if not text:
        return None
    found = [numbers.integer_or_none(part) for part in text.split(",")]
    ids = [number for number in found if number is not None]
    if len(ids) < len(found):
        raise ParameterError("selection must be integers separated by commas.")
    return ids


def render_movie(
    request: HttpRequest, iid: str, axis: str, pos: str
) -> HttpResponseBase:
    """Answer a movie along z or t (contract 11.2); ``pos`` counts from 1."""
    scene = find_scene(person_of(request), numbers.path_number(iid))
    fps = numbers.integer(request, "fps", _FPS)
    form = _FORMATS.get(request.GET.get("format", ""), MovieFormat.QUICKTIME)
    position = numbers.path_number(pos) - 1
    view = whole_plane(scene, rendering_query(request), z=0, t=0, quality=None)
    movie = Movie(
        axis=Axis(axis),
        position=position,
        rendering=view.rendering,
        projection=view.projection if axis == Axis.T.value else None,
        fps=_FPS if fps is None else fps,
        format=form,
    )
    query = rendering_source(request)
    asked = "".join(query.get(name) or "_" for name in "mpcq")
    words = f"{scene.image_id}-{axis}-{position + 1}-{movie.fps}-{asked}-{form.value}"
    try:
        export = movie_export(scene, movie, words)
    except LimitError as error:
        raise _movie_offer(request, error, scene, movie) from error
    return _sent(request, export)


def _movie_offer(
    request: HttpRequest, error: LimitError, scene: Scene, movie: Movie
) -> OfferError:
    """Offer the job that makes the same movie, of any length."""
    along_z = movie.axis is Axis.Z
    query = rendering_source(request)
    return offer(
        request,
        error,
        "movie",
        IMAGE=scene.image_id,
        AXIS=movie.axis.value,
        **{"T" if along_z else "Z": movie.position},
        FPS=movie.fps,
        **{name.upper(): query.get(name) for name in ("c", "maps", "m", "p")},
    )


def temp_file(request: HttpRequest, key: str, name: str) -> HttpResponseBase:
    """Answer a file that was exported before, to who may see its images (15)."""
    person = person_of(request)
    kept = temp_files()
    found = kept.find(key, name) if kept else None
    if found is None:
        raise NotFoundError("There is no such file (any more).")
    seen = visible_to(person, Image.objects.filter(pk__in=found.image_ids))
    if seen.count() < len(found.image_ids):
        raise NotFoundError("There is no such file (any more).")
    kind = mimetypes.guess_type(found.path)[0] or "application/octet-stream"
    return _file_answer(found.open(), kind, name)


def _sent(request: HttpRequest, export: Export) -> HttpResponseBase:
    """Send an export, or to where it is kept."""
    kept = temp_files()
    if kept is not None:
        made = kept.get(
            export.key, export.name, export.stamp, export.image_ids, export.write
        )
        place = f"{made.path.parent.name}/{made.path.name}"
        return HttpResponseRedirect(
            f"{settings.STATIC_URL}webgateway/tfiles/{quote(place)}"
        )
    if export.pieces is not None:
        return StreamingHttpResponse(
            _logged(request, export.pieces()),
            content_type=export.media_type,
            headers=_headers(export.name),
        )
    with passing_folder() as folder:
        path = folder / "export"
        export.write(path)
        # Stays readable until it is closed, though its name goes.
        file = path.open("rb")
    return _file_answer(file, export.media_type, export.name)


def _file_answer(file: BinaryIO, media_type: str, name: str) -> HttpResponseBase:
    answer = FileResponse(file, content_type=media_type)
    answer.block_size = _BLOCK_BYTES
    # The class has named it after its path.
    for header, value in _headers(name).items():
        answer[header] = value
    return answer


def _headers(name: str) -> dict[str, str]:
    return {
        "Content-Disposition": attachment(name),
        "Cache-Control": "private, no-cache",
    }


def _logged(request: HttpRequest, pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Say in the log what went wrong while an archive was sent.

    It ends there, without the directory that would make it whole.
    """
    try:
        yield from pieces
    except GraticuleError as error:
        errors.log(request, error)
