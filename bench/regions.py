"""100,000 shapes on one image: questions to the server, frames while panning.

The shapes are written straight into the catalogue, as a scan would.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import Any
from urllib.request import urlopen

from bench.server import environment, first_image, serving

_ROUNDS = 7
_BATCH = 5_000
_FLAGS = ["--no-sandbox", "--disable-gpu"]
_PAN = """async () => {
  const stage = document.querySelector("#picture canvas");
  const times = [];
  let last = performance.now();
  const box = stage.getBoundingClientRect();
  const at = (type, x, y) => stage.dispatchEvent(new PointerEvent(type, {
    bubbles: true, pointerId: 1, isPrimary: true, pointerType: "mouse",
    button: type === "pointermove" ? -1 : 0, buttons: type === "pointerup" ? 0 : 1,
    clientX: box.left + x, clientY: box.top + y}));
  at("pointerdown", 500, 400);
  for (let n = 0; n < 120; n += 1) {
    at("pointermove", 500 + 200 * Math.sin(n / 12), 400 + 150 * Math.cos(n / 15));
    await new Promise(requestAnimationFrame);
    const now = performance.now();
    times.push(now - last);
    last = now;
  }
  at("pointerup", 500, 400);
  return times.slice(5);
}"""


def measure(file: Path, home: Path, count: int) -> None:
    """Print times of questions and of frames for an image with so many shapes."""
    with serving(home, file) as server:
        image = first_image(server.port)
    fill = [sys.executable, "-m", "bench.regions", str(image), str(count)]
    done = subprocess.run(
        fill, env=environment(home), check=True, capture_output=True, text=True
    )
    width, height = map(int, done.stdout.split()[-2:])
    print(f"\n{count:,} shapes on an image of {width} x {height}")
    with serving(home, workers="1") as server:
        base = f"http://localhost:{server.port}/regions/{image}/"
        for what, path in _questions(width, height):
            _ask(what, base + path)
        address = f"http://localhost:{server.port}/image/{image}/?"
        _look("without regions", address)
        _look("with them", f"{address}tab=rois&")


def _questions(width: int, height: int) -> list[tuple[str, str]]:
    def view(part: float) -> str:
        x0, y0 = width * (1 - part) / 2, height * (1 - part) / 2
        sides = f"x0={x0}&y0={y0}&x1={width - x0}&y1={height - y0}"
        return f"view/?z=0&t=0&{sides}&pixel={width * part / 1000}"

    return [
        ("view of all", view(1)),
        ("view of a quarter", view(0.5)),
        ("view of a hundredth", view(0.1)),
        ("view of a ten-thousandth", view(0.01)),
        ("how many, may I draw", ""),
        ("list, first page", "list/?limit=100"),
        ("list, page in the middle", "list/?limit=100&offset=50000"),
        ("list by size", "list/?limit=100&order=size&backwards=true"),
        ("list by text, filtered, counted", "list/?limit=100&text=7&count=true"),
        ("place in the list", "place/?shape=50000"),
    ]


def _ask(what: str, url: str) -> None:
    times, size = [], 0
    for _ in range(_ROUNDS):
        begun = time.perf_counter()
        with urlopen(url, timeout=60) as answer:
            size = len(answer.read())
        times.append(1000 * (time.perf_counter() - begun))
    print(f"{what:36}{statistics.median(times):8.1f} ms{size / 1024:10.0f} KiB")


def _look(how: str, url: str) -> None:
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 -- an extra

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=_FLAGS
        )
        page = browser.new_page(viewport={"width": 1280, "height": 800})
        page.goto(url)
        page.locator('#viewer[data-parts="there"]').wait_for()
        for zoom in (None, 25, 100):
            if zoom:
                page.goto(f"{url}zm={zoom}")
            page.wait_for_load_state("networkidle")
            page.wait_for_timeout(1500)
            times = sorted(page.evaluate(_PAN))
            drawn = page.locator("canvas.regions").get_attribute("data-painted")
            what = f"panning {how}, {f'at {zoom} %' if zoom else 'all'}"
            print(
                f"{what:36}{statistics.median(times):8.1f} ms median"
                f"{times[int(len(times) * 0.95)]:8.1f} ms 95 %"
                f"{times[-1]:8.1f} ms most, {drawn} shapes one by one"
            )
        used = page.evaluate("performance.memory.usedJSHeapSize / 1048576")
        print(f"{f'memory of the page {how}':36}{used:8.1f} MiB")
        browser.close()


def _fill(image_id: int, count: int) -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "graticule.config.django"
    import django  # noqa: PLC0415 -- needs the settings

    django.setup()
    from django.db import transaction  # noqa: PLC0415 -- needs django

    from graticule.catalog.models import Image, Roi, Shape  # noqa: PLC0415

    image = Image.objects.get(pk=image_id)
    belongs = {"image": image, "owner": image.owner, "group": image.group}
    across = int((count * image.size_x / image.size_y) ** 0.5)
    step = image.size_x / across
    for start in range(0, count, _BATCH):
        some = range(start, min(start + _BATCH, count))
        with transaction.atomic():
            rois = Roi.objects.bulk_create(Roi(**belongs) for _ in some)
            Shape.objects.bulk_create(
                _shape(Shape, roi, n, n % across * step, n // across * step, step)
                for roi, n in zip(rois, some, strict=True)
            )
    print(image.size_x, image.size_y)


def _shape(make: Any, roi: Any, n: int, x: float, y: float, step: float) -> Any:
    """Make a cell of twelve corners, or now and then a large rectangle."""
    import math  # noqa: PLC0415

    large = n % 997 == 0
    side = step * (20 if large else 0.8)
    form: dict[str, Any] = {
        "kind": "Rectangle",
        "geometry": {"x": x, "y": y, "width": side, "height": side},
    }
    if not large:
        turns = [math.tau * corner / 12 for corner in range(12)]
        radius = side / 2
        form = {
            "kind": "Polygon",
            "points": " ".join(
                f"{x + radius + radius * math.cos(turn):.2f},"
                f"{y + radius + radius * math.sin(turn):.2f}"
                for turn in turns
            ),
        }
    box = {"min_x": x, "min_y": y, "max_x": x + side, "max_y": y + side}
    return make(roi=roi, text=f"cell {n}", stroke_color=-65281, **form, **box)


if __name__ == "__main__":
    _fill(int(sys.argv[1]), int(sys.argv[2]))
