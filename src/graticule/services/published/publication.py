"""What is published for a person: the tables of the server and those they may see."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from graticule.catalog.models import Person
from graticule.services.published import catalogue, obscore, tap_schema, user_tables
from graticule.services.published.model import Publication, PublishedSchema
from graticule.services.published.source import Source
from graticule.services.published.user_tables import UserTable


@dataclass(frozen=True)
class Published:
    """All that a person may ask, and where the rows are."""

    publication: Publication
    attached: dict[str, UserTable]


@cache
def own_sources() -> dict[str, Source]:
    """Give the tables of the catalogue by their qualified names."""
    return {
        each.table.qualified_name: each
        for each in (obscore.obscore(), *catalogue.sources())
    }


@cache
def own_publication() -> Publication:
    """Give what is published for everybody, whoever sees which rows."""
    ivoa = PublishedSchema(
        obscore.SCHEMA, (obscore.obscore().table,), obscore.DESCRIPTION
    )
    tables = tuple(each.table for each in catalogue.sources())
    ours = PublishedSchema(catalogue.SCHEMA, tables, catalogue.DESCRIPTION)
    return Publication((ivoa, ours, tap_schema.TAP_SCHEMA))


def published_for(person: Person | None, query: str | None = None) -> Published:
    """Give what a person may ask.

    Parameters
    ----------
    query
        What they ask, if that is all that matters: attached tables are looked up only
        if it can name them or reads what there is.
    """
    ours = own_publication()
    if query is not None and not _needs_attached(query):
        return Published(ours, {})
    attached = list(user_tables.user_tables(person))
    if not attached:
        return Published(ours, {})
    schema = PublishedSchema(
        user_tables.SCHEMA,
        tuple(each.table for each in attached),
        user_tables.DESCRIPTION,
    )
    return Published(
        Publication((*ours.schemas, schema)),
        {each.table.qualified_name: each for each in attached},
    )


def _needs_attached(query: str) -> bool:
    return tap_schema.NAME in query.lower() or bool(user_tables.NAMED.search(query))
