"""Parts of images by SODA 1.0: what can be asked (contract uws 20).

The work is in :mod:`graticule.services.tasks.making_cutout`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, WithJsonSchema

from graticule.catalog.models import Person
from graticule.jobs.executors.work import Work
from graticule.services.observatory.cutout_words import (
    Circle,
    Interval,
    Polygon,
    Shape,
    read_circle,
    read_interval,
    read_polygon,
    read_pos,
)
from graticule.services.tasks.task import Parameters, Task

FITS = "application/fits"
TIFF = "image/tiff"
FORMATS = {
    "application/fits": FITS,
    "image/fits": FITS,
    "fits": FITS,
    "image/tiff": TIFF,
    "tiff": TIFF,
    "ome-tiff": TIFF,
}


def _each(read: Callable[[str], Any]) -> BeforeValidator:
    """Read every value of a list; a form's box of text has one on each line."""

    def read_all(values: Any) -> list[Any]:
        several = values if isinstance(values, list) else [values]
        lines = [
            line for each in several for line in str(each).splitlines() if line.strip()
        ]
        return [read(line) for line in lines]

    return BeforeValidator(read_all)


def _state(text: str) -> str:
    return text.strip().upper()


def _format(text: Any) -> str:
    plain = str(text).partition(";")[0].strip().lower()
    if plain not in FORMATS:
        raise ValueError(f"{str(text)[:60]!r} is none of {FITS}, {TIFF}")
    return plain


# Outside of the server they are texts, whatever they are read as.
_AS_TEXTS = WithJsonSchema({"type": "array", "items": {"type": "string"}})
_Texts = Annotated[list[str], _each(str.strip), _AS_TEXTS]
_States = Annotated[list[str], _each(_state), _AS_TEXTS]
_Shapes = Annotated[list[Shape], _each(read_pos), _AS_TEXTS]
_Circles = Annotated[list[Circle], _each(read_circle), _AS_TEXTS]
_Polygons = Annotated[list[Polygon], _each(read_polygon), _AS_TEXTS]
_Intervals = Annotated[list[Interval], _each(read_interval), _AS_TEXTS]


class CutoutParameters(Parameters):
    """Of which images, and which parts."""

    id: _Texts = Field(
        title="Image",
        description="The image: its publisher's identifier, or image/12 for short. "
        "One on each line; with several values of this or of others, a job makes one "
        "cutout of every combination.",
    )
    pos: _Shapes = Field(
        [],
        title="Region of the sky",
        description="Regions of the sky (ICRS, degrees): CIRCLE lon lat radius, RANGE "
        "lon1 lon2 lat1 lat2 or POLYGON lon1 lat1 lon2 lat2 lon3 lat3 and so on. The "
        "smallest box of pixels that holds the region is cut out.",
    )
    circle: _Circles = Field(
        [], description="Circles on the sky: longitude, latitude, radius in degrees."
    )
    polygon: _Polygons = Field(
        [],
        description="Polygons on the sky: longitude and latitude of each corner in "
        "degrees; sides are great circles.",
    )
    band: _Intervals = Field(
        [],
        title="Wavelengths",
        description="Shortest and longest wavelength in metres, as 5e-7 6e-7; -Inf or "
        "+Inf for no limit.",
    )
    time: _Intervals = Field(
        [],
        title="Times",
        description="Earliest and latest time (MJD, UTC), as 55836 55837.",
    )
    pol: _States = Field(
        [],
        title="Polarization",
        description="States of polarization, as I or XX; all values together choose "
        "the planes.",
    )
    x: _Intervals = Field(
        [],
        description="First and last column in pixels, as 100 355: from 0 at the left, "
        "as the viewer shows them, both included.",
    )
    y: _Intervals = Field(
        [],
        description="First and last row in pixels: from 0 at the top, as the viewer "
        "shows them, both included.",
    )
    z: _Intervals = Field([], description="First and last plane in z, from 0.")
    c: _Intervals = Field([], description="First and last channel, from 0.")
    t: _Intervals = Field([], description="First and last time, from 0.")
    x_um: _Intervals = Field(
        [], title="X in µm", description="From where to where, from the left edge."
    )
    y_um: _Intervals = Field(
        [], title="Y in µm", description="From where to where, from the upper edge."
    )
    z_um: _Intervals = Field(
        [],
        title="Z in µm",
        description="From where to where, from where the first plane begins.",
    )
    ext: _Texts = Field(
        [],
        title="Extensions",
        description="Of a FITS file: further extensions to be cut out along with the "
        "image, by name as STAT or DQ,1, or all; those with as many columns and rows.",
    )
    responseformat: Annotated[str, BeforeValidator(_format)] | None = Field(
        None,
        title="Format",
        description=f"{FITS} (of what is FITS; pixels and header as they are stored) "
        f"or {TIFF} (OME-TIFF). Empty: the first for FITS, the second for others.",
    )


def run(work: Work, asked: CutoutParameters, person: Person) -> None:
    """Cut them out."""
    # What reads pixels does not live through a fork: it is loaded here.
    from graticule.services.tasks.making_cutout import make  # noqa: PLC0415

    make(work, asked, person)


TASK = Task(
    name="cutout",
    title="Cutout",
    help="Cuts a part out of an image: by a region of the sky, wavelengths and times, "
    "or by pixels. FITS stays FITS, with the header of the new frame.",
    parameters=CutoutParameters,
    run=run,
    targets={"image": "ID"},
    inline=True,
    plain_errors=True,
    groups={
        "By position on the sky": ("POS", "CIRCLE", "POLYGON"),
        "By wavelength, time, polarization": ("BAND", "TIME", "POL"),
        "By pixels, planes, channels": ("X", "Y", "Z", "C", "T"),
        "By lengths": ("X_UM", "Y_UM", "Z_UM"),
        "What is made of it": ("EXT", "RESPONSEFORMAT"),
    },
)
