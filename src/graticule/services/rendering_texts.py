"""The texts that say how an image is drawn: ``c``, ``maps``, ``m`` and ``p``.

The grammar of the gateway (contract webgateway 3), which jobs speak, too. From
texts to frozen values; matching is by channel number, as section 20 advises. Draws
nothing and looks nothing up.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from graticule.errors import RequestError
from graticule.render.settings import Family, Model, ProjectionKind, Rgba
from graticule.services.changes import Changes, ChannelChange

MODELS = {"g": Model.GREYSCALE, "c": Model.RGB}
_PROJECTIONS = {kind.value: kind for kind in ProjectionKind}
_INTEGER = re.compile(r"\s*[+-]?\d{1,18}\s*")
_FLOAT = re.compile(
    r"\s*[+-]?((\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?|inf|infinity|nan)\s*",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class AskedProjection:
    """A projection as asked for; ends unset mean the whole stack."""

    kind: ProjectionKind
    start: int | None = None
    end: int | None = None


def integer_or_none(text: str) -> int | None:
    """Read an integer, or nothing."""
    return int(text) if _INTEGER.fullmatch(text) else None


def float_or_none(text: str) -> float | None:
    """Read a floating point number (``inf`` and ``nan`` too), or nothing."""
    return float(text) if _FLOAT.fullmatch(text) else None


def parse_changes(c: str | None, maps: str | None, m: str | None) -> Changes:
    """Parse the texts of the three parameters that change a rendering.

    Raises
    ------
    graticule.errors.RequestError
        If ``c`` gives a channel two colours.
    """
    return Changes(channels=_channels(c, maps), model=MODELS.get(m or ""))


def parse_projection(text: str) -> AskedProjection | None:
    """Parse ``kind[|start:end]``; anything else is no projection (3.3)."""
    name, _, span = text.partition("|")
    kind = _PROJECTIONS.get(name)
    if kind is None:
        return None
    ends = [integer_or_none(part) for part in span.split(":")]
    if len(ends) != 2 or None in ends:
        return AskedProjection(kind)
    return AskedProjection(kind, ends[0], ends[1])


# Viewers ask for all tiles of a view with the same texts.
@lru_cache(maxsize=256)
def _channels(text: str | None, maps: str | None) -> tuple[ChannelChange, ...] | None:
    if text is None:
        return None
    entries = [parse_entry(part) for part in text.split(",")]
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


def parse_entry(text: str) -> ChannelChange | None:
    """Parse ``[-]index[$colour][|[start:end][$colour]]``; None if no index."""
    head, _, tail = text.partition("|")
    number, *colours = head.split("$")
    if len(colours) > 1:
        raise RequestError(f"c: two colours in {text!r}.")
    window, *more = tail.split("$")
    if len(more) > 1:
        raise RequestError(f"c: two colours in {text!r}.")
    signed = integer_or_none(number)
    if signed is None:
        return None
    change = ChannelChange(
        index=abs(signed) - 1, active=signed > 0, window=_window(window)
    )
    for colour in (*colours, *more):
        change = _coloured(change, colour)
    return change


def _window(text: str) -> tuple[float, float] | None:
    bounds = [float_or_none(part) for part in text.split(":")]
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
