"""Answers of VOSI addresses: verbs, media type, headers (contract uws V4).

Knows no service.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.http import http_date

from graticule.errors import NotFoundError, RequestError
from graticule.services.published.model import Publication
from graticule.web.uws.errors import MethodError, uws_view
from graticule.web.uws.params import one_of
from graticule.web.vosi import documents, tables
from graticule.web.vosi.health import SINCE
from graticule.web.vosi.model import Capability

_VERBS = ("GET", "HEAD", "OPTIONS")
_XML = "application/xml"


def vosi_view(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponseBase]:
    """Make a view that is only read, and answers errors as services do."""

    @uws_view
    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.method == "OPTIONS":
            return HttpResponse(status=204, headers={"Allow": ", ".join(_VERBS)})
        if request.method not in _VERBS:
            raise MethodError(*_VERBS)
        return view(request, *args, **kwargs)

    return wrapped


def capabilities_answer(capabilities: Iterable[Capability]) -> HttpResponse:
    """Answer what a service can do; it has been so since the server started."""
    text = documents.capabilities_document(capabilities)
    answer = HttpResponse(text, content_type=_XML)
    answer["Last-Modified"] = http_date(SINCE.timestamp())
    return answer


def availability_answer(troubles: Iterable[str]) -> HttpResponse:
    """Answer whether a service does its work now."""
    text = documents.availability_document(SINCE, troubles)
    answer = HttpResponse(text, content_type=_XML)
    answer["Cache-Control"] = "no-cache"
    return answer


def tables_answer(
    request: HttpRequest, publication: Publication, name: str = ""
) -> HttpResponse:
    """Answer the tables that somebody may ask for, or one of them (V3).

    Raises
    ------
    graticule.errors.NotFoundError
        If there is no table of that name.
    graticule.errors.RequestError
        If ``detail`` is neither ``min`` nor ``max``.
    """
    if name:
        schema, _, short = name.rpartition(".")
        table = publication.find(schema, short)
        if table is None:
            raise NotFoundError(
                f"There is no table {name[:80]}, or not for you. Those there are "
                "stand in the list of tables."
            )
        return _tables(tables.table_document(table))
    detail = (one_of(request, "DETAIL") or "max").lower()
    if detail not in {"min", "max"}:
        raise RequestError(f"detail is min or max, not {detail[:40]!r}.")
    return _tables(tables.tableset_document(publication, with_columns=detail == "max"))


def _tables(text: str) -> HttpResponse:
    answer = HttpResponse(text, content_type=_XML)
    # Whoever asks sees their own tables.
    answer["Cache-Control"] = "private, no-cache"
    return answer
