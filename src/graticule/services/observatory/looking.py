"""The sky of one image, for who looks at it: a mesh, and look-ups both ways.

Everything goes through ``visible_to`` first. Knows no HTTP.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from graticule.catalog.access import visible_to
from graticule.catalog.models import Image, Person
from graticule.errors import NotFoundError

if TYPE_CHECKING:
    from graticule.services.observatory.sky import Sky

_CELESTIAL = ("'RA--", "'GLON", "'ELON")


@dataclass(frozen=True)
class Place:
    """A pixel and its position.

    Attributes
    ----------
    x, y
        Pixels, with fractions, 0 at the centre of the first; ``None`` where the
        projection does not show the position.
    ra, dec
        ICRS, degrees; ``None`` where the pixel is not on the sky.
    is_inside
        Whether the pixel is one of the image's.
    """

    x: float | None
    y: float | None
    ra: float | None
    dec: float | None
    is_inside: bool


def is_celestial(image: Image) -> bool:
    """Say whether an image may have a sky, from its header's words alone."""
    return any(word in image.wcs_header for word in _CELESTIAL)


def find_sky(person: Person | None, image_id: int) -> Sky:
    """Find the sky of an image.

    Raises
    ------
    graticule.errors.NotFoundError
        If there is no such image, or not for this person, or if it does not show the
        sky.
    """
    # Imported here: astropy is only for who looks at the sky.
    from graticule.services.observatory.sky import Sky  # noqa: PLC0415

    image = visible_to(person, Image.objects.all()).filter(pk=image_id).first()
    if image is None:
        raise NotFoundError(f"There is no image {image_id}, or none that you may see.")
    sky = Sky.of(image.wcs_header) if image.wcs_header else None
    if sky is None:
        raise NotFoundError(
            f"Image {image_id} does not show the sky: its file has no celestial "
            "coordinates that can be used."
        )
    return sky


def place_at(sky: Sky, x: float, y: float) -> Place:
    """Find the position of a pixel."""
    ra, dec = (float(value) for value in sky.icrs(x, y))
    there = bool(np.isfinite(ra) and np.isfinite(dec))
    inside = _is_inside(sky, x, y)
    return Place(x, y, ra if there else None, dec if there else None, inside)


def place_of(sky: Sky, ra: float, dec: float) -> Place:
    """Find the pixel of a position."""
    x, y = (float(value) for value in sky.pixels(ra, dec))
    if not (np.isfinite(x) and np.isfinite(y)):
        return Place(None, None, ra, dec, is_inside=False)
    return Place(x, y, ra, dec, _is_inside(sky, x, y))


def _is_inside(sky: Sky, x: float, y: float) -> bool:
    return -0.5 <= x < sky.width - 0.5 and -0.5 <= y < sky.height - 0.5
