"""Many images as pictures in one archive (contract webgateway 11.3).

Each is drawn as its person sees it first, when its turn has come. Knows no HTTP.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from graticule.services.scenes import Scene
from graticule.services.view import View, check_view, draw_view, view_key
from graticule.services.zip_stream import Entry, safe_name, zip_chunks


@dataclass(frozen=True, slots=True)
class PictureFile:
    """A picture that is to be drawn, and what its file is called."""

    name: str
    scene: Scene
    view: View


def first_view(scene: Scene, file_format: str) -> View:
    """Ask for the plane that people see first, whole.

    Parameters
    ----------
    file_format
        ``jpeg``, ``png`` or ``tif``.
    """
    return View(
        z=scene.default_z,
        t=scene.default_t,
        level=0,
        window=scene.levels[0].whole,
        rendering=scene.rendering,
        format=file_format,
    )


def check_drawable(scene: Scene) -> None:
    """Refuse an image that cannot be drawn, before anything is sent.

    Raises
    ------
    graticule.errors.LimitError
        If it is too large.
    graticule.errors.MissingFileError
        If its file has vanished.
    """
    view = first_view(scene, "png")
    check_view(scene, view, "A picture")
    view_key(scene, view)


def name_pictures(scenes: Sequence[Scene], file_format: str) -> list[PictureFile]:
    """Name a picture of each image; those called the same are numbered."""
    taken: set[str] = set()
    found = []
    for scene in scenes:
        base = safe_name(scene.name).rpartition("/")[2]
        name, number = f"{base}.{file_format}", 0
        while name in taken:
            number += 1
            name = f"{base}_({number}).{file_format}"
        taken.add(name)
        found.append(PictureFile(name, scene, first_view(scene, file_format)))
    return found


def pack_pictures(pictures: Sequence[PictureFile]) -> Iterator[bytes]:
    """Draw pictures one after the other into a zip archive, deflated.

    Raises
    ------
    graticule.errors.FileError
        If a file vanished meanwhile or is damaged: the archive then has no
        directory, and no program takes it for whole.
    """
    return zip_chunks(
        Entry(
            picture.name,
            lambda picture=picture: [draw_view(picture.scene, picture.view)],  # type: ignore[misc]
            deflate=True,
        )
        for picture in pictures
    )
