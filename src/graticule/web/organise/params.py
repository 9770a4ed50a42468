"""JSON bodies of this door as frozen values."""

from __future__ import annotations

import json
from typing import Any

from django.http import HttpRequest

from graticule.errors import RequestError
from graticule.services.organising.things import CONTAINERS, KINDS, Thing

LONGEST_NAME = 1024
_LONGEST_TEXT = 100_000
_LARGEST_ID = 2**63 - 1


class Body:
    """The object of a request, read field by field.

    Raises
    ------
    graticule.errors.RequestError
        If the body is no JSON object; each method, if its field is not as it must be.
    """

    def __init__(self, request: HttpRequest) -> None:
        try:
            value = json.loads(request.body or b"{}")
        except (ValueError, RecursionError):
            value = None
        if not isinstance(value, dict):
            raise RequestError("The body must be one object as JSON.")
        self._value: dict[str, Any] = value

    def things(self) -> list[Thing]:
        """Read ``things``, a list of ``{"kind", "id"}``."""
        given = self._value.get("things")
        if not isinstance(given, list):
            raise RequestError('things must be a list of {"kind": …, "id": …}.')
        return [_thing(each, "things") for each in given]

    def thing(self, name: str) -> Thing:
        """Read one ``{"kind", "id"}``."""
        return _thing(self._value.get(name), name)

    def optional_thing(self, name: str) -> Thing | None:
        """Read one ``{"kind", "id"}`` that may be missing."""
        given = self._value.get(name)
        return None if given is None else _thing(given, name)

    def container_kind(self) -> str:
        """Read ``kind`` of something to be made."""
        kind = self._value.get("kind")
        if kind not in CONTAINERS:
            raise RequestError(f"kind must be one of {', '.join(CONTAINERS)}.")
        return str(kind)

    def name(self, *, required: bool = True) -> str | None:
        """Read ``name``: not blank, not too long."""
        text = self.text("name", LONGEST_NAME)
        if text is None and not required:
            return None
        if not (text or "").strip():
            raise RequestError("Give it a name.")
        return (text or "").strip()

    def description(self) -> str | None:
        """Read ``description``, if there is one."""
        return self.text("description", _LONGEST_TEXT)

    def text(self, name: str, longest: int = 200) -> str | None:
        """Read a text that may be missing."""
        given = self._value.get(name)
        return None if given is None else _text(given, name, longest)

    def id(self, name: str) -> int | None:
        """Read an id that may be missing."""
        given = self._value.get(name)
        return None if given is None else _id(given, name)

    def truth(self, name: str) -> bool:
        """Read a truth value; missing is false."""
        given = self._value.get(name, False)
        if not isinstance(given, bool):
            raise RequestError(f"{name} must be true or false.")
        return given


def _thing(given: object, name: str) -> Thing:
    kind = given.get("kind") if isinstance(given, dict) else None
    if not isinstance(given, dict) or kind not in KINDS:
        raise RequestError(
            f'{name} must be {{"kind": …, "id": …}} with a kind out of '
            f"{', '.join(KINDS)}."
        )
    return Thing(str(kind), _id(given.get("id"), f"{name}.id"))


def _id(given: object, name: str) -> int:
    whole = isinstance(given, int) and not isinstance(given, bool)
    if not whole or not 0 < given <= _LARGEST_ID:  # type: ignore[operator]
        raise RequestError(f"{name} must be an id: a whole number from 1.")
    return int(given)  # type: ignore[call-overload,no-any-return]


def _text(given: object, name: str, longest: int) -> str:
    if not isinstance(given, str) or not _storable(given):
        raise RequestError(f"{name} must be a text.")
    if len(given) > longest:
        raise RequestError(f"{name} has at most {longest:,} characters.")
    return given


def _storable(text: str) -> bool:
    """Say whether databases take a text: no NUL, no half of a character."""
    return "\0" not in text and not any("\ud800" <= c <= "\udfff" for c in text)
