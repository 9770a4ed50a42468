"""JSON answers per second for images that the server has met before."""

from __future__ import annotations

from pathlib import Path

from bench.load import run
from bench.server import first_image, serving


def measure(home: Path) -> None:
    """Print the rates of ``imgData``, and of the cheapest view for comparison."""
    with serving(home, workers="2") as server:
        image = first_image(server.port)
        print("\nJSON answers, 32 at a time")
        for what, path in (
            ("greeting (nothing asked)", "/webgateway/"),
            ("imgData", f"/webgateway/imgData/{image}/"),
        ):
            run(server.port, [path] * 200, 8)
            before = server.cpu_seconds()
            load = run(server.port, [path] * 5000, 32)
            cpu = 1000 * (server.cpu_seconds() - before) / 5000
            print(f"{what:24}{load.per_second:9.0f} /s{cpu:8.2f} CPU ms", end="")
            print(f"   p50 {load.percentile(50):.1f}  p99 {load.percentile(99):.1f} ms")
