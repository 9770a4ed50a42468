"""Views by which people make, list and revoke links of their own."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from graticule import __version__
from graticule.catalog.models import Person
from graticule.services import sharing
from graticule.web.errors import NotLoggedInError
from graticule.web.organise.params import Body
from graticule.web.organise.wrapper import organise_view
from graticule.web.principal import is_public, person_of, writer_of
from graticule.web.share import answers, params


def _somebody(request: HttpRequest) -> Person:
    if is_public(request):
        raise NotLoggedInError
    return person_of(request)


def page(request: HttpRequest) -> HttpResponse:
    """Show one's own links; a form of it revokes one."""
    person = _somebody(request)
    if request.method == "POST":
        text = request.POST.get("link", "")
        number = int(text) if text.isascii() and text.isdigit() else 0
        sharing.revoke(writer_of(request), number)
        return HttpResponseRedirect(reverse("share_page"))
    filling = {
        "version": __version__,
        "here": "shares",
        "links": answers.rows(sharing.shares_of(person)),
    }
    answer = render(request, "graticule/shares.html", filling)
    answer["Cache-Control"] = "no-store"
    return answer


@organise_view("GET", "POST")
def links(request: HttpRequest) -> dict[str, Any]:
    """List one's own links, or make one."""
    person = _somebody(request)
    if request.method != "POST":
        return answers.links(sharing.shares_of(person, params.asked_thing(request)))
    body = Body(request)
    share, secret = sharing.share_thing(
        writer_of(request), body.thing("thing"), params.lifetime(body)
    )
    root = request.build_absolute_uri("/").rstrip("/")
    return answers.made(share, secret, root)


@organise_view()
def revoke(request: HttpRequest) -> dict[str, Any]:
    """End a link."""
    _somebody(request)
    sharing.revoke(writer_of(request), Body(request).id("link") or 0)
    return {"message": "The link shows nothing any more."}
