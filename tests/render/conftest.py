"""Vectors of the original renderer, and compiled kernels before the clock runs."""

import json
from base64 import b64decode
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from graticule.pixels.model import PixelType


@pytest.fixture(scope="session")
def vectors(golden_dir: Path) -> Callable[[str], Any]:
    """Reads one of the vector files by its name without ``.json``."""

    def read(name: str) -> Any:
        return json.loads((golden_dir / f"{name}.json").read_text())

    return read


@pytest.fixture(scope="session")
def decode() -> Callable[..., np.ndarray]:
    """Makes an array of little-endian pixels in base64."""

    def pixels(text: str, pixel_type: str, *shape: int) -> np.ndarray:
        dtype = PixelType(pixel_type).dtype.newbyteorder("<")
        return np.frombuffer(b64decode(text), dtype).reshape(shape)

    return pixels
