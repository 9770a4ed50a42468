"""JSON too long to be held in memory (contract webgateway 2.6).

The whole answer is written before the first byte leaves: what goes wrong still
becomes a proper error, the length is known, and a slow client keeps no query
open. Knows no view.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import ExitStack
from tempfile import SpooledTemporaryFile

from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase

from graticule.web.gateway.wrapper import CALLBACK

IN_MEMORY_BYTES = 1 << 20
_BLOCK_BYTES = 1 << 16


def spooled_json(request: HttpRequest, texts: Iterable[str]) -> HttpResponseBase:
    """Answer JSON that comes in pieces, or JSONP where ``callback`` asks for it.

    Longer ones than ``IN_MEMORY_BYTES`` go by way of a temporary file.
    """
    callback = request.GET.get("callback")
    if callback is not None and not CALLBACK.fullmatch(callback):
        return HttpResponse("Invalid callback", status=400)
    kind = "application/json" if callback is None else "application/javascript"
    with ExitStack() as undo:
        spool = undo.enter_context(SpooledTemporaryFile(IN_MEMORY_BYTES))
        if callback is not None:
            spool.write(f"{callback}(".encode("ascii"))
        for text in texts:
            spool.write(text.encode("ascii"))
        if callback is not None:
            spool.write(b")")
        length_bytes = spool.tell()
        spool.seek(0)
        if length_bytes <= IN_MEMORY_BYTES:
            return HttpResponse(spool.read(), content_type=kind)
        undo.pop_all()
    answer = FileResponse(spool, content_type=kind)
    answer.block_size = _BLOCK_BYTES
    return answer
