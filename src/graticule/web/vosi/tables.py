"""Published tables as VOSI 1.1 writes them in XML (contract uws V3).

No attributes beside those of the schema: validators refuse them. Knows no request
and no row.
"""

from __future__ import annotations

from collections.abc import Iterable
from xml.sax.saxutils import quoteattr

from graticule.services.published.model import (
    ForeignKey,
    Publication,
    PublishedColumn,
    PublishedSchema,
    PublishedTable,
)
from graticule.web.vosi.documents import DECLARATION, NAMESPACES, element

_VOSI = 'xmlns:vosi="http://www.ivoa.net/xml/VOSITables/v1.0"'


def tableset_document(publication: Publication, *, with_columns: bool) -> str:
    """Write all tables that somebody may ask for.

    Parameters
    ----------
    with_columns
        ``detail=max``; without, names and descriptions alone.
    """
    schemas = schema_elements(publication.schemas, with_columns=with_columns)
    return (
        f"{DECLARATION}<vosi:tableset {_VOSI} {NAMESPACES}>\n"
        f"{schemas}</vosi:tableset>\n"
    )


def table_document(table: PublishedTable) -> str:
    """Write one table with its columns."""
    return (
        f"{DECLARATION}<vosi:table {_VOSI} {NAMESPACES}>"
        f"{_inside(table, with_columns=True)}</vosi:table>\n"
    )


def schema_elements(schemas: Iterable[PublishedSchema], *, with_columns: bool) -> str:
    """Write schemas; also for the registry."""
    return "".join(
        f"<schema>{element('name', schema.name)}"
        f"{element('description', schema.description)}"
        f"{element('utype', schema.utype)}"
        + "".join(
            f"<table>{_inside(table, with_columns=with_columns)}</table>\n"
            for table in schema.tables
        )
        + "</schema>\n"
        for schema in schemas
    )


def _inside(table: PublishedTable, *, with_columns: bool) -> str:
    columns = "".join(map(_column, table.columns)) if with_columns else ""
    keys = "".join(map(_key, table.keys)) if with_columns else ""
    return (
        f"{element('name', table.qualified_name)}"
        f"{element('description', table.description)}"
        f"{element('utype', table.utype)}{columns}{keys}"
    )


def _column(column: PublishedColumn) -> str:
    size = f" arraysize={quoteattr(column.arraysize)}" if column.arraysize else ""
    xtype = f" extendedType={quoteattr(column.xtype)}" if column.xtype else ""
    flags = (
        ("indexed", column.is_indexed),
        ("principal", column.is_principal),
    )
    return (
        f'<column std="{"true" if column.is_standard else "false"}">'
        f"{element('name', column.name)}{element('description', column.description)}"
        f"{element('unit', column.unit)}{element('ucd', column.ucd)}"
        f"{element('utype', column.utype)}"
        f'<dataType xsi:type="vs:VOTableType"{size}{xtype}>{column.datatype}</dataType>'
        f"{''.join(element('flag', name) for name, is_set in flags if is_set)}"
        "</column>"
    )


def _key(key: ForeignKey) -> str:
    pairs = "".join(
        f"<fkColumn>{element('fromColumn', here)}{element('targetColumn', there)}"
        "</fkColumn>"
        for here, there in key.columns
    )
    return (
        f"<foreignKey>{element('targetTable', key.target)}{pairs}"
        f"{element('description', key.description)}</foreignKey>"
    )
