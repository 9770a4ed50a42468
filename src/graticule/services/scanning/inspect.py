"""Open one file and learn what the catalogue must know of it.

Runs in the worker processes of a scan: must not load Django, and what it
returns must travel between processes.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from graticule.errors import FileError, GraticuleError, LimitError
from graticule.pixels.annotations import FileMetadata
from graticule.pixels.cache import ChunkCache
from graticule.pixels.model import ImageInfo
from graticule.pixels.reader import ReadContext, ReadLimits, Source
from graticule.pixels.registry import find_reader
from graticule.pixels.statistics import channel_statistics
from graticule.render.defaults import default_rendering, fixed_statistics
from graticule.render.settings import Rendering

if TYPE_CHECKING:
    from graticule.services.observatory.observing import Observed

# A file named like this that no reader takes is a problem to be told about;
# any other is simply not an image.
IMAGE_SUFFIXES = frozenset(
    [
        ".tif",
        ".tiff",
        ".btf",
        ".tf2",
        ".tf8",
        ".ome",
        ".svs",
        ".ndpi",
        ".scn",
        ".vms",
        ".vmu",
        ".bif",
        ".qptiff",
        ".lsm",
        ".stk",
        ".flex",
        ".czi",
        ".zvi",
        ".nd2",
        ".lif",
        ".lof",
        ".xlef",
        ".dv",
        ".r3d",
        ".oib",
        ".oif",
        ".oir",
        ".vsi",
        ".ims",
        ".mrc",
        ".map",
        ".nrrd",
        ".nhdr",
        ".ics",
        ".ids",
        ".dcm",
        ".dicom",
        ".fits",
        ".fit",
        ".fts",
        ".fz",
        ".png",
        ".jpg",
        ".jpeg",
        ".jpe",
        ".jp2",
        ".j2k",
        ".jpx",
        ".jxl",
        ".jxr",
        ".webp",
        ".gif",
        ".bmp",
        ".avif",
        ".heic",
        ".ppm",
        ".pgm",
        ".pnm",
        ".exr",
        ".psd",
        ".sld",
        ".spe",
    ]
)


SKY_FORMAT = "FITS"
"""Images of this format are shown as astronomers do, not between extremes."""


@dataclass(frozen=True, slots=True)
class InspectedImage:
    """An image with what was measured and chosen for it.

    Attributes
    ----------
    index
        Its place in the open fileset.
    statistics
        Minimum and maximum of each channel over all planes, where measured.
    rendering, default_z, default_t
        The settings at import (contract rendering 8).
    observed
        What its header says to astronomers, if it shows the sky.
    """

    index: int
    info: ImageInfo
    statistics: tuple[tuple[float, float] | None, ...]
    rendering: Rendering
    default_z: int
    default_t: int
    observed: Observed | None = None


@dataclass(frozen=True, slots=True)
class InspectedFile:
    """One file of a fileset, as it was when it was opened."""

    path: str
    size_bytes: int
    modified_ns: int


@dataclass(frozen=True, slots=True)
class Inspected:
    """A fileset that was opened and read."""

    format: str
    files: tuple[InspectedFile, ...]
    images: tuple[InspectedImage, ...]
    metadata: FileMetadata
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NotAnImage:
    """A file that no reader takes and that is not named like an image."""


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A file that could not be read, and why."""

    cause: str


Outcome = Inspected | NotAnImage | Unreadable


@dataclass(frozen=True, slots=True)
class Inspector:
    """Inspects files within limits; travels to the workers as it is."""

    limits: ReadLimits
    max_plane_pixels: int
    chunk_cache_bytes: int

    def __call__(self, path: str, tell: Callable[[Any], None]) -> Outcome:
        """Open and read a fileset by its entry.

        What a reader raises beyond its contract is not caught: it ends the
        worker, and the scan reports the file with the error's last words.
        """
        del tell
        try:
            return self._inspect(Path(path))
        except FileError as error:
            about = "" if error.path == path else f"{error.path}: "
            return Unreadable(about + error.cause)
        except GraticuleError as error:
            return Unreadable(str(error))
        except OSError as error:
            return Unreadable(f"It cannot be read: {error.strerror or error}.")
        except MemoryError:
            return Unreadable("Reading it takes more memory than there is.")

    def _inspect(self, path: Path) -> Outcome:
        reader = find_reader(path)
        if reader is None:
            return not_taken(path)
        # Deep chunks are decoded once for all their planes, if they all fit.
        chunks = ChunkCache(self.chunk_cache_bytes)
        source = reader.open(path, ReadContext(self.limits, chunks))
        try:
            return self._describe(source)
        finally:
            source.close()

    def _describe(self, source: Source) -> Outcome:
        """Describe what can be shown; an image that cannot is left out."""
        fileset = source.fileset
        warnings = list(fileset.warnings)
        failures = []
        images = []
        for index, info in enumerate(fileset.images):
            try:
                images.append(self._describe_image(source, index, warnings))
            except FileError as error:
                failures.append(f"The image {info.name} is damaged: {error.cause}")
            except LimitError as error:
                failures.append(f"The image {info.name} is too large: {error}")
        if not images:
            return Unreadable(failures[0]) if failures else NotAnImage()
        files = tuple(
            InspectedFile(os.path.abspath(file.path), file.size_bytes, file.modified_ns)  # noqa: PTH100
            for file in fileset.files
        )
        return Inspected(
            fileset.format,
            files,
            tuple(images),
            fileset.metadata,
            (*warnings, *failures),
        )

    def _describe_image(
        self, source: Source, index: int, warnings: list[str]
    ) -> InspectedImage:
        info = source.fileset.images[index]
        statistics = self._measure(source, index, warnings)
        if source.fileset.format == SKY_FORMAT and None not in statistics:
            # Imported here: only those who scan the sky wait for astropy.
            from graticule.pixels.stretch import with_sky_windows  # noqa: PLC0415

            info = with_sky_windows(source, index)
        rendering, default_z, default_t = default_rendering(info, statistics)
        return InspectedImage(
            index=index,
            info=info,
            statistics=tuple(statistics),
            rendering=rendering,
            default_z=default_z,
            default_t=default_t,
            observed=_observed(info),
        )

    def _measure(
        self, source: Source, index: int, warnings: list[str]
    ) -> Sequence[tuple[float, float] | None]:
        """Measure the channels, and see that there is something to show.

        An image is damaged if the plane that is shown first is. Damage further
        in is a warning, and leaves the image without statistics.
        """
        info = source.fileset.images[index]
        fixed = fixed_statistics(info)
        if fixed is not None:
            self._read_first(source, index)
            return fixed
        try:
            return channel_statistics(
                source, index, max_plane_pixels=self.max_plane_pixels
            )
        except (FileError, LimitError) as error:
            self._read_first(source, index)
            warnings.append(f"Part of the image {info.name} cannot be read: {error}")
        return (None,) * info.size_c

    def _read_first(self, source: Source, index: int) -> None:
        """Read the plane that is shown first, unless it is a big one."""
        info = source.fileset.images[index]
        whole = info.levels[0].whole
        if whole.area <= self.max_plane_pixels:
            for channel in range(info.size_c):
                source.read(index, 0, info.size_z // 2, 0, (channel,), whole)


def _observed(info: ImageInfo) -> Observed | None:
    """Say where on the sky an image lies, if it does."""
    if not info.wcs_header:
        return None
    # Imported here: only those who scan the sky wait for astropy.
    from graticule.services.observatory.observing import observe  # noqa: PLC0415

    return observe(info.wcs_header, info.facts)


def not_taken(path: Path) -> NotAnImage | Unreadable:
    """Judge a path that no reader takes."""
    if path.suffix.lower() not in IMAGE_SUFFIXES:
        return NotAnImage()
    if path.stat().st_size == 0:
        return Unreadable("The file is empty.")
    return Unreadable(
        f"No reader takes this {path.suffix} file: it is damaged, or of a kind that "
        "is not supported."
    )
