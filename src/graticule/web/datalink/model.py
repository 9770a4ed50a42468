"""A document of links, before it is written: rows and descriptors of services.

Words of DataLink 1.1 (sections 3 and 4). Knows no request and no XML.
"""

from __future__ import annotations

from dataclasses import dataclass

LINKS = "ivo://ivoa.net/std/DataLink#links-1.1"
MEDIA_TYPE = "application/x-votable+xml;content=datalink"
"""Of documents of links (section 3.3)."""


@dataclass(frozen=True, slots=True)
class Row:
    """One link.

    Attributes
    ----------
    id
        As it was asked for.
    access_url, service_def, error_message
        Exactly one is set: an address, the id of a descriptor in this document, or
        what went wrong.
    semantics
        What it is, seen from the thing: a word such as ``#this``.
    local_semantics
        The same as this server calls it, alike for all images.
    needs_login
        Whether one must have logged in (``link_auth``).
    authorized
        Whether whoever asks may follow it; unknown where it is an error.
    """

    id: str
    semantics: str
    description: str
    access_url: str = ""
    service_def: str = ""
    error_message: str = ""
    content_type: str = ""
    content_length: int | None = None
    content_qualifier: str = ""
    local_semantics: str = ""
    needs_login: bool = False
    authorized: bool | None = True


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of a service, as a VOTable describes one.

    Attributes
    ----------
    value
        What clients must send; empty for what users choose.
    from_column
        The column whose value clients must send.
    minimum, maximum, options
        What users can choose from.
    """

    name: str
    datatype: str = "char"
    arraysize: str = "*"
    unit: str = ""
    ucd: str = ""
    xtype: str = ""
    description: str = ""
    value: str = ""
    from_column: str = ""
    minimum: str = ""
    maximum: str = ""
    options: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Descriptor:
    """How a service is called (section 4).

    Attributes
    ----------
    id
        What rows refer to it by; empty for what no row does.
    utype
        ``adhoc:service``, or ``adhoc:this`` for the service that wrote the document.
    """

    id: str
    name: str
    description: str
    access_url: str
    parameters: tuple[Parameter, ...]
    standard: str = ""
    content_type: str = ""
    utype: str = "adhoc:service"


@dataclass(frozen=True, slots=True)
class Links:
    """A whole document; ``is_cut`` says that more was asked for than is answered."""

    rows: tuple[Row, ...]
    descriptors: tuple[Descriptor, ...]
    is_cut: str = ""
