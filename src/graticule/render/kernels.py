"""The inner loops of composing, compiled by Numba.

Pictures under way are accumulators: one int32 per pixel with red in bits 0 to 9,
green in 10 to 19, blue in 20 to 29, so four channels of up to 255 fit before
:func:`clip` is due. Compiled code is kept in Numba's cache folder
(``NUMBA_CACHE_DIR``, else beside this file, else the user's cache); where none
can be written it is compiled anew in each process. Knows nothing of settings.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt
from numba import from_dtype, njit, types

Compiled = Callable[..., None]
Accumulator = npt.NDArray[np.int32]

CHANNELS_BEFORE_CLIP = 4
TABLE_DTYPES = ("u1", "u2")
BIN_DTYPES = ("i4", "u4", "f4", "f8")


@cache
def table_kernel(dtype: str) -> Compiled:
    """``add(values, colors, accumulator)``: one packed colour per raw value.

    Values are contiguous unsigned of ``dtype``, colours int32 by value.
    """
    return compiled(
        types.void(_given(dtype), _given("i4"), types.int32[::1]), _add_table
    )


@cache
def bin_kernel(dtype: str) -> Compiled:
    """``add(values, start, end, step, colors, accumulator)`` (rendering 4.4).

    Colours are int32: below, at start, above, then by bin.
    """
    number = types.float64
    return compiled(
        types.void(
            _given(dtype), number, number, number, _given("i4"), types.int32[::1]
        ),
        _add_bins,
    )


@cache
def clip_kernel() -> Compiled:
    """``clip(accumulator)``: each colour to at most 255."""
    return compiled(types.void(types.int32[::1]), _clip)


@cache
def unpack_kernel() -> Compiled:
    """``unpack(accumulator, rgb)``: to uint8, clipped, three per pixel."""
    return compiled(types.void(types.int32[::1], types.uint8[::1]), _unpack)


def compiled(signature: Any, function: Callable[..., None]) -> Compiled:
    """Compile for one signature, from Numba's cache where it can be kept."""
    compiler: Any = njit
    try:
        kernel: Compiled = compiler(
            signature, cache=True, nogil=True, error_model="numpy"
        )(function)
    except RuntimeError:  # no cache folder can be written
        kernel = compiler(signature, nogil=True, error_model="numpy")(function)
    return kernel


def warm_up() -> None:
    """Compile everything, or load it from the cache, before the first request."""
    for dtype in TABLE_DTYPES:
        table_kernel(dtype)
    for dtype in BIN_DTYPES:
        bin_kernel(dtype)
    clip_kernel()
    unpack_kernel()


def _given(dtype: str) -> Any:
    """Type of a contiguous array that the kernel only reads."""
    return types.Array(from_dtype(np.dtype(dtype)), 1, "C", readonly=True)


def _add_table(values: Any, colors: Any, accumulator: Any) -> None:
    for i in range(values.size):
        accumulator[i] += colors[values[i]]


def _add_bins(
    values: Any, start: float, end: float, step: float, colors: Any, accumulator: Any
) -> None:
    last = colors.size - 4
    for i in range(values.size):
        x = np.float64(values[i])
        entry = 3  # NaN fails every comparison and lands in bin 0
        if x < start:
            entry = 0
        elif x > end:
            entry = 2
        elif x == start:
            entry = 1
        elif x > start:
            entry = 3 + min(last, int((x - start) / step))
        accumulator[i] += colors[entry]


def _clip(accumulator: Any) -> None:
    for i in range(accumulator.size):
        color = accumulator[i]
        red = min(color & 1023, 255)
        green = min((color >> 10) & 1023, 255)
        blue = min(color >> 20, 255)
        accumulator[i] = red | (green << 10) | (blue << 20)


def _unpack(accumulator: Any, rgb: Any) -> None:
    for i in range(accumulator.size):
        color = accumulator[i]
        rgb[3 * i] = min(color & 1023, 255)
        rgb[3 * i + 1] = min((color >> 10) & 1023, 255)
        rgb[3 * i + 2] = min(color >> 20, 255)
