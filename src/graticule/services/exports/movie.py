"""Planes of an image as a movie, along z or along t.

Frames are drawn and encoded one by one. Knows no request and no job.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import av
import numpy as np
from PIL import Image

from graticule.errors import FileError, OutOfRangeError, RequestError
from graticule.pixels.model import Window
from graticule.pixels.reader import Source
from graticule.render.outlines import draw_outlines
from graticule.render.project import projected_planes
from graticule.render.settings import Projection, Rendering
from graticule.services.exports.aside import Progress, appearing_file
from graticule.services.exports.movie_frames import (
    GATEWAY_MARKS,
    Marks,
    Picture,
    check_bar,
    draw_frame,
    frame_size,
)
from graticule.services.scenes import Scene, open_scene
from graticule.services.shape_outlines import PlacedOutline
from graticule.services.view import View, check_view, draw_pixels

if TYPE_CHECKING:
    from av.container import OutputContainer
    from av.video.stream import VideoStream

FASTEST = 120
"""Frames per second; no screen shows more."""

LONGEST_SIDE = 4080
"""Of a picture: larger ones are shown reduced, for no decoder takes them."""

LEAST = 16
"""The least side of a picture whose size is asked for."""

_BT709 = 1
_RED_GREEN_BLUE = "rgb24"


class Axis(Enum):
    """What a movie runs along."""

    Z = "z"
    T = "t"


class MovieFormat(Enum):
    """A container and what is in it, by the name people ask for."""

    QUICKTIME = "quicktime"
    MPEG = "mpeg"
    WMV = "wmv"
    WEBM = "webm"

    @property
    def suffix(self) -> str:
        """What file names end in."""
        return _KINDS[self].suffix

    @property
    def media_type(self) -> str:
        """The media type."""
        return _KINDS[self].media_type


@dataclass(frozen=True, slots=True)
class _Kind:
    suffix: str
    media_type: str
    container: str
    codec: str
    options: dict[str, str]
    tells_colors: bool = True
    bits: int = 16
    """For each pixel of a second, at most; 0 leaves it to the quality."""


_KINDS = {
    MovieFormat.QUICKTIME: _Kind(
        ".mp4", "video/mp4", "mp4", "libx264", {"preset": "veryfast", "crf": "18"}
    ),
    MovieFormat.MPEG: _Kind(
        ".mpg", "video/mpeg", "vob", "mpeg2video", {"qmin": "2", "qmax": "6"}
    ),
    MovieFormat.WMV: _Kind(
        ".wmv",
        "video/x-ms-wmv",
        "asf",
        "wmv2",
        {"qmin": "2", "qmax": "6"},
        tells_colors=False,
    ),
    MovieFormat.WEBM: _Kind(
        ".webm",
        "video/webm",
        "webm",
        "libvpx-vp9",
        {"deadline": "realtime", "cpu-used": "6", "crf": "24", "row-mt": "1"},
        bits=0,
    ),
}


@dataclass(frozen=True, slots=True)
class Movie:
    """Which planes, drawn how, at which speed.

    ``position`` is the t of a movie along z, or the z of one along t; a
    ``projection`` takes the place of z along t. ``pixel_um`` is the width of a
    pixel at full size, ``seconds`` when planes were taken, by ``(z, t)``.
    ``first`` and ``last`` are planes along the axis, both shown; ``last`` unset
    is the end. ``longest_side`` of the pictures, unset, is that of the image.
    """

    axis: Axis
    position: int
    rendering: Rendering
    projection: Projection | None = None
    fps: int = 4
    format: MovieFormat = MovieFormat.QUICKTIME
    pixel_um: float | None = None
    seconds: tuple[tuple[tuple[int, int], float], ...] = ()
    first: int = 0
    last: int | None = None
    longest_side: int | None = None
    marks: Marks = GATEWAY_MARKS
    outlines: tuple[PlacedOutline, ...] = ()


def frame_count(scene: Scene, movie: Movie) -> int:
    """Say how many planes a movie shows."""
    return len(frame_numbers(scene, movie))


def frame_numbers(scene: Scene, movie: Movie) -> range:
    """List the planes along the axis that a movie shows."""
    size = _length(scene, movie)
    return range(movie.first, size if movie.last is None else movie.last + 1)


def _length(scene: Scene, movie: Movie) -> int:
    return scene.size_z if movie.axis is Axis.Z else scene.size_t


def first_view(scene: Scene, movie: Movie) -> View:
    """Give the view of the first frame: all others read as much."""
    return _view(scene, movie, movie.first)


def frame_bytes(scene: Scene) -> int:
    """Say how many bytes one drawn frame has."""
    level = scene.levels[_level(scene)]
    width, height = frame_size(
        min(level.width, LONGEST_SIDE), min(level.height, LONGEST_SIDE)
    )
    return width * height * 3


def check_movie(scene: Scene, movie: Movie) -> None:
    """Refuse what cannot be made.

    Raises
    ------
    graticule.errors.RequestError
        If the speed is not from 1 to ``FASTEST``, or range, size or scale bar
        make no sense.
    graticule.errors.OutOfRangeError
        If the image has no such position.
    graticule.errors.LimitError
        If a frame is larger than ``max_render_pixels``.
    """
    if not 1 <= movie.fps <= FASTEST:
        raise RequestError(f"fps must be from 1 to {FASTEST}, not {movie.fps}.")
    name, size = ("t", scene.size_t) if movie.axis is Axis.Z else ("z", scene.size_z)
    if not 0 <= movie.position < size:
        raise OutOfRangeError(f"{name} {movie.position} is outside 0 to {size - 1}.")
    _check_range(scene, movie)
    view = first_view(scene, movie)
    check_view(scene, view, "A frame")
    if movie.projection is not None:
        projected_planes(movie.projection, scene.size_z)
    width, height = _shown_size(view.window, movie)
    shown_um = movie.pixel_um * scene.width / width if movie.pixel_um else None
    frame_width, _ = frame_size(width, height, movie.marks.least_side)
    check_bar(movie.marks, frame_width, shown_um)


def _check_range(scene: Scene, movie: Movie) -> None:
    name, size = movie.axis.value, _length(scene, movie)
    for number in (movie.first, size - 1 if movie.last is None else movie.last):
        if not 0 <= number < size:
            raise OutOfRangeError(f"{name} {number} is outside 0 to {size - 1}.")
    if not frame_numbers(scene, movie):
        raise RequestError(f"The range {movie.first} to {movie.last} is empty.")
    side = movie.longest_side
    if side is not None and not (LEAST <= side <= LONGEST_SIDE and side % 2 == 0):
        raise RequestError(
            f"The longest side must be an even number from {LEAST} to "
            f"{LONGEST_SIDE}, not {side}."
        )


def write_movie(
    scene: Scene, movie: Movie, path: Path, *, progress: Progress | None = None
) -> None:
    """Write a movie.

    Parameters
    ----------
    path
        Appears when it is whole; replaces what was there.
    progress
        Called with the frames done and the frames in all.

    Raises
    ------
    graticule.errors.RequestError, graticule.errors.OutOfRangeError
        As :func:`check_movie`.
    graticule.errors.LimitError
        If a frame is too large.
    graticule.errors.FileError
        If the image cannot be read or the movie not be written.
    """
    check_movie(scene, movie)
    frames = draw_frames(scene, movie, frame_numbers(scene, movie))
    encode_movie(frames, scene, movie, path, progress=progress)


def encode_movie(
    frames: Iterator[Picture],
    scene: Scene,
    movie: Movie,
    path: Path,
    *,
    progress: Progress | None = None,
) -> None:
    """Write a movie out of its frames, all of them in order.

    Parameters
    ----------
    path, progress
        As :func:`write_movie` has them.

    Raises
    ------
    graticule.errors.FileError
        If the movie cannot be written.
    """
    with appearing_file(path) as aside:
        told = _told(frames, frame_count(scene, movie))
        try:
            _encode(told, movie, aside, progress)
        except av.FFmpegError as error:
            raise FileError(path, f"cannot be encoded ({error.strerror}).") from error


def _told(frames: Iterator[Picture], total: int) -> Iterator[tuple[int, int, Picture]]:
    for number, frame in enumerate(frames, 1):
        yield number, total, frame


def draw_frames(
    scene: Scene, movie: Movie, numbers: Iterable[int]
) -> Iterator[Picture]:
    """Draw some frames, by the numbers of their planes along the axis.

    Raises
    ------
    graticule.errors.LimitError
        If a frame is too large.
    graticule.errors.FileError
        If the image cannot be read.
    """
    with open_scene(scene) as source:
        for number in numbers:
            yield _drawn(source, scene, movie, number)


def _drawn(source: Source, scene: Scene, movie: Movie, number: int) -> Picture:
    view = _view(scene, movie, number)
    picture = _resized(
        draw_pixels(source, scene, view, bounded=False),
        _shown_size(view.window, movie),
    )
    height, width, _ = picture.shape
    drawn = [each.outline for each in movie.outlines if each.is_on(*_place(view))]
    if drawn:
        scale = (width / scene.width, height / scene.height)
        picture = draw_outlines(picture, drawn, scale)
    shown = scene.width / width
    return draw_frame(
        picture,
        pixel_um=movie.pixel_um * shown if movie.pixel_um else None,
        seconds=dict(movie.seconds).get((view.z, view.t)),
        z=view.z if view.projection is None else -1,
        t=view.t,
        marks=movie.marks,
    )


def _place(view: View) -> tuple[range, int]:
    if view.projection is None:
        return range(view.z, view.z + 1), view.t
    return range(view.projection.start, view.projection.end + 1), view.t


def _view(scene: Scene, movie: Movie, number: int) -> View:
    if movie.longest_side is None:
        level = _level(scene)
    else:
        level = _level_for(scene, movie.longest_side)
    along_z = movie.axis is Axis.Z
    projection = None if along_z else movie.projection
    z = number if along_z else movie.position
    return View(
        z=0 if projection is not None else z,
        t=movie.position if along_z else number,
        level=level,
        window=scene.levels[level].whole,
        rendering=movie.rendering,
        projection=projection,
    )


def _level(scene: Scene) -> int:
    """Choose the largest level that can be shown, or else the smallest."""
    for number, level in enumerate(scene.levels):
        if max(level.width, level.height) <= LONGEST_SIDE:
            return number
    return len(scene.levels) - 1


def _level_for(scene: Scene, side: int) -> int:
    """Choose the smallest level that need not be enlarged, or else the largest."""
    enough = [
        number
        for number, level in enumerate(scene.levels)
        if max(level.width, level.height) >= side
    ]
    return enough[-1] if enough else 0


def _shown_size(window: Window, movie: Movie) -> tuple[int, int]:
    """Give width and height of a picture within its frame."""
    longest = max(window.width, window.height)
    if movie.longest_side is None:
        # Reduced, by a whole factor, where it is still too long.
        factor = -(-longest // LONGEST_SIDE)
        return -(-window.width // factor), -(-window.height // factor)
    width, height = (
        max(1, round(side * movie.longest_side / longest))
        for side in (window.width, window.height)
    )
    return width, height


def _resized(picture: Picture, size: tuple[int, int]) -> Picture:
    """Bring a picture to a size: means where it shrinks, squares where it grows."""
    height, width, _ = picture.shape
    if size == (width, height):
        return picture
    return np.asarray(Image.fromarray(picture).resize(size, Image.Resampling.BOX))


def _encode(
    frames: Iterator[tuple[int, int, Picture]],
    movie: Movie,
    path: Path,
    progress: Progress | None,
) -> None:
    kind = _KINDS[movie.format]
    rate = _rate(kind.codec, movie.fps)
    shown = 0
    with av.open(str(path), "w", format=kind.container, options=_muxing(kind)) as file:
        stream: VideoStream | None = None
        for number, total, picture in frames:
            if stream is None:
                stream = _stream(file, kind, rate, picture)
            frame = _frame(picture, kind)
            # A rate the codec lacks: some frames are shown twice, so that the
            # speed is right.
            until = number * rate // movie.fps
            for place in range(shown, until):
                frame.pts = place
                file.mux(stream.encode(frame))
            shown = until
            if progress is not None:
                progress(number, total)
        if stream is not None:
            file.mux(stream.encode(None))


def _muxing(kind: _Kind) -> dict[str, str]:
    """Let players begin before they have the whole file."""
    return {"movflags": "+faststart"} if kind.container == "mp4" else {}


def _rate(codec: str, fps: int) -> int:
    """Give the slowest rate that the codec has and that is not below ``fps``."""
    rates = av.codec.Codec(codec, "w").frame_rates
    if not rates:
        return fps
    whole = (int(rate.numerator) for rate in rates if rate.denominator == 1)
    return min(rate for rate in whole if rate >= fps)


def _stream(
    file: OutputContainer, kind: _Kind, rate: int, picture: Picture
) -> VideoStream:
    stream = file.add_stream(kind.codec, rate=rate, options=kind.options)
    assert isinstance(stream, av.VideoStream)
    stream.height, stream.width, _ = picture.shape
    stream.pix_fmt = "yuv420p"
    context = stream.codec_context
    context.time_base = Fraction(1, rate)
    pixels = picture.shape[0] * picture.shape[1]
    context.bit_rate = max(800_000, pixels * kind.bits) if kind.bits else 0
    if kind.tells_colors:
        context.colorspace = _BT709
        context.color_primaries = _BT709
        context.color_trc = _BT709
    return stream


def _frame(picture: Picture, kind: _Kind) -> av.VideoFrame:
    frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(picture), _RED_GREEN_BLUE)
    space = "ITU709" if kind.tells_colors else "ITU601"
    return frame.reformat(format="yuv420p", dst_colorspace=space)
