"""Cutouts in requests: 256 x 256 of a tile-compressed FITS of 20,480 x 20,480 pixels.

Beside two floors: a request that does nothing, and astropy reading such windows of the
open file. In tiles of 256 x 256, and of a row each as ``fpack`` makes them; whole
numbers, and real ones that are quantized with dither.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import numpy as np
from astropy.io import fits

from bench.load import run
from bench.server import Served, first_image, serving

_SIDE = 20_480
_STRIP = 1024
_CUT = 256
_COUNT = 300
_WAYS: dict[str, tuple[str, dict[str, Any]]] = {
    "tiles of 256": ("i2", {"tile_shape": (256, 256), "compression_type": "RICE_1"}),
    "tiles of a row": ("i2", {"compression_type": "RICE_1"}),
    "real numbers": ("f4", {"compression_type": "RICE_1", "quantize_method": 1}),
    "gzipped rows": ("i2", {"compression_type": "GZIP_2"}),
}


def measure(home: Path) -> None:
    """Print what a cutout costs, and what the floors cost."""
    print(f"\nSODA: {_CUT} x {_CUT} of {_SIDE:,} x {_SIDE:,}, in one request")
    for number, (what, (kind, how)) in enumerate(_WAYS.items()):
        folder = home / f"fits{number}"
        folder.mkdir(parents=True)
        path = folder / "large.fits"
        _write(path, kind, how)
        print(f"{what}: astropy's section {1000 * _section(path):.1f} CPU ms")
        settings = {"workers": "1", "echo_service": "true"}
        with serving(home / f"home{number}", folder, **settings) as server:
            image = first_image(server.port)
            nothing = ["/services/echo-inline/sync"] * _COUNT
            _row(server, "  a request for nothing", nothing)
            _row(server, "  by pixels", [_pixels(image, n) for n in range(_COUNT)])
            _row(server, "  by a circle", [_circle(image, n) for n in range(_COUNT)])


def _row(server: Served, what: str, paths: list[str]) -> None:
    run(server.port, paths[:20], 1)
    before = server.cpu_seconds()
    load = run(server.port, paths, 1)
    cpu = 1000 * (server.cpu_seconds() - before) / len(paths)
    print(
        f"{what:26}{cpu:7.1f} CPU ms   p50 {load.percentile(50):.1f}  "
        f"p99 {load.percentile(99):.1f} ms"
    )


def _places(number: int) -> tuple[int, int]:
    rng = np.random.default_rng(number)
    x, y = rng.integers(0, _SIDE - _CUT, 2)
    return int(x), int(y)


def _pixels(image: int, number: int) -> str:
    x, y = _places(number)
    spans = f"X={x}+{x + _CUT - 1}&Y={y}+{y + _CUT - 1}"
    return f"/services/cutout/sync?ID=image/{image}&{spans}"


def _circle(image: int, number: int) -> str:
    x, y = _places(number)
    half = _SIDE / 2
    ra, dec = 180 - (x - half) * 5e-5, (y - half) * 5e-5
    circle = f"CIRCLE={ra % 360:.6f}+{dec:.6f}+{5e-5 * _CUT / 2}"
    return f"/services/cutout/sync?ID=image/{image}&{circle}"


def _section(path: Path) -> float:
    """Measure astropy's own reading of windows, the file being open."""
    with fits.open(path, memmap=True) as found:
        hdu = found[1]
        hdu.section[:1, :1]
        begun = time.process_time()
        for number in range(50):
            x, y = _places(number)
            np.array(hdu.section[y : y + _CUT, x : x + _CUT])
        return (time.process_time() - begun) / 50


def _write(path: Path, kind: str, how: dict[str, Any]) -> None:
    """Write the image: the same strip again and again."""
    rng = np.random.default_rng(1)
    strip = rng.normal(1000, 30, (_STRIP, _SIDE)).astype(kind)
    header = fits.Header()
    for axis, (kind, value) in enumerate((("RA---TAN", 180.0), ("DEC--TAN", 0.0)), 1):
        header[f"CTYPE{axis}"], header[f"CRVAL{axis}"] = kind, value
        header[f"CRPIX{axis}"] = _SIDE / 2
        header[f"CDELT{axis}"] = -5e-5 if axis == 1 else 5e-5
    for number in range(500):
        header[f"KEY{number}"] = (number * 1.5, "one of many")
    times = _SIDE // _STRIP
    hdu = fits.CompImageHDU(strip, header, **how)
    fits.HDUList([fits.PrimaryHDU(), hdu]).writeto(path)
    with fits.open(path, disable_image_compression=True, memmap=False) as found:
        where = found[1].fileinfo()
        head = found[1].header.copy()
    raw = path.read_bytes()
    table = head["NAXIS1"] * head["NAXIS2"]
    start = where["datLoc"]
    # Rows of the table point into what follows it, counted from there.
    rows, heap = raw[start : start + table], raw[start + table :][: head["PCOUNT"]]
    head["NAXIS2"] *= times
    head["ZNAXIS2"] = _SIDE
    with path.open("wb") as out:
        out.write(raw[: where["hdrLoc"]] + head.tostring().encode())
        out.write(rows * times + heap)
        out.write(bytes(-out.tell() % 2880))
