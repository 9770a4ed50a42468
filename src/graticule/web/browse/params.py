"""Queries of this door as frozen values."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest

from graticule.errors import LimitError, NotFoundError, RequestError
from graticule.services.browse import Kind
from graticule.services.image_lists import Column, Order, Part, Source
from graticule.services.tree import ROOTS
from graticule.web.pages.params import search_text

LARGEST = 2**63 - 1
_PAGE = 100


@dataclass(frozen=True, slots=True)
class Listed:
    """Part of a list of images."""

    source: Source
    part: Part


def source(request: HttpRequest) -> Source:
    """Read ``dataset``, ``q`` or ``orphaned``: exactly one of them.

    Raises
    ------
    graticule.errors.RequestError
        If there is none of them, or more than one.
    """
    given = {"dataset", "q", "orphaned"} & set(request.GET)
    if len(given) != 1:
        raise RequestError("Ask for one of dataset, q or orphaned.")
    if "dataset" in given:
        return Source(dataset_id=_number(request, "dataset", 0))
    if "q" in given:
        return Source(text=search_text(request))
    return Source()


def order(request: HttpRequest) -> Order:
    """Read ``sort`` and ``direction``.

    Raises
    ------
    graticule.errors.RequestError
        If there is no such column or direction.
    """
    columns = {column.value: column for column in Column}
    asked = request.GET.get("sort", Column.NAME.value)
    direction = request.GET.get("direction", "up")
    if asked not in columns:
        raise RequestError(f"sort must be one of {', '.join(columns)}.")
    if direction not in {"up", "down"}:
        raise RequestError("direction must be up or down.")
    return Order(columns[asked], descending=direction == "down")


def image_slice(request: HttpRequest) -> Listed:
    """Read which rows are asked for, at most ``api_max_limit``."""
    return _slice(request, "api_max_limit", _PAGE)


def id_slice(request: HttpRequest) -> Listed:
    """Read which ids are asked for, at most ``max_listed_ids``."""
    most = settings.GRATICULE["max_listed_ids"]
    return _slice(request, "max_listed_ids", most)


def _slice(request: HttpRequest, setting: str, default: int) -> Listed:
    most = settings.GRATICULE[setting]
    limit = _number(request, "limit", min(default, most))
    if limit > most:
        raise LimitError(setting, most, limit, "A part of a list")
    return Listed(source(request), Part(order(request), offset(request), limit))


def image_ids(request: HttpRequest) -> list[int] | None:
    """Read ``id``, given once for each image; ``None`` where there is none.

    Raises
    ------
    graticule.errors.RequestError
        If one is no number.
    graticule.errors.LimitError
        If there are more than ``api_max_limit``.
    """
    texts = request.GET.getlist("id")
    most = settings.GRATICULE["api_max_limit"]
    if len(texts) > most:
        raise LimitError("api_max_limit", most, len(texts), "A list of images")
    return [_whole("id", text) for text in texts] or None


def offset(request: HttpRequest) -> int:
    """Read how many are passed over."""
    return _number(request, "offset", 0)


def root_kind(kind: str) -> Kind:
    """Read a kind that can hang in nothing.

    Raises
    ------
    graticule.errors.NotFoundError
        If there is no such kind.
    """
    kinds = {root.value: root for root in ROOTS}
    if kind not in kinds:
        raise NotFoundError(f"The tree has no {kind[:40]}: ask for {', '.join(kinds)}.")
    return kinds[kind]


def _number(request: HttpRequest, name: str, default: int) -> int:
    text = request.GET.get(name, "")
    return _whole(name, text) if text else default


def _whole(name: str, text: str) -> int:
    if not (text.isascii() and text.isdigit()) or int(text[:20]) > LARGEST:
        raise RequestError(f"{name} must be a whole number from 0, not {text[:40]!r}.")
    return int(text)
