"""Browser clients written by other people: which there are, which are installed.

The clients are published on PyPI under licences of their own (GPL, AGPL) and are
no part of Graticule: whoever wants one fetches it, and it lies beside the state,
in ``clients/NAME`` of the home folder, as ``static`` (what browsers load),
``templates`` (its pages), its licence and ``client.json`` (what it is). Nothing
of them is imported. Knows no HTTP, no command line and no table.
"""

from __future__ import annotations

import json
import shutil
from dataclasses import asdict, dataclass
from pathlib import Path

from graticule.errors import CorruptFileError, FileError, NotFoundError

FACTS = "client.json"


@dataclass(frozen=True, slots=True)
class Client:
    """A client that Graticule can mount.

    Attributes
    ----------
    name
        What people call it.
    distribution, version
        Its name on PyPI and the version it was tried with.
    packages
        Folders of the wheel whose ``static`` and ``templates`` are unpacked.
    pages
        Where it is opened, below the root of the server.
    summary
        What it is, in a line.
    """

    name: str
    distribution: str
    version: str
    packages: tuple[str, ...]
    pages: tuple[str, ...]
    summary: str


CLIENTS: tuple[Client, ...] = (
    Client(
        "iviewer",
        "omero-iviewer",
        "0.19.1",
        ("omero_iviewer",),
        ("iviewer/?images=ID",),
        "OMERO.iviewer: images with ROIs and measurements",
    ),
    Client(
        "figure",
        "omero-figure",
        "8.0.1",
        ("omero_figure",),
        ("figure/",),
        "OMERO.figure: figures for papers and posters",
    ),
    Client(
        "viewport",
        "omero-web",
        "5.33.2",
        ("omeroweb/webgateway", "omeroweb/webclient"),
        ("clients/viewport/ID/", "clients/viewport/plate/ID/"),
        "the image viewer and the plate panel of OMERO.web",
    ),
)


@dataclass(frozen=True, slots=True)
class Installed:
    """A client that is there.

    Attributes
    ----------
    name, version, licence
        What it is, as its wheel says.
    folder
        Where it lies.
    """

    name: str
    version: str
    licence: str
    folder: Path

    @property
    def static(self) -> Path:
        """What browsers load, by its path below ``/static/``."""
        return self.folder / "static"

    @property
    def templates(self) -> Path:
        """Its pages, by the names they have in its wheel."""
        return self.folder / "templates"


def known_client(name: str) -> Client:
    """Find a client by its name.

    Raises
    ------
    graticule.errors.NotFoundError
        If Graticule knows none of that name.
    """
    for client in CLIENTS:
        if client.name == name:
            return client
    names = ", ".join(client.name for client in CLIENTS)
    raise NotFoundError(f"There is no client {name}; there are {names}.")


def clients_folder(home: Path) -> Path:
    """Where the clients of a home folder lie."""
    return home / "clients"


def installed_clients(home: Path) -> dict[str, Installed]:
    """Look up which clients are there, by name.

    Raises
    ------
    graticule.errors.CorruptFileError
        If somebody broke what was written about one.
    """
    found = (installed_client(home, client.name) for client in CLIENTS)
    return {client.name: client for client in found if client}


def installed_client(home: Path, name: str) -> Installed | None:
    """Look one client up; ``None`` if it is not there.

    Raises
    ------
    graticule.errors.CorruptFileError
        If somebody broke what was written about it.
    """
    folder = clients_folder(home) / name
    path = folder / FACTS
    try:
        facts = json.loads(path.read_text(encoding="utf-8"))
        return Installed(name, facts["version"], facts["licence"], folder)
    except FileNotFoundError:
        return None
    except (ValueError, LookupError, TypeError) as error:
        raise CorruptFileError(
            path, f"this does not say what is installed; run {command_for(name)}."
        ) from error


def write_facts(client: Installed) -> None:
    """Write what a client is into its folder."""
    facts = asdict(client)
    del facts["folder"]
    path = client.folder / FACTS
    path.write_text(json.dumps(facts, indent=1) + "\n", encoding="utf-8")


def command_for(name: str) -> str:
    """Name the command that installs a client."""
    return f"graticule client install {name}"


def remove_client(home: Path, name: str) -> None:
    """Take a client away.

    Raises
    ------
    graticule.errors.NotFoundError
        If there is none of that name, or it is not installed.
    graticule.errors.FileError
        If its folder cannot be removed.
    """
    known_client(name)
    folder = clients_folder(home) / name
    if not folder.exists():
        raise NotFoundError(f"The client {name} is not installed.")
    try:
        # What says that it is there goes first: a half removed one is none.
        (folder / FACTS).unlink(missing_ok=True)
        shutil.rmtree(folder)
    except OSError as error:
        raise FileError(folder, f"this cannot be removed: {error.strerror}.") from error
