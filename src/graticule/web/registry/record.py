"""The record, as VOResource 1.1 and VODataService 1.1 write it.

Made of settings and of what all services say they can do. Knows no request.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from graticule.web.uws.documents import timestamp
from graticule.web.vosi.documents import (
    DECLARATION,
    NAMESPACES,
    capability_element,
    element,
)
from graticule.web.vosi.model import Capability

_RI = 'xmlns:ri="http://www.ivoa.net/xml/RegistryInterface/v1.0"'


def record_document(
    values: Mapping[str, Any],
    home: str,
    capabilities: Iterable[Capability],
    times: tuple[datetime, datetime],
) -> str:
    """Write the record.

    Parameters
    ----------
    values
        The settings.
    home
        Address of the start page.
    times
        When the collection began, and when it last changed what it is.
    """
    created, updated = (f"{timestamp(each)[:19]}Z" for each in times)
    subjects = values["registry_subjects"] or ("images",)
    return (
        f'{DECLARATION}<ri:Resource {_RI} {NAMESPACES} xsi:type="vs:CatalogService" '
        f'created="{created}" updated="{updated}" status="active">\n'
        f"{element('title', values['registry_title'])}"
        f"{element('identifier', values['ivoid'])}\n"
        f"<curation>{element('publisher', values['registry_publisher'])}"
        f'<date role="updated">{updated}</date>'
        f"<contact>{element('name', values['registry_contact'])}"
        f"{element('email', values['registry_email'])}</contact></curation>\n"
        f"<content>{''.join(element('subject', each) for each in subjects)}"
        f"{element('description', values['registry_description'])}"
        f"{element('referenceURL', home)}<type>Archive</type></content>\n"
        f"{''.join(map(capability_element, capabilities))}"
        "</ri:Resource>\n"
    )
