"""A movie of an image along z or along t, with what shall be written on it.

Says what can be asked; :mod:`graticule.services.tasks.making_movie` does it.
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field, model_validator

from graticule.catalog.models import Person
from graticule.jobs.executors.work import Work
from graticule.services.tasks.selection import Ids, read_identifier
from graticule.services.tasks.task import Parameters, Task


class MovieParameters(Parameters):
    """What is shown, and how."""

    image: int = Field(description="Id of the image.")
    id: str = Field(
        "",
        title="Identifier",
        description="Identifier of the image, as links and observations have it: "
        "ivo://…?image/12, or image/12 for short.",
    )
    axis: Literal["z", "t"] | None = Field(
        None, description="Along z or t; t if the image has several times."
    )
    start: int = Field(0, ge=0, description="First plane along the axis, from 0.")
    end: int | None = Field(
        None, ge=0, description="Last plane along the axis; the end if empty."
    )
    z: int | None = Field(
        None, ge=0, description="The z of a movie along t, from 0; as saved if empty."
    )
    t: int | None = Field(
        None, ge=0, description="The t of a movie along z, from 0; as saved if empty."
    )
    fps: int = Field(10, ge=1, le=120, description="Planes for each second.")
    format: Literal["mp4", "webm"] = Field(
        "mp4", description="mp4 (H.264) or webm (VP9)."
    )
    size: int | None = Field(
        None,
        ge=16,
        le=4080,
        multiple_of=2,
        description="Longest side in pixels, even; as the image, but no more than "
        "4080, if empty.",
    )
    c: str = Field(
        "",
        description="Channels, windows and colours as the gateway has them, such as "
        "1|0:255$FF0000,-2; saved settings if empty.",
    )
    maps: str = Field("", description="Curves and inversion of channels, JSON.")
    m: Literal["c", "g"] | None = Field(None, description="c for colour, g for grey.")
    p: str = Field(
        "",
        description="Along t: a projection over z, intmax, intmean or intsum, with "
        "|start:end or without.",
    )
    rdef: int | None = Field(None, description="Id of saved settings to start from.")
    scale_bar: str = Field(
        "auto", description="auto, none, or a length in micrometres."
    )
    stamp: Literal["time", "index", "both", "none"] = Field(
        "time",
        description="The time of each plane (its number where that is unknown), its "
        "number, both, or nothing.",
    )
    rois: bool = Field(default=False, description="Draw all ROIs.")
    roi: Ids = Field([], description="Ids of ROIs to draw, and only these.")

    @model_validator(mode="before")
    @classmethod
    def _identified(cls, values: Any) -> Any:
        return read_identifier(values)


def run(work: Work, asked: MovieParameters, person: Person) -> None:
    """Write the movie."""
    # What reads pixels does not live through a fork: it is loaded here.
    from graticule.services.tasks.making_movie import make_movie  # noqa: PLC0415

    make_movie(work, asked, person)


TASK = Task(
    name="movie",
    title="Movie",
    help="A movie of an image along z or t: MP4 or WebM, any length, with scale bar, "
    "time and ROIs.",
    parameters=MovieParameters,
    run=run,
    targets={"image": "IMAGE"},
)
