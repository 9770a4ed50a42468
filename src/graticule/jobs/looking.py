"""A job looked up by a query that is written once.

Building the query anew for each look, and working out how to read its columns, takes
Django several times as long as the tables need to answer. Clients look by the
thousand. Knows no HTTP.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.db import connection

from graticule.jobs.models import Job

# Long, and shown by few answers: fetched when they are asked for.
_LATER = ("log", "detail")


@dataclass(frozen=True, slots=True)
class _Written:
    sql: str
    names: tuple[str, ...]
    converters: tuple[tuple[int, Callable[..., Any], Any], ...]


def look_up(job_id: str, service: str) -> Job | None:
    """Find a job of a service.

    Returns
    -------
    Job or None
        Without its log and the details of its error, which come when they are asked
        for.
    """
    if "\0" in job_id:
        return None  # PostgreSQL refuses to look for what no id holds
    query = _written(connection.vendor)
    with connection.cursor() as cursor:
        cursor.execute(query.sql, [job_id, service])
        row = cursor.fetchone()
    if row is None:
        return None
    values = list(row)
    for position, convert, expression in query.converters:
        values[position] = convert(values[position], expression, connection)
    return Job.from_db(connection.alias, query.names, values)


@cache
def _written(vendor: str) -> _Written:
    """Write the query for a kind of database."""
    del vendor
    rows = Job.objects.order_by().defer(*_LATER)
    compiler = (
        rows.filter(pk="").filter(service="").query.get_compiler(connection=connection)
    )
    sql, _ = compiler.as_sql()
    columns = [column for column, _, _ in compiler.select]
    found = compiler.get_converters(columns)
    return _Written(
        sql,
        tuple(column.target.attname for column in columns),
        tuple(
            (position, convert, expression)
            for position, (converts, expression) in found.items()
            for convert in converts
        ),
    )
