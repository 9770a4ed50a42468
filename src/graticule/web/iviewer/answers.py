"""Images, planes, values and measurements in this client's words (clients 4)."""

from __future__ import annotations

import math
from datetime import datetime
from typing import Any

from graticule.catalog.models import Image
from graticule.render.settings import Family
from graticule.services.image_data import ImageData
from graticule.services.roi_changes import Saved
from graticule.services.shape_statistics import Neighbourhood, Statistics
from graticule.web.gateway.image_answers import image_answer
from graticule.web.iviewer.shape_params import Asked

Json = dict[str, Any]

# Lengths are shown in the largest of these that leaves a number before the point.
_UNITS = (
    ("MILLIMETER", "mm", 1e-3),
    ("MICROMETER", "µm", 1.0),
    ("NANOMETER", "nm", 1e3),
)
_LARGEST_MICROMETERS = 1e4


def image_data_answer(
    data: ImageData,
    roi_count: int,
    *,
    interpolate: bool,
    initial_zoom: int,
    max_tile_length: int,
) -> Json:
    """Write ``imgData`` with what this client adds."""
    answer = image_answer(
        data,
        interpolate=interpolate,
        initial_zoom=initial_zoom,
        max_tile_length=max_tile_length,
    )
    answer["pixel_size"] |= _units(data.image)
    return {
        **answer,
        "roi_count": roi_count,
        "families": [family.value for family in Family],
        "import_date": _date(data.image.created),
        "acquisition_date": _date(data.image.acquired),
    }


def _date(moment: datetime | None) -> str:
    return "-" if moment is None else f"{moment:%Y-%m-%d %H:%M:%S}"


def _units(image: Image) -> Json:
    """Write the sizes of pixels in a unit for people; none for unknown sizes."""
    units: Json = {}
    for axis, size_um in (
        ("x", image.pixel_width_um),
        ("y", image.pixel_height_um),
        ("z", image.pixel_depth_um),
    ):
        if size_um is not None:
            name, symbol, factor = _unit(size_um)
            units[f"unit_{axis}"] = size_um * factor
            units[f"symbol_{axis}"] = symbol
            units[f"unit_id_{axis}"] = name
    return units


def _unit(size_um: float) -> tuple[str, str, float]:
    """Choose micrometres for what microscopes see."""
    if size_um >= _LARGEST_MICROMETERS:
        return _UNITS[0]
    return _UNITS[1] if size_um >= 1 / _LARGEST_MICROMETERS else _UNITS[2]


def times_answer(seconds: list[float]) -> Json:
    """Write when each time point was taken."""
    return {"delta_t": seconds, "delta_t_unit_symbol": "s"}


def intensity_answer(around: Neighbourhood) -> Json:
    """Write raw values by pixel and channel; what is no number is left out."""
    window = around.window
    pixels: dict[str, dict[str, float]] = {
        f"{x}-{y}": {}
        for y in range(window.y0, window.y1)
        for x in range(window.x0, window.x1)
    }
    for channel, values in around.values.items():
        for pixel, value in zip(pixels.values(), values.ravel().tolist(), strict=True):
            if math.isfinite(value):
                pixel[str(channel)] = value
    return {"count": len(pixels), "pixels": pixels}


def statistics_answer(
    measured: dict[int, tuple[Statistics | None, ...]], channels: list[int]
) -> Json:
    """Write measurements; a channel without any value under a shape is left out."""
    return {
        str(shape_id): [
            {
                "index": channel,
                "points": found.points,
                "min": found.minimum,
                "max": found.maximum,
                "sum": found.total,
                "mean": found.mean,
                "std_dev": found.deviation,
            }
            for channel, found in zip(channels, each, strict=True)
            if found is not None
        ]
        for shape_id, each in measured.items()
    }


def saved_answer(asked: Asked, saved: Saved) -> Json:
    """Write where saved shapes are now, by what the client calls them."""
    places = {
        key: f"{place.roi_id}:{place.shape_id}" for key, place in saved.places.items()
    }
    answer: Json = {"ids": {key: key for key in asked.gone} | places}
    refused = [*asked.refused, *saved.refused]
    return {**answer, "errors": refused} if refused else answer
