"""What a request asks for (SIA 2.0, section 2.1).

Names are folded, values are not; parameters of other standards and of nobody are passed
over (DALI 1.1, 3). Looks nothing up.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeVar

from django.conf import settings
from django.http import HttpRequest

from graticule.errors import RequestError
from graticule.services.observatory.cutout_words import read_interval, read_pos
from graticule.services.observatory.obscore_columns import ACCESS_FORMAT
from graticule.services.observatory.searching import Wanted
from graticule.web.uws.params import UnsupportedBodyError

ReadT = TypeVar("ReadT")

_FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")
_VOTABLES = {"votable", "application/x-votable+xml", "text/xml", "application/xml"}
_MOST_VALUES = 100
_LONGEST = 4000

INTERVALS = {
    "BAND": "em",
    "TIME": "t",
    "FOV": "s_fov",
    "SPATRES": "s_resolution",
    "SPECRP": "em_res_power",
    "EXPTIME": "t_exptime",
    "TIMERES": "t_resolution",
}
"""Parameters that are intervals, and what they are compared with."""
WORDS = {
    "COLLECTION": "obs_collection",
    "FACILITY": "facility_name",
    "INSTRUMENT": "instrument_name",
    "DPTYPE": "dataproduct_type",
    "TARGET": "target_name",
}
"""Parameters that a column must be equal to."""
STATES = ("I", "Q", "U", "V", "RR", "LL", "RL", "LR", "XX", "YY", "XY", "YX")
"""Polarisation states (ObsCore 1.1, B.6.6)."""


@dataclass(frozen=True)
class Query:
    """A whole request.

    Attributes
    ----------
    wanted
        What is searched; ``None`` where nothing can be found, because a format was
        asked for that no answer has.
    most
        Rows at most (``MAXREC``).
    echo
        What was sent, to be repeated in the answer.
    """

    wanted: Wanted | None
    most: int
    echo: tuple[tuple[str, str], ...]


def query_of(request: HttpRequest) -> Query:
    """Read a request.

    Raises
    ------
    graticule.errors.RequestError
        If a value cannot be understood; the message names parameter and value.
    graticule.web.uws.params.UnsupportedBodyError
        If the body is no form.
    """
    sent = list(_sent(request))
    if len(sent) > _MOST_VALUES:
        raise RequestError(
            f"UsageFault: {len(sent)} values are too many; {_MOST_VALUES} are the most."
        )
    _check_format([text for name, text in sent if name == "RESPONSEFORMAT"])
    values: dict[str, list[str]] = {}
    for name, text in sent:
        values.setdefault(name, []).append(text)
    wanted = Wanted(
        shapes=_read(values, "POS", read_pos),
        intervals={
            column: found
            for name, column in INTERVALS.items()
            if (found := _read(values, name, read_interval))
        },
        words=_words(values),
        states=_read(values, "POL", _state),
        ids=tuple(values.get("ID", ())),
    )
    formats = values.get("FORMAT", [])
    is_any = not formats or any(_is_ours(text) for text in formats)
    return Query(wanted if is_any else None, _most(values), tuple(sent))


def _words(values: dict[str, list[str]]) -> dict[str, tuple[str | int, ...]]:
    words: dict[str, tuple[str | int, ...]] = {
        column: tuple(values[name]) for name, column in WORDS.items() if name in values
    }
    levels = _read(values, "CALIB", _level)
    if levels:
        words["calib_level"] = levels
    return words


def _read(
    values: dict[str, list[str]], name: str, reader: Callable[[str], ReadT]
) -> tuple[ReadT, ...]:
    try:
        return tuple(reader(text) for text in values.get(name, ()))
    except ValueError as error:
        raise RequestError(f"UsageFault: {name}: {error}.") from None


def _state(text: str) -> str:
    if text.upper() not in STATES:
        raise ValueError(f"{text[:40]!r} is none of {', '.join(STATES)}")
    return text.upper()


def _level(text: str) -> int:
    if text.strip() not in {"0", "1", "2", "3", "4"}:
        raise ValueError(f"{text[:40]!r} is none of 0, 1, 2, 3 and 4")
    return int(text)


def _most(values: dict[str, list[str]]) -> int:
    limit: int = settings.GRATICULE["max_sia_rows"]
    texts = values.get("MAXREC", [])
    if not texts:
        return limit
    if len(texts) > 1 or not re.fullmatch(r"\d{1,18}", texts[0].strip()):
        raise RequestError(
            f"UsageFault: MAXREC is one whole number, not {' and '.join(texts)[:60]!r}."
        )
    return min(int(texts[0]), limit)


def _check_format(asked: list[str]) -> None:
    if len(asked) > 1:
        raise RequestError(f"UsageFault: RESPONSEFORMAT was given {len(asked)} times.")
    if asked and asked[0].partition(";")[0].strip().lower() not in _VOTABLES:
        raise RequestError(
            f"UsageFault: RESPONSEFORMAT {asked[0][:80]} cannot be given; images are "
            "told as votable only."
        )


def _is_ours(text: str) -> bool:
    """Say whether a format is the one of what ``access_url`` gives."""
    return text.replace(" ", "").lower() == ACCESS_FORMAT


def _sent(request: HttpRequest) -> Iterator[tuple[str, str]]:
    """Go through names and values in query and body; empty values are as none."""
    length = int(request.headers.get("Content-Length", "0") or "0")
    kind = (request.content_type or "").lower()
    if request.method == "POST" and length and kind not in _FORMS:
        raise UnsupportedBodyError(
            f"UsageFault: a body of the type {kind or 'unknown'} is not understood: "
            f"send {' or '.join(_FORMS)}."
        )
    for query in (request.GET, request.POST):
        for word, texts in query.lists():
            for text in texts:
                if len(text) > _LONGEST:
                    raise RequestError(
                        f"UsageFault: {word[:40]} has {len(text)} characters; "
                        f"{_LONGEST} are the most."
                    )
                if text.strip():
                    yield word.upper(), text
