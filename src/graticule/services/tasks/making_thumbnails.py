"""Makes thumbnails for a job: into the cache on disk, and into an archive if asked.

An image that cannot be drawn is told in the report; the others are made.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from graticule.catalog.models import Person
from graticule.errors import (
    FileError,
    GraticuleError,
    LimitError,
    NotFoundError,
    RequestError,
)
from graticule.jobs.executors.pieces import Piece
from graticule.jobs.executors.work import Work
from graticule.services.caching.store import NoStore
from graticule.services.engine import engine
from graticule.services.scenes import Scene, find_scene
from graticule.services.tasks.packing import zip_result
from graticule.services.tasks.selection import selected_images
from graticule.services.tasks.sharing import batches, map_for
from graticule.services.tasks.thumbnails import ThumbnailsParameters
from graticule.services.thumbnails import ThumbnailRequest, draw_thumbnail

_IMAGES_AT_ONCE = 8


def make(work: Work, asked: ThumbnailsParameters, person: Person) -> None:
    """Make the thumbnails of all images that are selected.

    Raises
    ------
    graticule.errors.LimitError
        If a size is larger than ``max_thumbnail_length``.
    graticule.errors.RequestError
        If they would go nowhere.
    graticule.errors.GraticuleError
        If none could be made: why the first could not.
    """
    _check(asked)
    images = selected_images(person, asked)
    failed: dict[int, str] = {}
    first: GraticuleError | None = None
    with ExitStack() as open_results:
        packer = None
        if asked.zip:
            archive = zip_result(work, "archive", "thumbnails.zip")
            packer = open_results.enter_context(archive)
        parts = batches(images, _IMAGES_AT_ONCE)
        for some in map_for(
            work, person, partial(_make_some, asked), parts, things=len(images)
        ):
            for made in some:
                if made.error is not None:
                    first = first or made.error
                    failed[made.image_id] = _said(made.error)
                for name, data in made.pictures:
                    assert packer is not None
                    packer.write(name, data)
        if first is not None and len(failed) == len(images):
            raise first
    with work.result("report", "thumbnails.json", "application/json") as path:
        said = {"images": len(images), "failed": failed}
        path.write_text(json.dumps(said), encoding="utf-8")
    well = len(images) - len(failed)
    work.report(1, 1, f"{well} images, {len(failed)} failed")


def _check(asked: ThumbnailsParameters) -> None:
    most = engine().max_thumbnail_length
    for size in asked.size:
        if size > most:
            raise LimitError("max_thumbnail_length", most, size, "A thumbnail's side")
    if not asked.zip and isinstance(engine().rendered.stores["thumb"], NoStore):
        raise RequestError(
            "This server keeps no thumbnails on disk (thumb_cache_bytes = 0): ask for "
            "an archive by ZIP=true."
        )


@dataclass(frozen=True, slots=True)
class _Made:
    """What came of an image: files of an archive, or why there are none."""

    image_id: int
    pictures: tuple[tuple[str, bytes], ...] = ()
    error: GraticuleError | None = None


def _make_some(
    asked: ThumbnailsParameters, piece: Piece, person: Person, images: Sequence[int]
) -> list[_Made]:
    """Make the thumbnails of some images; wherever there is room."""
    found = []
    for done, image_id in enumerate(images):
        piece.report(done, len(images))
        try:
            pictures = tuple(_make_one(find_scene(person, image_id), asked))
            found.append(_Made(image_id, pictures))
        except (FileError, LimitError, NotFoundError) as error:
            found.append(_Made(image_id, error=error))
    return found


def _make_one(scene: Scene, asked: ThumbnailsParameters) -> Iterator[tuple[str, bytes]]:
    base = f"{scene.image_id}-{scene.name}".replace("/", "_")
    for folder, request in _requests(asked):
        data = draw_thumbnail(scene, request)
        if asked.zip and folder is not None:
            yield f"{folder}{base}.jpg", data


def _requests(
    asked: ThumbnailsParameters,
) -> Iterator[tuple[str | None, ThumbnailRequest]]:
    """Name the thumbnails of an image; a folder for each size where there are more."""
    for size in dict.fromkeys(asked.size):
        folder = f"{size}/" if len(asked.size) > 1 else ""
        yield folder, ThumbnailRequest(width=size)
    if not asked.size:
        # Pages ask for it with and without its size; the cache tells these apart.
        yield "", ThumbnailRequest()
        yield None, ThumbnailRequest(width=engine().thumbnail_length)


def _said(error: GraticuleError) -> str:
    """Say what may be told: paths cut to their name."""
    if isinstance(error, FileError):
        return f"{Path(error.path).name}: {error.cause}"
    return str(error)
