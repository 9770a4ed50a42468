"""What a door says about its addresses: frozen values.

Knows no door and writes no document.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of a query or a form.

    Parameters
    ----------
    schema
        Its JSON schema; an array is given by repeating the name.
    example
        A value that does something, shown to people and tried by tests.
    """

    name: str
    schema: dict[str, Any]
    help: str
    required: bool = False
    example: Any = None


@dataclass(frozen=True, slots=True)
class Answer:
    """One kind of answer.

    Parameters
    ----------
    media_type
        Empty where there is no body.
    schema
        The schema file of a JSON answer, as ``<door>/<file>`` without ``.json``.
    body
        The JSON schema itself, where no file holds it whole.
    """

    media_type: str
    help: str
    schema: str = ""
    status: int = 200
    body: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Operation:
    """What one method of one address does."""

    summary: str
    answers: tuple[Answer, ...]
    parameters: tuple[Parameter, ...] = ()
    method: str = "GET"
    form: tuple[Parameter, ...] = ()
    body: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Door:
    """A group of addresses.

    Parameters
    ----------
    operations
        By the route's name, or its view's where the contract names no route.
    path_parameters
        What the numbers and words within the addresses mean.
    errors
        What may go wrong in any of them.
    schemas
        Schema files that ``body`` of answers refers to, as :attr:`Answer.schema`.
    """

    name: str
    help: str
    operations: dict[str, tuple[Operation, ...]]
    path_parameters: dict[str, str] = field(default_factory=dict)
    errors: tuple[Answer, ...] = ()
    schemas: tuple[str, ...] = ()


INTEGER: dict[str, Any] = {"type": "integer"}
INDEX: dict[str, Any] = {"type": "integer", "minimum": 0}
TEXT: dict[str, Any] = {"type": "string"}
NUMBER: dict[str, Any] = {"type": "number"}
IDS: dict[str, Any] = {"type": "array", "items": {"type": "integer", "minimum": 1}}
CALLBACK = Parameter(
    "callback",
    {"type": "string", "pattern": "^[a-zA-Z_$][0-9a-zA-Z_$]*$"},
    "Answer JSONP: the JSON within a call of this function.",
)
JSONP = Answer("application/javascript", "The same within a call of callback.")


def component(schema: str) -> str:
    """Name a schema file within the document."""
    return schema.replace("/", ".")


def reference(schema: str, definition: str = "") -> dict[str, Any]:
    """Refer to a schema file, or to one of its definitions."""
    inner = f"/$defs/{definition}" if definition else ""
    return {"$ref": f"#/components/schemas/{component(schema)}{inner}"}
