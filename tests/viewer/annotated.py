"""A server with people and images of theirs, for tests that write onto them.

Alice owns, Bob shares her group (which lets him annotate), Charlie is elsewhere and
must see nothing.
"""

import json
import sqlite3
import subprocess
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
import tifffile
from tests.served import GRATICULE, environment, graticule, serving

PASSWORD = "correct horse battery"
GROUPS = {"alice": "lab", "bob": "lab", "charlie": "elsewhere"}


@dataclass(frozen=True)
class Annotated:
    """The running server, its catalogue, and what is in it."""

    url: str
    home: object
    image: int
    dataset: int
    project: int

    def rows(self, sql, *given):
        """Ask the catalogue, past the program."""
        with sqlite3.connect(self.home / "graticule.sqlite3") as database:
            return database.execute(sql, given).fetchall()

    def held(self, kind, thing="image", number=None):
        """The annotations of a kind on a thing, as the tables have them."""
        found = self.rows(
            "SELECT a.text, a.pairs, a.whole, a.namespace, p.username "
            "FROM catalog_annotation a "
            "JOIN catalog_annotationlink l ON l.annotation_id = a.id "
            "JOIN django_content_type t ON t.id = l.target_type_id "
            "JOIN catalog_person p ON p.id = a.owner_id "
            "WHERE a.kind = ? AND t.model = ? AND l.target_id = ? ORDER BY a.id",
            kind,
            thing,
            number or self.image,
        )
        return [
            {
                "text": text,
                "pairs": json.loads(pairs) if pairs else None,
                "whole": whole,
                "namespace": namespace,
                "owner": owner,
            }
            for text, pairs, whole, namespace, owner in found
        ]


def run(home, *words, typed=""):
    command = [*GRATICULE, *words]
    subprocess.run(command, env=environment(home), input=typed, text=True, check=True)


def write_files(folder):
    """Write a stack with channels, and an RGB picture."""
    folder.mkdir(parents=True)
    y, x = np.mgrid[:240, :320]
    planes = np.stack(
        [
            [((x + 40 * z) * (c + 1) + y * (z + 1)) % 4096 for z in range(3)]
            for c in range(2)
        ]
    ).astype(np.uint16)
    tifffile.imwrite(
        folder / "embryo.ome.tif",
        planes,
        photometric="minisblack",
        metadata={
            "axes": "CZYX",
            "Name": "embryo",
            "PhysicalSizeX": 0.25,
            "PhysicalSizeY": 0.25,
            "Channel": {"Name": ["DAPI", "GFP"], "EmissionWavelength": [461, 509]},
        },
    )
    picture = np.stack([x % 256, y % 256, (x + y) % 256], -1).astype(np.uint8)
    tifffile.imwrite(folder / "photo.tif", picture, photometric="rgb")


@contextmanager
def annotated(base, **settings):
    """Scan two images, give them to Alice, start a server."""
    home = base / "home"
    write_files(base / "files" / "embryos" / "day 1")
    level = ("--permissions", "read-annotate")
    people = [
        ("user", "add", name, "--group", group, "--first-name", name.title(), *level)
        for name, group in GROUPS.items()
    ]
    typed = f"{PASSWORD}\n{PASSWORD}\n" * len(people)
    graticule(home, ("scan", base / "files"), *people, typed=typed)
    with sqlite3.connect(home / "graticule.sqlite3") as database:
        ask = database.execute
        ((owner, group),) = ask(
            "SELECT p.id, g.id FROM catalog_person p, catalog_group g "
            "WHERE p.username = 'alice' AND g.name = 'lab'"
        ).fetchall()
        for table in ("project", "dataset", "image"):
            ask(
                f"UPDATE catalog_{table} SET owner_id = ?, group_id = ?", (owner, group)
            )
        ids = [
            ask(f"SELECT id FROM catalog_{table} ORDER BY id").fetchone()[0]
            for table in ("dataset", "project")
        ]
        ((image,),) = ask(
            "SELECT id FROM catalog_image WHERE name = 'embryo'"
        ).fetchall()
    with serving(home, **settings) as server:
        yield Annotated(server.url, server.home, image, *ids)


def log_in(page, server, name):
    """Log somebody in, as people do."""
    page.goto(f"{server.url}/webclient/login/")
    page.get_by_label("User name").fill(name)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    page.wait_for_url(lambda url: "login" not in url)
