"""Makes the folder of demo images, once.

Each image is written aside and moved to its place when it is whole, so what is
there is complete and a second call has nothing to do. The modules that paint are
loaded only when they have something to paint. It knows nothing of servers.
"""

from __future__ import annotations

import logging
import shutil
import tempfile
from collections.abc import Callable
from functools import partial
from importlib import import_module
from pathlib import Path

from graticule.demo import pictures

Progress = Callable[[str, int, int], None]

log = logging.getLogger(__name__)

MADE = {
    "microscopy/living-cells/dividing-cell.ome.tif": "livecells:write",
    "microscopy/tissue-culture/mosaic.ome.zarr": "mosaic:write",
    "whole-slide/histology/colon-wall.ome.tif": "slide:write",
    "plates/screens/dose-response.ome.zarr": "plate:write",
    "astronomy/fields/spiral-galaxy.fits": "sky:write_field",
    "astronomy/cubes/hydrogen.fits": "sky:write_cube",
}
"""Where each made image goes, and the function of this room that writes it."""


def paint(recipe: str, path: Path) -> bool:
    """Write one made image; always succeeds or raises."""
    module, function = recipe.split(":")
    getattr(import_module(f"graticule.demo.{module}"), function)(path)
    return True


def note(path: Path) -> bool:
    """Write the note about the real pictures, if they are there."""
    if pictures.source_folder() is None:
        return False
    pictures.write_note(path)
    return True


def recipes() -> dict[str, Callable[[Path], bool]]:
    """Return what writes each file of the demo, by its place in the folder.

    Each returns False if it has not got what it needs.
    """
    found: dict[str, Callable[[Path], bool]] = {
        f"pictures/{picture.place}": partial(pictures.write_picture, picture=picture)
        for picture in pictures.PICTURES
    }
    found[f"pictures/{pictures.NOTE}"] = note
    return found | {place: partial(paint, recipe) for place, recipe in MADE.items()}


def make_demo(folder: Path, progress: Progress | None = None) -> list[Path]:
    """Make the demo images that are not there yet.

    Parameters
    ----------
    folder
        Is made if needed. First-level folders are meant as projects, those
        below as datasets.
    progress
        Called with the name of the image about to be made, how many of the
        missing ones are done, and how many were missing; at the end with an
        empty name.

    Returns
    -------
    list of pathlib.Path
        Every image that is there now, old or new. Without scikit-image the real
        pictures are left out, and a warning is logged that names the extra to
        install.

    Raises
    ------
    OSError
        If the folder cannot be written.
    """
    every = recipes()
    missing = [place for place in every if not (folder / place).exists()]
    if missing:
        if pictures.source_folder() is None:
            log.warning(
                "The demo goes without its real pictures: they come with "
                "scikit-image. Install them with: pip install 'graticule[demo]'"
            )
        folder.mkdir(parents=True, exist_ok=True)
        make_missing(folder, {place: every[place] for place in missing}, progress)
    return [
        folder / place
        for place in every
        if (folder / place).exists() and not place.endswith(pictures.NOTE)
    ]


def make_missing(
    folder: Path,
    missing: dict[str, Callable[[Path], bool]],
    progress: Progress | None,
) -> None:
    """Write each missing file aside, then move it to its place."""
    # What a killed predecessor left behind.
    for leftover in folder.glob(".making-*"):
        shutil.rmtree(leftover, ignore_errors=True)
    with tempfile.TemporaryDirectory(prefix=".making-", dir=folder) as aside:
        for done, (place, recipe) in enumerate(missing.items()):
            target = folder / place
            if progress:
                progress(place, done, len(missing))
            part = Path(aside) / target.name
            if recipe(part):
                target.parent.mkdir(parents=True, exist_ok=True)
                part.rename(target)
    if progress:
        progress("", len(missing), len(missing))
