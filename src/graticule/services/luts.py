"""The lookup tables at hand, and the picture of them all (webgateway 10)."""

from __future__ import annotations

from hashlib import blake2b

from graticule.render.encode import encode_png
from graticule.render.lut import Lut
from graticule.render.lut_strip import lut_strip
from graticule.services.engine import engine


def installed_luts() -> tuple[Lut, ...]:
    """Give all tables, in the order of their lower-case names."""
    return tuple(engine().luts.values())


def strip_key() -> str:
    """Give what the picture of all tables is known by, in every process."""
    digest = blake2b(digest_size=16)
    for lut in installed_luts():
        digest.update(lut.planes)
    return digest.hexdigest()


def draw_strip(key: str) -> bytes:
    """Draw the picture of all tables as PNG, or find it drawn before.

    Parameters
    ----------
    key
        What :func:`strip_key` gives.
    """
    return engine().pictures.get(key, lambda: encode_png(lut_strip(installed_luts())))
