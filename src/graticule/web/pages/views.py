"""The pages: each parses, authorises, asks, and fills a template."""

from __future__ import annotations

from typing import TypeVar

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.templatetags.static import static
from django.urls import reverse
from django.views.decorators.csrf import ensure_csrf_cookie

from graticule.catalog.access import visible_to
from graticule.catalog.models import Dataset, Image, Plate, Project, Screen
from graticule.errors import NotFoundError
from graticule.services import browse
from graticule.services import tree as trees
from graticule.services.browse import Kind
from graticule.services.containers import find as find_visible
from graticule.web.pages import answers, menus, params, plate_answers
from graticule.web.pages.filled import shown
from graticule.web.pages.uploading import upload_into
from graticule.web.principal import may_begin, person_of

NamedT = TypeVar("NamedT", Project, Dataset, Screen, Plate, Image)

_LARGEST_ID = 2**63 - 1
# How much of each kind the start page shows before "all".
_BEGINNING = 48


def _find(
    request: HttpRequest, query: QuerySet[NamedT], kind: Kind, thing_id: int
) -> NamedT:
    """Find something visible, or say in people's words that it is not there."""
    # What no database can hold is asked for as an id that none has.
    asked = thing_id if thing_id <= _LARGEST_ID else 0
    try:
        return find_visible(person_of(request), query, asked)
    except NotFoundError as error:
        raise NotFoundError(
            f"There is no {kind.value} {thing_id}, or none that you may see."
        ) from error


def start(request: HttpRequest) -> HttpResponse:
    """Show everything by kind; a search has a page of its own."""
    person = person_of(request)
    asked = params.listing(request)
    if asked.text:
        return HttpResponseRedirect(answers.search_address(asked.text, asked.only))
    size = browse.PAGE_SIZE if asked.only else _BEGINNING
    sections = []
    total = 0
    for kind in [asked.only] if asked.only else Kind:
        if kind is Kind.IMAGE and not trees.orphans(person):
            continue  # remembered: finding none takes a look at all images
        query = browse.top_level(person, kind)
        page = browse.page_of(person, kind, query, asked.page, size)
        if page.total:
            total = page.total
            here = answers.start_query(kind)
            more = "" if asked.only else here
            sections.append(answers.section(answers.HEADINGS[kind], page, here, more))
    if not sections and asked.only:
        return HttpResponseRedirect(reverse("start"))  # the last has just gone
    if not sections and not may_begin(request):
        return shown(request, "welcome.html", {})
    filling = {
        "title": "Collection",
        "sections": sections,
        "tree_path": "orphaned" if asked.only is Kind.IMAGE else "",
        "browse": answers.listed_on_start(asked.only, total),
    }
    return shown(request, "shelves.html" if sections else "beginning.html", filling)


def favicon(request: HttpRequest) -> HttpResponse:
    """Say where the icon of the pages is."""
    del request
    return HttpResponseRedirect(static("graticule/favicon.svg"))


def project(request: HttpRequest, project_id: int) -> HttpResponse:
    """Show the datasets of a project."""
    found = _find(request, Project.objects.all(), Kind.PROJECT, project_id)
    return _shelves(request, found, Kind.PROJECT, Kind.DATASET)


def screen(request: HttpRequest, screen_id: int) -> HttpResponse:
    """Show the plates of a screen."""
    found = _find(request, Screen.objects.all(), Kind.SCREEN, screen_id)
    return _shelves(request, found, Kind.SCREEN, Kind.PLATE)


def dataset(request: HttpRequest, dataset_id: int) -> HttpResponse:
    """Show the images of a dataset."""
    found = _find(request, Dataset.objects.all(), Kind.DATASET, dataset_id)
    return _shelves(request, found, Kind.DATASET, Kind.IMAGE)


def _shelves(
    request: HttpRequest,
    parent: Project | Dataset | Screen,
    parent_kind: Kind,
    kind: Kind,
) -> HttpResponse:
    person = person_of(request)
    number = params.listing(request).page
    page = browse.page_of(person, kind, browse.children_of(person, parent), number)
    place = (
        browse.parent_of(person, parent)
        if isinstance(parent, Dataset)
        else browse.Place(())
    )
    here = answers.address(parent_kind, parent.pk)
    one, more = answers.HEADINGS[kind][:-1].lower(), answers.HEADINGS[kind].lower()
    filling = {
        "kind": parent_kind.value.capitalize(),
        "title": parent.name,
        "summary": answers.counted(page.total, one, more),
        "description": parent.description,
        "trail": answers.trail(place, parent.name),
        "sections": [answers.section("", page, here)] if page.total else [],
        "browse": answers.listed_in(parent_kind, parent.pk, page.total),
        "tree_path": answers.tree_path(place, parent_kind, parent.pk),
        "makes": menus.makes(parent_kind, parent.pk, person),
        "upload": upload_into(person, parent),
        "info": answers.info(parent_kind.value, parent.pk),
    }
    return shown(request, "shelves.html", filling)


def plate(request: HttpRequest, plate_id: int) -> HttpResponse:
    """Show the wells of a plate at one field, of one acquisition or of all."""
    person = person_of(request)
    number = params.field_number(request)
    run_id = params.acquisition(request)
    found = _find(request, Plate.objects.all(), Kind.PLATE, plate_id)
    runs = list(visible_to(person, found.acquisitions.order_by("pk")))
    field = browse.plate_field(person, found, number, run_id)
    place = browse.parent_of(person, found)
    filling = {
        "plate_id": found.pk,
        "title": found.name,
        "description": found.description,
        "trail": answers.trail(place, found.name),
        "tree_path": answers.tree_path(place, Kind.PLATE, found.pk),
        "makes": menus.makes(Kind.PLATE, found.pk, person),
        "info": answers.info(Kind.PLATE.value, found.pk),
    }
    more = plate_answers.plate_page(found, field, number, runs, run_id)
    return shown(request, "plate.html", filling | more)


@ensure_csrf_cookie  # scripts read it as they load (contract clients 1.2)
def image_detail(request: HttpRequest, iid: int | str) -> HttpResponse:
    """Show the image page (also contract webgateway 13.2, ``img_detail``)."""
    person = person_of(request)
    images = Image.objects.select_related("fileset")
    found = _find(request, images, Kind.IMAGE, int(iid))
    filling = answers.image_page(found, browse.place_of(person, found))
    filling["makes"] = menus.makes(Kind.IMAGE, found.pk, person)
    filling["is_pane"] = "pane" in request.GET
    return shown(request, "image.html", filling)
