"""What an example is: frozen values (DALI 1.1, section 2.3.1).

Knows no request and no XHTML.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode


@dataclass(frozen=True, slots=True)
class Example:
    """A request that can be made as it stands.

    Attributes
    ----------
    id
        A word by which it is linked to, unlike those of the others.
    name
        What it is for, in words.
    parameters
        Names and values; a name may come several times.
    query
        The query, where the service has a language for them.
    """

    id: str
    name: str
    parameters: tuple[tuple[str, str], ...]
    query: str = ""

    @property
    def sent(self) -> str:
        """The parameters as an address has them."""
        return urlencode(self.parameters)


@dataclass(frozen=True, slots=True)
class Examples:
    """All examples of a service.

    Attributes
    ----------
    title
        Of the document.
    standard
        What comes behind ``ivo://ivoa.net/std/``.
    path
        Where they are sent to.
    listed
        None where there is nothing that could be asked for.
    """

    title: str
    standard: str
    path: str
    listed: Sequence[Example]
