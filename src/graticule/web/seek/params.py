"""Filters as they stand in addresses, read and written.

An address of results holds all of a search: it can be sent to somebody, and each
filter taken out of it is a link.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date

from django.http import HttpRequest, QueryDict

from graticule.errors import RequestError
from graticule.services.browse import Kind
from graticule.services.observatory.positions import read_position
from graticule.services.search.filters import COLUMNS, Filters, Near, Span
from graticule.web.pages.params import search_text

_MOST_VALUES = 20
_MINUTES = 60
_LARGEST_RADIUS = 180 * _MINUTES
# Right ascension and a signed declination, each in parts of sixty.
_SEXAGESIMAL = re.compile(
    r"\s*\d{1,2}\s?[:h]\s?\d{1,2}[\d\s:.ms]*,?\s*[+\-]\s?\d{1,2}\s?[:d]\s?[\d\s:.ms]*"
)
_LONGEST = 200
_LARGEST = 2**63 - 1

Pair = tuple[str, str]
"""Name and value of one filter in an address."""


def filters(request: HttpRequest) -> Filters:
    """Read a search.

    Raises
    ------
    graticule.errors.RequestError
        If a value is none of its filter's.
    """
    query = request.GET
    text, near = search_text(request), _near(query)
    if near is None and _SEXAGESIMAL.fullmatch(text):
        # Somebody who writes a position looks for what is there.
        text, near = "", Near(*read_position(text))
    return Filters(
        text=text,
        kind=_kind(query.get("kind", "")),
        tags=_texts(query, "tag"),
        channels=_texts(query, "channel"),
        pairs=_pairs(query),
        owners=_ids(query, "owner"),
        groups=_ids(query, "group"),
        formats=_texts(query, "format"),
        since=_day(query, "since"),
        until=_day(query, "until"),
        spans=_spans(query),
        near=near,
    )


def typed(request: HttpRequest) -> str:
    """Read what somebody has typed so far."""
    return search_text(request)


def pairs(asked: Filters) -> Iterator[Pair]:
    """Write filters, words and kind apart, as an address has them."""
    yield from (("tag", tag) for tag in asked.tags)
    yield from (("key", _joined(key, value)) for key, value in asked.pairs)
    yield from (("owner", str(pk)) for pk in asked.owners)
    yield from (("group", str(pk)) for pk in asked.groups)
    yield from (("channel", name) for name in asked.channels)
    yield from (("format", name) for name in asked.formats)
    for name, day in (("since", asked.since), ("until", asked.until)):
        if day is not None:
            yield name, day.isoformat()
    for name, span in asked.spans.items():
        if span.least is not None:
            yield f"{name}_from", f"{span.least:g}"
        if span.most is not None:
            yield f"{name}_to", f"{span.most:g}"
    if asked.near is not None:
        yield "position", f"{asked.near.ra:.6f} {asked.near.dec:+.6f}"
        if asked.near.radius:
            yield "radius", f"{asked.near.radius * _MINUTES:.10g}"


def whole(asked: Filters) -> list[Pair]:
    """Write a search as an address has it."""
    head = [("q", asked.text), ("kind", asked.kind.value if asked.kind else "")]
    return [*(pair for pair in head if pair[1]), *pairs(asked)]


def without_kind(asked: Filters) -> list[Pair]:
    """Write a search of all kinds as an address has it."""
    return whole(replace(asked, kind=None))


def _joined(key: str, value: str) -> str:
    return f"{key}={value}" if value else key


def _kind(text: str) -> Kind | None:
    kinds = {kind.value: kind for kind in Kind}
    if text and text not in kinds:
        raise RequestError(f"kind must be one of {', '.join(kinds)}.")
    return kinds.get(text)


def _texts(query: QueryDict, name: str) -> tuple[str, ...]:
    # PostgreSQL refuses to look for NUL, which is in no text.
    texts = (text.replace("\0", "")[:_LONGEST] for text in query.getlist(name))
    found = tuple(dict.fromkeys(text for text in texts if text.strip()))
    if len(found) > _MOST_VALUES:
        raise RequestError(f"{name} may be given {_MOST_VALUES} times at most.")
    return found


def _pairs(query: QueryDict) -> tuple[Pair, ...]:
    """Read keys, ``key=value`` or ``key`` alone; a form has both apart."""
    texts = _texts(query, "key")
    value = query.get("value", "").replace("\0", "").strip()[:_LONGEST]
    if value and texts:
        texts = (*texts[:-1], f"{texts[-1].partition('=')[0]}={value}")
    split = (text.partition("=") for text in texts)
    found = [(key.strip(), value.strip()) for key, _, value in split]
    return tuple(dict.fromkeys(pair for pair in found if pair[0]))


def _ids(query: QueryDict, name: str) -> tuple[int, ...]:
    found = _texts(query, name)
    for text in found:
        if not (text.isascii() and text.isdigit()) or int(text) > _LARGEST:
            raise RequestError(f"{name} is a number, not {text[:40]!r}.")
    return tuple(map(int, found))


def _day(query: QueryDict, name: str) -> date | None:
    text = query.get(name, "")
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise RequestError(
            f"{name} is a day such as 2026-03-01, not {text[:40]!r}."
        ) from error


def _spans(query: QueryDict) -> Mapping[str, Span]:
    found = {}
    for name in COLUMNS:
        least = _number(query, f"{name}_from")
        most = _number(query, f"{name}_to")
        if least is not None or most is not None:
            found[name] = Span(least, most)
    return found


def _near(query: QueryDict) -> Near | None:
    """Read a position on the sky, and a radius in minutes of arc."""
    text = query.get("position", "").strip()
    radius = _number(query, "radius") or 0.0
    if radius > _LARGEST_RADIUS:
        raise RequestError(
            f"radius is {_LARGEST_RADIUS} minutes of arc at most, not {radius:g}."
        )
    return Near(*read_position(text), radius / _MINUTES) if text else None


def _number(query: QueryDict, name: str) -> float | None:
    text = query.get(name, "")
    if not text:
        return None
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not 0 <= number <= 10**12:
        raise RequestError(f"{name} is a number, zero or more, not {text[:40]!r}.")
    return number
