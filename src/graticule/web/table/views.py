"""Attached tables, a page at a time: parse, authorise, ask, encode, reply."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render

from graticule.services.tables import ordering
from graticule.services.tables.attached import bearers_of, find_table, find_table_file
from graticule.services.tables.pointing import place_of
from graticule.web.json_views import json_view
from graticule.web.pages.answers import shared
from graticule.web.principal import person_of
from graticule.web.table import answers, params
from graticule.web.table.answers import Json


def page(request: HttpRequest, table: int) -> HttpResponse:
    """Show a table as a grid."""
    person = person_of(request)
    file = find_table_file(person, table)
    filling = {
        "title": file.name,
        "table_id": file.pk,
        "trail": answers.trail(file, bearers_of(person, table)),
    }
    return render(request, "graticule/table.html", shared() | filling)


@json_view("GET")
def columns(request: HttpRequest, table: int) -> Json:
    """Answer what a table is: columns, number of rows."""
    person = person_of(request)
    file = find_table_file(person, table)
    return answers.columns(find_table(person, table), file)


@json_view("GET")
def rows(request: HttpRequest, table: int) -> Json:
    """Answer some rows, in the order asked."""
    found = find_table(person_of(request), table)
    asked = params.rows(request, found.columns)
    page = ordering.page_of(
        found, asked.condition, asked.order, asked.indices, asked.offset, asked.limit
    )
    return answers.rows(page, asked.offset)


def thing(request: HttpRequest, kind: str, thing: str) -> HttpResponse:
    """Lead to what a row names."""
    found = place_of(person_of(request), kind, int(thing))
    return HttpResponseRedirect(answers.address(found))
