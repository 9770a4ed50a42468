"""Documents of links as VOTables (DataLink 1.1; contract uws L2, L5).

Written by hand, row by row, in TABLEDATA, as the standard wants it. Knows no request
and no image.
"""

from __future__ import annotations

from collections.abc import Iterator
from xml.sax.saxutils import escape, quoteattr

from graticule.web.datalink.model import LINKS, Descriptor, Links, Parameter, Row
from graticule.web.uws.documents import writable

_BEGIN = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<VOTABLE version="1.4" xmlns="http://www.ivoa.net/xml/VOTable/v1.3">\n'
    '<RESOURCE type="results">\n'
    f'<INFO name="QUERY_STATUS" value="OK"/>\n<INFO name="standardID" value="{LINKS}"/>'
    "\n<TABLE>\n"
)
_FIELDS = (
    ("ID", "meta.id;meta.main", "The identifier that was asked for."),
    ("access_url", "meta.ref.url", "Where the link leads."),
    ("service_def", "meta.ref", "The descriptor of a service, below."),
    ("error_message", "meta.code.error", "Why there is no link."),
    ("semantics", "meta.code", "What it is, seen from what was asked for."),
    ("description", "meta.note", "The same for people."),
    ("content_type", "meta.code.mime", "Media type of what one gets."),
)
_MORE = (
    ("content_qualifier", "", "Kind of data product."),
    ("local_semantics", "meta.id.assoc", "What this server calls it."),
    ("link_auth", "meta.code", "Whether one must have logged in."),
)
_LENGTH = (
    '<FIELD name="content_length" datatype="long" unit="byte" '
    'ucd="phys.size;meta.file"><DESCRIPTION>Size of what one gets.</DESCRIPTION>'
    '<VALUES null="-1"/></FIELD>\n'
)
_AUTHORIZED = (
    '<FIELD name="link_authorized" datatype="boolean" ucd="meta.code">'
    "<DESCRIPTION>Whether you may follow it.</DESCRIPTION></FIELD>\n"
)


def links_document(links: Links) -> bytes:
    """Write a document."""
    return "".join(_pieces(links)).encode()


def _pieces(links: Links) -> Iterator[str]:
    yield _BEGIN
    yield from (_field(*each) for each in _FIELDS)
    yield _LENGTH
    yield from (_field(*each) for each in _MORE)
    yield f"{_AUTHORIZED}<DATA><TABLEDATA>\n"
    yield from map(_row, links.rows)
    yield "</TABLEDATA></DATA>\n</TABLE>\n"
    if links.is_cut:
        yield (
            f'<INFO name="QUERY_STATUS" value="OVERFLOW">{_text(links.is_cut)}</INFO>\n'
        )
    yield "</RESOURCE>\n"
    yield from map(_descriptor, links.descriptors)
    yield "</VOTABLE>\n"


def _text(text: str) -> str:
    return escape(writable(text))


def _field(name: str, ucd: str, description: str) -> str:
    identity = f' ID="{name}"' if name == "ID" else ""
    meaning = f' ucd="{ucd}"' if ucd else ""
    return (
        f'<FIELD name="{name}"{identity} datatype="char" arraysize="*"{meaning}>'
        f"<DESCRIPTION>{description}</DESCRIPTION></FIELD>\n"
    )


def _row(row: Row) -> str:
    length = -1 if row.content_length is None else row.content_length
    may = {True: "T", False: "F", None: ""}[row.authorized]
    cells = (
        row.id,
        row.access_url,
        row.service_def,
        row.error_message,
        row.semantics,
        row.description,
        row.content_type,
        str(length),
        row.content_qualifier,
        row.local_semantics,
        "" if row.error_message else ("true" if row.needs_login else "false"),
        may,
    )
    return f"<TR>{''.join(f'<TD>{_text(cell)}</TD>' for cell in cells)}</TR>\n"


def _descriptor(descriptor: Descriptor) -> str:
    identity = f" ID={quoteattr(descriptor.id)}" if descriptor.id else ""
    fixed = (
        ("accessURL", descriptor.access_url, "meta.ref.url"),
        ("standardID", descriptor.standard, ""),
        ("contentType", descriptor.content_type, "meta.code.mime"),
    )
    return (
        f'<RESOURCE type="meta" utype="{descriptor.utype}"{identity} '
        f"name={quoteattr(descriptor.name)}>\n"
        f"<DESCRIPTION>{_text(descriptor.description)}</DESCRIPTION>\n"
        + "".join(_constant(*each) for each in fixed if each[1])
        + '<GROUP name="inputParams">\n'
        + "".join(map(_parameter, descriptor.parameters))
        + "</GROUP>\n</RESOURCE>\n"
    )


def _constant(name: str, value: str, ucd: str) -> str:
    meaning = f' ucd="{ucd}"' if ucd else ""
    return (
        f'<PARAM name="{name}" datatype="char" arraysize="*"{meaning} '
        f"value={_value(value)}/>\n"
    )


def _parameter(parameter: Parameter) -> str:
    attributes = (
        ("arraysize", parameter.arraysize),
        ("unit", parameter.unit),
        ("ucd", parameter.ucd),
        ("xtype", parameter.xtype),
        ("ref", parameter.from_column),
    )
    written = "".join(f" {name}={_value(text)}" for name, text in attributes if text)
    limits = (("MIN", parameter.minimum), ("MAX", parameter.maximum))
    inside = "".join(
        f"<{name} value={_value(text)}/>" for name, text in limits if text
    ) + "".join(f"<OPTION value={_value(text)}/>" for text in parameter.options)
    said = parameter.description
    return (
        f"<PARAM name={_value(parameter.name)} datatype={_value(parameter.datatype)}"
        f"{written} value={_value(parameter.value)}>"
        + (f"<DESCRIPTION>{_text(said)}</DESCRIPTION>" if said else "")
        + (f"<VALUES>{inside}</VALUES>" if inside else "")
        + "</PARAM>\n"
    )


def _value(text: str) -> str:
    return quoteattr(writable(text))
