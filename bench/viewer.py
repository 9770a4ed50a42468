"""How long a person waits for the image page, in Chromium, beside plain ``fetch``.

The stage of a window of 1920 by 1080 is full of tiles at actual size. Each channel
toggle and each window is one that was never drawn; a step along z goes where
the page has prefetched. The *floor* fetches the same tiles in the same tab, all at
once, with settings a little beside, so that the server draws them as new.
"""

from __future__ import annotations

import shutil
import statistics
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bench.server import Served, serving

_WIDTH, _HEIGHT = 1920, 1080
_FIRST = 7
_STEPS = 8
_FLAGS = ["--no-sandbox", "--disable-gpu", "--no-first-run"]

# Says when the stage shows what was asked for: the picture is there, drawn, painted.
_SETTLED = """
performance.setResourceTimingBufferSize(10_000);
window.settledAt = async () => {
  const picture = document.querySelector("#picture");
  const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
  while (picture?.getAttribute("aria-busy") !== "false") {
    await frame();
  }
  await frame();
  return performance.now();
};
window.waited = async (act) => {
  const begun = performance.now();
  act();
  return await window.settledAt() - begun;
};
window.pixels = () => performance.getEntriesByType("resource").filter(
  ({ name }) => name.includes("render_image"));
"""
# All tiles seen last, fetched at once with windows a little beside: drawn as new.
_FLOOR = """
async (count) => {
  window.turn = (window.turn ?? 0) + 1;
  const moved = (_, start, end) => `|${start}:${Number(end) + window.turn}`;
  const beside = (url) => url.replace(/\\|([\\d.]+):([\\d.]+)/g, moved);
  const urls = window.pixels().slice(-count).map(({ name }) => beside(name));
  const begun = performance.now();
  await Promise.all(urls.map((url) => fetch(url).then((answer) => answer.blob())));
  return performance.now() - begun;
}
"""


# Everything the page was made of, fetched anew at once by a tab that shows nothing.
_PAGE_FLOOR = """
async (urls) => {
  const begun = performance.now();
  await Promise.all(urls.map((url) =>
    fetch(url, { cache: "no-store" }).then((answer) => answer.blob())));
  return performance.now() - begun;
}
"""


def measure(four: Path, stack: Path, home: Path) -> None:
    """Print the table."""
    with serving(home, four.parent, stack.parent, workers="2") as server:
        images = _images(server, home)
        with _chromium() as browser:
            print(f"\nimage page, {_WIDTH} by {_HEIGHT}, all times in ms")
            print(f"{'':36}{'median':>8}{'least':>8}{'most':>8}", end="")
            print(f"{'floor':>8}{'ratio':>8}{'CPU':>8}{'requests':>10}")
            _first(browser, server, images["four-channels.ome.tif"])
            _channels(browser, server, images["four-channels.ome.tif"])
            _planes(browser, server, images["stack.ome.tif"])


def _images(server: Served, home: Path) -> dict[str, str]:
    import sqlite3  # noqa: PLC0415 -- only here

    with sqlite3.connect(home / "graticule.sqlite3") as database:
        rows = database.execute(
            "SELECT f.entry, i.id FROM catalog_image i "
            "JOIN catalog_fileset f ON f.id = i.fileset_id"
        ).fetchall()
    base = f"http://localhost:{server.port}/image"
    return {Path(entry).name: f"{base}/{number}/" for entry, number in rows}


@contextmanager
def _chromium() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 -- of the tests

    program = shutil.which("chromium") or shutil.which("chromium-browser")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=_FLAGS)
        yield browser
        browser.close()


@contextmanager
def _tab(browser: Any) -> Iterator[Any]:
    size = {"width": _WIDTH, "height": _HEIGHT}
    context = browser.new_context(viewport=size)
    tab = context.new_page()
    tab.add_init_script(_SETTLED)
    yield tab
    context.close()


def _first(browser: Any, server: Served, url: str) -> None:
    """Wait for the first picture, each time by a browser that knows nothing yet."""
    times, floors, requests, cpu = [], [], 0, 0.0
    for turn in range(_FIRST + 1):
        with _tab(browser) as tab:
            before = server.cpu_seconds()
            tab.goto(url, wait_until="commit")
            tab.wait_for_selector("#picture canvas", state="attached")
            taken = tab.evaluate("() => window.settledAt()")
            time.sleep(0.3)
            if turn:  # the first one warms the server up
                times.append(taken)
                cpu += server.cpu_seconds() - before
            names = "performance.getEntriesByType('resource').map(({ name }) => name)"
            urls = [url, *tab.evaluate(names)]
            requests = len(urls)
            floors.append(tab.evaluate(_PAGE_FLOOR, urls))
    _row("first picture, browser's cache empty", times, floors, cpu, requests)


def _channels(browser: Any, server: Served, url: str) -> None:
    """Toggle channels, then type windows, each never drawn before."""
    with _tab(browser) as tab:
        tab.goto(f"{url}?zm=100&x=4096&y=4096")
        tab.evaluate("() => window.settledAt()")
        tab.wait_for_selector('#viewer[data-parts="there"]')
        boxes = ".channel-head input[type=checkbox]"
        # A Gray code: every step toggles one channel and no picture comes twice.
        code = [0, 1, 0, 2, 0, 1, 0, 3, 0, 1, 0, 2]
        act = "(n) => window.waited(() => document.querySelectorAll('%s')[n].click())"
        _several(tab, server, "channel toggle", act % boxes, code)
        act = """(end) => window.waited(() => {
          const field = document.querySelector('.channel .numbers input:last-child');
          field.value = end;
          field.dispatchEvent(new Event('change', { bubbles: true }));
        })"""
        _several(tab, server, "window typed", act, list(range(3000, 3008)))


def _planes(browser: Any, server: Served, url: str) -> None:
    with _tab(browser) as tab:
        tab.goto(f"{url}?zm=100&x=1024&y=1024&z=1")
        tab.evaluate("() => window.settledAt()")
        tab.wait_for_selector('#viewer[data-parts="there"]')
        press = "new KeyboardEvent('keydown', { key: 'z', bubbles: true })"
        act = f"() => window.waited(() => document.body.dispatchEvent({press}))"
        tab.evaluate(act)
        tab.wait_for_timeout(1500)
        _several(tab, server, "z step", act, [None] * _STEPS, rest_ms=1000)


def _several(
    tab: Any, server: Served, name: str, act: str, given: list[Any], rest_ms: int = 250
) -> None:
    """Do it again and again, at rest between; then what plain fetching takes."""
    times, cpu, count = [], 0.0, 0
    for each in given:
        before, known = server.cpu_seconds(), tab.evaluate("window.pixels().length")
        times.append(tab.evaluate(act, each))
        cpu += server.cpu_seconds() - before
        count = tab.evaluate("window.pixels().length") - known
        tab.wait_for_timeout(rest_ms)
    floors = []
    for _ in range(5):
        floors.append(tab.evaluate(_FLOOR, max(count, 1)))
        tab.wait_for_timeout(100)
    _row(name, times, floors, cpu, count)


def _row(
    name: str, times: list[float], floors: list[float], cpu: float, count: int
) -> None:
    middle, floor = statistics.median(times), statistics.median(floors)
    print(f"{name:36}{middle:8.0f}{min(times):8.0f}{max(times):8.0f}", end="")
    print(f"{floor:8.0f}{middle / floor:8.2f}", end="")
    print(f"{1000 * cpu / len(times):8.0f}{count:10}", flush=True)
