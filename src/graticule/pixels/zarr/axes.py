"""Axes of an OME-Zarr image: which is which, and how long a step is.

Follows the OME-NGFF specification 0.1 to 0.5, "axes" and
"coordinateTransformations". Knows units, and must not know arrays.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from graticule.errors import CorruptFileError, UnsupportedFileError
from graticule.pixels.zarr.metadata import (
    ZarrGroup,
    as_list,
    as_object,
    list_or_empty,
    number_or_none,
)

AXES = "tczyx"
"""The axes every array is given, in this order."""

_PREFIXES = {
    "yotta": 24,
    "zetta": 21,
    "exa": 18,
    "peta": 15,
    "tera": 12,
    "giga": 9,
    "mega": 6,
    "kilo": 3,
    "hecto": 2,
    "deca": 1,
    "": 0,
    "deci": -1,
    "centi": -2,
    "milli": -3,
    "micro": -6,
    "nano": -9,
    "pico": -12,
    "femto": -15,
    "atto": -18,
    "zepto": -21,
    "yocto": -24,
}
LENGTH_UM: Mapping[str, float] = {
    **{f"{name}meter": 10.0 ** (power + 6) for name, power in _PREFIXES.items()},
    "angstrom": 1e-4,
    "inch": 25_400.0,
    "foot": 304_800.0,
    "yard": 914_400.0,
    "mile": 1_609_344_000.0,
    "parsec": 3.0856775814913673e22,
    "micron": 1.0,
    "um": 1.0,
    "\N{MICRO SIGN}m": 1.0,
    "\N{GREEK SMALL LETTER MU}m": 1.0,
    "nm": 1e-3,
    "mm": 1e3,
}
"""Micrometres of each unit of the specification, and of some in common use."""

TIME_SECONDS: Mapping[str, float] = {
    **{f"{name}second": 10.0**power for name, power in _PREFIXES.items()},
    "minute": 60.0,
    "hour": 3600.0,
    "day": 86_400.0,
    "s": 1.0,
    "ms": 1e-3,
}
"""Seconds of each unit of the specification, and of some in common use."""


@dataclass(frozen=True, slots=True)
class Axis:
    """One stored axis: which of ``tczyx`` it is, and the unit of its steps."""

    role: str
    unit: str | None


def read_axes(
    multiscale: Mapping[str, Any], dimensions: int, group: ZarrGroup
) -> tuple[Axis, ...]:
    """Find out which of ``tczyx`` each axis is; before 0.3 they are unnamed."""
    named = multiscale.get("axes")
    if named is None:
        if not 2 <= dimensions <= len(AXES):
            raise CorruptFileError(
                group.document, f"an image of {dimensions} axes must name them."
            )
        return tuple(Axis(role, None) for role in AXES[-dimensions:])
    axes = tuple(
        _axis(entry, group) for entry in as_list(named, group.document, "axes")
    )
    roles = [axis.role for axis in axes]
    if len(roles) != dimensions:
        raise CorruptFileError(
            group.document,
            f"{len(roles)} axes are named, but the array has {dimensions}.",
        )
    if len(set(roles)) < len(roles) or not {"y", "x"} <= set(roles):
        raise CorruptFileError(
            group.document,
            f"the axes {', '.join(roles)} are not some of t, c, z, y, x, each once.",
        )
    return axes


def _axis(entry: object, group: ZarrGroup) -> Axis:
    described = {"name": entry} if isinstance(entry, str) else entry
    described = as_object(described, group.document)
    name, unit = str(described.get("name")), described.get("unit")
    lowered = name.lower()
    role = {"channel": "c", "time": "t"}.get(str(described.get("type")), lowered)
    if role not in AXES or len(role) != 1:
        raise UnsupportedFileError(
            group.document, f'the axis "{name}" is none of t, c, z, y and x.'
        )
    return Axis(role, unit if isinstance(unit, str) else None)


def axis_steps(
    multiscale: Mapping[str, Any], dataset: Mapping[str, Any], axes: Sequence[Axis]
) -> dict[str, float]:
    """Get the steps along the axes that have a unit, in µm or seconds.

    The image's own transformations come on top of those of each level.
    """
    steps = {}
    for position, axis in enumerate(axes):
        known = TIME_SECONDS if axis.role == "t" else LENGTH_UM
        factor = known.get(axis.unit or "")
        if factor is None:
            continue
        scales = [
            scale[position]
            for said in (dataset, multiscale)
            for scale in _scales(said, len(axes))
        ]
        step = math.prod(scales) * factor
        if scales and math.isfinite(step) and step > 0:
            steps[axis.role] = step
    return steps


def _scales(said: Mapping[str, Any], dimensions: int) -> list[list[float]]:
    """List the scales that are given for every axis; no number counts as 0."""
    given = [
        list_or_empty(transformation.get("scale"))
        for transformation in list_or_empty(said.get("coordinateTransformations"))
        if isinstance(transformation, dict) and transformation.get("type") == "scale"
    ]
    return [
        [number_or_none(step) or 0.0 for step in scale]
        for scale in given
        if len(scale) == dimensions
    ]


def dimension_order(roles: str) -> str:
    """Say the order of storage as OME does: fastest axis first, X and Y ahead."""
    slow = [role.upper() for role in reversed(roles) if role not in "xy"]
    return "XY" + "".join(slow + [axis for axis in "ZCT" if axis not in slow])
