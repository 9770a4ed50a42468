"""What a service says it can do: frozen values (VOResource 1.1, section 2.2.2).

Knows no request and no XML.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

STANDARDS = "ivo://ivoa.net/std/"
"""What identifiers of standards begin with."""
ANONYMOUS = ""
"""The way to say who asks that is none."""


@dataclass(frozen=True, slots=True)
class Interface:
    """Where and how a capability is asked for.

    Attributes
    ----------
    address
        Absolute.
    use
        ``full`` if the address is whole, ``base`` if something is put behind it.
    is_standard
        Whether it is the interface that the standard describes.
    version
        Of the standard.
    security
        Identifiers of the ways to say who asks; none at all where everybody is
        answered alike, :data:`ANONYMOUS` among them where nobody needs to.
    result_type
        Media type of the answers, if it is always one.
    kind
        The ``xsi:type``.
    """

    address: str
    use: Literal["full", "base"] = "full"
    is_standard: bool = True
    version: str = ""
    security: tuple[str, ...] = ()
    result_type: str = ""
    kind: Literal["vs:ParamHTTP", "vr:WebBrowser"] = "vs:ParamHTTP"


@dataclass(frozen=True, slots=True)
class Extension:
    """What a standard's own type of capability adds.

    Attributes
    ----------
    kind
        The ``xsi:type``, with its prefix: ``tr:TableAccess``.
    prefix, namespace
        Of the type.
    elements
        XML that comes after the interfaces, without prefixes.
    """

    kind: str
    prefix: str
    namespace: str
    elements: str


@dataclass(frozen=True, slots=True)
class Capability:
    """Something that a service can do.

    Attributes
    ----------
    standard
        What comes behind ``ivo://ivoa.net/std/``; empty where no standard says how.
    """

    standard: str
    interfaces: tuple[Interface, ...]
    description: str = ""
    extension: Extension | None = None
