"""Shapes as files to keep: a table, or everything there is to say of them."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import ExitStack
from tempfile import SpooledTemporaryFile

from django.conf import settings
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase

from graticule.catalog.models import Image
from graticule.errors import GraticuleError
from graticule.services.containers import find
from graticule.services.regions import listing as lists
from graticule.services.regions.tabulating import table
from graticule.web.api.params import flag, path_number
from graticule.web.attachment import attachment
from graticule.web.json_views import json_error
from graticule.web.principal import person_of
from graticule.web.regions import answers, files, params

_IN_MEMORY_BYTES = 1 << 20
_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
    "geojson": "application/geo+json",
}


def file(request: HttpRequest, iid: str, form: str) -> HttpResponseBase:
    """Answer all that the list holds, as a file."""
    try:
        return _file(request, path_number(iid), form)
    except GraticuleError as error:
        return json_error(request, error)


def _file(request: HttpRequest, image_id: int, form: str) -> HttpResponseBase:
    person, wanted = person_of(request), params.wanted(request)
    image = find(person, Image.objects.all(), image_id)
    if form == "csv":
        channels = range(image.size_c) if flag(request, "intensities") else ()
        most = settings.GRATICULE["max_region_shapes"]
        lines = table(person, image, wanted, channels, most)
        texts = files.csv_lines(lines, channels)
    else:
        write = files.json_pieces if form == "json" else files.geojson_pieces
        texts = write(each.row for each in lists.all_listed(person, image_id, wanted))
    return _sent(texts, _TYPES[form], answers.file_name(image, form))


def _sent(texts: Iterable[str], media_type: str, name: str) -> HttpResponseBase:
    """Write it whole before the first byte leaves, by way of a file if it is long."""
    answer: HttpResponseBase
    with ExitStack() as undo:
        spool = undo.enter_context(SpooledTemporaryFile(_IN_MEMORY_BYTES))
        for text in texts:
            spool.write(text.encode())
        length_bytes = spool.tell()
        spool.seek(0)
        if length_bytes <= _IN_MEMORY_BYTES:
            answer = HttpResponse(spool.read(), content_type=media_type)
        else:
            undo.pop_all()
            answer = FileResponse(spool, content_type=media_type)
    answer["Content-Disposition"] = attachment(name)
    return answer


file.error_answer = json_error  # type: ignore[attr-defined]
