"""``tap_schema``: what is published, as tables that say so themselves (TAP 1.1)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from graticule.services.published.model import (
    ForeignKey,
    Publication,
    PublishedColumn,
    PublishedSchema,
    PublishedTable,
    VoType,
)

NAME = "tap_schema"


def _text(name: str, description: str) -> PublishedColumn:
    return _column(name, "char", description, "*")


def _number(name: str, description: str) -> PublishedColumn:
    return _column(name, "int", description)


def _column(
    name: str, datatype: VoType, description: str, arraysize: str = ""
) -> PublishedColumn:
    return PublishedColumn(
        name,
        datatype,
        arraysize,
        description=description,
        is_principal=True,
        is_standard=True,
    )


def _table(
    name: str,
    description: str,
    columns: Iterable[PublishedColumn],
    *keys: ForeignKey,
) -> PublishedTable:
    return PublishedTable(NAME, name, tuple(columns), description, keys=keys)


_SCHEMAS = _table(
    "schemas",
    "Groups of tables",
    (
        _text("schema_name", "Name of the schema"),
        _text("utype", "Its place in a data model"),
        _text("description", "What it holds"),
        _number("schema_index", "Order in which it is shown"),
    ),
)
_TABLES = _table(
    "tables",
    "All tables that you may ask",
    (
        _text("schema_name", "Its schema"),
        _text("table_name", "Name as queries write it"),
        _text("table_type", "table or view"),
        _text("utype", "Its place in a data model"),
        _text("description", "What its rows are"),
        _number("table_index", "Order in which it is shown"),
    ),
    ForeignKey("tap_schema.schemas", (("schema_name", "schema_name"),)),
)
_COLUMNS = _table(
    "columns",
    "Columns of all tables",
    (
        _text("table_name", "Its table"),
        _text("column_name", "Name as queries write it"),
        _text("datatype", "Type as VOTable has it"),
        _text("arraysize", "How many values it holds, as VOTable has it"),
        _text("xtype", "What is written in its values (DALI)"),
        _number('"size"', "Length, where it is fixed; deprecated"),
        _text("description", "What it means"),
        _text("utype", "Its place in a data model"),
        _text("unit", "Unit (VOUnit)"),
        _text("ucd", "Kind of quantity (UCD1+)"),
        _number("indexed", "1 if conditions on it are quick"),
        _number("principal", "1 if it is shown first"),
        _number("std", "1 if a standard defines it"),
        _number("column_index", "Place in the table"),
    ),
    ForeignKey("tap_schema.tables", (("table_name", "table_name"),)),
)
_KEYS = _table(
    "keys",
    "How tables point to one another",
    (
        _text("key_id", "Name of the key"),
        _text("from_table", "Table that points"),
        _text("target_table", "Table that it points to"),
        _text("description", "What it means"),
        _text("utype", "Its place in a data model"),
    ),
    ForeignKey("tap_schema.tables", (("from_table", "table_name"),)),
    ForeignKey("tap_schema.tables", (("target_table", "table_name"),)),
)
_KEY_COLUMNS = _table(
    "key_columns",
    "Columns that make a key",
    (
        _text("key_id", "Name of the key"),
        _text("from_column", "Column that points"),
        _text("target_column", "Column that it points to"),
    ),
    ForeignKey("tap_schema.keys", (("key_id", "key_id"),)),
)

TAP_SCHEMA = PublishedSchema(
    NAME,
    (_SCHEMAS, _TABLES, _COLUMNS, _KEYS, _KEY_COLUMNS),
    "What is published here: schemas, tables, columns, keys.",
)


def key_ids(
    publication: Publication,
) -> Iterable[tuple[str, PublishedTable, ForeignKey]]:
    """Name every foreign key, the same each time."""
    for table in publication:
        for place, key in enumerate(table.keys, 1):
            yield f"{table.qualified_name}_{place}", table, key


Row = tuple[Any, ...]


def _schemas(publication: Publication) -> Iterable[Row]:
    for place, schema in enumerate(publication.schemas, 1):
        yield schema.name, schema.utype, schema.description, place


def _tables(publication: Publication) -> Iterable[Row]:
    for place, table in enumerate(publication, 1):
        yield (
            *(table.schema, table.qualified_name, "table", table.utype),
            *(table.description, place),
        )


def _columns(publication: Publication) -> Iterable[Row]:
    for table in publication:
        for place, each in enumerate(table.columns, 1):
            yield (
                *(table.qualified_name, each.name, each.datatype),
                *(each.arraysize, each.xtype, _size(each), each.description),
                *(each.utype, each.unit, each.ucd, int(each.is_indexed)),
                *(int(each.is_principal), int(each.is_standard), place),
            )


def _size(column: PublishedColumn) -> int | None:
    return int(column.arraysize) if column.arraysize.isdigit() else None


def _keys(publication: Publication) -> Iterable[Row]:
    for name, table, key in key_ids(publication):
        yield name, table.qualified_name, key.target, key.description, ""


def _key_columns(publication: Publication) -> Iterable[Row]:
    for name, _, key in key_ids(publication):
        for here, there in key.columns:
            yield name, here, there


_ROWS: dict[str, Callable[[Publication], Iterable[Row]]] = {
    "schemas": _schemas,
    "tables": _tables,
    "columns": _columns,
    "keys": _keys,
    "key_columns": _key_columns,
}


def rows_of(table: PublishedTable, publication: Publication) -> list[Row]:
    """Give the rows of a table of this schema."""
    return list(_ROWS[table.name](publication))
