"""The views of searching: parse, authorise, ask, answer."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from graticule.services import browse, image_lists
from graticule.services.browse import Kind
from graticule.services.search import facets as counted
from graticule.services.search import filters, suggesting
from graticule.web.browse import answers as lists
from graticule.web.browse import params as list_params
from graticule.web.json_views import json_view
from graticule.web.pages import answers as pages
from graticule.web.pages.filled import shown
from graticule.web.pages.params import listing
from graticule.web.principal import person_of
from graticule.web.seek import answers, params

# How many of each kind are shown before "Show all".
_BEGINNING = 12


@json_view("GET", "HEAD")
def suggestions(request: HttpRequest) -> dict[str, Any]:
    """Say what somebody may mean who is typing."""
    person = person_of(request)
    return answers.suggestions(suggesting.suggest(person, params.typed(request)))


@json_view("GET", "HEAD")
def facets(request: HttpRequest) -> dict[str, Any]:
    """Say what a search could be narrowed to, and how much is left then."""
    person = person_of(request)
    asked = params.filters(request)
    kinds = counted.counts(person, asked)
    return answers.facets(asked, kinds, counted.facets(person, asked))


@json_view("GET", "HEAD")
def ids(request: HttpRequest) -> dict[str, Any]:
    """Give the ids of the images found, in order."""
    person = person_of(request)
    found = filters.found(person, Kind.IMAGE, params.filters(request))
    part = image_lists.Part(
        list_params.order(request),
        list_params.offset(request),
        settings.GRATICULE["max_listed_ids"],
    )
    some = list(image_lists.part(found, part).values_list("pk", flat=True))
    return lists.ids(image_lists.total(found, part, len(some)), some)


def results(request: HttpRequest) -> HttpResponse:
    """Show what a search found, and its filters."""
    person = person_of(request)
    asked = params.filters(request)
    totals = counted.counts(person, asked)
    kinds = [asked.kind] if asked.kind else [kind for kind in Kind if totals[kind]]
    sections = []
    for kind in kinds:
        query = filters.found(person, kind, asked)
        rest = params.without_kind(asked)
        here = answers.results_address([*rest, ("kind", kind.value)])
        size = browse.PAGE_SIZE if asked.kind else _BEGINNING
        page = browse.page_of(person, kind, query, listing(request).page, size)
        if page.total:
            more = "" if asked.kind else here
            sections.append(pages.section(pages.HEADINGS[kind], page, here, more))
    filling = {
        "title": f"“{asked.text}”" if asked.text else "Search",
        "kind": "Search" if asked.text else "",
        "q": asked.text,
        "sections": sections,
        "browse": pages.listed_found(_only_images(asked, kinds)),
        "chips": answers.chips(asked),
        "kinds": answers.kinds(asked, totals),
        "form": answers.form(asked),
        "facets_url": f"{reverse('seek_facets')}?{urlencode(params.whole(asked))}",
    }
    return shown(request, "results.html", filling)


def _only_images(asked: filters.Filters, kinds: list[Kind]) -> str:
    """Give the address of the ids found, where these are of images alone."""
    if kinds != [Kind.IMAGE]:
        return ""
    return f"{reverse('seek_ids')}?{urlencode(params.without_kind(asked))}"
