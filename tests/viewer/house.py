"""One home with people of many groups, and one server, for modules that change things.

Each group works on images of its own, so that no module sees what another does:

====================  ==========================================  =================
people                may                                         images
====================  ==========================================  =================
anna, bob             all as administrator; in ``public`` look    Embryos, Larvae
amy, ben              annotate what is Amy's (``team``)           team, other
ada, erin             Erin only looks at Ada's (``look``)         lab
nora, otto            Otto only looks at Nora's (``sea``)         Plankton
uma, ulf              Ulf only looks at Uma's (``uploads``)       embryos
mara                  (``cells``)                                 Microscope 2
alice, bert           Bert only looks at Alice's (``lab``)        drawn
charlie               must see nothing of them (``elsewhere``)
====================  ==========================================  =================

What Mara and Alice have are copies of real files, where there are some; there are
two plates for everybody then, too.
"""

import shutil
import sqlite3
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import tifffile
from tests.homes import fill, session_of
from tests.served import Served, serving

CELLS = "bpae_3ch.ome.tif"
STACK = "mitosis_5d.ome.tif"
NUCLEI = "nuclei_rois.ome.tif"
MANY = "many.ome.tif"
DRAWN = {
    CELLS: f"fluorescence/{CELLS}",
    STACK: f"fluorescence/{STACK}",
    NUCLEI: f"rois/{NUCLEI}",
    MANY: f"fluorescence/{CELLS}",
}
MICROSCOPE = {
    "Dividing cells/dividing.ome.tif": f"fluorescence/{STACK}",
    "Fixed cells/fixed.ome.tif": f"fluorescence/{CELLS}",
}
PLATES = {
    "bbbc013_spw.ome.tif": "plates/bbbc013_spw.ome.tif",
    "hcs.zarr": "zarr/v0.4/hcs.zarr",
}
PEOPLE = (
    ("anna", "public", "read-only", "--administrator"),
    ("bob", "public", "read-only"),
    ("amy", "team", "read-annotate"),
    ("ben", "team", "read-annotate"),
    ("ada", "look", "read-only"),
    ("erin", "look", "read-only"),
    ("nora", "sea", "read-only"),
    ("otto", "sea", "read-only"),
    ("uma", "uploads", "read-only"),
    ("ulf", "uploads", "read-only"),
    ("mara", "cells", "read-annotate"),
    ("alice", "lab", "read-only"),
    ("bert", "lab", "read-only"),
    ("charlie", "elsewhere", "private"),
)
OWNERS = {
    "team": ("amy", "team"),
    "look": ("ada", "look"),
    "sea": ("nora", "sea"),
    "uploads": ("uma", "uploads"),
}
REAL = {"cells": ("mara", "cells"), "lab": ("alice", "lab")}


@dataclass(frozen=True)
class House(Served):
    """The running server and its catalogue."""

    files: Path

    def ask(self, sql, *values):
        """Ask the catalogue, past the program."""
        with closing(self.catalogue()) as database:
            return database.execute(sql, values).fetchall()

    def catalogue(self):
        return sqlite3.connect(self.home / "graticule.sqlite3", timeout=60)

    def enter(self, page, name):
        """Let a tab be somebody's."""
        page.context.add_cookies(session_of(self.url, name))
        return page


@contextmanager
def house(base, data):
    """Make the home under a folder and serve it; ``data`` are real files, if any."""
    home, files = base / "home", base / "files"
    write_files(files)
    people = [
        ("user", "add", name, "--first-name", name.title(), *group_of(*rest))
        for name, *rest in PEOPLE
    ]
    owners, scans = dict(OWNERS), [("scan", str(files / "public"))]
    if data.is_dir():
        copy(data, files / "cells" / "Microscope 2", MICROSCOPE)
        copy(data, files / "lab" / "drawn", DRAWN)
        owners |= REAL
        scans += [("scan", str(data / place)) for place in PLATES.values()]
    scans += [
        ("scan", str(files / folder), "--owner", name, "--group", group)
        for folder, (name, group) in owners.items()
    ]
    fill(home, *people, *scans)
    with serving(home, embedded_worker="true", job_slots="1") as server:
        yield House(server.url, server.home, files)


def group_of(group, permissions, *flags):
    if group == "public":  # it is there
        return "--group", group, *flags
    return "--group", group, "--permissions", permissions, *flags


def copy(data, folder, names):
    for name, source in names.items():
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(data / source, target)


def write_files(files):
    """Write small images with known pixels, for each group its own."""
    rows, columns = np.mgrid[:48, :64]
    for number, name in enumerate(("Embryos/Day 1", "Embryos/Day 2", "Larvae/Dish")):
        folder = files / "public" / name
        folder.mkdir(parents=True)
        for index in range(4):
            pixels = (rows * (index + 1) + columns * (number + 1)) % 256
            file = folder / f"{'abc'[number]}{index}.tif"
            tifffile.imwrite(file, pixels.astype(np.uint8))
    day = files / "sea" / "Plankton" / "Haul 1"
    for folder in ("team", "look", "uploads/embryos"):
        (files / folder).mkdir(parents=True)
    day.mkdir(parents=True)
    write_stack(files / "team" / "team.ome.tif", (3, 2, 64, 96), 4000)
    write_stack(files / "team" / "other.ome.tif", (3, 3, 64, 96), 4000)
    write_stack(files / "look" / "lab.ome.tif", (3, 2, 64, 96), 4000)
    for name in ("one", "two", "three"):
        write_stack(day / f"{name}.ome.tif", (1, 2, 40, 60), 4000)
    write_stack(day / "four.ome.tif", (1, 3, 40, 60), 4000)
    first = files / "uploads" / "embryos" / "first.tif"
    tifffile.imwrite(first, np.zeros((40, 60), np.uint8))


def write_stack(path, shape, most):
    """Write a stack (z, c, y, x) of chance values below ``most``."""
    values = np.random.default_rng(5).integers(0, most, shape, np.uint16)
    tifffile.imwrite(
        path,
        values,
        photometric="minisblack",
        metadata={
            "axes": "ZCYX",
            "Name": path.name.partition(".")[0],
            "Channel": {"Name": ["Nuclei", "Actin", "Tubulin"][: shape[1]]},
        },
    )
