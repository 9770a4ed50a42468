"""How tiles of compressed images are packed: RICE_1, GZIP_1, GZIP_2.

FITS Standard 4.0, sections 10.4.1 and 10.4.2. No tile is unpacked further than it is
needed where the codec allows that. Knows bytes and numbers, neither tables nor windows.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

import imagecodecs
import numpy as np
import numpy.typing as npt

_ENDING_BYTES = 4
"""At the end of gzip: how many bytes it is when unpacked (RFC 1952)."""


class Codec(Protocol):
    """Unpacks tiles."""

    def unpack(
        self, raw: bytes, count: int, first: int, stop: int
    ) -> npt.NDArray[Any] | None:
        """Unpack some pixels of a tile.

        Parameters
        ----------
        count
            Pixels of the whole tile.
        first, stop
            Which of them are wanted, in the order in which they lie.

        Returns
        -------
        numpy.ndarray or None
            Shape ``(stop - first,)``; ``None`` if it is not packed as it says.

        Raises
        ------
        ValueError, RuntimeError
            If the bytes cannot be unpacked.
        """
        ...


@dataclass(frozen=True, slots=True)
class Rice:
    """RICE_1, from the beginning of a tile as far as it is needed.

    imagecodecs does that in half of the time of others, and without a lock.
    """

    block: int
    dtype: np.dtype[Any]

    def unpack(
        self,
        raw: bytes,
        count: int,  # noqa: ARG002
        first: int,
        stop: int,
    ) -> npt.NDArray[Any] | None:
        """Unpack up to ``stop``."""
        out = np.empty(stop, self.dtype)
        imagecodecs.rcomp_decode(
            raw, shape=(stop,), dtype=self.dtype, nblock=self.block, out=out
        )
        return out[first:]


@dataclass(frozen=True, slots=True)
class Gzip:
    """GZIP_1, and GZIP_2 that has the bytes of all numbers sorted by their weight.

    The size of numbers is told by how many bytes there are. ``kind`` is that of
    numbers of four and eight bytes: ``"i"``, or ``"f"`` where those of the image are
    stored as they are.
    """

    kind: str
    is_sorted: bool = False

    def unpack(
        self, raw: bytes, count: int, first: int, stop: int
    ) -> npt.NDArray[Any] | None:
        """Unpack all, and give what is wanted."""
        size = int.from_bytes(raw[-_ENDING_BYTES:], "little")
        itemsize = size // count
        if itemsize * count != size or itemsize not in {1, 2, 4, 8}:
            return None
        plain = imagecodecs.gzip_decode(raw, out=size)
        if len(plain) != size:
            return None
        kind = {1: "u", 2: "i"}.get(itemsize, self.kind)
        if not self.is_sorted:
            return np.frombuffer(plain, f">{kind}{itemsize}")[first:stop]
        weights = np.frombuffer(plain, "u1").reshape(itemsize, count)
        together = np.ascontiguousarray(weights[:, first:stop].T)
        return together.view(f">{kind}{itemsize}").ravel()
