"""A server with the real clients on it, and Chromium.

The clients come from the package index, by their versions, once for all test
processes; without them these tests fail. Each process has a copy of the scanned
home, so that what its tests save is seen by nobody else.
"""

import os
import shutil
import sqlite3
import subprocess
from fcntl import LOCK_EX, flock

import pytest
from tests.chromium import chromium, watched_tabs
from tests.served import GRATICULE, environment, scanned_home, serving

from graticule.services.clients import CLIENTS

USER = "rosalind"
PASSWORD = "photograph fifty-one"


def shared_base(tmp_path_factory):
    base = tmp_path_factory.getbasetemp()
    return base.parent if "PYTEST_XDIST_WORKER" in os.environ else base


@pytest.fixture(scope="session")
def fetched_clients(tmp_path_factory):
    """The folder ``clients`` of a home into which all clients were installed."""
    base = shared_base(tmp_path_factory)
    home = base / "clients-home"
    with (base / "clients.lock").open("w") as lock:
        flock(lock, LOCK_EX)
        for client in CLIENTS:
            if (home / "clients" / client.name).exists():
                continue
            done = subprocess.run(
                [*GRATICULE, "client", "install", client.name],
                check=False,
                env=environment(home),
                capture_output=True,
                text=True,
            )
            if done.returncode:
                pytest.fail(f"cannot install {client.name}: {done.stderr}")
    return home / "clients"


@pytest.fixture(scope="session")
def clients_home(tmp_path_factory, shared_data, fetched_clients):
    """A home with the shared files, the clients, and a person who may write."""
    scanned = scanned_home(shared_base(tmp_path_factory), shared_data)
    home = tmp_path_factory.mktemp("clients") / "home"
    shutil.copytree(scanned, home, ignore=shutil.ignore_patterns("*.sqlite3*"))
    name = "graticule.sqlite3"
    with sqlite3.connect(scanned / name) as old, sqlite3.connect(home / name) as new:
        old.backup(new)
    old.close()
    new.close()
    (home / "clients").symlink_to(fetched_clients)
    # Images with ROIs, which the others have not.
    (home / "drawn").mkdir()
    shutil.copy(shared_data / "rois" / "nuclei_rois.ome.tif", home / "drawn")
    subprocess.run(
        [*GRATICULE, "scan", str(home / "drawn")],
        env=environment(home),
        check=True,
        capture_output=True,
    )
    subprocess.run(
        [
            *GRATICULE,
            "user",
            "add",
            USER,
            "--administrator",
            "--first-name",
            "Rosalind",
        ],
        env=environment(home),
        input=f"{PASSWORD}\n{PASSWORD}\n",
        text=True,
        check=True,
        capture_output=True,
    )
    return home


@pytest.fixture(scope="session")
def served(clients_home):
    """A server over the shared files with all clients installed."""
    with serving(clients_home) as server:
        yield server


@pytest.fixture(scope="module")
def browser(served):
    """Chromium for the tests of a module."""
    with chromium() as browser:
        yield browser


@pytest.fixture
def new_tab(browser):
    """Open tabs; at the end nothing may have gone wrong in them."""
    with watched_tabs(browser) as make:
        yield make


@pytest.fixture
def page(new_tab):
    """A tab of somebody who has not logged in."""
    return new_tab()


def log_in_at(page, root):
    """Log the person in who may write, at a server's address."""
    page.goto(f"{root}/webclient/login/")
    page.fill("[name=username]", USER)
    page.fill("[name=password]", PASSWORD)
    page.press("[name=password]", "Enter")
    page.wait_for_url(lambda url: "login" not in url)
    return page


@pytest.fixture
def log_in(served):
    """Log the person in who may write, in a tab."""
    return lambda page: log_in_at(page, served.url)


@pytest.fixture
def member(page, log_in):
    """A tab of a person who may write."""
    return log_in(page)
