"""The parameters of the cutout service, as descriptors of services write them.

Plain data: names, types, units and meanings (SODA 1.0, 3; contract uws 20), and for
one image the ranges that make sense for it (contract uws 19, L5). From the catalogue
alone; opens no file and knows no VOTable.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from graticule.catalog.models import Image, Observation

FITS = "application/fits"
TIFF = "image/tiff"

_NUMBERS = re.compile(r"[-+.\d]+(?:[eE][-+]?\d+)?")


@dataclass(frozen=True, slots=True)
class ServiceParameter:
    """One parameter; ``arraysize`` is empty for a scalar.

    ``minimum``, ``maximum`` and ``options`` are texts as a VOTable's VALUES holds
    them; empty where nothing is known.
    """

    name: str
    datatype: str
    arraysize: str
    unit: str
    ucd: str
    xtype: str
    description: str
    minimum: str = ""
    maximum: str = ""
    options: tuple[str, ...] = ()


_ID = ServiceParameter(
    "ID",
    "char",
    "*",
    "",
    "meta.ref.url;meta.curation",
    "",
    "The image: its publisher's identifier.",
)
_POS = ServiceParameter(
    "POS",
    "char",
    "*",
    "",
    "pos.outline;obs",
    "",
    "A region of the sky (ICRS, degrees): CIRCLE lon lat radius, RANGE lon1 lon2 lat1 "
    "lat2 or POLYGON lon1 lat1 lon2 lat2 lon3 lat3 and so on.",
)
_CIRCLE = ServiceParameter(
    "CIRCLE",
    "double",
    "3",
    "deg",
    "pos.outline;obs",
    "circle",
    "A circle on the sky (ICRS): longitude, latitude, radius.",
)
_POLYGON = ServiceParameter(
    "POLYGON",
    "double",
    "*",
    "deg",
    "pos.outline;obs",
    "polygon",
    "A polygon on the sky (ICRS): longitude and latitude of three corners or more.",
)
_BAND = ServiceParameter(
    "BAND",
    "double",
    "2",
    "m",
    "em.wl;stat.interval",
    "interval",
    "Shortest and longest wavelength in vacuum.",
)
_TIME = ServiceParameter(
    "TIME",
    "double",
    "2",
    "d",
    "time.interval;obs.exposure",
    "interval",
    "Earliest and latest time (MJD, UTC).",
)
_POL = ServiceParameter(
    "POL",
    "char",
    "*",
    "",
    "meta.code;phys.polarization",
    "",
    "States of polarization, one value each.",
)
_FORMAT = ServiceParameter(
    "RESPONSEFORMAT",
    "char",
    "*",
    "",
    "meta.code.mime",
    "",
    "What is made: FITS (of what is FITS) or OME-TIFF.",
)
_EXT = ServiceParameter(
    "EXT",
    "char",
    "*",
    "",
    "meta.id;meta.file",
    "",
    "Further extensions of the same file to cut out along with the image, by name, or "
    "all: those with as many columns and rows.",
)
_PIXELS = {
    "X": ("x", "pos.cartesian.x", "columns, from 0 at the left"),
    "Y": ("y", "pos.cartesian.y", "rows, from 0 at the top"),
    "Z": ("z", "pos.cartesian.z", "planes in z, from 0"),
    "C": ("c", "em.bin", "channels, from 0"),
    "T": ("t", "time", "times, from 0"),
}
_LENGTHS = {
    "X_UM": ("pixel_width_um", "size_x", "x", "the left"),
    "Y_UM": ("pixel_height_um", "size_y", "y", "the top"),
    "Z_UM": ("pixel_depth_um", "size_z", "z", "the first plane"),
}


def _pixel_parameter(name: str) -> ServiceParameter:
    _, ucd, what = _PIXELS[name]
    return ServiceParameter(
        name,
        "long",
        "2",
        "",
        ucd,
        "interval",
        f"First and last of the {what}; both are kept.",
    )


def _length_parameter(name: str) -> ServiceParameter:
    _, _, axis, edge = _LENGTHS[name]
    return ServiceParameter(
        name,
        "double",
        "2",
        "um",
        f"pos.cartesian.{axis}",
        "interval",
        f"From where to where in {axis}, in micrometres from {edge}.",
    )


ALL: tuple[ServiceParameter, ...] = (
    _ID,
    _POS,
    _CIRCLE,
    _POLYGON,
    _BAND,
    _TIME,
    _POL,
    *map(_pixel_parameter, _PIXELS),
    *map(_length_parameter, _LENGTHS),
    _EXT,
    _FORMAT,
)
"""Every parameter of the service, whatever the image."""


def cutout_parameters(image: Image) -> tuple[ServiceParameter, ...]:
    """Give the parameters that make sense for an image, with their ranges.

    Parameters
    ----------
    image
        With its ``fileset`` and ``observation``, if they were selected along with it;
        else they are looked up.

    Returns
    -------
    tuple of ServiceParameter
        ``ID`` first.
    """
    return tuple(_of(image))


def _of(image: Image) -> Iterator[ServiceParameter]:
    yield _ID
    is_fits = image.fileset is not None and image.fileset.format == "FITS"
    seen: Observation | None = getattr(image, "observation", None)
    if is_fits and seen is not None:
        yield from _of_the_sky(seen)
    for name, (axis, _, _) in _PIXELS.items():
        size = getattr(image, f"size_{axis}")
        # Nobody has to choose among one.
        if size > 1 or name in {"X", "Y"}:
            yield replace(
                _pixel_parameter(name), minimum="0", maximum=str(max(0, size - 1))
            )
    for name, (pixel, size, axis, _edge) in _LENGTHS.items():
        length = getattr(image, pixel)
        if length and (axis != "z" or image.size_z > 1):
            whole = length * getattr(image, size)
            yield replace(_length_parameter(name), minimum="0", maximum=repr(whole))
    if is_fits:
        yield _EXT
        yield replace(_FORMAT, options=(FITS, TIFF))
    else:
        yield replace(_FORMAT, options=(TIFF,))


def _of_the_sky(seen: Observation) -> Iterator[ServiceParameter]:
    yield _POS
    centre = f"{seen.s_ra!r} {seen.s_dec!r} {seen.s_fov / 2!r}"
    yield replace(_CIRCLE, maximum=centre)
    outline = ""
    if seen.s_region.upper().startswith("POLYGON"):
        outline = " ".join(_NUMBERS.findall(seen.s_region))
    yield replace(_POLYGON, maximum=outline)
    if seen.em_min is not None and seen.em_max is not None:
        yield replace(_BAND, minimum=repr(seen.em_min), maximum=repr(seen.em_max))
    if seen.t_min is not None and seen.t_max is not None:
        yield replace(_TIME, minimum=repr(seen.t_min), maximum=repr(seen.t_max))
    states = tuple(state for state in seen.pol_states.split("/") if state)
    if states:
        yield replace(_POL, options=states)
