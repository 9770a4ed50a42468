"""Draws images one after the other into an archive, with a list of what is what."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from graticule.catalog.models import Person
from graticule.errors import OutOfRangeError
from graticule.jobs.executors.work import Work
from graticule.render.encode import encode
from graticule.services.exports.choice import ancestors_of
from graticule.services.exports.pictures import Drawing, draw_whole, whole_view
from graticule.services.scenes import Scene, find_scene, open_scene
from graticule.services.tasks.packing import Packer, Steps, zip_result
from graticule.services.tasks.rendered_images import RenderedParameters
from graticule.services.tasks.selection import selected_images
from graticule.services.tasks.spans import read_span
from graticule.services.view import DEFAULT_QUALITY

LIST_NAME = "pictures.csv"
_COLUMNS = ("picture", "image", "name", "z", "t", "width", "height", "full_width")


def make(work: Work, asked: RenderedParameters, person: Person) -> None:
    """Draw all that was asked for.

    Raises
    ------
    graticule.errors.GraticuleError
        If an image cannot be seen, read or drawn.
    """
    images = selected_images(person, asked)
    rows = io.StringIO()
    listing = csv.writer(rows)
    listing.writerow(_COLUMNS)
    with zip_result(work, "archive", f"pictures_{asked.format}.zip") as packer:
        for done, image_id in enumerate(images):
            scene = find_scene(person, image_id)
            folder = _folder(person, image_id) if asked.folders else ""
            steps = Steps(work, done, len(images))
            for row in _draw_image(packer, scene, asked, folder, steps):
                listing.writerow(row)
        packer.write(LIST_NAME, rows.getvalue().encode())
    work.report(len(images), len(images), f"{len(images)} images")


def _draw_image(
    packer: Packer, scene: Scene, asked: RenderedParameters, folder: str, steps: Steps
) -> Iterator[tuple[object, ...]]:
    """Draw the planes of one image; give a row of the list for each."""
    drawing = Drawing(
        rendering=asked.rendering_of(scene.rendering),
        projection=asked.projection_of(scene.size_z),
        longest_side=asked.size,
    )
    times = _numbers("T", asked.t, scene.size_t, scene.default_t)
    planes = range(1)
    if drawing.projection is None:
        planes = _numbers("Z", asked.z, scene.size_z, scene.default_z)
    places = [(z, t) for t in times for z in planes]
    quality = DEFAULT_QUALITY if asked.quality is None else asked.quality
    with open_scene(scene) as source:
        for done, (z, t) in enumerate(places):
            view = whole_view(scene, drawing, z, t)
            picture = draw_whole(source, scene, view, asked.size)
            base = scene.name.replace("/", "_")
            if len(planes) > 1:
                base += f"_z{z:0{len(str(planes[-1]))}}"
            if len(times) > 1:
                base += f"_t{t:0{len(str(times[-1]))}}"
            name = packer.write(
                f"{folder}{base}.{asked.format}",
                encode(picture, asked.format, quality),
            )
            steps(done + 1, len(places))
            height, width, _ = picture.shape
            shown_z = asked.p if drawing.projection else z
            yield (
                name,
                scene.image_id,
                scene.name,
                shown_z,
                t,
                width,
                height,
                (scene.width),
            )


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
