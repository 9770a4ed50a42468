"""Pictures of the pages, for the guides: `make screenshots`.

Scans the demo images into a home that lasts as long as this does, brings people, tags,
regions, a table and jobs into it, then leads a browser to each page
(`docs/shots.py`) and writes what it shows into `docs/images/`. Times of day differ from
run to run; everything else is the same.
"""

import csv
import io
import math
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.request import urlopen

from PIL import Image
from playwright.sync_api import Page, sync_playwright
from shots import PASSWORD, SHOTS, Museum, prepare

from graticule.demo import plate

ROOT = Path(__file__).parent.parent
IMAGES = Path(__file__).parent / "images"
DEMO = ROOT / ".demo" / "images"
SIZE = {"width": 1280, "height": 800}
QUALITY = 82
GRATICULE = [sys.executable, "-m", "graticule.cli.main"]
FLAGS = ["--no-sandbox", "--disable-gpu", "--force-color-profile=srgb"]


def main() -> None:
    """Make all pictures, or those whose names are given."""
    wanted = set(sys.argv[1:]) or {shot.name for shot in SHOTS}
    if unknown := wanted - {shot.name for shot in SHOTS}:
        names = ", ".join(shot.name for shot in SHOTS)
        sys.exit(f"There is no {', '.join(sorted(unknown))}; there are {names}.")
    run(None, "demo", str(DEMO))
    with tempfile.TemporaryDirectory(prefix="graticule-pictures-") as folder:
        home = Path(folder)
        fill(home)
        with serving(home) as url, sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=shutil.which("chromium"), args=FLAGS
            )
            context = browser.new_context(
                viewport=SIZE, reduced_motion="reduce", locale="en-GB"
            )
            page = context.new_page()
            page.set_default_timeout(60_000)
            museum = Museum(url, home / "graticule.sqlite3")
            prepare(page, museum)
            for shot in SHOTS:
                if shot.name in wanted:
                    page.emulate_media(color_scheme=shot.scheme)
                    shot.lead(page, museum)
                    take(page, IMAGES / f"{shot.name}.webp")
            browser.close()


def run(home: Path | None, *words: str, typed: str = "") -> None:
    """Give a command to Graticule."""
    subprocess.run(
        [*GRATICULE, *words],
        env=environment(home),
        input=typed,
        text=True,
        check=True,
        capture_output=True,
    )


def environment(home: Path | None) -> dict[str, str]:
    """Give a process this home, and no setting of whoever runs this."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith("GRATICULE_")}
    settings = {"GRATICULE_WORKERS": "1", "GRATICULE_ECHO_SERVICE": "true"}
    return kept | settings | ({"GRATICULE_HOME": str(home)} if home else {})


def fill(home: Path) -> None:
    """Scan the demo images for Anna, who works with Ben; give the plate a table."""
    twice = f"{PASSWORD}\n{PASSWORD}\n"
    group = ("--group", "Cell biology")
    names = (("anna", "Anna", "Lind"), ("ben", "Ben", "Okafor"))
    for name, first, last in names:
        words = ("--first-name", first, "--last-name", last, *group)
        more = ("--permissions", "read-annotate", "--owner", "--administrator")
        run(home, "user", "add", name, *words, *more, typed=twice)
    run(home, "scan", "--owner", "anna", *group, str(DEMO))
    table = home / "translocation.csv"
    write_doses(table)
    with sqlite3.connect(home / "graticule.sqlite3") as database:
        ((number,),) = database.execute("SELECT id FROM catalog_plate")
    on = ("--on", f"Plate:{number}", "--as", "anna")
    run(home, "table", "import", str(table), *on)


def write_doses(path: Path) -> None:
    """Write what the demo's plate answers, with a little scatter."""
    with path.open("w", newline="") as file:
        lines = csv.writer(file)
        lines.writerow(["Well", "Compound", "Dose (µM)", "Nuclear (%)", "Cells"])
        for row in range(8):
            for column in range(12):
                inside, alive = plate.response(row, column)
                scatter = math.sin(12.9898 * row + 78.233 * column)
                dose = 0 if column in {0, 11} else round(0.01 * 2.5 ** (column - 1), 3)
                place = f"{plate.ROWS[row]}{column + 1}"
                if place not in plate.NOT_IMAGED:
                    nuclear = round(100 * inside + 2.5 * scatter, 1)
                    cells = round(92 * alive + 6 * scatter)
                    lines.writerow([place, f"C-{row + 1:02}", dose, nuclear, cells])


@contextmanager
def serving(home: Path) -> Iterator[str]:
    """Start a server on a free port; it stops in the end."""
    process = subprocess.Popen(
        [*GRATICULE, "serve", "--no-scan", "--port", "0"],
        env=environment(home),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    try:
        assert process.stdout is not None
        for line in process.stdout:
            if found := re.search(r"http://[^/]+(:\d+)/", line):
                break
        else:
            sys.exit("The server did not start.")
        url = f"http://localhost{found[1]}"
        answers(url)
        yield url
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(20)


def answers(url: str) -> None:
    """Wait until the server answers."""
    for _ in range(300):
        try:
            with urlopen(url, timeout=10):
                return
        except OSError:
            time.sleep(0.1)
    sys.exit(f"{url} does not answer.")


def take(page: Page, path: Path) -> None:
    """Write what the page shows, small."""
    page.mouse.move(0, 0)
    page.evaluate("document.fonts.ready")
    seen = Image.open(io.BytesIO(page.screenshot(animations="disabled", caret="hide")))
    aside = path.with_suffix(".part")
    seen.convert("RGB").save(aside, "WEBP", quality=QUALITY, method=6)
    aside.rename(path)
    print(f"{path.relative_to(ROOT)}: {path.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
