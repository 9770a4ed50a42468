"""``graticule demo``: make the demo images."""

from __future__ import annotations

from pathlib import Path

import click


@click.command("demo")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
def command(folder: Path) -> None:
    """Make the demo images in FOLDER: about 270 MB, about a minute.

    Living cells in five dimensions, a tissue culture, a whole slide, a plate of
    96 wells, a galaxy, a radio cube, and real pictures that come with
    scikit-image. Images that are there already are left alone.
    """
    make_with_progress(folder)
    click.echo(f"  The demo images are in {folder}.")


def make_with_progress(folder: Path) -> Path:
    """Make what is missing of the demo images, and say what is being made."""
    from rich.console import Console  # noqa: PLC0415
    from rich.progress import BarColumn, Progress, TextColumn  # noqa: PLC0415

    from graticule.demo import make_demo  # noqa: PLC0415

    console = Console(stderr=True)
    columns = (
        TextColumn("  making demo images"),
        BarColumn(),
        TextColumn("{task.fields[name]}"),
    )
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("demo", total=None, name="")
        said: set[str] = set()

        def tell(name: str, done: int, total: int) -> None:
            bar.update(task, completed=done, total=total, name=name)
            if name and name not in said and not console.is_terminal:
                click.echo(f"  making {name}", err=True)
            said.add(name)

        make_demo(folder, tell)
    return folder
