"""Links, and the original files they lead to: parse, authorise, ask, encode, reply."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.cache import patch_vary_headers

from graticule import __version__
from graticule.errors import NotFoundError
from graticule.services.observatory.identifiers import Named, parse_did
from graticule.services.observatory.linked import find_linked
from graticule.web.datalink import params
from graticule.web.datalink.documents import links_document
from graticule.web.datalink.model import MEDIA_TYPE, Links, Row
from graticule.web.datalink.offers import itself, offers_to
from graticule.web.datalink.originals import send_original
from graticule.web.datalink.rows import Rows
from graticule.web.datalink.shown import shown
from graticule.web.uws.access import reader_of
from graticule.web.uws.errors import MethodError, uws_view
from graticule.web.uws.formats import Format, wanted

_VERBS = ("GET", "HEAD", "POST", "OPTIONS")


@uws_view
def links(request: HttpRequest) -> HttpResponseBase:
    """Answer the links of images and plates (DataLink 1.1)."""
    if request.method == "OPTIONS":
        return HttpResponse(status=204, headers={"Allow": ", ".join(_VERBS)})
    if request.method not in _VERBS:
        raise MethodError(*_VERBS)
    asked = params.identifiers(request)
    is_page = not params.is_votable_asked(request) and wanted(request) is Format.HTML
    found = _links(request, asked)
    answer: HttpResponse
    if is_page:
        filling = shown(found, request.get_full_path())
        answer = render(
            request, "graticule/links.html", {"version": __version__} | filling
        )
    else:
        answer = HttpResponse(links_document(found), content_type=MEDIA_TYPE)
    patch_vary_headers(answer, ("Accept",))
    answer["Cache-Control"] = "private, no-cache"
    return answer


@uws_view
def get_original(request: HttpRequest) -> HttpResponseBase:
    """Send the original file of an image or a plate, or all of them packed."""
    verbs = ("GET", "HEAD", "OPTIONS")
    if request.method == "OPTIONS":
        return HttpResponse(status=204, headers={"Allow": ", ".join(verbs)})
    if request.method not in verbs:
        raise MethodError(*verbs)
    named = parse_did(params.one(request, "ID"))
    person = reader_of(request)
    return send_original(request, person, named, params.one(request, "FILE"))


def _links(request: HttpRequest, asked: list[str]) -> Links:
    person = reader_of(request)
    most = settings.GRATICULE["max_datalink_ids"]
    answered = asked[:most]
    named = {text: _named(text) for text in answered}
    found = find_linked(person, [each for each in named.values() if each])
    offers = offers_to(request)
    rows = Rows(request, offers)
    made: list[Row] = []
    for text, name in named.items():
        linked = found.get(name) if name else None
        if linked is None:
            made.append(rows.missing(text, f"{text} is not known here, or not for you"))
        else:
            made += rows.of(text, linked)
    things = tuple(found.values())
    return Links(
        tuple(made),
        (
            *(each for one in offers for each in one.descriptors(request, things)),
            itself(request.build_absolute_uri(request.path)),
        ),
        f"{len(asked)} identifiers were asked for; {most} are answered at once "
        "(setting max_datalink_ids)."
        if len(asked) > most
        else "",
    )


def _named(text: str) -> Named | None:
    try:
        return parse_did(text)
    except NotFoundError:
        return None
