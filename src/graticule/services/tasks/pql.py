"""Literals in the style of PQL, made into those of DALI (contract uws U55).

A literal is a list with ``,`` between its items; an item is a value, a range ``lo/hi``,
open to one side as ``lo/`` or ``/hi``, or with a step as ``lo/hi/step``. ``%2C``,
``%2F`` and ``%3B`` stand for the signs themselves. Texts take no ranges. Knows no task.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from enum import Enum
from urllib.parse import unquote

MOST_STEPS = 2000
_DAY = re.compile(r"\d{4}-\d\d-\d\d(T\d\d(:\d\d){1,2}(\.\d+)?)?Z?")
_EPOCH = datetime(1858, 11, 17, tzinfo=UTC)
_SECONDS = 86_400


class Kind(Enum):
    """What a parameter takes."""

    TEXT = "text"
    NUMBER = "number"
    WHOLE = "whole"
    INTERVAL = "interval"


def dali_texts(text: str, kind: Kind) -> list[str]:
    """Make the values of a literal, each as DALI writes it.

    Raises
    ------
    ValueError
        Saying what is wrong with it.

    >>> dali_texts("1,4/6,10/20/5", Kind.WHOLE)
    ['1', '4', '5', '6', '10', '15', '20']
    >>> dali_texts("4e-7/7e-7,2/", Kind.INTERVAL)
    ['4e-7 7e-7', '2 +Inf']
    >>> dali_texts("I,a%2Cb", Kind.TEXT)
    ['I', 'a,b']
    """
    literal, semicolon, qualifier = text.partition(";")
    if semicolon:
        raise ValueError(
            f"the qualifier {qualifier.strip()[:40]!r} means nothing here; write %3B "
            "for a semicolon"
        )
    return [each for item in literal.split(",") for each in _item(item.strip(), kind)]


def _item(item: str, kind: Kind) -> Iterator[str]:
    if not item:
        raise ValueError("there is nothing between two commas")
    parts = [unquote(part).strip() for part in item.split("/")]
    if kind is Kind.TEXT:
        yield unquote(item)
    elif len(parts) == 1:
        # Two numbers with a blank between are an interval as DALI writes it.
        yield parts[0] if " " in parts[0] else _as_number(parts[0])
    elif len(parts) == 2:
        yield from _range(parts[0], parts[1], kind)
    elif len(parts) == 3:
        yield from _steps(*parts)
    else:
        raise ValueError(f"{item[:60]!r} has more than lo/hi/step")


def _range(low: str, high: str, kind: Kind) -> Iterator[str]:
    if not low and not high:
        raise ValueError("a range is open to one side, not to both")
    if kind is Kind.INTERVAL:
        low = _as_number(low) if low else "-Inf"
        yield f"{low} {_as_number(high) if high else '+Inf'}"
    elif not low or not high:
        raise ValueError(f"{low}/{high} must have two ends here")
    elif kind is Kind.WHOLE:
        yield from _steps(low, high, "1")
    else:
        raise ValueError(f"{low}/{high} must say a step here, as {low}/{high}/1")


def _steps(low: str, high: str, step: str) -> Iterator[str]:
    if not low or not high:
        raise ValueError("a range that is open has no step")
    first, last, width = (_decimal(_as_number(part)) for part in (low, high, step))
    if width <= 0:
        raise ValueError(f"the step {step} must be more than 0")
    count = int((last - first) / width) + 1
    if count > MOST_STEPS:
        raise ValueError(
            f"{low}/{high}/{step} has {count} steps, more than {MOST_STEPS}"
        )
    for number in range(count):
        yield f"{first + number * width:f}"


def _as_number(text: str) -> str:
    """Give a number as it is, and a time as its modified Julian date."""
    if not _DAY.fullmatch(text):
        _decimal(text)
        return text
    try:
        moment = datetime.fromisoformat(text.removesuffix("Z")).replace(tzinfo=UTC)
    except ValueError as error:
        raise ValueError(f"{text[:40]!r} is no time") from error
    return repr((moment - _EPOCH).total_seconds() / _SECONDS)


def _decimal(text: str) -> Decimal:
    try:
        found = Decimal(text)
    except InvalidOperation as error:
        raise ValueError(f"{text[:40]!r} is no number") from error
    if not found.is_finite():
        raise ValueError(f"{text[:40]!r} is not finite")
    return found
