"""What the axes of a TIFF file's pages mean: which are z, c and t.

Files name their axes by letters as tifffile does, or not at all. The rule for
unnamed ones: pages without any description are a stack along z, unless the
description speaks of time. Works on letters and numbers only.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

_KNOWN = {"Z": "z", "T": "t", "C": "c", "S": "c"}
# Letters of tifffile that have an obvious place; others take the first free.
_PREFERRED = {"E": "c", "H": "c", "A": "c", "L": "t", "V": "t"}
_TIME = re.compile(r"\b(time|frames?|interval|fps)\b", re.IGNORECASE)


def place_axes(axes: str, shape: Sequence[int], description: str) -> list[str]:
    """Say for each axis whether it counts z, c or t.

    Parameters
    ----------
    axes
        Letters of the axes that count pages, slowest first.
    shape
        Their sizes.
    description
        What the file says of itself.

    Returns
    -------
    list of str
        ``"z"``, ``"c"`` or ``"t"`` for each; several axes may count the same.
    """
    taken = {
        _KNOWN[a] for a, n in zip(axes, shape, strict=True) if a in _KNOWN and n > 1
    }
    free = ["t", "z", "c"] if _TIME.search(description) else ["z", "t", "c"]
    placed = []
    for letter, size in zip(axes, shape, strict=True):
        place = _KNOWN.get(letter)
        if place is None and size > 1:
            options = [
                p for p in (_PREFERRED.get(letter), *free) if p and p not in taken
            ]
            place = options[0] if options else "t"
            taken.add(place)
        placed.append(place or free[0])
    return placed


def slot_table(places: Sequence[str], shape: Sequence[int]) -> npt.NDArray[np.int32]:
    """Arrange the numbers of a stack's pages by t, z and outer channel.

    Parameters
    ----------
    places
        From :func:`place_axes`.
    shape
        Sizes of the axes; pages lie in the file with the last one fastest.

    Returns
    -------
    numpy.ndarray
        int32, shape ``(size_t, size_z, size_c)``: the number of each page.
    """
    sizes = {
        place: int(
            np.prod([n for p, n in zip(places, shape, strict=True) if p == place])
        )
        for place in "tzc"
    }
    order = [i for place in "tzc" for i, p in enumerate(places) if p == place]
    numbers = np.arange(int(np.prod(shape)), dtype=np.int32).reshape(tuple(shape))
    ordered = numbers.transpose(order).reshape(sizes["t"], sizes["z"], sizes["c"])
    return np.ascontiguousarray(ordered)
