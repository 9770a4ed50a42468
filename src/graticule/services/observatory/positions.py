"""Reading positions as people write them.

Names of objects are not looked up: that would need the network. Knows no image.
"""

from __future__ import annotations

import math
import re

from graticule.errors import RequestError

_GALACTIC = re.compile(r"\b(gal(actic)?|glon|glat)\b|(?<![a-z])[lb]\s*=", re.IGNORECASE)
_WORDS = re.compile(
    r"\b(icrs|j2000|fk5|ra|dec|gal(actic)?|glon|glat)\b\.?|[,;=]|(?<![a-z])[lb](?=\s*=)",
    re.IGNORECASE,
)
_MARKS = re.compile(r"[hdms:°'\"′″’”]", re.IGNORECASE)  # noqa: RUF001 - as people write
_NUMBER = re.compile(r"[+\-−]?\d+(\.\d*)?|[+\-−]?\.\d+")  # noqa: RUF001 - a minus sign
_SIXTY = 60
_LONGEST = 200


def read_position(text: str) -> tuple[float, float]:
    """Read a position: right ascension and declination in degrees, ICRS.

    Two numbers are degrees; six, or with colons or letters between, are hours, minutes
    and seconds, and degrees, minutes and seconds. With ``gal`` behind, or as
    ``l=… b=…``, they are degrees of galactic longitude and latitude.

    Raises
    ------
    graticule.errors.RequestError
        If it is no position; the message says what one looks like.
    """
    plain = text.strip()[:_LONGEST]
    is_galactic = _GALACTIC.search(plain) is not None
    bare = _WORDS.sub(" ", plain)
    is_sexagesimal = _MARKS.search(bare) is not None
    is_degrees_first = (
        re.match(r"\s*[+\-]?[\d.]+\s*(d|°)", bare, re.IGNORECASE) is not None
    )
    rest = _MARKS.sub(" ", bare)
    numbers = rest.split()
    if not numbers or not all(_NUMBER.fullmatch(word) for word in numbers):
        raise _refused(text)
    half, odd = divmod(len(numbers), 2)
    if odd or half > 3:
        raise _refused(text)
    lon, lat = (_sixty(part) for part in (numbers[:half], numbers[half:]))
    if lon is None or lat is None:
        raise _refused(text)
    in_hours = (half > 1 or is_sexagesimal) and not is_galactic and not is_degrees_first
    lon *= 15 if in_hours else 1
    if not -180 <= lon <= 360 or not -90 <= lat <= 90:
        raise RequestError(
            f"There is no such place on the sky: {lon:g}, {lat:g} degrees. Longitudes "
            "are 0 to 360 degrees (24 hours), latitudes -90 to 90."
        )
    if is_galactic:
        # Imported here: astropy is only for who needs it.
        from astropy.coordinates import SkyCoord  # noqa: PLC0415

        place = SkyCoord(l=lon, b=lat, unit="deg", frame="galactic").icrs
        return float(place.ra.deg), float(place.dec.deg)
    return lon % 360.0, lat


def _sixty(words: list[str]) -> float | None:
    """Add up degrees (or hours), minutes and seconds."""
    numbers = [float(word.replace("−", "-")) for word in words]  # noqa: RUF001
    whole, *parts = numbers
    if any(not 0 <= part < _SIXTY for part in parts):
        return None
    size = abs(whole) + sum(
        part / _SIXTY**place for place, part in enumerate(parts, start=1)
    )
    is_south = words[0].startswith(("-", "−"))  # noqa: RUF001
    return math.copysign(size, -1 if is_south else 1)


def _refused(text: str) -> RequestError:
    return RequestError(
        f"{text.strip()[:80]!r} is no position. Write right ascension and declination, "
        "as 05:34:31.9 +22:00:52 or 83.633 22.014, or galactic ones as l=184.56 "
        "b=-5.78. Names of objects are not looked up."
    )
