"""The files of an OME-TIFF set, each looked into when it is first needed.

Knows directories and layouts; which plane is where is told by the caller.
"""

from __future__ import annotations

from pathlib import Path, PurePosixPath
from threading import Lock

from tifffile import TiffFile, TiffPage

from graticule.errors import CorruptFileError, GraticuleError, MissingFileError
from graticule.pixels.reader import ReadLimits
from graticule.pixels.tiff.errors import PARSE_ERRORS
from graticule.pixels.tiff.file import MAX_HANDLES, StoredFile
from graticule.pixels.tiff.ifd import Directory, DirectoryReader
from graticule.pixels.tiff.layout import PageLayout, forget_tags, layout_of


class Member:
    """One file of a set; it may be missing until it is read."""

    def __init__(self, path: Path, file: StoredFile | None) -> None:
        self.path = path
        self.file = file
        self._reader: DirectoryReader | None = None
        self._chain: list[int] | None = None
        self._lock = Lock()

    def stored(self) -> StoredFile:
        """Get the file.

        Raises
        ------
        graticule.errors.MissingFileError
        """
        if self.file is None:
            raise MissingFileError(
                self.path, "The file is missing; others of its set refer to it."
            )
        return self.file

    def directory(self, number: int, level: int, limits: ReadLimits) -> Directory:
        """Read the directory of a page, or of one of its smaller levels.

        Raises
        ------
        graticule.errors.MissingFileError, graticule.errors.CorruptFileError
        """
        reader, chain = self._walked(limits)
        if not 0 <= number < len(chain):
            raise CorruptFileError(
                self.path,
                f"The OME-XML refers to page {number}, the file has {len(chain)}.",
            )
        found = reader.read(chain[number])
        if level == 0:
            return found
        if level > len(found.sub_offsets):
            raise CorruptFileError(
                self.path, f"Page {number} lacks its level {level}; others have it."
            )
        return reader.read(found.sub_offsets[level - 1])

    def page_count(self, limits: ReadLimits) -> int:
        """Count the pages of the file."""
        return len(self._walked(limits)[1])

    def _walked(self, limits: ReadLimits) -> tuple[DirectoryReader, list[int]]:
        with self._lock:
            if self._reader is None or self._chain is None:
                self._reader = DirectoryReader(self.stored())
                self._chain = self._reader.chain(limits.max_planes)
            return self._reader, self._chain


class Members:
    """The files of a set by number, and the layouts of their pages.

    Parameters
    ----------
    folder
        Where names in the XML start from.
    limits
        For chains and layouts.
    """

    def __init__(self, folder: Path, limits: ReadLimits) -> None:
        self.folder = folder
        self.limits = limits
        self.members: list[Member] = []
        self._numbers: dict[Path, int] = {}
        self._layouts: dict[object, PageLayout] = {}
        self._open: tuple[Path, TiffFile] | None = None
        self._lock = Lock()

    def add(self, path: Path, file: StoredFile | None = None) -> int:
        """Give a file a number; it need not be there."""
        known = self._numbers.get(path)
        if known is not None:
            return known
        if file is None:
            try:
                file = StoredFile(path, keep_open=len(self.members) < MAX_HANDLES)
            except MissingFileError:
                file = None
        self.members.append(Member(path, file))
        self._numbers[path] = len(self.members) - 1
        return len(self.members) - 1

    def named(self, name: str) -> Path:
        """Find the path of a name in the XML; never outside the folder."""
        relative = PurePosixPath(name.replace("\\", "/"))
        if relative.is_absolute() or ".." in relative.parts or ":" in name:
            relative = PurePosixPath(relative.name)
        return self.folder / relative

    def lend(self, path: Path, tif: TiffFile | None) -> None:
        """Use an already open TIFF for the layouts of a file, until ``None``."""
        self._open = None if tif is None else (path, tif)

    def layout(self, member: Member, found: Directory) -> PageLayout:
        """Find the layout of a page; parsed once for all that are alike.

        Raises
        ------
        graticule.errors.FileError, graticule.errors.LimitError
        """
        known = self._layouts.get(found.signature)
        if known is not None:
            return known
        try:
            with self._lock:
                if self._open is not None and self._open[0] == member.path:
                    made = self._parse(self._open[1], member, found.offset)
                else:
                    with TiffFile(member.path) as tif:
                        made = self._parse(tif, member, found.offset)
        except GraticuleError:
            raise
        except FileNotFoundError as error:
            raise MissingFileError(member.path, "The file has vanished.") from error
        except PARSE_ERRORS as error:
            raise CorruptFileError(
                member.path, f"A page of it is damaged: {error}."
            ) from error
        self._layouts[found.signature] = made
        return made

    def _parse(self, tif: TiffFile, member: Member, offset: int) -> PageLayout:
        tif.filehandle.seek(offset)
        page = TiffPage(tif, 0)
        made = layout_of(page, member.path, self.limits, measured=True)
        forget_tags(page)
        return made

    def close(self) -> None:
        """Give back all handles."""
        for member in self.members:
            if member.file is not None:
                member.file.close()
