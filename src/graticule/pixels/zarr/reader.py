"""OME-Zarr 0.1 to 0.5 on Zarr 2 and 3: images, collections, plates, labels.

The reader and its source; the work is done in the modules ``zarr_*`` beside it.
Local folders only so far. Must not know Django, people, colour or HTTP.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import ClassVar

from graticule.errors import (
    CorruptFileError,
    FileError,
    MissingFileError,
    UnsupportedFileError,
)
from graticule.pixels.model import Window
from graticule.pixels.original import Entry
from graticule.pixels.reader import (
    Fileset,
    Pixels,
    ReadContext,
    ReadLimits,
    StoredTile,
    check_read,
)
from graticule.pixels.zarr.collections import holds_images, read_collection
from graticule.pixels.zarr.metadata import GROUP_DOCUMENTS, ZarrDocuments
from graticule.pixels.zarr.multiscales import StoredImage
from graticule.pixels.zarr.original import zarr_entries

_FORMAT = "OME-Zarr"


class ZarrSource:
    """An open OME-Zarr folder.

    Parameters
    ----------
    fileset
        What it holds.
    images
        The arrays of each of its images, in the same order.
    context
        Limits and the cache that its chunks are kept in.
    """

    def __init__(
        self, fileset: Fileset, images: Sequence[StoredImage], context: ReadContext
    ) -> None:
        self.fileset = fileset
        self._images = images
        self._context = context

    def read(
        self,
        image: int,
        level: int,
        z: int,
        t: int,
        channels: Sequence[int],
        window: Window,
    ) -> Pixels:
        """Read a window (see :meth:`graticule.pixels.reader.Source.read`).

        Where a level has fewer z than the image, the plane at the same height
        is read.
        """
        stored = self._images[image]
        info = stored.info
        check_read(info, level, z, t, channels, window, self._context.limits)
        array = stored.levels[level]
        z_stored = z * array.shape[2] // info.size_z
        return array.read(t, z_stored, channels, window, self._context.chunks)

    def stored_tile(
        self,
        image: int,
        level: int,
        z: int,
        t: int,
        window: Window,
    ) -> StoredTile | None:
        """Find none: no browser shows a chunk."""
        del image, level, z, t, window
        return None

    def close(self) -> None:
        """Let go of the arrays."""
        for image in self._images:
            for array in image.levels:
                array.close()


class ZarrReader:
    """Opens folders that are an OME-Zarr image, collection or plate."""

    name: ClassVar[str] = "ome-zarr"
    priority: ClassVar[int] = 50
    opens_folders: ClassVar[bool] = True

    def probe(self, path: Path, head: bytes) -> bool:
        """Say whether a folder is a whole OME-Zarr.

        Wells and bare arrays are not, nor are groups that merely hold images
        in folders of their own. Broken metadata is taken, so that opening tells
        what is wrong with it.
        """
        del head
        # Unlike Path.is_file, answers for a folder that may not be entered, too.
        if not any(os.path.isfile(path / name) for name in GROUP_DOCUMENTS):  # noqa: PTH113
            return False
        documents = ZarrDocuments(ReadLimits())
        try:
            group = documents.group(path)
        except FileError:
            return True
        return group is not None and holds_images(group.attributes)

    def open(self, path: Path, context: ReadContext) -> ZarrSource:
        """Open a folder (see :meth:`graticule.pixels.reader.Reader.open`)."""
        if not path.is_dir():
            raise MissingFileError(path, "is not there (any more).")
        documents = ZarrDocuments(context.limits)
        group = documents.group(path)
        if group is None:
            raise CorruptFileError(
                path, f"is no Zarr group: it has none of {', '.join(GROUP_DOCUMENTS)}."
            )
        if not holds_images(group.attributes):
            raise UnsupportedFileError(
                group.document, "is a Zarr group, but says nothing about images."
            )
        warnings: list[str] = []
        collection = read_collection(documents, group, warnings)
        fileset = Fileset(
            format=_FORMAT,
            entry=path,
            files=tuple(documents.files),
            images=tuple(image.info for image in collection.images),
            metadata=collection.metadata,
            warnings=tuple(warnings),
        )
        return ZarrSource(fileset, collection.images, context)

    def original_metadata(
        self, path: Path, key: str, limits: ReadLimits
    ) -> Iterator[Entry]:
        """Read JSON documents (see ``OriginalReader``)."""
        yield from zarr_entries(path, key, limits)
