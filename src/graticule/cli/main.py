"""The command ``graticule`` and what all its commands share.

Flags become environment variables, so that worker processes read the same
settings. Commands import what they need when they run: ``--help`` is instant.
"""

from __future__ import annotations

import os
import sys
from importlib import import_module
from typing import Any

import click

from graticule import __version__
from graticule.errors import GraticuleError

COMMANDS = (
    "serve",
    "scan",
    "demo",
    "get",
    "check",
    "settings",
    "user",
    "client",
    "table",
    "worker",
    "jobs",
)


class LazyCommands(click.Group):
    """Commands that are imported when they are named."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """List the commands in the order people meet them."""
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the file of a command."""
        del ctx
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = import_module(f"graticule.cli.{cmd_name}").command
        return command

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command; what goes wrong on purpose is one line."""
        try:
            return super().invoke(ctx)
        except GraticuleError as error:
            raise click.ClickException(str(error)) from error


@click.group(cls=LazyCommands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="graticule")
@click.option(
    "--home",
    metavar="DIR",
    help="Where Graticule keeps its state. [default: $GRATICULE_HOME or your "
    "user data folder]",
)
def main(home: str | None) -> None:
    """Serve scientific images straight from the folder they lie in.

    \b
    Start here:
      graticule serve ~/images      scan a folder and serve it
      graticule serve --demo        make demo images and serve them
      graticule check               see what of the installation works
    """  # noqa: D301 -- click wants the single \b
    if home:
        os.environ["GRATICULE_HOME"] = home


def set_flag(name: str, value: object) -> None:
    """Let a flag count as a setting, for this process and its workers."""
    if value is not None:
        os.environ[f"GRATICULE_{name.upper()}"] = str(value)


def set_up() -> None:
    """Read the settings and wake Django up.

    Raises
    ------
    graticule.errors.SettingError
        If a setting is unknown or malformed.
    """
    os.environ["DJANGO_SETTINGS_MODULE"] = "graticule.config.django"
    import django  # noqa: PLC0415 -- slow, and not needed for --help

    django.setup()


if __name__ == "__main__":
    sys.exit(main())
