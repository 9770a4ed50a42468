"""From raw values to 256 grey levels, exactly as the original renderer does it.

The result is always a small table, never arithmetic per pixel: types of up to
16 bits have one entry per raw value (contract rendering 4.3), the others one
entry per bin of the window (4.4). Tables are cached by the frozen settings they
were made from. Knows nothing of colours, channels or pictures.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from graticule.pixels.model import PixelType
from graticule.render.settings import Family

Range = tuple[float, float]
GreyLevels = npt.NDArray[np.uint8]
Doubles = npt.NDArray[np.float64]
Levels = npt.NDArray[np.int64]

# Entries of a bin table that stand before bin 0.
BELOW, START, ABOVE, FIRST_BIN = 0, 1, 2, 3

_WIDTH_LIMITS = {
    PixelType.BIT: 0.0,
    PixelType.INT8: 2.0**8,
    PixelType.UINT8: 2.0**8,
    PixelType.INT16: 2.0**16,
    PixelType.UINT16: 2.0**16,
    PixelType.INT32: 2.0**32,
    PixelType.UINT32: 2.0**32,
    PixelType.FLOAT: math.inf,
    PixelType.DOUBLE: math.inf,
}


@dataclass(frozen=True, slots=True)
class Quantization:
    """Everything that decides which grey level a raw value of a channel gets.

    ``statistics`` are the channel's global minimum and maximum, if known;
    ``window`` is as people set it.
    """

    pixel_type: PixelType
    window: Range
    significant_bits: int | None = None
    statistics: Range | None = None
    family: Family = Family.LINEAR
    coefficient: float = 1.0
    noise_reduction: bool = False
    reverse: bool = False
    codomain: tuple[int, int] = (0, 255)
    bit_resolution: int = 255


@dataclass(frozen=True, slots=True, eq=False)
class Bins:
    """The grey levels of a 32-bit or floating type, by bin of the window.

    ``levels`` holds: below ``start``, exactly ``start``, above ``end``, then
    bins 0 to ``codomain end - codomain start + 1``.
    """

    start: float
    end: float
    step: float
    levels: GreyLevels


def type_range(
    pixel_type: PixelType, significant_bits: int | None = None
) -> tuple[int, int]:
    """Smallest and largest value of a type (contract rendering 2).

    Parameters
    ----------
    significant_bits
        Narrows integer types; ignored for floating ones.

    Returns
    -------
    tuple
        Both inclusive. Floating types have the range of ``int32``.
    """
    if pixel_type.is_float:
        return -(2**31), 2**31 - 1
    bits = pixel_type.bits
    if significant_bits is not None and significant_bits > 0:
        bits = min(bits, significant_bits)
    if pixel_type.is_signed:
        return -(2 ** (bits - 1)), 2 ** (bits - 1) - 1
    return 0, 2**bits - 1


def effective_window(
    window: Range, pixel_type: PixelType, significant_bits: int | None = None
) -> Range:
    """Make the window that the engine works with (contract rendering 3).

    A reversed or too wide window becomes the type range; the start is cut from
    below and the end from above only, so a window wholly outside the range comes
    out with start > end.
    """
    low, high = type_range(pixel_type, significant_bits)
    start, end = window
    if not _is_valid(start, end, pixel_type):
        return float(low), float(high)
    return float(max(start, low)), float(min(end, high))


@lru_cache(maxsize=128)
def grey_table(quantization: Quantization) -> GreyLevels:
    """Grey levels of a type of up to 16 bits, one per raw value.

    Returns
    -------
    numpy.ndarray
        uint8, 256 or 65,536 entries, read-only. The index is the raw value's
        bits read as an unsigned number, so -1 of ``int16`` is entry 65,535.
    """
    low, high = type_range(quantization.pixel_type, quantization.significant_bits)
    start, end = _effective(quantization)
    curve = _Curve.of(quantization, start, end)
    count = high - low + 1
    first, stop = (min(max(math.ceil(bound) - low, 0), count) for bound in (start, end))
    levels = np.full(count, curve.white)
    levels[:first] = curve.black  # after white: all of it, if start is above end
    if first < stop:
        inside = np.arange(low + first, low + stop, dtype=np.float64)
        levels[first:stop] = curve.grey(inside)
    dtype = quantization.pixel_type.dtype
    bits = np.arange(2 ** (8 * dtype.itemsize), dtype=f"u{dtype.itemsize}")
    if low == 0 and count == bits.size:
        return _finished(levels, quantization)
    values = _into_range(bits.view(dtype).astype(np.int64), quantization, low, high)
    return _finished(levels[values - low], quantization)


@lru_cache(maxsize=512)
def grey_bins(quantization: Quantization) -> Bins:
    """Grey levels of a 32-bit or floating type, by bin (contract rendering 4.4).

    A window wholly above the type range gives black, wholly below it white, as
    the smaller types do (the contract's recommendation in section 3; the
    original has it the other way round).
    """
    start, end = _effective(quantization)
    low, high = quantization.codomain
    count = high - low + 1
    curve = _Curve.of(quantization, start, end)
    if start > end:
        above = quantization.window[0] == start
        level = curve.black if above else curve.white
        levels = np.full(FIRST_BIN + count + 1, level)
        return Bins(start, start, 0.0, _finished(levels, quantization))
    step = abs(end - start) / count
    bins = np.arange(count + 1, dtype=np.float64)
    middles = ((start + (bins - 1) * step) + start + bins * step) / 2
    values = np.concatenate([[start, start + step / 2, end], middles])
    return Bins(start, end, step, _finished(curve.grey(values), quantization))


def reversed_levels(levels: Levels, codomain: tuple[int, int]) -> Levels:
    """Mirror grey levels at the codomain's end (contract rendering 5)."""
    low, high = codomain
    return high - np.clip(levels, low, high)


@dataclass(frozen=True, slots=True)
class _Curve:
    """The common formula with its set-up done (contract rendering 4.2)."""

    settings: Quantization
    black: int
    white: int
    lower: float
    upper: float
    slope: float
    shift: float

    @classmethod
    def of(cls, settings: Quantization, start: float, end: float) -> _Curve:
        """Set up for the effective window ``start`` to ``end``."""
        black, white = settings.codomain
        low, high = _extent(settings)
        lower, upper = min(start, low), max(end, high)
        numerator, denominator, base, offset = 255.0, end - start, start, 0.0
        if settings.noise_reduction:
            decile = (high - low) / 10
            lower, upper = lower + decile, upper - decile
            numerator, offset = 235.0, 10.0
            base, denominator = lower, upper - lower
            if start >= lower:
                base = start
                denominator = min(end, upper) - start
            elif end <= upper:
                denominator = end - lower
            black, white = max(black, 10), min(white, 245)
        with np.errstate(all="ignore"):
            slope = float(np.float64(numerator) / np.float64(denominator))
            shift = float(np.float64(slope) * base - offset)
        return cls(settings, black, white, lower, upper, slope, shift)

    def grey(self, values: Doubles) -> Levels:
        """Grey level of each value, before reverse intensity."""
        with np.errstate(all="ignore"):
            scaled = np.where(
                values > self.upper,
                self.white,
                np.where(
                    values <= self.lower, self.black, self.slope * values - self.shift
                ),
            )
            first, last = self._bend(np.array([0.0, 255.0]))
            factor = self.settings.bit_resolution / (last - first)
            level = _rounded(factor * (self._bend(scaled) - first))
            low, high = self.settings.codomain
            gain = (high - low) / self.settings.bit_resolution
            spread = _rounded(gain * level + self.black)
        limits = np.iinfo(np.int32)
        return np.clip(spread, limits.min, limits.max).astype(np.int64) & 255

    def _bend(self, scaled: Doubles) -> Doubles:
        """Apply the family's curve to values scaled to 0 … 255 (section 4.1)."""
        family, coefficient = self.settings.family, self.settings.coefficient
        if family is Family.POLYNOMIAL:
            return np.power(scaled, coefficient)
        if family is Family.EXPONENTIAL:
            return np.exp(np.power(scaled, coefficient))
        if family is Family.LOGARITHMIC:
            return np.log(np.where(scaled <= 0, 1.0, scaled))
        return scaled


def _is_valid(start: float, end: float, pixel_type: PixelType) -> bool:
    """Whether the engine takes these bounds; NaN is never valid."""
    limit = _WIDTH_LIMITS[pixel_type]
    return start <= end and (limit == math.inf or end - start < limit)


def _effective(quantization: Quantization) -> Range:
    return effective_window(
        quantization.window, quantization.pixel_type, quantization.significant_bits
    )


def _extent(quantization: Quantization) -> Range:
    """Clean statistics as the formula wants them (contract rendering 3, 4)."""
    pixel_type = quantization.pixel_type
    if pixel_type.bits > 16:
        return 0.0, 0.0
    low, high = type_range(pixel_type, quantization.significant_bits)
    minimum, maximum = quantization.statistics or (low, high)
    if math.isinf(maximum) or maximum > high:
        maximum = high
    if math.isinf(minimum) or minimum < low:
        minimum = low
    if not _is_valid(minimum, maximum, pixel_type):
        minimum, maximum = low, high
    return float(math.floor(minimum)), float(math.trunc(maximum))


def _into_range(
    values: Levels, quantization: Quantization, low: int, high: int
) -> Levels:
    """Move values that significant bits exclude back in (contract rendering 4.3)."""
    minimum, maximum = quantization.statistics or (low, high)
    spread = maximum - minimum
    if spread == 0 or not math.isfinite(spread):
        return np.clip(values, low, high)
    moved = np.clip(((high - low) / spread) * (values - low), low, high).astype(
        np.int64
    )
    return np.where((values < low) | (values > high), moved, values)


def _finished(levels: Levels, quantization: Quantization) -> GreyLevels:
    """Apply reverse intensity, if set, and make it a table."""
    if quantization.reverse:
        levels = reversed_levels(levels, quantization.codomain)
    table = levels.astype(np.uint8)
    table.setflags(write=False)
    return table


def _rounded(values: Doubles) -> Doubles:
    """Round half up exactly; NaN gives 0."""
    floor = np.floor(values)
    with np.errstate(invalid="ignore"):
        rounded = np.where(values - floor >= 0.5, floor + 1, floor)
    return np.where(np.isnan(values), 0.0, rounded)
