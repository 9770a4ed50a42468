"""``graticule settings``: every setting, its value and where it comes from."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import click

from graticule.config.load import Loaded, load
from graticule.config.setting import Setting
from graticule.config.settings import SETTINGS


@click.command("settings")
@click.option("--json", "as_json", is_flag=True, help="Answer JSON.")
@click.option("--changed", is_flag=True, help="Only those that are not the default.")
def command(*, as_json: bool, changed: bool) -> None:
    """Show every setting: its value, where it comes from, what it does.

    Set one by the environment variable shown, by NAME = VALUE in graticule.toml
    in the home folder, or by a file named in the variable with _FILE at its end.
    """
    loaded = load()
    shown = [
        setting
        for setting in SETTINGS
        if not changed or loaded.origins[setting.name] != "default"
    ]
    if as_json:
        rows = {
            setting.name: {
                "value": _value(setting, loaded),
                "origin": loaded.origins[setting.name],
            }
            for setting in shown
        }
        click.echo(json.dumps(rows, indent=2))
        return
    group = None
    for setting in shown:
        if setting.group != group:
            group = setting.group
            click.secho(f"\n{group}", bold=True)
        _print(setting, loaded)


def _print(setting: Setting, loaded: Loaded) -> None:
    click.echo(f"  {setting.name} = ", nl=False)
    click.secho(_value(setting, loaded) or '""', fg="cyan")
    origin = loaded.origins[setting.name]
    source = f"default, {setting.variable}" if origin == "default" else f"from {origin}"
    click.secho(f"      {setting.help} ({source})", dim=True)


def _value(setting: Setting, loaded: Loaded) -> str:
    """Write a value as people would; secrets are not shown."""
    value: Any = loaded[setting.name]
    if setting.secret:
        return "(set, not shown)" if value else ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, timedelta):
        return f"{value.total_seconds():g} s"
    if isinstance(value, tuple):
        return ", ".join(str(part) for part in value)
    return str(value) if isinstance(value, (int, Path, str)) else repr(value)
