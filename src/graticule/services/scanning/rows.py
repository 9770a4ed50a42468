"""Rows of the tables for images and channels, from what was inspected.

Makes rows and saves nothing. Knows how values must be to fit their columns.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from graticule.catalog.models import (
    Channel,
    Fileset,
    Folder,
    Image,
    PlaneTimes,
    RenderingSettings,
)
from graticule.render.defaults import default_channel_names
from graticule.services.renderings import channel_rows
from graticule.services.scanning.fitting import (
    NAME_LENGTH,
    fit_count,
    fit_json,
    fit_key,
    fit_number,
    fit_text,
    fit_time,
    signed_color,
)
from graticule.services.scanning.inspect import InspectedImage

IMAGE_FACTS = (
    "index",
    "pixel_type",
    "size_x",
    "size_y",
    "size_z",
    "size_c",
    "size_t",
    "dimension_order",
    "significant_bits",
    "graphics",
    "levels",
    "pyramid",
    "pixel_width_um",
    "pixel_height_um",
    "pixel_depth_um",
    "time_increment",
    "acquired",
    "nominal_magnification",
    "wcs_header",
    "facts",
    "modified",
    "vanished",
)
"""What a rescan writes anew; owner, group, name and description are people's
once the image is there."""

CHANNEL_FACTS = (
    "name",
    "color",
    "lut",
    "emission_nm",
    "excitation_nm",
    "minimum",
    "maximum",
    "facts",
)
RENDERING_FACTS = ("model", "default_z", "default_t", "channels", "saved")


def image_row(folder: Folder, fileset: Fileset, inspected: InspectedImage) -> Image:
    """Make the row of an image."""
    info = inspected.info
    return Image(
        owner_id=folder.owner_id,
        group_id=folder.group_id,
        fileset=fileset,
        key=fit_key(info.key),
        name=fit_text(info.name, NAME_LENGTH),
        description=fit_text(info.description),
        index=inspected.index,
        pixel_type=info.pixel_type.value,
        size_x=info.width,
        size_y=info.height,
        size_z=info.size_z,
        size_c=info.size_c,
        size_t=info.size_t,
        dimension_order=info.dimension_order,
        significant_bits=info.significant_bits,
        graphics=info.graphics,
        levels=[
            [level.width, level.height, level.tile_width, level.tile_height]
            for level in info.levels
        ],
        pixel_width_um=fit_number(info.pixel_width_um),
        pixel_height_um=fit_number(info.pixel_height_um),
        pixel_depth_um=fit_number(info.pixel_depth_um),
        time_increment=info.time_increment,
        acquired=_moment(info.acquired),
        nominal_magnification=fit_number(info.nominal_magnification),
        wcs_header=fit_text(info.wcs_header),
        facts=fit_json(info.facts),
    )


def _moment(moment: datetime | None) -> datetime | None:
    return None if moment is None else fit_time(moment)


def channel_rows_of(image: Image, inspected: InspectedImage) -> list[Channel]:
    """Make the rows of an image's channels, coloured as at import."""
    names = default_channel_names(inspected.info)
    rows = []
    for index, channel in enumerate(inspected.info.channels):
        low, high = inspected.statistics[index] or (None, None)
        rows.append(
            Channel(
                image=image,
                index=index,
                name=fit_text(names[index], NAME_LENGTH),
                color=signed_color(inspected.rendering.channels[index].color),
                lut=fit_text(channel.lut, 255),
                emission_nm=fit_number(channel.emission_nm),
                excitation_nm=fit_number(channel.excitation_nm),
                minimum=fit_number(low),
                maximum=fit_number(high),
                facts=fit_json(channel.facts),
            )
        )
    return rows


def rendering_row(image: Image, inspected: InspectedImage) -> RenderingSettings:
    """Make the row of the settings at import."""
    rendering = inspected.rendering
    return RenderingSettings(
        image=image,
        person=None,
        model=rendering.model.value,
        default_z=fit_count(inspected.default_z) or 0,
        default_t=fit_count(inspected.default_t) or 0,
        channels=channel_rows(rendering),
    )


def plane_times_row(image: Image, inspected: InspectedImage) -> PlaneTimes | None:
    """Make the row of the planes' times, if the file has any."""
    seconds: dict[str, Any] = {
        f"{z},{c},{t}": moment
        for (z, c, t), moment in inspected.info.planes_seconds.items()
        if fit_number(moment) is not None
    }
    return PlaneTimes(image=image, seconds=seconds) if seconds else None
