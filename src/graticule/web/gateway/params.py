"""The rendering query grammar (contract webgateway 3) as frozen values.

From ``c``, ``maps``, ``m``, ``p``, ``q`` to changes of a rendering. Matching is
by channel number, as section 20 advises; it is the same for ordered input.
Draws nothing and looks nothing up.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from django.http import HttpRequest, QueryDict

from graticule.errors import RequestError
from graticule.render.settings import Family, Model, ProjectionKind, Rgba
from graticule.services.changes import Changes, ChannelChange
from graticule.web.errors import ParameterError
from graticule.web.gateway import numbers

_MODELS = {"g": Model.GREYSCALE, "c": Model.RGB}
_PROJECTIONS = {kind.value: kind for kind in ProjectionKind}


@dataclass(frozen=True, slots=True)
class AskedProjection:
    """A projection as asked for; ends unset mean the whole stack."""

    kind: ProjectionKind
    start: int | None = None
    end: int | None = None


@dataclass(frozen=True, slots=True)
class RenderingQuery:
    """What a query says about how to draw."""

    changes: Changes
    projection: AskedProjection | None
    quality: float | None


def rendering_source(request: HttpRequest) -> QueryDict:
    """Choose query or form: one or the other, never mixed (contract 3)."""
    if request.method == "POST" and "c" not in request.GET:
        return request.POST
    return request.GET


def rendering_query(request: HttpRequest, *, explicit: bool = False) -> RenderingQuery:
    """Parse how to draw.

    Parameters
    ----------
    explicit
        Refuse what leaves anything to saved settings (contract 4.3).

    Raises
    ------
    graticule.errors.RequestError
        If ``explicit`` and something is missing.
    graticule.errors.OutOfRangeError, graticule.web.errors.ParameterError
        For a quality that is out of range, or no number.
    """
    query = rendering_source(request)
    if explicit:
        _check_explicit(query)
    return RenderingQuery(
        parse_changes(query.get("c"), query.get("maps"), query.get("m")),
        _projection(query.get("p", "")),
        numbers.quality(query),
    )


def parse_changes(c: str | None, maps: str | None, m: str | None) -> Changes:
    """Parse the texts of the three parameters that change a rendering."""
    return Changes(channels=_channels(c, maps), model=_MODELS.get(m or ""))


# Viewers ask for all tiles of a view with the same texts.
@lru_cache(maxsize=256)
def _channels(text: str | None, maps: str | None) -> tuple[ChannelChange, ...] | None:
    if text is None:
        return None
    entries = [_entry(part) for part in text.split(",")]
    per_entry = _maps(maps)
    changes = []
    for position, entry in enumerate(entries):
        if entry is None:
            continue
        if position < len(per_entry):
            entry = _mapped(entry, per_entry[position])  # noqa: PLW2901
        if entry.index >= 0:
            changes.append(entry)
    return tuple(changes)


def _entry(text: str) -> ChannelChange | None:
    """Parse ``[-]index[$colour][|[start:end][$colour]]``; None if no index."""
    head, _, tail = text.partition("|")
    number, *colours = head.split("$")
    if len(colours) > 1:
        raise ParameterError(f"c: two colours in {text!r}.")
    window, *more = tail.split("$")
    if len(more) > 1:
        raise ParameterError(f"c: two colours in {text!r}.")
    signed = numbers.integer_or_none(number)
    if signed is None:
        return None
    change = ChannelChange(
        index=abs(signed) - 1, active=signed > 0, window=_window(window)
    )
    for colour in (*colours, *more):
        change = _coloured(change, colour)
    return change


def _window(text: str) -> tuple[float, float] | None:
    bounds = [numbers.float_or_none(part) for part in text.split(":")]
    if len(bounds) != 2 or bounds[0] is None or bounds[1] is None:
        return None
    return bounds[0], bounds[1]


def _coloured(change: ChannelChange, text: str) -> ChannelChange:
    if text.endswith(".lut"):
        return replace(change, lut=text, color=None)
    color = parse_color(text)
    return change if color is None else replace(change, color=color, lut=None)


def parse_color(text: str) -> Rgba | None:
    """Read 3, 4, 6 or 8 hexadecimal digits as RGBA; anything else is nothing."""
    if len(text) in {3, 4}:
        text = "".join(digit * 2 for digit in text)
    if len(text) == 6:
        text += "FF"
    if len(text) != 8 or not all(c in "0123456789abcdefABCDEF" for c in text):
        return None
    red, green, blue, alpha = bytes.fromhex(text)
    return red, green, blue, alpha


def _maps(text: str | None) -> list[Any]:
    """Read the ``maps`` parameter; what is no JSON list is ignored (3.2)."""
    if not text:
        return []
    try:
        maps = json.loads(text)
    except (ValueError, RecursionError):
        return []
    return maps if isinstance(maps, list) else []


def _mapped(change: ChannelChange, entry: Any) -> ChannelChange:
    if not isinstance(entry, dict):
        return change
    flag = entry.get("inverted", entry.get("reverse"))
    enabled = flag.get("enabled") if isinstance(flag, dict) else False
    change = replace(change, reverse=enabled is True or enabled == "true")
    curve = entry.get("quantization")
    if not isinstance(curve, dict):
        return change
    try:
        family = Family(curve.get("family"))
        coefficient = float(curve.get("coefficient", 1.0))
    except (ValueError, TypeError, OverflowError):
        return change
    if not coefficient > 0:
        return change
    return replace(change, family=family, coefficient=coefficient)


def _projection(text: str) -> AskedProjection | None:
    name, _, span = text.partition("|")
    kind = _PROJECTIONS.get(name)
    if kind is None:
        return None
    ends = [numbers.integer_or_none(part) for part in span.split(":")]
    if len(ends) != 2 or None in ends:
        return AskedProjection(kind)
    return AskedProjection(kind, ends[0], ends[1])


def _check_explicit(query: QueryDict) -> None:
    """Refuse incomplete settings (contract 4.3), in the contract's words."""
    channels, maps_text = query.get("c"), query.get("maps")
    if channels is None:
        raise RequestError("Rendering settings must specify channels as c")
    parts = channels.split(",")
    entries = [entry for part in parts if (entry := _entry(part)) is not None]
    if any(entry.window is None for entry in entries):
        raise RequestError("Must specify window for each channel")
    if any(entry.color is None and entry.lut is None for entry in entries):
        raise RequestError("Must specify color for each channel")
    if query.get("m") not in _MODELS:
        raise RequestError(
            'Query parameter "m" must be present with value either "g" or "c"'
        )
    if maps_text is None:
        return
    try:
        maps = json.loads(maps_text)
    except (ValueError, RecursionError):
        raise RequestError("Failed to parse maps JSON") from None
    if not isinstance(maps, (list, dict, str)):
        raise ParameterError("maps must be a list.")
    if len(maps) != len(parts):
        raise RequestError('Number of "maps" must match number of channels')
