"""The rendering query grammar (contract webgateway 3) as frozen values.

From query or form to changes of a rendering; the texts themselves are read by
:mod:`graticule.services.rendering_texts`. Draws nothing and looks nothing up.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from django.http import HttpRequest, QueryDict

from graticule.errors import RequestError
from graticule.services import rendering_texts
from graticule.services.changes import Changes, ChannelChange
from graticule.services.rendering_texts import (
    MODELS,
    AskedProjection,
    parse_entry,
    parse_projection,
)
from graticule.web.errors import ParameterError
from graticule.web.gateway import numbers


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
        parse_projection(query.get("p", "")),
        numbers.quality(query),
    )


def parse_changes(c: str | None, maps: str | None, m: str | None) -> Changes:
    """Parse the texts of the three parameters that change a rendering.

    Raises
    ------
    graticule.web.errors.ParameterError
        If ``c`` gives a channel two colours.
    """
    try:
        return rendering_texts.parse_changes(c, maps, m)
    except RequestError as error:
        raise ParameterError(str(error)) from error


def _check_explicit(query: QueryDict) -> None:
    """Refuse incomplete settings (contract 4.3), in the contract's words."""
    channels, maps_text = query.get("c"), query.get("maps")
    if channels is None:
        raise RequestError("Rendering settings must specify channels as c")
    parts = channels.split(",")
    entries = _entries(parts)
    if any(entry.window is None for entry in entries):
        raise RequestError("Must specify window for each channel")
    if any(entry.color is None and entry.lut is None for entry in entries):
        raise RequestError("Must specify color for each channel")
    if query.get("m") not in MODELS:
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


def _entries(parts: Sequence[str]) -> list[ChannelChange]:
    try:
        found = [parse_entry(part) for part in parts]
    except RequestError as error:
        raise ParameterError(str(error)) from error
    return [entry for entry in found if entry is not None]
