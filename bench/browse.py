"""What looking through 10,000 images costs: frames in the browser, CPU in the server.

Chromium scrolls a dataset while a PerformanceObserver notes long tasks and frames are
timed; then addresses of pages and lists are asked for, with a catalogue of 100,000.
"""

from __future__ import annotations

import shutil
import time
from pathlib import Path
from typing import Any
from urllib.request import urlopen

from bench import many
from bench.server import Served, serving

_ROUNDS = 10
_FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
_WATCH = """() => {
  window.tasks = []; window.frames = [];
  new PerformanceObserver(list => list.getEntries().forEach(
    entry => window.tasks.push(entry.duration))).observe({entryTypes: ['longtask']});
  let before = performance.now();
  const step = now => { window.frames.push(now - before); before = now;
    requestAnimationFrame(step); };
  requestAnimationFrame(step);
}"""
# So many pixels in a frame, then the next: as a wheel turned, or a bar dragged.
_SCROLL = """async ([speed, frames]) => {
  for (let n = 0; n < frames; n += 1) {
    scrollBy(0, speed);
    await new Promise(requestAnimationFrame);
  }
}"""
_SPEEDS = (("slowly", 12, 300), ("quickly", 120, 300), ("flying", 2500, 100))


def measure(home: Path) -> None:
    """Print frames while scrolling, and CPU for each address."""
    many.make(home / "state", home / "files", 10_000, *[1_000] * 89, -500)
    with serving(home / "state", workers="1") as served:
        base = f"http://localhost:{served.port}"
        print("\nlooking through 10,000 of 100,000 images")
        for path in (
            *("/", "/dataset/2/", "/project/2/", "/?show=image", "/browse/tree/"),
            "/browse/ids/?dataset=2",
            "/browse/ids/?dataset=2&sort=acquired",
            "/browse/images/?" + "&".join(f"id={n}" for n in range(5_000, 5_100)),
            "/browse/images/?dataset=2&offset=5000&limit=100",
            "/browse/ids/?orphaned=1",
        ):
            _address(served, base, path)
        _scrolling(f"{base}/dataset/2/")


def _address(served: Served, base: str, path: str) -> None:
    def get() -> int:
        with urlopen(base + path, timeout=60) as answer:
            return len(answer.read())

    size = get()
    begun, cpu = time.perf_counter(), served.cpu_seconds()
    for _ in range(_ROUNDS):
        get()
    wall = 1000 * (time.perf_counter() - begun) / _ROUNDS
    spent = 1000 * (served.cpu_seconds() - cpu) / _ROUNDS
    print(f"{path[:44]:46}{wall:8.1f} ms{spent:8.1f} CPU ms{size:10,} bytes")


def _scrolling(url: str) -> None:
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 -- of the tests

    program = shutil.which("chromium") or shutil.which("chromium-browser")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=_FLAGS)
        for view in ("grid", "list"):
            page = browser.new_page(viewport={"width": 1280, "height": 800})
            page.goto(f"{url}?view={view}")
            page.locator('.gallery[data-state="ready"]').wait_for()
            page.wait_for_timeout(1000)
            page.evaluate(_WATCH)
            for name, speed, frames in _SPEEDS:
                page.evaluate("window.tasks.length = window.frames.length = 0")
                page.evaluate(_SCROLL, [speed, frames])
                _frames(f"{view}, {name}", page)
            page.close()
        browser.close()


def _frames(what: str, page: Any) -> None:
    tasks = page.evaluate("window.tasks")
    frames = sorted(page.evaluate("window.frames"))
    nodes = page.evaluate("document.querySelectorAll('*').length")
    middle, last = frames[len(frames) // 2], frames[int(len(frames) * 0.99)]
    long = f"longest {max(tasks):.0f} ms" if tasks else ""
    print(
        f"{what:24}{len(frames):5} frames, median {middle:.1f} ms, 99 % {last:.1f} ms; "
        f"{len(tasks)} tasks over 50 ms {long}; {nodes} nodes"
    )
