"""How an image is to be drawn, as frozen values.

Two renderings that are equal draw the same picture, so a rendering can be part
of a cache key. Knows neither requests nor tables.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from enum import Enum
from hashlib import blake2b

from graticule.errors import RequestError

Rgba = tuple[int, int, int, int]

BIT_RESOLUTIONS = frozenset({1, 3, 7, 15, 31, 63, 127, 255})


class Family(Enum):
    """The curve between window and grey level (contract rendering 4.1)."""

    LINEAR = "linear"
    POLYNOMIAL = "polynomial"
    EXPONENTIAL = "exponential"
    LOGARITHMIC = "logarithmic"


class Model(Enum):
    """How channels become one picture (contract rendering 6)."""

    RGB = "rgb"
    GREYSCALE = "greyscale"


class ProjectionKind(Enum):
    """Projections along z (contract rendering 10)."""

    MAX = "intmax"
    MEAN = "intmean"
    SUM = "intsum"


@dataclass(frozen=True, slots=True)
class Projection:
    """A projection over ``start`` to ``end``, both from 0 and named inclusively.

    Mean and sum leave ``end`` itself out, as the original does.
    """

    kind: ProjectionKind
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class ChannelRendering:
    """How one channel is drawn.

    ``window`` is as given by people; what the engine works with is
    :func:`graticule.render.quantize.effective_window`.
    """

    window: tuple[float, float]
    active: bool = True
    color: Rgba = (255, 255, 255, 255)
    lut: str | None = None
    family: Family = Family.LINEAR
    coefficient: float = 1.0
    noise_reduction: bool = False
    reverse: bool = False


@dataclass(frozen=True, slots=True)
class Rendering:
    """How an image is drawn: the model, and each of its channels in order.

    Raises
    ------
    graticule.errors.RequestError
        If codomain, bit resolution or a coefficient is not allowed (contract
        rendering 4), or a colour not within 0 to 255.
    """

    channels: tuple[ChannelRendering, ...]
    model: Model = Model.RGB
    codomain: tuple[int, int] = (0, 255)
    bit_resolution: int = 255

    def __post_init__(self) -> None:
        start, end = self.codomain
        if not 0 <= start < end <= 255:
            raise RequestError(f"The codomain {start} to {end} is not within 0 to 255.")
        if self.bit_resolution not in BIT_RESOLUTIONS:
            raise RequestError(f"{self.bit_resolution} is not a bit resolution.")
        for number, channel in enumerate(self.channels):
            if not channel.coefficient > 0:
                raise RequestError(
                    f"Channel {number}: the coefficient must be above 0, "
                    f"not {channel.coefficient}."
                )
            if not all(0 <= part <= 255 for part in channel.color):
                raise RequestError(
                    f"Channel {number}: the colour {channel.color} is not "
                    f"within 0 to 255."
                )


def rendering_key(rendering: Rendering, *parts: str | float | None) -> str:
    """Make a short name for a rendering, for cache keys and entity tags.

    Parameters
    ----------
    parts
        What else the bytes depend on: image revision, plane, tile, format …

    Returns
    -------
    str
        32 hexadecimal digits; the same in every process and release for equal
        renderings and parts.
    """
    channels = [
        [
            *(float(bound) + 0.0 for bound in channel.window),  # -0.0 equals 0.0
            channel.active,
            *channel.color,
            channel.lut,
            channel.family.value,
            float(channel.coefficient),
            channel.noise_reduction,
            channel.reverse,
        ]
        for channel in rendering.channels
    ]
    whole = [
        channels,
        rendering.model.value,
        *rendering.codomain,
        rendering.bit_resolution,
        parts,
    ]
    text = json.dumps(whole, separators=(",", ":"))
    return blake2b(text.encode(), digest_size=16).hexdigest()
