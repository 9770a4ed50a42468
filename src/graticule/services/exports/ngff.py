"""What an OME-Zarr says: images, wells, plates (OME-NGFF 0.4 and 0.5).

From what the catalogue knows to the specification's documents. Writes documents
only; must not know arrays.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

from graticule.pixels.zarr.axes import AXES
from graticule.render.settings import ChannelRendering, Model
from graticule.services.exports.facts import ImageFacts
from graticule.services.scenes import Scene

Version = Literal["0.5", "0.4"]
_KINDS = {"t": "time", "c": "channel"}


def zarr_format(version: Version) -> int:
    """Say which version of Zarr a version of the specification builds on."""
    return 3 if version == "0.5" else 2


def write_group(folder: Path, said: Mapping[str, Any], version: Version) -> None:
    """Write the document of a group that says something of OME.

    Parameters
    ----------
    folder
        Made where it is not there.
    said
        What this file makes; may be empty, for groups that only hold others.
    """
    folder.mkdir(parents=True, exist_ok=True)
    if version == "0.5":
        ome = {"ome": {"version": version, **said}} if said else {}
        document = {"zarr_format": 3, "node_type": "group", "attributes": ome}
        _write(folder / "zarr.json", document)
        return
    _write(folder / ".zgroup", {"zarr_format": 2})
    if said:
        _write(folder / ".zattrs", said)


def describe_image(scene: Scene, facts: ImageFacts, version: Version) -> dict[str, Any]:
    """Describe an image whose levels are arrays ``tczyx`` called ``0``, ``1`` …."""
    seconds = facts.time_increment.total_seconds() if facts.time_increment else None
    steps = {
        "t": (seconds, "second"),
        "z": (facts.pixel_depth_um, "micrometer"),
        "y": (facts.pixel_height_um, "micrometer"),
        "x": (facts.pixel_width_um, "micrometer"),
    }
    known = {
        axis: (step, unit)
        for axis, (step, unit) in steps.items()
        if step and 0 < step < math.inf
    }
    axes = [
        {"name": axis, "type": _KINDS.get(axis, "space")}
        | ({"unit": known[axis][1]} if axis in known else {})
        for axis in AXES
    ]
    datasets = []
    for number, level in enumerate(scene.levels):
        reduced = {"y": scene.height / level.height, "x": scene.width / level.width}
        scale = [
            known.get(axis, (1.0, ""))[0] * reduced.get(axis, 1.0) for axis in AXES
        ]
        transformation = {"type": "scale", "scale": scale}
        datasets.append(
            {"path": str(number), "coordinateTransformations": [transformation]}
        )
    multiscale = {"name": facts.name, "axes": axes, "datasets": datasets}
    omero = _shown(scene, facts)
    if version == "0.4":
        multiscale["version"] = omero["version"] = version
    return {"multiscales": [multiscale], "omero": omero}


def describe_plate(
    name: str,
    rows: Sequence[str],
    columns: Sequence[str],
    wells: Sequence[tuple[int, int]],
    fields: int,
    acquisitions: Sequence[tuple[int, str]],
    version: Version,
) -> dict[str, Any]:
    """Describe a plate with wells at some rows and columns, from 0."""
    plate: dict[str, Any] = {
        "name": name,
        "rows": [{"name": row} for row in rows],
        "columns": [{"name": column} for column in columns],
        "wells": [
            {
                "path": f"{rows[row]}/{columns[column]}",
                "rowIndex": row,
                "columnIndex": column,
            }
            for row, column in wells
        ],
        "field_count": fields,
    }
    if acquisitions:
        plate["acquisitions"] = [
            {"id": number, "name": called} for number, called in acquisitions
        ]
    if version == "0.4":
        plate["version"] = version
    return {"plate": plate}


def describe_well(
    acquisitions: Sequence[int | None], version: Version
) -> dict[str, Any]:
    """Describe a well by the acquisition that each of its fields belongs to."""
    well: dict[str, Any] = {
        "images": [
            {"path": str(number)} | ({} if run is None else {"acquisition": run})
            for number, run in enumerate(acquisitions)
        ]
    }
    if version == "0.4":
        well["version"] = version
    return {"well": well}


def _shown(scene: Scene, facts: ImageFacts) -> dict[str, Any]:
    """Say how the image is shown to who exports it."""
    model = "greyscale" if scene.rendering.model is Model.GREYSCALE else "color"
    return {
        "name": facts.name,
        "channels": [
            _channel(channel, label, limits)
            for channel, label, limits in zip(
                scene.rendering.channels, scene.labels, scene.limits, strict=True
            )
        ],
        "rdefs": {
            "defaultT": scene.default_t,
            "defaultZ": scene.default_z,
            "model": model,
        },
    }


def _channel(
    channel: ChannelRendering, label: str, limits: tuple[float, float]
) -> dict[str, Any]:
    red, green, blue, _ = channel.color
    said: dict[str, Any] = {
        "label": label,
        "color": f"{red:02X}{green:02X}{blue:02X}",
        "active": channel.active,
        "inverted": channel.reverse,
        "family": channel.family.value,
        "coefficient": channel.coefficient,
    }
    if channel.lut:
        said["lut"] = channel.lut
    (low, high), (start, end) = limits, channel.window
    if all(map(math.isfinite, (low, high, start, end))):
        said["window"] = {"min": low, "max": high, "start": start, "end": end}
    return said


def _write(path: Path, document: Mapping[str, Any]) -> None:
    path.write_text(json.dumps(document, indent=1, allow_nan=False), encoding="utf-8")
