"""A query in ADQL made into SQL for DuckDB: the one door of this folder.

Nothing of the text of a query reaches the SQL but numbers and texts that were read and
are written anew; tables and columns are called by their published names.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlglot import TokenType

from graticule.services.adql.dialect import Adql, AdqlTokenizer
from graticule.services.adql.errors import AdqlError
from graticule.services.adql.expressions_grammar import DEFAULT_NESTING
from graticule.services.adql.grammar import Grammar
from graticule.services.adql.names import Tables
from graticule.services.adql.selecting import Queries, Query
from graticule.services.adql.sphere import with_private_names
from graticule.services.published.model import (
    Publication,
    PublishedColumn,
    PublishedTable,
)

LANGUAGES = ("ADQL", "ADQL-2.0", "ADQL-2.1")
"""What the language may be called; all are read alike."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What a query may be at most: characters, words and signs, nesting."""

    length: int = 200_000
    tokens: int = 50_000
    nesting: int = DEFAULT_NESTING


DEFAULT_LIMITS = Limits()


@dataclass(frozen=True)
class CompiledQuery:
    """A query that can be run.

    Attributes
    ----------
    sql
        For DuckDB. Tables are ``"schema"."table"`` and columns quoted, both as they
        are published.
    parameters
        Always empty: literals stand in the SQL, written anew from what was read.
    columns
        The columns of the result in order, with the names the SQL gives them.
        Columns of tables keep their description.
    tables
        The published tables that are used: only these need be there.
    top
        TOP of the outermost SELECT.
    """

    sql: str
    parameters: tuple[()]
    columns: tuple[PublishedColumn, ...]
    tables: tuple[PublishedTable, ...]
    top: int | None
    _query: Query

    def limited(self, rows: int) -> str:
        """Give the SQL with at most so many rows; the order of ORDER BY stays.

        ``limited(maxrec + 1)`` tells whether there would have been more.
        """
        return with_private_names(self._query.sql(rows))


def compile_query(
    text: str,
    publication: Publication,
    *,
    language: str = "ADQL-2.0",
    limits: Limits = DEFAULT_LIMITS,
) -> CompiledQuery:
    """Make SQL of a query.

    Parameters
    ----------
    text
        One SELECT.
    publication
        The tables that may be asked for.
    language
        One of :data:`LANGUAGES`, whatever its case.

    Raises
    ------
    AdqlError
        If the text is no such query, asks for what is not there, or is more than the
        limits allow; with line and column.
    """
    if language.upper() not in LANGUAGES:
        known = ", ".join(LANGUAGES)
        raise AdqlError(1, 1, f"the language {language[:40]!r} is none of {known}.")
    if len(text) > limits.length:
        cause = f"the query has {len(text):,} characters, at most {limits.length:,}"
        raise AdqlError(1, 1, f"{cause} are read.")
    try:
        query, tables = _compiled(text, publication, limits)
    except RecursionError:
        cause = "things stand too deep in one another."
        raise AdqlError(1, 1, cause) from None
    return CompiledQuery(
        sql=with_private_names(query.sql()),
        parameters=(),
        columns=tuple(one.column for one in query.outputs),
        tables=tuple(tables.used.values()),
        top=query.top,
        _query=query,
    )


def _compiled(
    text: str, publication: Publication, limits: Limits
) -> tuple[Query, Tables]:
    tokens = AdqlTokenizer(dialect=Adql).tokenize(text)
    if len(tokens) > limits.tokens:
        token = tokens[limits.tokens]
        cause = f"the query has more than {limits.tokens:,} words and signs."
        raise AdqlError(token.line, token.col, cause)
    while tokens and tokens[-1].token_type == TokenType.SEMICOLON:
        tokens.pop()
    for token in tokens:
        if token.token_type == TokenType.SEMICOLON:
            raise AdqlError(token.line, token.col, "there can be only one query.")
    if not tokens:
        raise AdqlError(1, 1, "the query is empty: it begins with SELECT.")
    parser = Grammar(dialect=Adql)
    parser.nesting = limits.nesting
    tree = parser.parse(tokens, text)[0]
    assert tree is not None
    tables = Tables(publication)
    return Queries(tables).query(tree, None), tables
