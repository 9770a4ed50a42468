"""Exact statistics of any number of values, in bounded memory.

Values come in pieces, once for each pass. Types of up to 16 bits are counted value
by value: one pass. Others take two passes (64 bits: four): percentiles are found by
counting ever later digits of those values that share the earlier ones. Nothing is
estimated. Knows neither images nor channels.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Values = npt.NDArray[Any]
Counts = npt.NDArray[np.int64]

_DIGIT_BITS = 16
_DIGITS = 1 << _DIGIT_BITS
_PIECE = 1 << 20


@dataclass(frozen=True, slots=True)
class Summary:
    """What there is to say of some values; not finite ones are counted only.

    ``std`` is that of the values themselves (divided by n). Percentiles are as
    NumPy has them: linear between neighbours. ``histogram`` counts bins of equal
    width from ``minimum`` to ``maximum``, both included; where these are equal,
    from half below to half above. What cannot be said is ``None``: a histogram
    where floats between its bins are none.
    """

    count: int
    not_finite: int
    minimum: float | None
    maximum: float | None
    mean: float | None
    std: float | None
    percentiles: tuple[float | None, ...]
    histogram: Counts | None


class Measurer:
    """Measures values of one type.

    Call :meth:`add` with all values, then :meth:`end_pass`, and again until
    :attr:`done`.

    Parameters
    ----------
    percentiles
        From 0 to 100.
    bins
        Of the histogram.
    """

    def __init__(
        self, dtype: npt.DTypeLike, percentiles: Sequence[float], bins: int
    ) -> None:
        self.dtype = np.dtype(dtype)
        self.percentiles = tuple(percentiles)
        self.bins = bins
        self.done = False
        self._part: _Narrow | _Wide = (
            _Narrow(self.dtype)
            if self.dtype.kind in "iub" and self.dtype.itemsize * 8 <= _DIGIT_BITS
            else _Wide(self)
        )

    @property
    def mergeable(self) -> bool:
        """Whether :meth:`merge` takes what others have measured."""
        return isinstance(self._part, _Narrow)

    def add(self, values: Values) -> None:
        """Take some values, of any shape."""
        flat = values.reshape(-1)
        for first in range(0, flat.size, _PIECE):
            self._part.add(flat[first : first + _PIECE])

    def end_pass(self) -> None:
        """Say that all values have been given once."""
        self.done = self._part.end_pass()

    def merge(self, other: Measurer) -> None:
        """Take all values that another one of the same narrow type has counted."""
        assert isinstance(self._part, _Narrow)
        assert isinstance(other._part, _Narrow)
        self._part.counts += other._part.counts

    def summary(self) -> Summary:
        """Say what came of it."""
        return self._part.summary(self.percentiles, self.bins)


class _Narrow:
    """Counts every value there can be."""

    def __init__(self, dtype: np.dtype[Any]) -> None:
        signed = dtype.kind == "i"
        self._least = int(np.iinfo(dtype).min) if signed else 0
        self._span = 1 << (dtype.itemsize * 8)
        self.counts: Counts = np.zeros(self._span, np.int64)

    def add(self, values: Values) -> None:
        place = values.astype(np.int64) - self._least
        self.counts += np.bincount(place, minlength=self._span)

    def end_pass(self) -> bool:
        return True

    def summary(self, percentiles: Sequence[float], bins: int) -> Summary:
        there = np.flatnonzero(self.counts)
        counts = self.counts[there]
        values = there + self._least
        total = int(counts.sum())
        if not total:
            return _nothing(0, percentiles)
        # Python's integers do not overflow: the sums are exact.
        first = sum(
            v * n for v, n in zip(values.tolist(), counts.tolist(), strict=True)
        )
        square = sum(
            v * v * n for v, n in zip(values.tolist(), counts.tolist(), strict=True)
        )
        variance = (square * total - first * first) / (total * total)
        after = np.cumsum(counts)

        def ranked(rank: int) -> float:
            return float(values[np.searchsorted(after, rank, "right")])

        low, high = float(values[0]), float(values[-1])
        histogram, _ = np.histogram(values, bins, (low, high), weights=counts)
        return Summary(
            count=total,
            not_finite=0,
            minimum=low,
            maximum=high,
            mean=first / total,
            std=math.sqrt(variance),
            percentiles=tuple(_percentile(p, total, ranked) for p in percentiles),
            histogram=histogram.astype(np.int64),
        )


class _Wide:
    """Goes over the values several times, from the first digits to the last."""

    def __init__(self, owner: Measurer) -> None:
        self._owner = owner
        self._bits = max(32, owner.dtype.itemsize * 8)
        self._passes = self._bits // _DIGIT_BITS
        self._at = 0
        self._count = self._not_finite = 0
        self._low, self._high = math.inf, -math.inf
        self._sums: list[float] = []
        self._squares: list[float] = []
        self._mean = math.nan
        self._histogram: Counts | None = None
        # Prefix of the digits known → counts of the digit that follows.
        self._counts: dict[int, Counts] = {0: np.zeros(_DIGITS, np.int64)}
        # Rank → prefix, and the rank among the values that share it.
        self._ranks: dict[int, tuple[int, int]] = {}

    def add(self, values: Values) -> None:
        finite = values
        if values.dtype.kind == "f":
            finite = values[np.isfinite(values)]
        if self._at == 0:
            self._not_finite += values.size - finite.size
            self._first(finite)
        elif self._at == 1:
            self._second(finite)
        self._count_digits(finite)

    def _first(self, values: Values) -> None:
        if not values.size:
            return
        self._count += values.size
        self._low = min(self._low, float(values.min()))
        self._high = max(self._high, float(values.max()))
        with np.errstate(over="ignore"):
            self._sums.append(float(values.sum(dtype=np.float64)))

    def _second(self, values: Values) -> None:
        with np.errstate(over="ignore"):
            apart = values.astype(np.float64) - self._mean
            self._squares.append(float(np.dot(apart, apart)))
        if self._histogram is not None:
            limits = (self._low, self._high)
            found, _ = np.histogram(values.astype(np.float64), self._owner.bins, limits)
            self._histogram += found

    def _count_digits(self, values: Values) -> None:
        keys = _ordered(values, self._bits)
        shift = np.uint64(self._bits - _DIGIT_BITS * (self._at + 1))
        digits = keys >> shift
        for prefix, counts in self._counts.items():
            ours = digits
            if self._at:
                ours = digits[(digits >> np.uint64(_DIGIT_BITS)) == np.uint64(prefix)]
            last = (ours & np.uint64(_DIGITS - 1)).astype(np.int64)
            np.add(counts, np.bincount(last, minlength=_DIGITS), out=counts)

    def end_pass(self) -> bool:
        if not self._count:
            return True
        if self._at == 0:
            self._begin_ranks()
        found: dict[int, tuple[int, int]] = {}
        sums = {prefix: np.cumsum(counts) for prefix, counts in self._counts.items()}
        for rank, (prefix, within) in self._ranks.items():
            digit = int(np.searchsorted(sums[prefix], within, "right"))
            before = int(sums[prefix][digit - 1]) if digit else 0
            found[rank] = ((prefix << _DIGIT_BITS) | digit, within - before)
        self._ranks = found
        self._counts = {
            prefix: np.zeros(_DIGITS, np.int64) for prefix, _ in found.values()
        }
        self._at += 1
        return self._at == self._passes

    def _begin_ranks(self) -> None:
        self._mean = math.fsum(self._sums) / self._count
        if _binnable(self._low, self._high, self._owner.bins):
            self._histogram = np.zeros(self._owner.bins, np.int64)
        for percent in self._owner.percentiles:
            for rank in _neighbours(percent, self._count):
                self._ranks[rank] = (0, rank)

    def summary(self, percentiles: Sequence[float], bins: int) -> Summary:
        del bins
        if not self._count:
            return _nothing(self._not_finite, percentiles)
        keys = {rank: key for rank, (key, _) in self._ranks.items()}

        def ranked(rank: int) -> float:
            return _value(keys[rank], self._owner.dtype, self._bits)

        with np.errstate(over="ignore"):
            std = math.sqrt(math.fsum(self._squares) / self._count)
        return Summary(
            count=self._count,
            not_finite=self._not_finite,
            minimum=self._low,
            maximum=self._high,
            mean=_finite(self._mean),
            std=_finite(std),
            percentiles=tuple(_percentile(p, self._count, ranked) for p in percentiles),
            histogram=self._histogram,
        )


def _nothing(not_finite: int, percentiles: Sequence[float]) -> Summary:
    none = (None,) * len(percentiles)
    return Summary(0, not_finite, None, None, None, None, none, None)


def _finite(number: float) -> float | None:
    return number if math.isfinite(number) else None


def _binnable(low: float, high: float, bins: int) -> bool:
    """Say whether there are that many different edges of bins."""
    if low == high:
        low, high = low - 0.5, high + 0.5
    if not math.isfinite(high - low):
        return False
    return bool((np.diff(np.linspace(low, high, bins + 1)) > 0).all())


def _neighbours(percent: float, count: int) -> tuple[int, int]:
    place = (count - 1) * percent / 100
    return math.floor(place), math.ceil(place)


def _percentile(
    percent: float, count: int, ranked: Callable[[int], float]
) -> float | None:
    low, high = _neighbours(percent, count)
    below = ranked(low)
    if low == high:
        return below
    share = (count - 1) * percent / 100 - low
    return _finite(below * (1 - share) + ranked(high) * share)


def _ordered(values: Values, bits: int) -> npt.NDArray[np.uint64]:
    """Make whole numbers from 0 on that are ordered as the values are."""
    kind, size = values.dtype.kind, values.dtype.itemsize * 8
    top = np.uint64(1 << (bits - 1))
    if kind == "u":
        return values.astype(np.uint64)
    if kind == "i":
        raised = values.astype(np.int64).astype(np.uint64)
        return (raised ^ top) & np.uint64((1 << bits) - 1)
    wide = values.astype(np.float32) if size < bits else values
    # Minus zero is zero.
    raw = (wide + 0.0).view(f"u{bits // 8}").astype(np.uint64)
    flipped = np.uint64((1 << bits) - 1) ^ raw
    return np.where(raw & top, flipped, raw | top)


def _value(key: int, dtype: np.dtype[Any], bits: int) -> float:
    """Turn a number of :func:`_ordered` back."""
    top = 1 << (bits - 1)
    if dtype.kind == "u":
        return float(key)
    if dtype.kind == "i":
        return float(key - top)
    raw = key ^ top if key & top else (top * 2 - 1) ^ key
    packed = np.array([raw], f"u{bits // 8}").view(f"f{bits // 8}")
    return float(packed[0])
