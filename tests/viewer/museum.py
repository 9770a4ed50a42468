"""A home with a little of everything that a page can show, made when tests run.

One server for the modules of a test process: what a test changes it undoes, or
nobody else looks at it.
"""

import csv
import sqlite3
from contextlib import contextmanager
from dataclasses import dataclass, field

import numpy as np
import tifffile
from astropy.io import fits
from tests.served import graticule, serving

from graticule.demo import plate

PASSWORD = "correct horse battery"
COUNT = 30


@dataclass(frozen=True)
class Museum:
    """A running server over the home, and where its things are."""

    url: str
    home: object
    cookies: dict = field(default_factory=dict)

    def id_of(self, kind, name):
        """Find the newest thing of a kind (a table) by its name."""
        return self.ask(f"SELECT max(id) FROM catalog_{kind} WHERE name = ?", name)

    def let_in(self, page, name):
        """Log somebody in, as people do the first time, then by what was kept."""
        if name not in self.cookies:
            log_in(page, self.url, name)
            self.cookies[name] = page.context.cookies()
        page.context.add_cookies(self.cookies[name])

    def ask(self, query, *values):
        with sqlite3.connect(self.home / "graticule.sqlite3") as database:
            return database.execute(query, values).fetchone()[0]


def write_files(folder):
    """Write a stack with channels in time, many small images, a plate, the sky."""
    y, x = np.mgrid[:240, :320]
    cells = folder / "Embryos" / "Day 1"
    cells.mkdir(parents=True)
    planes = [
        [
            [(x * (c + 1) + y * (z + 1) + 60 * t) % 4096 for z in range(3)]
            for c in (0, 1)
        ]
        for t in range(2)
    ]
    tifffile.imwrite(
        cells / "embryo.ome.tif",
        np.array(planes, np.uint16),
        photometric="minisblack",
        metadata={
            "axes": "TCZYX",
            "Name": "embryo",
            "PhysicalSizeX": 0.25,
            "PhysicalSizeY": 0.25,
            "Channel": {"Name": ["DAPI", "GFP"], "EmissionWavelength": [461, 509]},
        },
    )
    tifffile.imwrite(cells / "photo.tif", (x % 256).astype(np.uint8))
    many = folder / "Embryos" / "Day 2"
    many.mkdir()
    for number in range(COUNT):
        pixels = (x[:48, :64] * (number + 1) + y[:48, :64]) % 256
        tifffile.imwrite(many / f"cell {number}.tif", pixels.astype(np.uint8))
    (folder / "Screens" / "Doses").mkdir(parents=True)
    plate.write(
        folder / "Screens" / "Doses" / "doses.ome.zarr", rows=2, fields=2, size=64
    )
    (folder / "Sky").mkdir()
    field = fits.PrimaryHDU((x + y).astype(np.float32))
    for axis, kind, value, step in (
        (1, "RA---TAN", 10.68, -0.001),
        (2, "DEC--TAN", 41.27, 0.001),
    ):
        field.header[f"CTYPE{axis}"] = kind
        field.header[f"CRVAL{axis}"] = value
        field.header[f"CRPIX{axis}"] = 120.0
        field.header[f"CDELT{axis}"] = step
    field.writeto(folder / "Sky" / "field.fits")


@contextmanager
def museum(base):
    """Scan the files, add people and a table, start a server with a worker.

    Anna administers, Bob is in the group of all, Alice owns a group of hers.
    """
    home, table = base / "home", base / "areas.csv"
    write_files(base / "files")
    with table.open("w", newline="") as file:
        rows = [(f"{'AB'[n % 2]}{n % 12 + 1}", n * 1.5, f"n{n}") for n in range(60)]
        csv.writer(file).writerows([("Well", "Area", "Note"), *rows])
    add = ("user", "add")
    graticule(
        home,
        ("scan", base / "files"),
        (*add, "anna", "--administrator"),
        (*add, "bob", "--group", "public"),
        (*add, "alice", "--group", "imaging", "--permissions", "read-only", "--owner"),
        ("table", "import", table, "--on", "Plate:1"),
        typed=f"{PASSWORD}\n{PASSWORD}\n" * 3,
    )
    with serving(
        home,
        echo_service="true",
        embedded_worker="true",
        job_slots="6",
        max_running_per_owner="20",
        webhooks_inside="true",
    ) as server:
        yield Museum(server.url, home)


def log_in(page, url, name):
    """Log somebody in, as people do."""
    page.goto(f"{url}/webclient/login/")
    page.get_by_label("User name").fill(name)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    page.wait_for_url(lambda address: "login" not in address)
