"""A home of its own for tests of regions: few images, people, and many shapes."""

import shutil
import sqlite3
import subprocess

from tests.served import GRATICULE, environment

PASSWORD = "photograph fifty-one"
CELLS = "bpae_3ch.ome.tif"
STACK = "mitosis_5d.ome.tif"
NUCLEI = "nuclei_rois.ome.tif"
FILES = (f"fluorescence/{CELLS}", f"fluorescence/{STACK}", f"rois/{NUCLEI}")


def make_home(home, shared_data):
    """Scan a few files for Alice, in a group in which Bob may look."""
    folder = home / "drawn"
    folder.mkdir(parents=True)
    for name in FILES:
        shutil.copy(shared_data / name, folder)
    add = ("user", "add", "--group")
    twice = f"{PASSWORD}\n{PASSWORD}\n"
    run(home, *add, "lab", "--permissions", "read-only", "alice", text=twice)
    run(home, *add, "lab", "bob", text=twice)
    run(home, *add, "elsewhere", "charlie", text=twice)
    run(home, "scan", "--owner", "alice", "--group", "lab", str(folder))
    return home


def run(home, *words, text=None):
    subprocess.run(
        [*GRATICULE, *words],
        env=environment(home),
        input=text,
        text=True,
        check=True,
        capture_output=True,
    )


def database(home):
    return sqlite3.connect(home / "graticule.sqlite3")


def log_in(page, url, name):
    """Log somebody in, in a tab."""
    page.goto(f"{url}/webclient/login/")
    page.fill("[name=username]", name)
    page.fill("[name=password]", PASSWORD)
    page.press("[name=password]", "Enter")
    page.wait_for_url(lambda address: "login" not in address)
