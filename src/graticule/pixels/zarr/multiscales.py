"""What an OME-Zarr says about one image: multiscales, axes, omero block.

Follows the OME-NGFF specification 0.1 to 0.5, "multiscales" and "omero"
metadata. Must not know how images are collected in plates, nor decode a pixel.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from graticule.errors import (
    CorruptFileError,
    LimitError,
    UnsupportedFileError,
)
from graticule.pixels.model import Channel, ImageInfo, Level, PixelType
from graticule.pixels.reader import ReadLimits
from graticule.pixels.zarr.arrays import ZarrArray
from graticule.pixels.zarr.axes import axis_steps, dimension_order, read_axes
from graticule.pixels.zarr.metadata import (
    ZarrDocuments,
    ZarrGroup,
    as_list,
    as_object,
    below,
    object_or_empty,
)
from graticule.pixels.zarr.omero import (
    image_name,
    label_facts,
    plane_or_none,
    read_channels,
)


@dataclass(frozen=True, slots=True)
class StoredImage:
    """An image and the arrays that hold its levels."""

    info: ImageInfo
    levels: tuple[ZarrArray, ...]


def read_image(
    documents: ZarrDocuments,
    group: ZarrGroup,
    multiscale: object,
    key: str,
    fallback_name: str,
    warnings: list[str],
) -> StoredImage:
    """Describe one entry of a group's ``multiscales``.

    Parameters
    ----------
    documents
        Reads the arrays' headers.
    group, multiscale
        The group and the entry.
    key, fallback_name
        The image's key in its fileset; its name if it says none itself.
    warnings
        Gets a sentence for each oddity that could be read around.

    Raises
    ------
    graticule.errors.FileError, graticule.errors.LimitError
        If the image cannot be read.
    """
    document = group.document
    described = as_object(multiscale, document)
    datasets = [
        as_object(entry, document)
        for entry in as_list(described.get("datasets"), document, "datasets")
    ]
    if not datasets:
        raise CorruptFileError(document, '"datasets" is empty: the image has no array.')
    headers = [
        documents.array(below(group.folder, entry.get("path"), document))
        for entry in datasets
    ]
    axes = read_axes(described, len(headers[0].shape), group)
    for header in headers:
        if len(header.shape) != len(axes):
            raise CorruptFileError(
                header.document,
                f"has {len(header.shape)} axes, but the image has {len(axes)}.",
            )
    roles = "".join(axis.role for axis in axes)
    arrays = [ZarrArray(header, roles) for header in headers]
    _check_limits(arrays[0], documents.limits)
    levels = _usable(arrays, warnings)
    steps = axis_steps(described, datasets[0], axes)
    info = _shown(_described(key, levels, roles, steps), group)
    name = image_name(described, object_or_empty(group.attributes.get("omero")))
    return StoredImage(replace(info, name=name or fallback_name), tuple(levels))


def _described(
    key: str, levels: Sequence[ZarrArray], roles: str, steps: Mapping[str, float]
) -> ImageInfo:
    """Describe what the arrays and axes alone say."""
    size_t, size_c, size_z = levels[0].shape[:3]
    return ImageInfo(
        key=key,
        name=key,
        pixel_type=_pixel_type(levels[0]),
        size_z=size_z,
        size_c=size_c,
        size_t=size_t,
        levels=tuple(_level(array) for array in levels),
        channels=(Channel(),) * size_c,
        dimension_order=dimension_order(roles),
        pixel_width_um=steps.get("x"),
        pixel_height_um=steps.get("y"),
        pixel_depth_um=steps.get("z"),
        time_increment=_increment(steps.get("t")),
    )


def _shown(info: ImageInfo, group: ZarrGroup) -> ImageInfo:
    """Add how the file wants it shown: the ``omero`` block, label colours."""
    omero = object_or_empty(group.attributes.get("omero"))
    rdefs = object_or_empty(omero.get("rdefs"))
    return replace(
        info,
        channels=read_channels(omero.get("channels"), info.size_c),
        default_z=plane_or_none(rdefs.get("defaultZ"), info.size_z),
        default_t=plane_or_none(rdefs.get("defaultT"), info.size_t),
        model={"color": "rgb", "greyscale": "greyscale"}.get(str(rdefs.get("model"))),
        facts=label_facts(group.attributes),
    )


def _pixel_type(array: ZarrArray) -> PixelType:
    try:
        return PixelType.of(array.header.dtype)
    except ValueError as error:
        raise UnsupportedFileError(array.header.document, f"{error}.") from error


def _check_limits(array: ZarrArray, limits: ReadLimits) -> None:
    t, c, z, height, width = array.shape
    if min(array.shape) < 1:
        raise CorruptFileError(
            array.header.document, f"the shape {array.header.shape} has no pixels."
        )
    for what, limit, allowed, asked in (
        ("width", "max_axis_pixels", limits.max_axis_pixels, width),
        ("height", "max_axis_pixels", limits.max_axis_pixels, height),
        ("number of planes", "max_planes", limits.max_planes, z * c * t),
    ):
        if asked > allowed:
            raise LimitError(
                limit, allowed, asked, f"{array.header.document}: a {what}"
            )


def _usable(arrays: Sequence[ZarrArray], warnings: list[str]) -> list[ZarrArray]:
    """Keep the levels that belong to the first one, largest first."""
    full = arrays[0]
    kept = []
    for array in arrays:
        same = array.shape[:2] == full.shape[:2] and array.dtype == full.dtype
        fits = all(
            1 <= n <= m for n, m in zip(array.shape[2:], full.shape[2:], strict=True)
        )
        if same and fits:
            kept.append(array)
        else:
            warnings.append(
                f"{array.header.folder}: this level is left out, since its shape "
                f"{array.header.shape} or type {array.header.dtype} does not fit "
                f"the full size {full.header.shape} of type {full.header.dtype}."
            )
    return sorted(kept, key=lambda array: -array.shape[3] * array.shape[4])


def _level(array: ZarrArray) -> Level:
    height, width = array.shape[3:]
    return Level(
        width, height, min(array.chunks[4], width), min(array.chunks[3], height)
    )


def _increment(seconds: float | None) -> timedelta | None:
    """Turn seconds into what a ``timedelta`` can say, if it can."""
    if seconds is None or not 1e-6 <= seconds < 86_400e6:
        return None
    return timedelta(seconds=seconds)
