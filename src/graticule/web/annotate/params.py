"""Bodies of this door as values. Saves nothing."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from graticule.errors import RequestError
from graticule.services.annotating.targets import KINDS, Target

_OBJECTS = 'objects must be a list such as [{"kind": "image", "id": 1}].'


@dataclass(frozen=True, slots=True)
class TagsAsked:
    """Tags to put on things (by words or id) and to take off (by id)."""

    targets: tuple[Target, ...]
    add: tuple[str | int, ...]
    remove: tuple[int, ...]


def tags(body: bytes) -> TagsAsked:
    """Read which tags to change on what.

    Raises
    ------
    graticule.errors.RequestError
        If it is not JSON of the right form.
    """
    value = table(body)
    add = _list(value, "add")
    if not all(_is_id(tag) or _is_text(tag) for tag in add):
        raise RequestError("add must be a list of words or ids of tags.")
    remove = _list(value, "remove")
    if not all(_is_id(tag) for tag in remove):
        raise RequestError("remove must be a list of ids of tags.")
    return TagsAsked(targets(value), tuple(add), tuple(remove))


def table(body: bytes) -> Mapping[str, Any]:
    """Read a JSON object.

    Raises
    ------
    graticule.errors.RequestError
        If it is none.
    """
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        raise RequestError("The body must be one object as JSON.") from None
    if not isinstance(value, dict):
        raise RequestError("The body must be one object as JSON.")
    return value


def targets(value: Mapping[str, Any]) -> tuple[Target, ...]:
    """Read ``objects``."""
    return tuple(_target(each) for each in _list(value, "objects"))


def _target(value: object) -> Target:
    if not isinstance(value, dict) or not _is_id(value.get("id")):
        raise RequestError(_OBJECTS)
    kind = value.get("kind")
    if not isinstance(kind, str) or kind not in KINDS:
        raise RequestError(f"The kind of an object is one of {', '.join(KINDS)}.")
    return Target(kind, value["id"])


def _list(value: Mapping[str, Any], name: str) -> list[Any]:
    found = value.get(name, [])
    if not isinstance(found, list):
        raise RequestError(_OBJECTS if name == "objects" else f"{name} must be a list.")
    return found


def _is_id(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 < value < 2**63


def _is_text(value: object) -> bool:
    """Whether it is a text that every database takes."""
    if not isinstance(value, str) or "\0" in value:
        return False
    return not any("\ud800" <= letter <= "\udfff" for letter in value)
