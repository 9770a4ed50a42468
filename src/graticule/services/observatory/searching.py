"""Find observations by position, time, wavelength and the rest (SIA 2.0, section 2.1).

The database sorts out what it can; outlines are compared here, one by one, with what is
left. Everything goes through ``visible_to`` first. Knows no HTTP.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from django.db.models import F, Max, Q, QuerySet
from django.db.models.functions import Coalesce

from graticule.catalog.access import visible_to
from graticule.catalog.models import Observation, Person
from graticule.errors import NotFoundError
from graticule.services.observatory.belonging import with_belonging
from graticule.services.observatory.cutout_words import Interval, Shape
from graticule.services.observatory.identifiers import parse_did
from graticule.services.observatory.overlaps import (
    corners_of,
    latitudes_of,
    overlaps,
)

# What an interval must overlap: columns of the lower and the upper end.
_ENDS: Mapping[str, tuple[str, str]] = {
    "em": ("em_min", "em_max"),
    "t": ("t_min", "t_end"),
    "s_fov": ("s_fov", "s_fov"),
    "s_resolution": ("s_resolution", "s_resolution"),
    "em_res_power": ("em_res_power", "em_res_power"),
    "t_exptime": ("t_exptime", "t_exptime"),
    "t_resolution": ("t_resolution", "t_resolution"),
}


@dataclass(frozen=True)
class Wanted:
    """What observations are asked for; values of one kind are alternatives.

    Attributes
    ----------
    shapes
        Places in the sky.
    intervals
        By ``em`` (wavelengths, metres), ``t`` (MJD) or a column's name.
    words
        By a column's name: texts or levels that it must be equal to.
    states
        Polarisation states.
    ids
        Identifiers, whole or short.
    """

    shapes: tuple[Shape, ...] = ()
    intervals: Mapping[str, tuple[Interval, ...]] = field(default_factory=dict)
    words: Mapping[str, tuple[str | int, ...]] = field(default_factory=dict)
    states: tuple[str, ...] = ()
    ids: tuple[str, ...] = ()


def find_observations(person: Person | None, wanted: Wanted) -> Iterator[Observation]:
    """Go through the observations that a person may see, in the order of images.

    Each has what :func:`~graticule.services.observatory.belonging.with_belonging` puts
    in.
    """
    query = with_belonging(visible_to(person, Observation.objects.all()))
    query = query.annotate(t_end=Coalesce("t_max", "t_min"))
    for name, intervals in wanted.intervals.items():
        low, high = _ENDS[name]
        query = query.filter(
            _any(
                Q(**{f"{low}__lte": one.high, f"{high}__gte": one.low})
                for one in intervals
            )
        )
    for name, values in wanted.words.items():
        column = "collection" if name == "obs_collection" else name
        query = query.filter(**{f"{column}__in": values})
    if wanted.states:
        query = query.filter(
            _any(Q(pol_states__contains=f"/{state}/") for state in wanted.states)
        )
    if wanted.ids:
        query = query.filter(image__in=_images(wanted.ids))
    if wanted.shapes:
        return _there(query, wanted.shapes)
    return query.order_by("image_id").iterator()


def _any(conditions: Iterable[Q]) -> Q:
    found = Q(pk__in=[])
    for condition in conditions:
        found |= condition
    return found


def _images(ids: Iterable[str]) -> list[int]:
    found = []
    for text in ids:
        try:
            named = parse_did(text)
        except NotFoundError:
            continue
        if named.kind == "image":
            found.append(named.id)
    return found


def _there(
    query: QuerySet[Observation], shapes: tuple[Shape, ...]
) -> Iterator[Observation]:
    """Keep what lies where it is asked for.

    What is too wide to have an outline is everywhere.
    """
    widest = query.aggregate(widest=Max("s_fov"))["widest"] or 0.0
    near = Q()
    for shape in shapes:
        south, north = latitudes_of(shape)
        near |= Q(
            # The index first, for all; then each by its own size.
            s_dec__range=(south - widest / 2, north + widest / 2),
        ) & Q(s_dec__gte=south - F("s_fov") / 2, s_dec__lte=north + F("s_fov") / 2)
    for row in query.filter(near).order_by("image_id").iterator():
        outline = corners_of(row.s_region)
        if outline is None or any(overlaps(shape, outline) for shape in shapes):
            yield row
