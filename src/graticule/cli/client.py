"""``graticule client``: front ends written by other people."""

from __future__ import annotations

from pathlib import Path

import click

from graticule.config.load import load
from graticule.services.clients import (
    CLIENTS,
    installed_clients,
    known_client,
    remove_client,
)

_RESTART = "A server that is running knows once it is started again."


@click.group("client")
def command() -> None:
    """Add the front ends you know: OMERO.iviewer, OMERO.figure, OMERO.web's viewer.

    They are programs of other people (Open Microscopy Environment) under their own
    licences, AGPL and GPL, and no part of Graticule: `install` fetches what they
    published on PyPI and unpacks it beside your state. Nothing they depend on is
    fetched, and no Python code of theirs is run. `remove` takes one away again.

    \b
      graticule client install iviewer
      graticule client list
    """  # noqa: D301 -- click wants the single \b


@command.command("install")
@click.argument("name", metavar="NAME")
@click.option(
    "--version",
    help="Another version than the one Graticule was tried with. "
    "[default: see `graticule client list`]",
)
@click.option(
    "--file",
    "wheel",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A wheel you have downloaded already: no network is needed.",
)
def install(*, name: str, version: str | None, wheel: Path | None) -> None:
    """Fetch the client NAME: iviewer, figure or viewport.

    \b
      iviewer    OMERO.iviewer, opened at /iviewer/?images=ID
      figure     OMERO.figure, opened at /figure/
      viewport   OMERO.web's image viewer and plate panel, opened at
                 /clients/viewport/ID/ and /clients/viewport/plate/ID/

    Python's own pip fetches it, so the package index, proxy and certificates you
    have set up for pip are used. What is installed already is replaced.

    On a machine without a network, fetch the wheel elsewhere and bring it along:

    \b
      pip download --no-deps omero-iviewer==0.19.1
      graticule client install iviewer --file omero_iviewer-0.19.1-py3-none-any.whl
    """  # noqa: D301
    from graticule.services.client_wheels import install_client  # noqa: PLC0415

    client = known_client(name)
    if version and wheel:
        raise click.UsageError("--version is for fetching; a --file has its own.")
    home = load()["home"]
    found = install_client(home, client, version=version, wheel=wheel)
    licence = f", licence {found.licence}" if found.licence else ""
    click.echo(f"Installed {client.distribution} {found.version}{licence}.")
    for page in client.pages:
        click.echo(f"Open it at /{page}")
    if found.version != client.version:
        click.echo(f"Graticule was tried with {client.version}, not with this one.")
    click.echo(_RESTART)


@command.command("list")
def list_clients() -> None:
    """List the clients there are, with the version installed here."""
    here = installed_clients(load()["home"])
    for client in CLIENTS:
        found = here.get(client.name)
        state = f"{found.version} installed" if found else "not installed"
        click.echo(f"{client.name:10} {state:20} {client.summary}")
        tried = f"tried with {client.distribution} {client.version}"
        pages = " and ".join(f"/{page}" for page in client.pages)
        click.secho(f"{'':10} {tried}, opened at {pages}", dim=True)


@command.command("remove")
@click.argument("name", metavar="NAME")
def remove(name: str) -> None:
    """Take the client NAME away; images, ROIs and figures stay."""
    remove_client(load()["home"], name)
    click.echo(f"Removed {name}. {_RESTART}")
