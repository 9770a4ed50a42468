"""``graticule table``: measurements in tables, attached to what they measure."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from graticule.cli.main import set_up
from graticule.errors import NotFoundError, RequestError

if TYPE_CHECKING:
    from graticule.catalog.models import Group, Person
    from graticule.catalog.models.owned import Named
    from graticule.services.home import Home
    from graticule.services.tables.workshop import Tell

_CLASSES = (
    *("Screen", "Plate", "PlateAcquisition", "Well"),
    *("Project", "Dataset", "Image", "Roi"),
)


@click.group("table")
def command() -> None:
    """Import, list, export and delete tables of measurements."""


def _ready() -> Home:
    """Wake the catalogue up; not for ``--help``, which must touch nothing."""
    set_up()
    from graticule.services.home import prepare_home  # noqa: PLC0415

    return prepare_home()


def _thing(text: str) -> Named:
    """Find what ``Plate:5`` names."""
    from django.apps import apps  # noqa: PLC0415

    word, _, number = text.partition(":")
    if word not in _CLASSES or not number.isdecimal() or len(number) > 18:
        raise RequestError(
            f"{text!r} names nothing: write a class and an id such as Plate:5, the "
            f"class one of {', '.join(_CLASSES)}."
        )
    model = apps.get_model("catalog", word)
    thing: Named | None = model.objects.filter(pk=int(number)).first()
    if thing is None:
        raise NotFoundError(f"There is no {text}.")
    return thing


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


@contextmanager
def _progress() -> Iterator[Tell]:
    """Show how far it is, on a terminal."""
    from rich.console import Console  # noqa: PLC0415
    from rich.progress import (  # noqa: PLC0415
        BarColumn,
        Progress,
        TaskProgressColumn,
        TextColumn,
        TimeElapsedColumn,
    )

    console = Console(stderr=True)
    bar = Progress(
        TextColumn("  {task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TimeElapsedColumn(),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    )
    with bar:
        task = bar.add_task("table", total=None)

        def tell(phase: str, share: float | None) -> None:
            total = None if share is None else 1.0
            bar.update(task, description=phase, completed=share or 0, total=total)

        yield tell


@command.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--on", "target", required=True, metavar="CLASS:ID", help="On what: Plate:5, say."
)
@click.option("--name", default="", help="What to call it. [default: the file's name]")
@click.option("--as", "person_name", help="Whose it is. [default: the administrator]")
@click.option("--group", "group_name", help="Who may see it. [default: as the thing]")
@click.option("--delimiter", help="Of CSV, if it is not found out rightly.")
@click.option("--encoding", default="utf-8", help="Of CSV.", show_default=True)
def import_(
    *,
    file: Path,
    target: str,
    name: str,
    person_name: str | None,
    group_name: str | None,
    delimiter: str | None,
    encoding: str,
) -> None:
    r"""Attach the table in FILE to an object.

    FILE is HDF5 as OMERO.tables writes it, Parquet, or CSV with the names of its
    columns in the first row. Before that CSV may have a row of types, such as
    "# header s,d,l,image,well". Whatever is wrong with FILE, nothing is half
    imported.
    """
    home = _ready()
    from graticule.services.tables.attached import find_table  # noqa: PLC0415
    from graticule.services.tables.importing import import_table  # noqa: PLC0415

    person = _person(person_name) if person_name else home.administrator
    thing = _thing(target)
    group = _group(group_name) if group_name else None
    with _progress() as tell:
        annotation = import_table(
            person,
            file,
            thing,
            tell=tell,
            name=name,
            group=group,
            delimiter=delimiter or None,
            encoding=encoding,
        )
    assert annotation.file_id is not None
    table = find_table(person, annotation.file_id)
    click.echo(
        f"Table {annotation.file_id} on {target}: {table.row_count:,} rows, "
        f"{len(table.columns):,} columns."
    )


@command.command("list")
def list_tables() -> None:
    """List all tables: number, size, name, what they are on."""
    _ready()
    from graticule.services.tables.keeping import all_tables  # noqa: PLC0415

    for row in all_tables():
        on = ", ".join(row.on)
        click.echo(f"{row.file_id:8} {row.size_bytes:>14,} B  {row.name}  {on}")


@command.command("export")
@click.argument("number", type=click.IntRange(1))
@click.argument("file", type=click.Path(path_type=Path))
def export(*, number: int, file: Path) -> None:
    """Write table NUMBER to FILE, named .csv or .parquet."""
    home = _ready()
    from graticule.services.tables.attached import find_table  # noqa: PLC0415
    from graticule.services.tables.keeping import export_table  # noqa: PLC0415

    with _progress() as tell:
        export_table(find_table(home.administrator, number), file, tell)
    click.echo(f"Wrote {file}.")


@command.command("delete")
@click.argument("number", type=click.IntRange(1))
@click.confirmation_option(prompt="Delete the table for good?")
def delete(*, number: int) -> None:
    """Delete table NUMBER."""
    _ready()
    from graticule.services.tables.keeping import delete_table  # noqa: PLC0415

    delete_table(number)
    click.echo(f"Table {number} is deleted.")
