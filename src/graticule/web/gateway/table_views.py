"""Views of tables and what they are on (contract webgateway 12, numbers 42-48).

Each is parse, authorise, ask, encode, reply. Most errors are told with status 200
as ``{"error": …}``; where the contract gives a text that explains nothing,
``detail`` does.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from graticule.catalog.models import Person
from graticule.errors import (
    FileError,
    GraticuleError,
    LimitError,
    NotFoundError,
    RequestError,
)
from graticule.services.tables import query
from graticule.services.tables.asking import condition
from graticule.services.tables.attached import AttachedTable, find_table, tables_on
from graticule.services.tables.condition import ConditionError, parse
from graticule.web import errors
from graticule.web.gateway import numbers, table_answers, table_params
from graticule.web.gateway.table_params import TableQuery
from graticule.web.gateway.wrapper import json_view
from graticule.web.job_offers import OfferError, offer
from graticule.web.principal import person_of

_TOLD = (RequestError, LimitError, NotFoundError, FileError)


def _telling(view: Callable[..., Any]) -> Callable[..., Any]:
    """Make what is wrong an answer with status 200 (contract 12)."""

    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        try:
            return view(request, *args, **kwargs)
        except _TOLD as error:
            return _told(request, error, request.GET.get("query", ""))

    return wrapped


def _told(request: HttpRequest, error: GraticuleError, text: str) -> dict[str, Any]:
    errors.log(request, error)
    message = errors.public_message(error)
    if text and isinstance(error, (ConditionError, FileError)):
        return {"error": f"Error executing query: {text}", "detail": message}
    if isinstance(error, LimitError) and error.limit == "max_table_download_rows":
        message = (
            f"Trying to download {error.asked} rows exceeds configured "
            f"omero.web.max_table_download_rows of {error.allowed}"
        )
        if isinstance(error, OfferError):
            message += f". The job {error.service} does it: {error.link}"
        return {"error": message, "status": 404}
    return {"error": message}


@json_view
@_telling
def bulk_annotations(request: HttpRequest, objtype: str, objid: str) -> dict[str, Any]:
    """Answer the tables on things (contract 12.1)."""
    tables = _tables_on(person_of(request), objtype, objid)
    return {"data": [table_answers.attached_form(table) for table in tables]}


def _tables_on(person: Person, objtype: str, objid: str) -> list[AttachedTable]:
    number = numbers.path_number(objid)
    path = table_params.object_path(objtype)
    return tables_on(person, path.parent, path.lookup, path.child, number)


@json_view
@_telling
def table_query(request: HttpRequest, fileid: str) -> dict[str, Any]:
    """Answer rows of a table (contract 12.2)."""
    person = person_of(request)
    number = numbers.path_number(fileid)
    return _rows(request, person, number, table_params.table_query(request))


def _rows(
    request: HttpRequest, person: Person, file_id: int, asked: TableQuery
) -> dict[str, Any]:
    table = find_table(person, file_id)
    places = {column.name: index for index, column in enumerate(table.columns)}
    indices = list(range(len(places)))
    if asked.names:
        indices = [places[name] for name in asked.names if name in places]
    try:
        hits = query.find_rows(
            table,
            condition(asked.text, table.columns),
            # Where none of them is known, rows hold every column all the same.
            indices or range(len(places)),
            offset=asked.offset,
            limit=asked.limit,
            max_rows=settings.GRATICULE["max_table_download_rows"],
        )
    except LimitError as error:
        raise offer(
            request, error, "table-query", TABLE=file_id, QUERY=asked.text
        ) from error
    columns = [table.columns[index] for index in indices]
    return table_answers.hits_form(table, asked, columns, hits)


@json_view
@_telling
def object_table_query(
    request: HttpRequest, objtype: str, objid: str
) -> dict[str, Any]:
    """Answer rows of the newest table on a thing that has them (contract 12.3)."""
    person = person_of(request)
    asked = table_params.table_query(request)
    tables = _tables_on(person, objtype, objid)
    answer = {"error": "Could not retrieve bulk annotations table"}
    for table in sorted(tables, key=lambda table: -table.file_id):
        try:
            found = _rows(request, person, table.file_id, asked)
        except _TOLD as error:
            answer = _told(request, error, asked.text)
        else:
            return table_answers.with_object(found, table)
    return answer


@json_view
@_telling
def table_metadata(request: HttpRequest, fileid: str) -> dict[str, Any]:
    """Answer columns, number of rows and notes (contract 12.4)."""
    table = find_table(person_of(request), numbers.path_number(fileid))
    return table_answers.metadata_form(table)


@json_view
@_telling
def obj_id_bitmask(request: HttpRequest, fileid: str) -> HttpResponse:
    """Answer ids as a mask of bits (contract 12.5, with its REC)."""
    person = person_of(request)
    number = numbers.path_number(fileid)
    asked = table_params.table_query(request)
    table = find_table(person, number)
    names = [column.name for column in table.columns]
    name = request.GET.get("col_name", "object")
    bits = query.id_bits(
        table,
        condition(asked.text, table.columns),
        names.index(name) if name in names else 0,
        max_id=settings.GRATICULE["max_table_object_id"],
    )
    return HttpResponse(bits.tobytes(), content_type="application/octet-stream")


@json_view
@_telling
def table_rows(request: HttpRequest, fileid: str) -> Any:
    """Answer numbers of rows that fulfil a condition (contract 12.6)."""
    person = person_of(request)
    number = numbers.path_number(fileid)
    text, start = table_params.row_search(request)
    table = find_table(person, number)
    most = settings.GRATICULE["max_table_slice_size"]
    end = min(start + most, table.row_count)
    rows = query.matching_rows(table, parse(text), start, end).tolist()
    form = table_answers.rows_form(table, rows, start, end, most)
    return table_answers.compact(request, form)


@json_view
@_telling
def table_slice(request: HttpRequest, fileid: str) -> Any:
    """Answer some columns of some rows (contract 12.7, with its REC)."""
    person = person_of(request)
    number = numbers.path_number(fileid)
    most = settings.GRATICULE["max_table_slice_size"]
    asked = table_params.cut(request, most)
    try:
        table = find_table(person, number)
        values = query.cut(table, asked.rows, asked.columns)
    except (FileError, LimitError) as error:
        errors.log(request, error)
        return {"error": f"Error slicing table ({errors.public_message(error)})"}
    form = table_answers.cut_form(table, asked.columns, values, most)
    return table_answers.compact(request, form)
