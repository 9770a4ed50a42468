"""How a table of images tells programs where the links of a row are (DataLink 1.1, 4).

TOPCAT and pyvo go on from there to files, previews and cutouts. Knows no HTTP.
"""

from __future__ import annotations

from collections.abc import Sequence

from graticule.services.published.model import PublishedColumn
from graticule.services.votable.cells import xml_attribute

LINKS = "ivo://ivoa.net/std/DataLink#links-1.1"
IDENTIFIER = "obscore:Curation.publisherDID"
"""The utype of the column that names images."""


def identifying(columns: Sequence[PublishedColumn]) -> int | None:
    """Find which column names the images of a table, if there is one."""
    utypes = [each.utype for each in columns]
    return utypes.index(IDENTIFIER) if IDENTIFIER in utypes else None


def links_service(address: str, field_id: str) -> str:
    """Write the descriptor of the service of links.

    Parameters
    ----------
    field_id
        ID of the FIELD that identifies what has links.
    """
    return (
        '<RESOURCE type="meta" utype="adhoc:service" name="links">\n'
        "<DESCRIPTION>Files, previews and cutouts of the images</DESCRIPTION>\n"
        f'<PARAM name="standardID" datatype="char" arraysize="*" value="{LINKS}"/>\n'
        '<PARAM name="accessURL" datatype="char" arraysize="*" '
        f"value={xml_attribute(address)}/>\n"
        '<GROUP name="inputParams">\n'
        '<PARAM name="ID" datatype="char" arraysize="*" ucd="meta.id;meta.main" '
        f'ref={xml_attribute(field_id)} value=""/>\n'
        "</GROUP>\n</RESOURCE>\n"
    )
