"""Makes a movie out of what a job asks, by the writer that requests use, too.

Without their limits: a job may take its time. Frames are drawn wherever there is
room, and encoded in order.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from graticule.catalog.models import Image, Person
from graticule.errors import OutOfRangeError, RequestError
from graticule.jobs.executors.pieces import Piece
from graticule.jobs.executors.work import Work
from graticule.render.project import clamped_projection
from graticule.render.settings import Projection
from graticule.services.changes import apply_changes
from graticule.services.exports.facts import frame_facts
from graticule.services.exports.movie import (
    LEAST,
    Axis,
    Movie,
    MovieFormat,
    check_movie,
    draw_frames,
    encode_movie,
    frame_bytes,
    frame_numbers,
)
from graticule.services.exports.movie_frames import Bar, Marks, Picture, Stamp
from graticule.services.plane_times import times_of_points
from graticule.services.rendering_texts import parse_changes, parse_projection
from graticule.services.scenes import Scene, find_scene
from graticule.services.shape_outlines import outlines_of_image
from graticule.services.tasks.movie import MovieParameters
from graticule.services.tasks.packing import file_name, full_disk_told
from graticule.services.tasks.sharing import batches, map_for

_FORMATS = {"mp4": MovieFormat.QUICKTIME, "webm": MovieFormat.WEBM}
# Frames that one process draws before it hands them over.
_PIECE_BYTES = 32 << 20
_MOST_FRAMES = 16


def make_movie(work: Work, asked: MovieParameters, person: Person) -> None:
    """Write a movie.

    Raises
    ------
    graticule.errors.GraticuleError
        If the image cannot be seen or read, or the parameters make no sense.
    """
    scene = find_scene(person, asked.image, rendering_id=asked.rdef)
    movie = movie_of(scene, asked, person)
    name = file_name(f"{scene.name}{movie.format.suffix}")
    check_movie(scene, movie)
    numbers = frame_numbers(scene, movie)
    step = min(_MOST_FRAMES, max(1, _PIECE_BYTES // frame_bytes(scene)))
    drawn = map_for(
        work,
        person,
        partial(_draw, asked, movie),
        batches(numbers, step),
        what="frame",
        things=len(numbers),
    )
    frames = (frame for some in drawn for frame in some)
    with work.result("movie", name, movie.format.media_type) as path, full_disk_told():
        encode_movie(frames, scene, movie, path)
    work.report(1, 1, "done")


def _draw(
    asked: MovieParameters,
    movie: Movie,
    piece: Piece,
    person: Person,
    numbers: Sequence[int],
) -> list[Picture]:
    """Draw some frames; wherever there is room."""
    scene = find_scene(person, asked.image, rendering_id=asked.rdef)
    found = []
    for picture in draw_frames(scene, movie, numbers):
        found.append(picture)
        piece.report(len(found), len(numbers))
    return found


def movie_of(scene: Scene, asked: MovieParameters, person: Person) -> Movie:
    """Make out of parameters what is to be written.

    Raises
    ------
    graticule.errors.RequestError
        If they make no sense together, or for this image.
    """
    axis = Axis(asked.axis or ("t" if scene.size_t > 1 else "z"))
    if axis is Axis.Z:
        position = scene.default_t if asked.t is None else asked.t
    else:
        position = scene.default_z if asked.z is None else asked.z
    facts = frame_facts(scene)
    drawn = asked.rois or asked.roi
    return Movie(
        axis=axis,
        position=position,
        rendering=apply_changes(
            scene.rendering, parse_changes(asked.c or None, asked.maps or None, asked.m)
        ),
        projection=_projection(scene, asked.p) if axis is Axis.T else None,
        fps=asked.fps,
        format=_FORMATS[asked.format],
        pixel_um=facts.pixel_um,
        seconds=facts.seconds or _seconds(scene),
        first=asked.start,
        last=asked.end,
        longest_side=asked.size,
        marks=replace(
            _bar(asked.scale_bar), stamp=Stamp(asked.stamp), least_side=LEAST
        ),
        outlines=outlines_of_image(person, scene.image_id, asked.roi) if drawn else (),
    )


def _projection(scene: Scene, text: str) -> Projection | None:
    asked = parse_projection(text)
    if asked is None:
        if text not in {"", "normal"}:
            raise RequestError(
                f"P is intmax, intmean or intsum, with |start:end or without, not "
                f"{text[:40]!r}."
            )
        return None
    last = scene.size_z - 1
    moved = clamped_projection(asked.kind, scene.size_z, asked.start, asked.end)
    if moved.start > last or moved.end < 0:
        raise OutOfRangeError(
            f"The planes {asked.start} to {asked.end} of P are outside 0 to {last}."
        )
    return moved


def _bar(text: str) -> Marks:
    word = text.strip().lower()
    if word == "none":
        return Marks(bar=Bar.NONE)
    if word in {"", "auto"}:
        return Marks(bar=Bar.ROUND)
    try:
        um = float(word)
    except ValueError:
        um = 0.0
    if not 1e-6 <= um <= 1e9:
        raise RequestError(
            "SCALE_BAR is auto, none, or a length in micrometres above 0, not "
            f"{text[:40]!r}."
        )
    return Marks(bar=Bar.ROUND, bar_um=um)


def _seconds(scene: Scene) -> tuple[tuple[tuple[int, int], float], ...]:
    """Take the interval between times where no plane has a time of its own."""
    image = Image.objects.filter(pk=scene.image_id).first()
    times = times_of_points(image) if image else []
    return tuple(
        ((z, t), seconds)
        for t, seconds in enumerate(times)
        for z in range(scene.size_z)
    )
