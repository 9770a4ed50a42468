"""From what is asked of an image to a box of its pixels.

Regions, wavelengths, times and pixels narrow the box one after the other. The
geometry of an open file is worked out once and forgotten with it. Visibility has
been decided before; writes nothing.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from threading import Lock
from weakref import WeakKeyDictionary

from astropy.wcs import WCS

from graticule.catalog.models import Image, Observation
from graticule.errors import GraticuleError, RequestError
from graticule.pixels.fits.cutout import Cut
from graticule.pixels.fits.source import FitsSource
from graticule.pixels.fits.warned import caught
from graticule.pixels.model import Window
from graticule.services.exports.parts import Part, Span
from graticule.services.observatory.cutout_words import Interval, Shape
from graticule.services.observatory.other_axes import (
    Axis,
    polarized_pixels,
    time_axis,
    wavelength_axis,
)
from graticule.services.observatory.regions import Region
from graticule.services.observatory.signalled import SIGNALLED
from graticule.services.observatory.sky_plane import SkyPlane, sky_plane
from graticule.services.observatory.sky_window import sky_window
from graticule.services.scenes import Scene

# Of a pixel: what rounding may make of the edge of one.
_NOISE = 1e-9


class NothingThereError(GraticuleError):
    """The image has nothing of what is asked."""


@dataclass(frozen=True)
class Asked:
    """Which part of an image; what is unset is wanted whole.

    ``spans`` are pixels by ``x y z c t`` as the viewer counts them, ``lengths``
    micrometres by ``x y z``.
    """

    region: Shape | None = None
    band: Interval | None = None
    time: Interval | None = None
    pol: tuple[str, ...] = ()
    spans: Mapping[str, Interval] = field(default_factory=dict)
    lengths: Mapping[str, Interval] = field(default_factory=dict)

    @property
    def of_the_sky(self) -> bool:
        """Whether it asks by something that only a header tells."""
        return bool(self.region or self.band or self.time or self.pol)


class _Geometry:
    """What the header of an image of an open file means; worked out when needed."""

    def __init__(self, source: FitsSource, image: int) -> None:
        opened = source.opened(image)
        self.header, self._hdus = opened.hdu.header, opened.hdus

    @cached_property
    def whole(self) -> WCS:
        """All world coordinates."""
        try:
            with caught():
                return WCS(self.header, self._hdus)
        except SIGNALLED as error:
            raise RequestError(
                "The image's world coordinates cannot be understood. Cut it by "
                "pixels, with X, Y and Z."
            ) from error

    @cached_property
    def plane(self) -> SkyPlane:
        """Those of the sky."""
        try:
            with caught():
                return sky_plane(self.header, self._hdus)
        except SIGNALLED as error:
            raise RequestError(
                "The image's coordinates of the sky cannot be computed. Cut it by "
                "pixels, with X and Y."
            ) from error

    @cached_property
    def wavelengths(self) -> Axis | None:
        """The spectral axis."""
        whole = self.whole
        with caught():
            return wavelength_axis(self.header, whole)

    @cached_property
    def times(self) -> Axis | None:
        """The axis of times."""
        whole = self.whole
        with caught():
            return time_axis(self.header, whole)


_known: WeakKeyDictionary[FitsSource, dict[int, _Geometry]] = WeakKeyDictionary()
_lock = Lock()


def _geometry(source: FitsSource, image: int) -> _Geometry:
    with _lock:
        mine = _known.setdefault(source, {})
        return mine.setdefault(image, _Geometry(source, image))


class _Box:
    """A box that becomes narrower; axes as FITS numbers them, from 0."""

    def __init__(self, sizes: tuple[int, ...]) -> None:
        self.starts = [0] * len(sizes)
        self.stops = list(sizes)

    def narrow(self, axis: int, start: int, stop: int) -> None:
        """Keep what is between both.

        Raises
        ------
        NothingThereError
            If nothing is left.
        """
        self.starts[axis] = max(self.starts[axis], start)
        self.stops[axis] = min(self.stops[axis], stop)
        if self.starts[axis] >= self.stops[axis]:
            raise NothingThereError("The image has nothing of what is asked for.")


def fits_cut(scene: Scene, source: FitsSource, asked: Asked) -> Cut:
    """Find the box of an image in a FITS file.

    Raises
    ------
    NothingThereError
        If it has nothing of what is asked.
    graticule.errors.RequestError
        If it makes no sense for this image.
    """
    opened = source.opened(scene.index)
    sizes = tuple(opened.hdu.shape[::-1])
    box = _Box(sizes)
    geometry = _geometry(source, scene.index)
    if asked.region is not None:
        _narrow_sky(box, geometry.plane, asked.region)
    if asked.band is not None:
        _narrow_axis(box, geometry.wavelengths, asked.band, scene, "BAND")
    if asked.time is not None:
        _narrow_axis(box, geometry.times, asked.time, scene, "TIME")
    if asked.pol:
        _narrow_states(box, geometry, scene, asked.pol)
    further = {axis.role: axis.fits_axis - 1 for axis in opened.axes if axis.role}
    for name, (start, stop) in _pixels(scene, asked).items():
        if name == "y":
            # The viewer counts rows from the top, the file from the bottom.
            box.narrow(1, scene.height - stop, scene.height - start)
        elif name == "x":
            box.narrow(0, start, stop)
        elif name in further:
            box.narrow(further[name], start, stop)
        elif start > 0 or stop < 1:
            raise NothingThereError(f"The image has nothing beyond {name} 0.")
    return Cut(scene.index, tuple(box.starts), tuple(box.stops))


def part_of_cut(scene: Scene, source: FitsSource, cut: Cut) -> Part:
    """Say the same box as the viewer counts: rows from the top, axes by their role."""
    (x0, y0), (x1, y1) = cut.starts[:2], cut.stops[:2]
    window = Window(x0, scene.height - y1, x1, scene.height - y0)
    spans: dict[str, Span] = {}
    for axis in source.opened(scene.index).axes:
        if axis.role:
            number = axis.fits_axis - 1
            spans[axis.role] = cut.starts[number], cut.stops[number] - 1
    return Part(spans.get("z"), spans.get("c"), spans.get("t"), window)


def pixel_part(scene: Scene, asked: Asked) -> Part:
    """Find the box of an image that has no sky.

    Raises
    ------
    NothingThereError
        If it has nothing of what is asked.
    graticule.errors.RequestError
        If it makes no sense for this image.
    """
    if asked.of_the_sky:
        raise RequestError(
            "The image has no coordinates of the sky: it is cut by X, Y, Z, C and T, "
            "or by X_UM, Y_UM and Z_UM."
        )
    names = "xyzct"
    sizes = scene.width, scene.height, scene.size_z, scene.size_c, scene.size_t
    box = _Box(sizes)
    for name, (start, stop) in _pixels(scene, asked).items():
        box.narrow(names.index(name), start, stop)
    z, c, t = ((box.starts[n], box.stops[n] - 1) for n in (2, 3, 4))
    window = Window(box.starts[0], box.starts[1], box.stops[0], box.stops[1])
    return Part(z, c, t, window)


def _narrow_sky(box: _Box, plane: SkyPlane, shape: Shape) -> None:
    window = sky_window(plane, Region(shape))
    if window is None:
        raise NothingThereError(f"The image and {shape} have nothing in common.")
    x, y = plane.axes
    box.narrow(x, window.x0, window.x1)
    box.narrow(y, window.y0, window.y1)


def _narrow_axis(
    box: _Box, axis: Axis | None, wanted: Interval, scene: Scene, word: str
) -> None:
    """Keep the pixels of an axis, or all if the image as a whole is in the interval."""
    if axis is not None:
        found = axis.pixels(wanted)
        if found is None:
            raise NothingThereError(f"The image has nothing of {word} {wanted}.")
        box.narrow(axis.number, *found)
        return
    known = _known_limits(scene, word)
    if known is None:
        raise RequestError(
            f"{word}: nothing is known of the image's "
            f"{'wavelengths' if word == 'BAND' else 'time'}; leave it out."
        )
    if known.high < wanted.low or known.low > wanted.high:
        raise NothingThereError(f"The image has nothing of {word} {wanted}.")


def _known_limits(scene: Scene, word: str) -> Interval | None:
    """Look up what the catalogue knows of an image as a whole."""
    seen = Observation.objects.filter(image_id=scene.image_id).first()
    if seen is not None:
        low, high = (
            (seen.em_min, seen.em_max) if word == "BAND" else (seen.t_min, seen.t_max)
        )
        if low is not None:
            return Interval(low, low if high is None else high)
    return None


def _narrow_states(
    box: _Box, geometry: _Geometry, scene: Scene, states: tuple[str, ...]
) -> None:
    found = polarized_pixels(geometry.header, states)
    if found is None:
        seen = Observation.objects.filter(image_id=scene.image_id).first()
        known = seen.pol_states.split("/") if seen is not None else []
        if not any(known):
            raise RequestError(
                "POL: nothing is known of the image's polarization; leave it out."
            )
        if not set(known) & set(states):
            raise NothingThereError(f"The image has nothing of {' '.join(states)}.")
        return
    number, pixels = found
    if pixels is None:
        raise NothingThereError(f"The image has nothing of {' '.join(states)}.")
    box.narrow(number, *pixels)


def _pixels(scene: Scene, asked: Asked) -> dict[str, tuple[int, int]]:
    """Turn spans and lengths into first pixel and the one after the last."""
    found = {name: _whole(span) for name, span in asked.spans.items()}
    if asked.lengths:
        image = Image.objects.get(pk=scene.image_id)
        sizes = {
            "x": image.pixel_width_um,
            "y": image.pixel_height_um,
            "z": image.pixel_depth_um,
        }
        for name, span in asked.lengths.items():
            size = sizes[name]
            if not size:
                raise RequestError(
                    f"{name.upper()}_UM: the size of the image's pixels is not known; "
                    f"use {name.upper()}."
                )
            start, stop = _covered(span, size)
            before = found.get(name, (start, stop))
            found[name] = max(start, before[0]), min(stop, before[1])
    return found


def _whole(span: Interval) -> tuple[int, int]:
    """Give the pixels that an interval touches, each from half before to half after."""
    first = _floor(span.low + 0.5)
    last = max(first, _ceil(span.high - 0.5))
    return first, last + 1


def _covered(span: Interval, size: float) -> tuple[int, int]:
    """Give the pixels that a length touches; the first begins at 0."""
    first = _floor(span.low / size + _NOISE)
    last = max(first, _ceil(span.high / size - _NOISE) - 1)
    return first, last + 1


_FAR = 1 << 40


def _floor(number: float) -> int:
    return math.floor(min(max(number, -_FAR), _FAR))


def _ceil(number: float) -> int:
    return math.ceil(min(max(number, -_FAR), _FAR))
