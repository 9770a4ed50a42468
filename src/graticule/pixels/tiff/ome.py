"""OME-TIFF: one file, or a set of files with common OME-XML.

The XML says which directory of which file holds which plane; files besides the
first are looked into when one of their planes is read. A set opens by any of
its members and by its companion.
"""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from threading import Lock

import numpy as np
import numpy.typing as npt
from tifffile import TiffFile

from graticule.errors import (
    CorruptFileError,
    LimitError,
    MissingFileError,
    UnsupportedFileError,
)
from graticule.pixels.model import ImageInfo, Level
from graticule.pixels.omexml.document import OmeDocument, OmeImage, TiffBlock, parse_ome
from graticule.pixels.reader import Fileset, ReadLimits
from graticule.pixels.tiff.blocks import NOWHERE, Numbers, plane_tables
from graticule.pixels.tiff.file import StoredFile
from graticule.pixels.tiff.layout import (
    PageLayout,
    StoredPage,
    is_picture,
    page_of,
)
from graticule.pixels.tiff.members import Members
from graticule.pixels.tiff.planes import StoredImage, grouped_channels

_MAX_XML_BYTES = 1 << 29
_MAX_PAGES_KEPT = 4096
FORMAT = "OME-TIFF"


class OmePages:
    """Pages of one OME image, found when asked for."""

    def __init__(
        self, members: Members, files: Numbers, directories: Numbers, like: ImageInfo
    ) -> None:
        self._members = members
        self._files = files.reshape(-1)
        self._directories = directories.reshape(-1)
        self._like = like
        self._known: dict[tuple[int, int], StoredPage] = {}
        self._lock = Lock()

    def page(self, level: int, slot: int) -> StoredPage | None:
        """Find a page; see :class:`graticule.pixels.tiff.planes.Pages`.

        Raises
        ------
        graticule.errors.MissingFileError, graticule.errors.CorruptFileError
        """
        found = self._known.get((level, slot))
        if found is None:
            found = self._find(level, slot)
            with self._lock:
                if len(self._known) >= _MAX_PAGES_KEPT:
                    self._known.clear()
                self._known[level, slot] = found
        return found

    def _find(self, level: int, slot: int) -> StoredPage:
        member = self._members.members[self._files[slot]]
        number = int(self._directories[slot])
        found = member.directory(number, level, self._members.limits)
        layout = self._members.layout(member, found)
        expected = self._like.levels[level]
        if (layout.width, layout.height) != (expected.width, expected.height) or (
            layout.pixel_type is not self._like.pixel_type
        ):
            raise CorruptFileError(
                member.path,
                f"Page {number} is {layout.width} x {layout.height} "
                f"{layout.pixel_type.value}, not {expected.width} x "
                f"{expected.height} {self._like.pixel_type.value} as its image.",
            )
        return page_of(
            layout,
            member.stored(),
            found.offset,
            found.offsets,
            found.counts,
            found.jpeg_tables,
        )


class OmeReader:
    """Puts together the images of an OME-TIFF; lives while it is opened.

    Attributes
    ----------
    images
        Empty if the XML turned out to describe nothing that is there; the
        file is then read without it.
    warnings
        What was odd.
    """

    def __init__(self, entry: StoredFile, limits: ReadLimits) -> None:
        self.entry = entry
        self.images: list[StoredImage] = []
        self.warnings: list[str] = []
        self.members = Members(entry.path.parent, limits)
        self._limits = limits
        self._own = NOWHERE
        self._document: OmeDocument | None = None
        self._extra: list[StoredFile] = []

    @classmethod
    def of_member(
        cls, tif: TiffFile, file: StoredFile, xml: str, limits: ReadLimits
    ) -> OmeReader:
        """Open by a TIFF with OME-XML in it (or with a pointer to it)."""
        reader = cls(file, limits)
        reader._own = reader.members.add(file.path, file)
        reader.members.lend(file.path, tif)
        document = parse_ome(xml, file.path)
        with ExitStack() as undo:
            undo.callback(reader.close)
            undo.callback(reader.members.lend, file.path, None)
            whole: OmeDocument | None = document
            if document.metadata_file is not None and not document.images:
                whole = reader._pointed(document.metadata_file)
            if whole is not None:
                reader._read(whole)
                undo.pop_all()
        reader.members.lend(file.path, None)
        return reader

    @classmethod
    def of_companion(cls, path: Path, limits: ReadLimits) -> OmeReader:
        """Open by the XML file that lies beside the TIFFs.

        Raises
        ------
        graticule.errors.MissingFileError
            If none of its TIFFs is there.
        """
        file = StoredFile(path)
        reader = cls(file, limits)
        reader._extra.append(file)
        with ExitStack() as undo:
            undo.callback(reader.close)
            reader._read(parse_ome(_text(file), path))
            if not reader.images:
                raise CorruptFileError(path, "The OME-XML has no images.")
            if not any(member.file for member in reader.members.members):
                raise MissingFileError(path, "None of the files it refers to is there.")
            undo.pop_all()
        return reader

    def fileset(self) -> Fileset:
        """Describe what was read."""
        assert self._document is not None
        there = [one.file for one in self.members.members if one.file is not None]
        every = {one.path: one for one in (self.entry, *self._extra, *there)}
        return Fileset(
            format=FORMAT,
            entry=self.entry.path,
            files=tuple(one.describe() for one in every.values()),
            images=tuple(image.info for image in self.images),
            metadata=self._document.metadata,
            warnings=(*self._document.warnings, *self.warnings),
        )

    def close(self) -> None:
        """Give back all handles."""
        self.members.close()
        for file in self._extra:
            file.close()

    def _pointed(self, name: str) -> OmeDocument | None:
        """Read the XML that a ``BinaryOnly`` member points to."""
        path = self.members.named(name)
        try:
            file = StoredFile(path)
        except MissingFileError:
            self.warnings.append(
                f"The file {path.name} with its metadata is missing: read without."
            )
            return None
        if file.read(0, min(4, file.size_bytes))[:2] in {b"II", b"MM"}:
            with TiffFile(path) as tif:
                xml: str | bytes = tif.ome_metadata or ""
            self._own = self.members.add(path, file)
        else:
            xml = _text(file)
            self._extra.append(file)
            self._own = NOWHERE
        return parse_ome(xml, path)

    def _read(self, document: OmeDocument) -> None:
        self._document = document
        numbered = any(b.ifd is not None for i in document.images for b in i.blocks)
        only_name = self._only_name(document)
        first = 0
        for image in document.images:
            planes = image.size_z * image.size_c * image.size_t
            if planes > self._limits.max_planes:
                raise LimitError(
                    "max_planes", self._limits.max_planes, planes, "Number of planes"
                )
            stored = self._image(image, document.uuid, only_name, first)
            self.images.append(stored)
            if not numbered:
                first += stored.table.size
        lost = [one.path.name for one in self.members.members if one.file is None]
        if lost:
            some = ", ".join(lost[:5]) + (" …" if len(lost) > 5 else "")
            self.warnings.append(f"{len(lost)} files of the set are missing: {some}.")

    def _only_name(self, document: OmeDocument) -> str | None:
        """Find the one name that all blocks give, if there is but one."""
        names = {b.file_name for i in document.images for b in i.blocks}
        return names.pop() if len(names) == 1 else None

    def _member_of(self, block: TiffBlock, uuid: str | None, only: str | None) -> int:
        """Find the number of the file of a block.

        A file that was renamed still knows itself by its UUID, or by being the
        only one that its XML speaks of.
        """
        own = self._own
        if own != NOWHERE and block.uuid is not None and block.uuid == uuid:
            return own
        if block.file_name is None:
            return own
        path = self.members.named(block.file_name)
        renamed = own != NOWHERE and block.file_name == only and not path.exists()
        return own if renamed else self.members.add(path)

    def _image(
        self, image: OmeImage, uuid: str | None, only: str | None, first: int
    ) -> StoredImage:
        samples = image.samples_per_channel

        def tables(outer: int) -> tuple[Numbers, Numbers]:
            return plane_tables(
                image,
                outer,
                lambda block: self._member_of(block, uuid, only),
                self._own,
                first,
            )

        files, directories = tables(len(samples))
        found = self._levels(files, directories)
        if found and found[0].channels != samples[0]:
            each = found[0].channels
            if image.size_c % each:
                raise CorruptFileError(
                    self.entry.path,
                    f"The OME-XML announces {image.size_c} channels, but pages "
                    f"have {each} samples.",
                )
            samples = (each,) * (image.size_c // each)
            files, directories = tables(len(samples))
        info = self._describe(image, found)
        slots = np.arange(files.size, dtype=np.int32).reshape(files.shape)
        table: npt.NDArray[np.int32] = np.where(files == NOWHERE, NOWHERE, slots)
        holes = int((files == NOWHERE).sum())
        if holes:
            self.warnings.append(
                f"Image {info.key}: {holes} planes are nowhere; they are shown as 0."
            )
        pages = OmePages(self.members, files, directories, info)
        return StoredImage(
            info, table.astype(np.int32, copy=False), grouped_channels(samples), pages
        )

    def _levels(self, files: Numbers, directories: Numbers) -> list[PageLayout]:
        """Look at the first page that is there, and at its smaller levels."""
        there = [n for n, one in enumerate(self.members.members) if one.file]
        places = np.flatnonzero(np.isin(files.reshape(-1), there))
        if not places.size:
            return []
        member = self.members.members[files.reshape(-1)[places[0]]]
        number = int(directories.reshape(-1)[places[0]])
        top = member.directory(number, 0, self._limits)
        layouts = [self.members.layout(member, top)]
        for level in range(1, len(top.sub_offsets) + 1):
            smaller = self.members.layout(
                member, member.directory(number, level, self._limits)
            )
            last = layouts[-1]
            if (
                smaller.width > last.width
                or smaller.height > last.height
                or smaller.pixel_type is not last.pixel_type
                or smaller.channels != last.channels
            ):
                self.warnings.append(
                    f"Level {level} of {smaller.width} x {smaller.height} and those "
                    "below it were left out: they do not belong to the image."
                )
                break
            layouts.append(smaller)
        return layouts

    def _describe(self, image: OmeImage, found: list[PageLayout]) -> ImageInfo:
        whole = Level(image.width, image.height, image.width, image.height)
        levels = tuple(one.level() for one in found) or (whole,)
        info = image.describe(str(image.index), levels, self.entry.path.name)
        if (levels[0].width, levels[0].height) != (image.width, image.height):
            self.warnings.append(
                f"Image {info.key}: the OME-XML says {image.width} x {image.height}, "
                f"the page is {levels[0].width} x {levels[0].height}."
            )
        if found and found[0].pixel_type is not info.pixel_type:
            self.warnings.append(
                f"Image {info.key}: the OME-XML says {info.pixel_type.value}, "
                f"the page is {found[0].pixel_type.value}."
            )
            info = replace(info, pixel_type=found[0].pixel_type)
        one_sample_set = bool(found) and found[0].channels == info.size_c
        return replace(
            info, graphics=one_sample_set and is_picture(found[0], plain=False)
        )


def _text(file: StoredFile) -> bytes:
    if file.size_bytes > _MAX_XML_BYTES:
        raise UnsupportedFileError(file.path, "The OME-XML is absurdly large.")
    return file.read(0, file.size_bytes)
