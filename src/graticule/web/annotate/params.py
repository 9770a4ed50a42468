"""Bodies of this door as values. Saves nothing."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest

from graticule.errors import RequestError
from graticule.services.annotating.targets import KINDS, Target
from graticule.services.annotating.values import CLIENT_MAP

_MEDIA_TYPE = re.compile(r"[A-Za-z0-9][\w.+-]{0,99}/[\w.+-]{1,99}")
_ANY_TYPE = "application/octet-stream"
_FORMS = ("multipart/form-data", "application/x-www-form-urlencoded")
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


@dataclass(frozen=True, slots=True)
class PairsAsked:
    """Key-values to save; ``was`` are those that the person saw before."""

    annotation: int | None
    namespace: str
    pairs: tuple[tuple[str, str], ...]
    was: tuple[tuple[str, str], ...] | None
    targets: tuple[Target, ...]


@dataclass(frozen=True, slots=True)
class FileAsked:
    """What a file that is sent is called, and what it is."""

    name: str
    media_type: str
    size_bytes: int | None


def pairs(body: bytes) -> PairsAsked:
    """Read key-values, of one annotation or for many things.

    Raises
    ------
    graticule.errors.RequestError
        If it is not JSON of the right form.
    """
    value = table(body)
    annotation = value.get("annotation")
    if annotation is not None and not _is_id(annotation):
        raise RequestError("annotation must be an id, or absent for new key-values.")
    namespace = value.get("namespace", CLIENT_MAP)
    if not _is_text(namespace):
        raise RequestError("namespace must be a text.")
    was = None if value.get("was") is None else _pairs(value, "was")
    return PairsAsked(
        annotation, namespace, _pairs(value, "pairs"), was, targets(value)
    )


def _pairs(value: Mapping[str, Any], name: str) -> tuple[tuple[str, str], ...]:
    found = _list(value, name)
    for each in found:
        if not (isinstance(each, list) and len(each) == 2 and all(map(_is_text, each))):
            raise RequestError(f'{name} must be a list such as [["key", "value"]].')
    return tuple((key, text) for key, text in found)


def text(body: bytes, name: str) -> str:
    """Read one text of a JSON object.

    Raises
    ------
    graticule.errors.RequestError
        If it is none.
    """
    value = table(body).get(name)
    if not _is_text(value):
        raise RequestError(f"{name} must be a text.")
    assert isinstance(value, str)
    return value


def words(body: bytes) -> dict[str, str]:
    """Read which of name and description to change.

    Raises
    ------
    graticule.errors.RequestError
        If there is neither, or one is no text.
    """
    value = table(body)
    found = {key: value[key] for key in ("name", "description") if key in value}
    if not found or not all(map(_is_text, found.values())):
        raise RequestError("Send a name, a description or both, as texts.")
    return found


def stars(body: bytes) -> int:
    """Read a rating.

    Raises
    ------
    graticule.errors.RequestError
        If it is no whole number.
    """
    value = table(body).get("stars")
    if not isinstance(value, int) or isinstance(value, bool):
        raise RequestError("stars must be a whole number.")
    return value


def file(request: HttpRequest) -> FileAsked:
    """Read what a file is called; its bytes are the body of the request.

    Raises
    ------
    graticule.errors.RequestError
        If the body is a form.
    """
    if request.content_type in _FORMS:
        raise RequestError(
            "Send the file as the body of the request, with the type "
            "application/octet-stream and its name as the parameter name."
        )
    name = request.GET.get("name", "")
    if not _is_text(name):
        raise RequestError("The name of the file cannot be kept: rename it.")
    said = request.GET.get("type", "")
    length = request.headers.get("Content-Length", "")
    return FileAsked(
        name,
        said if _MEDIA_TYPE.fullmatch(said) else _ANY_TYPE,
        int(length[:18]) if length.isdecimal() else None,
    )


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
