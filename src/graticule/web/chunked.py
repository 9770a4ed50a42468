"""Bodies that come in chunks, made whole before Django sees them.

Programs in Java (TOPCAT, STILTS) send uploads so. Django reads as many bytes as
Content-Length says; what is longer than any upload may be is left as it is, and
refused where its length is asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from tempfile import SpooledTemporaryFile
from typing import Any

from django.conf import settings

from graticule.web.uws.places import PLACES

_BELOW = ("/services/", *(f"/{place.path}/" for place in PLACES.values()))
_IN_MEMORY_BYTES = 1 << 20
_AT_ONCE = 1 << 16

Application = Callable[[dict[str, Any], Any], Iterable[bytes]]


def whole_bodies(application: Application) -> Application:
    """Give chunked bodies of jobs a length."""

    def wrapped(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        sent = environ.get("HTTP_TRANSFER_ENCODING", "").lower()
        is_job = environ.get("PATH_INFO", "").startswith(_BELOW)
        if "chunked" not in sent or not is_job:
            return application(environ, start_response)
        with SpooledTemporaryFile(_IN_MEMORY_BYTES) as whole:
            if _gather(environ["wsgi.input"], whole):
                environ["CONTENT_LENGTH"] = str(whole.tell())
                environ["wsgi.input"] = whole
                del environ["HTTP_TRANSFER_ENCODING"]
                whole.seek(0)
            return application(environ, start_response)

    return wrapped


def _gather(source: Any, whole: Any) -> bool:
    """Read everything, as far as is allowed; say whether that was all."""
    values = settings.GRATICULE
    left = values["max_upload_bytes"] + values["max_form_bytes"]
    while left >= 0 and (part := source.read(_AT_ONCE)):
        left -= len(part)
        whole.write(part)
    return bool(left >= 0)
