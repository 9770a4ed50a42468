"""Draws images into an archive, with a list of what is what.

Images are drawn wherever there is room, stacks in parts; they are packed in order.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from graticule.catalog.models import Person
from graticule.errors import FileError, OutOfRangeError
from graticule.jobs.executors.pieces import Piece
from graticule.jobs.executors.work import Work
from graticule.render.encode import encode
from graticule.services.exports.choice import ancestors_of
from graticule.services.exports.pictures import Drawing, draw_whole, whole_view
from graticule.services.scenes import Scene, find_scene, open_scene
from graticule.services.tasks.left_out import LeftOut
from graticule.services.tasks.packing import zip_result
from graticule.services.tasks.rendered_images import RenderedParameters
from graticule.services.tasks.selection import selected_images
from graticule.services.tasks.sharing import map_for
from graticule.services.tasks.spans import read_span
from graticule.services.view import DEFAULT_QUALITY

LIST_NAME = "pictures.csv"
_COLUMNS = ("picture", "image", "name", "z", "t", "width", "height", "full_width")
# What is drawn at once of an image of many planes.
_PIECE_PIXELS = 16 << 20
_MOST_PLANES = 16


def make(work: Work, asked: RenderedParameters, person: Person) -> None:
    """Draw all that was asked for.

    Raises
    ------
    graticule.errors.GraticuleError
        If an image cannot be seen or drawn, or none can be read.
    """
    images = selected_images(person, asked)
    pieces = _pieces(person, images, asked)
    rows = io.StringIO()
    listing = csv.writer(rows)
    listing.writerow(_COLUMNS)
    left_out = LeftOut(len(images))
    with zip_result(work, "archive", f"pictures_{asked.format}.zip") as packer:
        drawn = map_for(work, person, partial(_draw, asked), pieces, things=len(images))
        for each in drawn:
            if each.error is not None:
                left_out.add(each.image_id, each.error)
            for picture in each.pictures:
                name = packer.write(picture.name, picture.data)
                listing.writerow((name, *picture.row))
        packer.write(LIST_NAME, rows.getvalue().encode())
        left_out.pack(packer)
    work.report(len(images), len(images), left_out.summary)


@dataclass(frozen=True, slots=True)
class _Piece:
    """Some planes of an image, by their numbers in the order drawn; none for all."""

    image_id: int
    planes: range | None = None


@dataclass(frozen=True, slots=True)
class _Picture:
    name: str
    data: bytes
    row: tuple[object, ...]


@dataclass(frozen=True, slots=True)
class _Drawn:
    """What could be drawn of an image, and why not all of it."""

    image_id: int
    pictures: tuple[_Picture, ...]
    error: FileError | None = None


def _pieces(
    person: Person, images: Sequence[int], asked: RenderedParameters
) -> list[_Piece]:
    """Cut images of which many planes are wanted; else take them as they are."""
    if not asked.z.strip() and not asked.t.strip():
        return [_Piece(image_id) for image_id in images]
    found = []
    for image_id in images:
        scene = find_scene(person, image_id)
        count = len(_places(scene, asked))
        step = min(_MOST_PLANES, max(1, _PIECE_PIXELS // (scene.width * scene.height)))
        firsts = range(0, count, step)
        found += [_Piece(image_id, range(first, first + step)) for first in firsts]
    return found


def _places(scene: Scene, asked: RenderedParameters) -> list[tuple[int, int]]:
    """List z and t of all planes that are wanted."""
    zs, ts = _wanted(scene, asked)
    return [(z, t) for t in ts for z in zs]


def _wanted(scene: Scene, asked: RenderedParameters) -> tuple[range, range]:
    times = _numbers("T", asked.t, scene.size_t, scene.default_t)
    if asked.projection_of(scene.size_z) is not None:
        return range(1), times
    return _numbers("Z", asked.z, scene.size_z, scene.default_z), times


def _draw(
    asked: RenderedParameters, piece: Piece, person: Person, what: _Piece
) -> _Drawn:
    """Draw planes of one image; wherever there is room."""
    scene = find_scene(person, what.image_id)
    drawing = Drawing(
        rendering=asked.rendering_of(scene.rendering),
        projection=asked.projection_of(scene.size_z),
        longest_side=asked.size,
    )
    folder = _folder(person, what.image_id) if asked.folders else ""
    quality = DEFAULT_QUALITY if asked.quality is None else asked.quality
    places = _places(scene, asked)
    if what.planes is not None:
        places = places[what.planes.start : what.planes.stop]
    found: list[_Picture] = []
    try:
        with open_scene(scene) as source:
            for done, (z, t) in enumerate(places):
                view = whole_view(scene, drawing, z, t)
                picture = draw_whole(source, scene, view, asked.size)
                height, width, _ = picture.shape
                shown_z = asked.p if drawing.projection else z
                size = (width, height, scene.width)
                found.append(
                    _Picture(
                        f"{folder}{_base(scene, asked, z, t)}.{asked.format}",
                        encode(picture, asked.format, quality),
                        (scene.image_id, scene.name, shown_z, t, *size),
                    )
                )
                piece.report(done + 1, len(places))
    except FileError as error:
        return _Drawn(what.image_id, tuple(found), error)
    return _Drawn(what.image_id, tuple(found))


def _base(scene: Scene, asked: RenderedParameters, z: int, t: int) -> str:
    """Name a picture: as its image, with its place where there are several."""
    name = scene.name.replace("/", "_")
    zs, ts = _wanted(scene, asked)
    if len(zs) > 1:
        name += f"_z{z:0{len(str(zs[-1]))}}"
    if len(ts) > 1:
        name += f"_t{t:0{len(str(ts[-1]))}}"
    return name


def _numbers(name: str, text: str, size: int, default: int) -> range:
    """Read which planes are wanted, cut to those that the image has."""
    if text.strip() == "all":
        return range(size)
    span = read_span(text)
    if span is None:
        return range(default, default + 1)
    found = range(span[0], min(span[1], size - 1) + 1)
    if not found:
        raise OutOfRangeError(f"{name} {text.strip()} is outside 0 to {size - 1}.")
    return found


def _folder(person: Person, image_id: int) -> str:
    names = [name.replace("/", "_") for name in ancestors_of(person, image_id).names]
    return "".join(f"{name}/" for name in names)
