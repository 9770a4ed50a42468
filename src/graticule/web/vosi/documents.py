"""Capabilities and availability as VOSI 1.1 writes them in XML (contract uws V1, V2).

The root has a prefix, its children have none: the schema wants it so. Knows no
request.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from xml.sax.saxutils import escape, quoteattr

from graticule.web.uws.documents import timestamp, writable
from graticule.web.vosi.model import STANDARDS, Capability, Interface

DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n'
_XSI = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
_VR = 'xmlns:vr="http://www.ivoa.net/xml/VOResource/v1.0"'
_VS = 'xmlns:vs="http://www.ivoa.net/xml/VODataService/v1.1"'
NAMESPACES = f"{_XSI} {_VR} {_VS}"
"""Of what capabilities may hold, besides their extensions."""
_LOGIN = "ivo://ivoa.net/"


def capabilities_document(capabilities: Iterable[Capability]) -> str:
    """Write what a service can do (V2)."""
    inner = "".join(capability_element(each) for each in capabilities)
    return (
        f"{DECLARATION}<vosi:capabilities "
        'xmlns:vosi="http://www.ivoa.net/xml/VOSICapabilities/v1.0" '
        f"{NAMESPACES}>\n{inner}</vosi:capabilities>\n"
    )


def capability_element(capability: Capability) -> str:
    """Write one capability; also for the registry."""
    standard = (
        f" standardID={quoteattr(STANDARDS + capability.standard)}"
        if capability.standard
        else ""
    )
    more = capability.extension
    kind = (
        f' xsi:type="{more.kind}" xmlns:{more.prefix}="{more.namespace}"'
        if more
        else ""
    )
    return (
        f"<capability{standard}{kind}>"
        f"{element('description', capability.description)}"
        f"{''.join(map(_interface, capability.interfaces))}"
        f"{more.elements if more else ''}</capability>\n"
    )


def _interface(interface: Interface) -> str:
    role = ' role="std"' if interface.is_standard else ""
    version = f" version={quoteattr(interface.version)}" if interface.version else ""
    security = "".join(
        f"<securityMethod standardID={quoteattr(_LOGIN + each)}/>"
        if each
        else "<securityMethod/>"
        for each in interface.security
    )
    return (
        f'<interface xsi:type="{interface.kind}"{role}{version}>'
        f'<accessURL use="{interface.use}">{escape(interface.address)}</accessURL>'
        f"{security}{element('resultType', interface.result_type)}</interface>"
    )


def availability_document(since: datetime, troubles: Iterable[str]) -> str:
    """Write whether a service does its work, and if not, why (V1)."""
    notes = list(troubles)
    return (
        f"{DECLARATION}<vosi:availability "
        'xmlns:vosi="http://www.ivoa.net/xml/VOSIAvailability/v1.0">'
        f"<vosi:available>{'false' if notes else 'true'}</vosi:available>"
        f"<vosi:upSince>{timestamp(since)}</vosi:upSince>"
        + "".join(f"<vosi:note>{escape(note)}</vosi:note>" for note in notes)
        + "</vosi:availability>\n"
    )


def element(name: str, text: str) -> str:
    """Write an element with a text, or nothing for none."""
    return f"<{name}>{escape(writable(text))}</{name}>" if text else ""
