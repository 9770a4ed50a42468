"""Exports made within a request: small ones only, sent or kept for a while.

Puts together which images, the limits, the writers and the names. What is too
much is refused by :mod:`graticule.services.exports.limits`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from hashlib import blake2b
from pathlib import Path

from graticule.catalog.models import Person
from graticule.services.exports import choice
from graticule.services.exports.facts import frame_facts, image_facts
from graticule.services.exports.limits import check_export
from graticule.services.exports.movie import (
    Movie,
    check_movie,
    first_view,
    frame_bytes,
    frame_count,
    write_movie,
)
from graticule.services.exports.ome_tiff import raw_bytes, write_ome_tiff
from graticule.services.image_sets import Holder
from graticule.services.scenes import Scene, find_scene
from graticule.services.temp_files import passing_folder
from graticule.services.view import check_projection, view_key
from graticule.services.zip_stream import Entry, zip_chunks

_READ_BYTES = 256 << 10
_LONGEST_KEY = 200


@dataclass(frozen=True, slots=True)
class Export:
    """A file to be made.

    Attributes
    ----------
    name
        What it is called.
    key, stamp
        What it is kept by, and what it is made of.
    image_ids
        Images whose pixels it shows.
    write
        Writes it to a path.
    pieces
        Makes it piece by piece while it is sent; unset where that cannot be.
    """

    name: str
    media_type: str
    key: str
    stamp: str
    image_ids: tuple[int, ...]
    write: Callable[[Path], None]
    pieces: Callable[[], Iterator[bytes]] | None = None


def ome_tiff_export(
    person: Person, holder: Holder, holder_id: int, image_ids: Sequence[int]
) -> Export:
    """Prepare an image as OME-TIFF, or several as an archive of them.

    Parameters
    ----------
    image_ids
        From :func:`graticule.services.exports.choice.exportable_images`.

    Raises
    ------
    graticule.errors.LimitError
        If they are too many, or too large together.
    graticule.errors.GraticuleError
        If one cannot be opened.
    """
    check_export("max_export_images", len(image_ids), "A number of images")
    scenes = [find_scene(person, image_id) for image_id in image_ids]
    check_export("max_export_bytes", sum(map(raw_bytes, scenes)), "An export")
    stamps = [view_key(scene, scene.name) for scene in scenes]
    if len(scenes) == 1:
        return Export(
            name=choice.ome_tiff_name(scenes[0].image_id, scenes[0].name),
            media_type="image/tiff",
            key=choice.image_key(person, scenes[0].image_id),
            stamp=stamps[0],
            image_ids=tuple(image_ids),
            write=partial(_write_ome_tiff, scenes[0]),
        )
    pieces = partial(_archive, scenes)
    return Export(
        name=f"{choice.archive_name(person, holder, holder_id)}.zip",
        media_type="application/zip",
        key=choice.archive_key(person, image_ids),
        stamp=_digest("".join(stamps)),
        image_ids=tuple(image_ids),
        write=lambda path: _write_all(path, pieces()),
        pieces=pieces,
    )


def movie_export(scene: Scene, movie: Movie, words: str) -> Export:
    """Prepare a movie.

    Parameters
    ----------
    movie
        Without what the catalogue knows: that is looked up here.
    words
        How it was asked for, to be seen in the key.

    Raises
    ------
    graticule.errors.LimitError
        If it has too many frames, or too many pixels in all.
    graticule.errors.RequestError
        If it cannot be made.
    """
    check_movie(scene, movie)
    frames = frame_count(scene, movie)
    check_export("max_movie_frames", frames, "A movie")
    check_export("max_export_bytes", frames * frame_bytes(scene), "A movie")
    check_projection(scene, first_view(scene, movie))
    facts = frame_facts(scene)
    movie = replace(movie, pixel_um=facts.pixel_um, seconds=facts.seconds)
    # The words leave saved settings out: who has others gets another movie.
    stamp = view_key(scene, movie)
    return Export(
        name=f"{scene.name}{movie.format.suffix}",
        media_type=movie.format.media_type,
        key=f"{words[:_LONGEST_KEY]}-{stamp}",
        stamp=stamp,
        image_ids=(scene.image_id,),
        write=lambda path: write_movie(scene, movie, path),
    )


def _write_ome_tiff(scene: Scene, path: Path) -> None:
    write_ome_tiff(scene, image_facts(scene), path)


def _archive(scenes: Sequence[Scene]) -> Iterator[bytes]:
    """Make one OME-TIFF after the other; there is one at a time."""
    return zip_chunks(
        Entry(
            choice.ome_tiff_name(scene.image_id, scene.name),
            partial(_pieces, scene),
        )
        for scene in scenes
    )


def _pieces(scene: Scene) -> Iterator[bytes]:
    with passing_folder() as folder:
        path = folder / "image.ome.tiff"
        _write_ome_tiff(scene, path)
        with path.open("rb") as file:
            while piece := file.read(_READ_BYTES):
                yield piece


def _write_all(path: Path, pieces: Iterator[bytes]) -> None:
    with path.open("wb") as file:
        file.writelines(pieces)


def _digest(text: str) -> str:
    return blake2b(text.encode(), digest_size=16).hexdigest()
