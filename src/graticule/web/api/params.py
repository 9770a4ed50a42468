"""Numbers and flags out of queries and paths (contract json-api 3.1).

Every bad integer is a 400, as the contract advises. Looks nothing up.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest

from graticule.errors import RequestError
from graticule.services.objects import Asked, Kind
from graticule.web.gateway.numbers import integer_or_none

_LARGEST = (1 << 63) - 1


class CheckError(RequestError):
    """A check of what was sent failed; told without ``stacktrace`` (contract 1)."""


class BadNumberError(CheckError):
    """A parameter is not an integer."""


class NotSupportedError(RequestError):
    """Objects of this kind are not saved or deleted here.

    ``allowed`` are the methods there are.
    """

    def __init__(self, message: str, *allowed: str) -> None:
        super().__init__(message)
        self.allowed = allowed


@dataclass(frozen=True, slots=True)
class ListQuery:
    """What is asked, and how it shall be answered."""

    asked: Asked
    child_count: bool
    normalize: bool


def path_number(text: str) -> int:
    """Read a number of the path; what no database holds is the largest it can."""
    digits = text.lstrip("0") or "0"
    return min(int(digits), _LARGEST) if len(digits) < 20 else _LARGEST


def flag(request: HttpRequest, name: str) -> bool:
    """Whether a parameter says ``true``."""
    return request.GET.get(name) == "true"


def integer(request: HttpRequest, name: str) -> int | None:
    """Read an integer of the query, if it is there.

    Raises
    ------
    BadNumberError
        If it is there and not an integer, the empty text included.
    """
    text = request.GET.get(name)
    if text is None:
        return None
    value = integer_or_none(text)
    if value is None:
        raise BadNumberError(f"{name} must be an integer.")
    return value


def list_query(
    request: HttpRequest, kind: Kind[Any], parents: dict[str, str]
) -> ListQuery:
    """Parse what a list shall hold.

    Parameters
    ----------
    parents
        Links of the kind that the path names, and ``sample``, with their numbers.

    Raises
    ------
    BadNumberError
        If a number is none.
    graticule.errors.RequestError
        For ``normalize`` where there is nothing to shrink.
    """
    default, most = settings.GRATICULE["api_limit"], settings.GRATICULE["api_max_limit"]
    offset, limit = integer(request, "offset"), integer(request, "limit")
    if limit is None or limit < 0:
        limit = default
    group = integer(request, "group")
    numbers = {name: path_number(text) for name, text in parents.items()}
    sample = numbers.pop("sample", None)
    asked = {name: integer(request, name) for name in kind.links or ()}
    within = {name: number for name, number in asked.items() if number is not None}
    normalize = flag(request, "normalize")
    if normalize and kind.belongs is None:
        raise RequestError("normalize is for objects that have an owner and a group.")
    return ListQuery(
        Asked(
            offset=max(0, offset or 0),
            limit=min(limit, most),
            owner=integer(request, "owner"),
            group=None if group is None or group < 0 else group,
            orphaned=flag(request, "orphaned"),
            within=within | numbers,
            sample=sample,
        ),
        child_count=flag(request, "childCount"),
        normalize=normalize,
    )
