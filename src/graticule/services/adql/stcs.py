"""Regions as texts (STC-S, note of 2009-10-30): position, circle, box, polygon.

Columns hold them in ICRS. Texts of a query are read here, those of columns by
DuckDB, row by row. Knows no query.
"""

from __future__ import annotations

from dataclasses import dataclass

from graticule.services.adql.constants import box_corners

FRAMES = {
    "": "ICRS",
    "ICRS": "ICRS",
    "UNKNOWNFRAME": "ICRS",
    "FK5": "FK5",
    "J2000": "FK5",
    "GALACTIC": "GALACTIC",
    "GALACTIC_II": "GALACTIC",
}
"""Coordinate systems by what they are called."""
_PLACES = frozenset(
    {
        "GEOCENTER",
        "BARYCENTER",
        "HELIOCENTER",
        "TOPOCENTER",
        "UNKNOWNREFPOS",
        "SPHERICAL2",
    }
)
_COUNTS = {"POSITION": 2, "POINT": 2, "CIRCLE": 3, "BOX": 4}
_KINDS = {2: "point", 3: "circle"}


@dataclass(frozen=True, slots=True)
class Region:
    """A region in degrees: ``kind`` is ``point``, ``circle`` or ``polygon``."""

    kind: str
    frame: str
    numbers: tuple[float, ...]


def read_frame(text: str) -> str:
    """Give the frame that the name of a coordinate system means.

    Raises
    ------
    ValueError
        If there is no such, as a sentence for people.
    """
    words = text.upper().split()
    frame = words[0] if words and words[0] not in _PLACES else ""
    rest = words[1:] if frame else words
    if frame not in FRAMES or not _PLACES.issuperset(rest):
        known = ", ".join(name for name in FRAMES if name)
        raise ValueError(f"the coordinate system {text[:40]!r} is none of {known}.")
    return FRAMES[frame]


def read_region(text: str) -> Region:
    """Read a region.

    Raises
    ------
    ValueError
        If it is none, as a sentence for people.
    """
    words = text.replace(",", " ").split()
    kind = words[0].upper() if words else ""
    if kind not in {*_COUNTS, "POLYGON"}:
        known = "POSITION, CIRCLE, BOX or POLYGON"
        raise ValueError(f"a region begins with {known}, not with {kind[:20]!r}.")
    numbers: list[float] = []
    names: list[str] = []
    for word in words[1:]:
        try:
            numbers.append(float(word))
        except ValueError:
            if numbers:
                raise ValueError(f"{word[:20]!r} is no number.") from None
            names.append(word)
    _check(kind, numbers)
    frame = read_frame(" ".join(names))
    if kind == "BOX":
        numbers = box_corners(*numbers)
    return Region(_KINDS.get(len(numbers), "polygon"), frame, tuple(numbers))


def _check(kind: str, numbers: list[float]) -> None:
    wanted = _COUNTS.get(kind)
    if wanted is not None and len(numbers) != wanted:
        raise ValueError(f"{kind} takes {wanted} numbers, not {len(numbers)}.")
    if wanted is None and (len(numbers) < 6 or len(numbers) % 2):
        raise ValueError("POLYGON takes three or more pairs of numbers.")
    check_numbers({2: "point", 3: "circle", 4: "box"}.get(wanted or 0, ""), numbers)


def check_numbers(kind: str, numbers: list[float]) -> None:
    """Refuse what lies nowhere on the sphere.

    Raises
    ------
    ValueError
        As a sentence for people.
    """
    latitudes = numbers[1:2] if kind else numbers[1::2]
    for latitude in latitudes:
        if not -90 <= latitude <= 90:
            raise ValueError(f"the latitude {latitude:g} is not within -90 and 90.")
    if kind == "circle" and not 0 <= numbers[2] <= 180:
        raise ValueError(f"the radius {numbers[2]:g} is not within 0 and 180 degrees.")
    if kind == "box" and not (0 < numbers[2] < 180 and 0 < numbers[3] < 180):
        raise ValueError(
            "the sides of a box are more than 0 and less than 180 degrees."
        )


def region_list(column: str) -> str:
    """Give the SQL that reads a text: a list of degrees, NULL if it is no region."""
    words = f"string_split(replace({column}, ',', ' '), ' ')"
    numbers = f"list_transform({words}, lambda w: TRY_CAST(w AS DOUBLE))"
    finite = f"list_filter({numbers}, lambda v: isfinite(v))"
    known = (
        ("POL", "len(t.n) >= 6 AND len(t.n) % 2 = 0", "t.n"),
        ("CIR", "len(t.n) = 3", "t.n"),
        ("POS", "len(t.n) = 2", "t.n"),
        ("POI", "len(t.n) = 2", "t.n"),
        ("BOX", "len(t.n) = 4", box_list("t.n")),
    )
    cases = " ".join(
        f"WHEN t.k = '{kind}' AND {test} THEN {made}" for kind, test, made in known
    )
    pair = f"{{'k': upper(left(ltrim({column}), 3)), 'n': {finite}}}"
    return f"list_transform([{pair}], lambda t: CASE {cases} END)[1]"


def box_list(numbers: str) -> str:
    """Give the SQL of the corners of a box from a list of its four numbers."""
    corners = []
    for right, up in (("-", ""), ("", ""), ("", "-"), ("-", "-")):
        along = f"(b.cd - {up}b.n * b.sd)"
        x = f"({along} * b.ca - {right}b.e * b.sa)"
        y = f"({along} * b.sa + {right}b.e * b.ca)"
        z = f"(b.sd + {up}b.n * b.cd)"
        around = f"degrees(atan2({y}, {x}))"
        longitude = f"CASE WHEN {y} < 0e0 THEN {around} + 3.6e2 ELSE {around} END"
        corners += [longitude, f"degrees(atan2({z}, sqrt({x} * {x} + {y} * {y})))"]
    angles = (
        "{'ca': cos(radians(a[1])), 'sa': sin(radians(a[1])), "
        "'cd': cos(radians(a[2])), 'sd': sin(radians(a[2])), "
        "'e': tan(radians(a[3]) / 2e0), 'n': tan(radians(a[4]) / 2e0)}"
    )
    made = f"list_transform([{angles}], lambda b: [{', '.join(corners)}])[1]"
    sides = "a[3] > 0e0 AND a[3] < 180e0 AND a[4] > 0e0 AND a[4] < 180e0"
    fits = f"list_count(a) = 4 AND {sides}"
    return f"list_transform([{numbers}], lambda a: CASE WHEN {fits} THEN {made} END)[1]"
