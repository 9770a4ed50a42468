"""``imgData`` in the words of the contract (webgateway 7)."""

from __future__ import annotations

from typing import Any

from graticule.catalog.access import Verb
from graticule.catalog.models import Channel, Image
from graticule.pixels.model import PixelType
from graticule.render.settings import ChannelRendering, Model
from graticule.render.split import BORDER, SplitGrid
from graticule.services.channels import (
    channel_label,
    channel_limits,
    finite_or,
    pixel_range,
)
from graticule.services.image_data import ImageData


def image_answer(
    data: ImageData, *, interpolate: bool, initial_zoom: int, max_tile_length: int
) -> dict[str, Any]:
    """Write everything a viewer needs of an image.

    Parameters
    ----------
    interpolate, initial_zoom, max_tile_length
        The settings ``interpolate_pixels``, ``initial_zoom_level`` and
        ``max_tile_length``.
    """
    image = data.image
    levels = len(image.levels)
    answer: dict[str, Any] = {
        "id": image.pk,
        "meta": _meta(data),
        "perms": {
            "canAnnotate": data.rights[Verb.ANNOTATE],
            "canEdit": data.rights[Verb.EDIT],
            "canDelete": data.rights[Verb.DELETE],
            "canLink": data.rights[Verb.LINK],
        },
        "tiles": levels > 1,
        **(_tiles(image, max_tile_length) if levels > 1 else {}),
        "interpolate": interpolate,
        "size": {
            "width": image.size_x,
            "height": image.size_y,
            "z": image.size_z,
            "t": image.size_t,
            "c": image.size_c,
        },
        "pixel_size": {
            "x": image.pixel_width_um,
            "y": image.pixel_height_um,
            "z": image.pixel_depth_um,
        },
        "init_zoom": initial_zoom + (levels if initial_zoom < 0 else 0),
        **(
            {"nominalMagnification": image.nominal_magnification}
            if image.nominal_magnification
            else {}
        ),
        "pixel_range": pixel_range(PixelType(image.pixel_type)),
        "channels": [
            channel_answer(channel, drawn, image)
            for channel, drawn in zip(
                data.channels, data.rendering.channels, strict=True
            )
        ],
        "split_channel": {
            "g": split_size(image.size_c, image.size_x, image.size_y),
            "c": split_size(image.size_c + 1, image.size_x, image.size_y),
        },
        "rdefs": {
            "model": "color" if data.rendering.model is Model.RGB else "greyscale",
            "projection": data.saved.projection,
            "defaultZ": min(data.saved.default_z, image.size_z - 1),
            "defaultT": min(data.saved.default_t, image.size_t - 1),
            "invertAxis": False,
        },
    }
    return answer


def _tiles(image: Image, max_length: int) -> dict[str, Any]:
    _, _, *tile = image.levels[0]
    # Asked tiles are cut to this length, and clients ask for what stands here.
    tile_width, tile_height = (min(length, max_length) for length in tile)
    sizes = [(width, height) for width, height, *_ in image.levels]
    return {
        "tile_size": {"width": tile_width, "height": tile_height},
        "levels": len(sizes),
        "resolutions": {
            str(number): {"sizeX": width, "sizeY": height}
            for number, (width, height) in enumerate(sizes)
        },
        "zoomLevelScaling": {
            str(number): width / sizes[0][0] for number, (width, _) in enumerate(sizes)
        },
    }


def _meta(data: ImageData) -> dict[str, Any]:
    image, project, dataset = data.image, data.project, data.dataset
    return {
        "imageName": image.name,
        "imageDescription": image.description,
        "imageAuthor": image.owner.full_name,
        "imageArchived": image.archived,
        "projectName": project.name if project else "Multiple",
        "projectId": project.pk if project else None,
        "projectDescription": project.description if project else "",
        "datasetName": dataset.name if dataset else "Multiple",
        "datasetId": dataset.pk if dataset else None,
        "datasetDescription": dataset.description if dataset else "",
        "wellSampleId": "",
        "wellId": "" if data.well_id is None else data.well_id,
        "imageTimestamp": data.date.timestamp(),
        "imageId": image.pk,
        "pixelsType": image.pixel_type,
    }


def channel_answer(
    channel: Channel, drawn: ChannelRendering, image: Image
) -> dict[str, Any]:
    """Write one channel (contract 7.2)."""
    pixel_type = PixelType(image.pixel_type)
    low, high = pixel_range(pixel_type)
    least, most = channel_limits(channel, pixel_type)
    red, green, blue, _ = drawn.color
    return {
        "emissionWave": channel.emission_nm,
        "label": channel_label(channel),
        "color": f"{red:02X}{green:02X}{blue:02X}",
        "inverted": drawn.reverse,
        "reverseIntensity": drawn.reverse,
        "family": drawn.family.value,
        "coefficient": drawn.coefficient,
        "window": {
            "min": least,
            "max": most,
            "start": finite_or(drawn.window[0], low),
            "end": finite_or(drawn.window[1], high),
        },
        "active": drawn.active,
        **({"lut": drawn.lut} if drawn.lut else {}),
    }


def split_size(panes: int, width: int, height: int) -> dict[str, int]:
    """Write the layout of the split view (contract 4.4)."""
    grid = SplitGrid.of(panes, width, height)
    return {
        "width": grid.width,
        "height": grid.height,
        "border": BORDER,
        "gridx": grid.columns,
        "gridy": grid.rows,
    }
