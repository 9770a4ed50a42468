"""Images, their pixels and channels (contract json-api 4).

Pixels have no row of their own: their id is the image's. The id of a logical
channel is the channel's.
"""

from __future__ import annotations

from typing import Any

from graticule.catalog.models import Channel, Image
from graticule.pixels.omexml.units import length_nm
from graticule.web.api.details import (
    Answering,
    Json,
    bare_details,
    enumerated,
    milliseconds,
    quantity,
    said,
    typed,
)


def bare_image(who: Answering, row: Image) -> Json:
    """Write an image without pixels and addresses."""
    return {
        **who.base("Image", row),
        "Name": row.name,
        **said(
            Description=row.description,
            AcquisitionDate=milliseconds(row.acquired),
        ),
        "omero:archived": row.archived,
        "omero:series": row.index,
    }


def image(who: Answering, row: Image, *, listed: bool) -> Json:
    """Write an image with its pixels; one alone with its channels, too."""
    at = who.addresses.of_objects
    answer = bare_image(who, row)
    answer["Pixels"] = pixels(row)
    answer["url:datasets"] = at("images", row.pk, "datasets")
    if listed:
        answer["url:image"] = at("images", row.pk)
    else:
        answer["url:rois"] = at("images", row.pk, "rois")
        answer["Pixels"]["Channels"] = [channel(each) for each in row.channels.all()]
    return answer


def pixels(row: Image) -> Json:
    """Write the pixels of an image, without channels."""
    step = row.time_increment
    return {
        **typed("Pixels", row.pk),
        "omero:details": bare_details(),
        "SizeX": row.size_x,
        "SizeY": row.size_y,
        "SizeZ": row.size_z,
        "SizeC": row.size_c,
        "SizeT": row.size_t,
        "Type": enumerated("PixelsType", row.pixel_type),
        **said(
            PhysicalSizeX=quantity(row.pixel_width_um, "MICROMETER"),
            PhysicalSizeY=quantity(row.pixel_height_um, "MICROMETER"),
            PhysicalSizeZ=quantity(row.pixel_depth_um, "MICROMETER"),
            SignificantBits=row.significant_bits,
            TimeIncrement=quantity(
                None if step is None else step.total_seconds(), "SECOND", "Time"
            ),
        ),
    }


def channel(row: Channel) -> Json:
    """Write a channel with what its file says of it."""
    facts = row.facts
    return {
        **typed("Channel", row.pk),
        "omero:details": bare_details(),
        "omero:LogicalChannelId": row.pk,
        **said(
            Name=row.name,
            Color=row.color,
            EmissionWavelength=quantity(row.emission_nm, "NANOMETER"),
            ExcitationWavelength=quantity(row.excitation_nm, "NANOMETER"),
            Fluor=_text(facts.get("Fluor")),
            NDFilter=_number(facts.get("NDFilter")),
            PinholeSize=_pinhole(facts),
            PockelCellSetting=_whole(facts.get("PockelCellSetting")),
            SamplesPerPixel=_whole(facts.get("SamplesPerPixel")),
            ContrastMethod=enumerated("ContrastMethod", facts.get("ContrastMethod")),
            Illumination=enumerated("Illumination", facts.get("IlluminationType")),
            AcquisitionMode=enumerated("AcquisitionMode", facts.get("AcquisitionMode")),
            **{"omero:lookupTable": row.lut},
        ),
    }


# Facts stand as the file has them: what is not of its type is not said.
def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None


def _number(value: Any) -> float | None:
    return float(value) if isinstance(value, (int, float)) else None


def _whole(value: Any) -> int | None:
    return value if isinstance(value, int) else None


def _pinhole(facts: dict[str, Any]) -> Json | None:
    unit = facts.get("PinholeSizeUnit", "µm")
    size_nm = length_nm(_number(facts.get("PinholeSize")), unit)
    return None if size_nm is None else quantity(size_nm / 1000, "MICROMETER")
