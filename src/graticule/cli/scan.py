"""``graticule scan``: bring the catalogue up to date with folders."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from graticule.cli.main import set_up
from graticule.errors import NotFoundError

if TYPE_CHECKING:
    from graticule.catalog.models import Group, Person
    from graticule.services.home import Home
    from graticule.services.scan import Finding, ScanProgress, ScanReport

_SHOWN = 20


@click.command("scan")
@click.argument(
    "folders",
    nargs=-1,
    required=True,
    type=click.Path(exists=True, path_type=Path),
)
@click.option(
    "--owner",
    help="Whose images they become. [default: the administrator]",
)
@click.option(
    "--group",
    "group_name",
    help="In which group. [default: public, which everybody may see]",
)
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
def command(
    *,
    folders: tuple[Path, ...],
    owner: str | None,
    group_name: str | None,
    as_json: bool,
) -> None:
    """Look through FOLDERS and catalogue the images in them.

    Files stay where they are. A later scan adds what is new, updates what has
    changed and marks what has vanished; what people added is kept. Files that
    cannot be read are named with the reason; the exit code stays 0.
    """
    set_up()
    from graticule.services.home import prepare_home  # noqa: PLC0415

    home = prepare_home()
    report = scan_with_progress(
        folders, home, owner=owner, group_name=group_name, quiet=as_json
    )
    if as_json:
        click.echo(json.dumps(asdict(report), indent=2))


def scan_with_progress(
    folders: Sequence[Path],
    home: Home,
    *,
    owner: str | None = None,
    group_name: str | None = None,
    quiet: bool = False,
) -> ScanReport:
    """Scan, with a progress bar on a terminal, and say what was found."""
    from django.conf import settings  # noqa: PLC0415
    from rich.console import Console  # noqa: PLC0415
    from rich.progress import (  # noqa: PLC0415
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    from graticule.services.scan import ScanSettings, scan  # noqa: PLC0415

    console = Console(stderr=True, quiet=quiet)
    bar = Progress(
        TextColumn("  {task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        TextColumn("[dim]{task.fields[current]}"),
        console=console,
        transient=True,
        disable=quiet or not console.is_terminal,
    )
    with bar:
        task = bar.add_task("scan", total=None, current="")

        def tell(progress: ScanProgress) -> None:
            bar.update(
                task,
                description=progress.phase,
                completed=progress.done,
                total=progress.total or None,
                current=Path(progress.current).name[:40],
            )

        report = scan(
            [folder.resolve() for folder in folders],
            owner=_person(owner) if owner else home.administrator,
            group=_group(group_name) if group_name else home.public_group,
            settings=ScanSettings.of(settings.GRATICULE.values),
            progress=tell,
        )
    if not quiet:
        _summarise(report)
    return report


def _person(name: str) -> Person:
    from graticule.catalog.models import Person  # noqa: PLC0415

    person = Person.objects.filter(username=name).first()
    if person is None:
        raise NotFoundError(f"There is no {name}; see `graticule user list`.")
    return person


def _group(name: str) -> Group:
    from graticule.catalog.models import Group  # noqa: PLC0415

    group = Group.objects.filter(name=name).first()
    if group is None:
        raise NotFoundError(
            f"There is no group {name}; `graticule user add --group {name}` makes one."
        )
    return group


def _summarise(report: ScanReport) -> None:
    counts = {
        "new": report.added,
        "changed": report.updated,
        "unchanged": report.unchanged,
        "moved": report.moved,
        "returned": report.returned,
        "vanished": report.vanished,
        "not images": report.not_images,
    }
    said = ", ".join(f"{count:,} {what}" for what, count in counts.items() if count)
    click.echo(f"  Scanned in {report.seconds:.1f} s: {said or 'nothing there'}.")
    _list("could not be read", report.problems, "yellow")
    _list("could be read with a warning", report.warnings, "cyan")


def _list(what: str, findings: Sequence[Finding], color: str) -> None:
    if not findings:
        return
    click.secho(f"  {len(findings):,} {what}:", fg=color)
    for finding in findings[:_SHOWN]:
        click.echo(f"    {finding.path}: {finding.cause}")
    if len(findings) > _SHOWN:
        click.echo(f"    … and {len(findings) - _SHOWN:,} more: graticule scan --json")
