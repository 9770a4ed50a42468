"""Examples of cutouts: of the sky and of pixels, from images that somebody may see."""

from __future__ import annotations

from collections.abc import Iterator

from graticule.catalog.models import Image, Observation, Person
from graticule.services.observatory.identifiers import Named
from graticule.services.observatory.samples import sample_images, sample_observations
from graticule.web.examples.model import Example, Examples
from graticule.web.uws.places import path_of

_SIDE = 64
_WIDEST_DEG = 0.05


def offered(person: Person) -> Examples:
    """Give the examples for somebody."""
    return Examples(
        "Examples of cutouts",
        "SODA#sync-1.0",
        path_of("uws_sync", "cutout"),
        tuple(_listed(person)),
    )


def _listed(person: Person) -> Iterator[Example]:
    for seen in sample_observations(person, 1):
        yield Example(
            "circle",
            f"A circle on the sky, around the middle of {seen.image.name}",
            (_id(seen.image), ("CIRCLE", _circle(seen)), *_first_plane(seen.image)),
        )
        yield Example(
            "range",
            f"Between two longitudes and two latitudes, of {seen.image.name}",
            (_id(seen.image), ("POS", _range(seen)), *_first_plane(seen.image)),
        )
    for image in sample_images(person, 1):
        yield Example(
            "pixels",
            f"Columns and rows amid {image.name}",
            (
                _id(image),
                ("X", _amid(image.size_x)),
                ("Y", _amid(image.size_y)),
                *_first_plane(image),
            ),
        )


def _id(image: Image) -> tuple[str, str]:
    return "ID", Named("image", image.pk).did


def _radius(seen: Observation) -> float:
    return min(seen.s_fov / 20, _WIDEST_DEG)


def _circle(seen: Observation) -> str:
    return f"{seen.s_ra:.6f} {seen.s_dec:.6f} {_radius(seen):.3g}"


def _range(seen: Observation) -> str:
    radius = _radius(seen)
    south, north = max(seen.s_dec - radius, -90.0), min(seen.s_dec + radius, 90.0)
    west, east = max(seen.s_ra - radius, 0.0), min(seen.s_ra + radius, 360.0)
    return f"RANGE {west:.6f} {east:.6f} {south:.6f} {north:.6f}"


def _amid(size: int) -> str:
    first = max(0, (size - _SIDE) // 2)
    return f"{first} {min(size, first + _SIDE) - 1}"


def _first_plane(image: Image) -> Iterator[tuple[str, str]]:
    """Choose one plane of a stack, so that the answer is small."""
    for name, size in (("Z", image.size_z), ("C", image.size_c), ("T", image.size_t)):
        if size > 1:
            yield name, "0 0"
