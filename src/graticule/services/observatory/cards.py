"""What a header says, asked by several names for the same thing.

An extension's own cards go before those it inherits from the first header of its
file. Knows no meaning of any keyword.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from astropy.io import fits

from graticule.pixels.fits import header as fits_header

_CARD = 80


class Cards:
    """The cards of an image.

    Parameters
    ----------
    facts
        As in :attr:`graticule.pixels.model.ImageInfo.facts`: ``header`` is the text of
        the extension's cards (perhaps cut), ``inherited`` cards of the first header;
        what stands beside them may come from either.
    """

    def __init__(self, facts: Mapping[str, Any]) -> None:
        lines = str(facts.get("header", "")).split("\n")
        whole = "\n".join(line for line in lines if len(line) == _CARD)
        self._header = fits.Header.fromstring(whole, sep="\n")
        inherited = facts.get("inherited", {})
        self._others: tuple[Mapping[str, Any], ...] = (facts, inherited)

    def _values(self, keyword: str) -> list[Any]:
        own = fits_header.value(self._header, keyword)
        others = [other.get(keyword) for other in self._others]
        return [value for value in (own, *others) if value is not None]

    def text(self, *keywords: str) -> str:
        """Give the first text that is there and not empty, without spaces around it."""
        for keyword in keywords:
            for value in self._values(keyword):
                if isinstance(value, str) and value.strip():
                    return value.strip()
        return ""

    def number(self, *keywords: str) -> float | None:
        """Give the first finite number that is there."""
        for keyword in keywords:
            for value in self._values(keyword):
                plain = isinstance(value, int | float) and not isinstance(value, bool)
                if plain and math.isfinite(value):
                    return float(value)
        return None
