"""Files of OME-XML that hold their pixels themselves, as ``BinData``.

Planes are decoded one by one when they are asked for. The XML itself is read
by :mod:`graticule.pixels.omexml.document`; files that only point to TIFFs belong to the
TIFF reader.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import ClassVar

import numpy as np

from graticule.errors import (
    CorruptFileError,
    FileError,
    LimitError,
    MissingFileError,
    OutOfRangeError,
    UnsupportedFileError,
)
from graticule.pixels.model import Level, PixelType, Window
from graticule.pixels.omexml.binary import COMPRESSIONS, decode_bin_data
from graticule.pixels.omexml.document import BinBlock, OmeDocument, OmeImage, parse_ome
from graticule.pixels.omexml.original import xml_entries
from graticule.pixels.original import Entry
from graticule.pixels.reader import (
    Fileset,
    FilesetFile,
    Pixels,
    ReadContext,
    ReadLimits,
    Source,
    StoredTile,
    check_read,
)


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a plane is: which block, and which of the block's planes."""

    block: int
    plane: int


@dataclass(frozen=True, slots=True)
class _Layout:
    """How an image's planes are dealt out to its blocks.

    The schema wants one block per plane. Some writers put the samples of an
    RGB channel, or the whole image, into one.
    """

    image: OmeImage
    samples: int
    """Channels that share a block."""
    whole: bool
    """Whether one block holds every plane."""

    @classmethod
    def of(cls, image: OmeImage) -> _Layout:
        """Find out by the number of blocks."""
        blocks = len(image.bin_blocks)
        shared = set(image.samples_per_channel)
        samples = shared.pop() if len(shared) == 1 else 1
        planes = image.size_z * image.size_c * image.size_t
        if samples > 1 and blocks * samples == planes:
            return cls(image, samples, whole=False)
        return cls(image, 1, whole=blocks == 1 and planes > 1)

    @property
    def planes_per_block(self) -> int:
        """Planes that are decoded together."""
        image = self.image
        if self.whole:
            return image.size_z * image.size_c * image.size_t
        return self.samples

    def find(self, z: int, c: int, t: int) -> _Place:
        """Count planes in the image's dimension order."""
        image = self.image
        numbers = {"Z": z, "C": c // self.samples, "T": t}
        sizes = {
            "Z": image.size_z,
            "C": image.size_c // self.samples,
            "T": image.size_t,
        }
        number = 0
        for axis in reversed(image.dimension_order[2:]):
            number = number * sizes[axis] + numbers[axis]
        if self.whole:
            return _Place(0, number)
        return _Place(number, c % self.samples)


def _decode(image: OmeImage, layout: _Layout, block: BinBlock) -> Pixels:
    """Decode a block to planes of shape ``(planes, height, width)``.

    A block that should hold the whole image may hold only its first planes.

    Raises
    ------
    ValueError
        If it cannot be decoded or is too short.
    """
    planes, area = layout.planes_per_block, image.width * image.height
    packed = image.pixel_type is PixelType.BIT
    stored = image.pixel_type.dtype.newbyteorder(">" if block.big_endian else "<")
    plane_bytes = (area + 7) // 8 if packed else area * stored.itemsize
    data = decode_bin_data(block.data, block.compression, planes * plane_bytes)
    if layout.whole:
        planes = max(1, len(data) // plane_bytes)
    if len(data) < planes * plane_bytes:
        raise ValueError(
            f"has {len(data):,} bytes, {planes * plane_bytes:,} are needed"
        )
    data = data[: planes * plane_bytes]
    if packed:
        rows = np.frombuffer(data, np.uint8).reshape(planes, plane_bytes)
        pixels = np.unpackbits(rows, axis=1, count=area)
    else:
        pixels = np.frombuffer(data, stored).astype(image.pixel_type.dtype)
    if layout.samples > 1 and image.interleaved:
        mixed = pixels.reshape(image.height, image.width, planes)
        return np.ascontiguousarray(np.moveaxis(mixed, 2, 0))
    return pixels.reshape(planes, image.height, image.width)


class OmeXmlSource:
    """An open OME-XML file; holds the encoded text of its pixels."""

    def __init__(
        self, fileset: Fileset, images: Sequence[OmeImage], context: ReadContext
    ) -> None:
        self.fileset = fileset
        self._layouts = [_Layout.of(image) for image in images]
        self._context = context
        entry = fileset.files[0]
        self._key = ("ome-xml", str(entry.path), entry.modified_ns, entry.size_bytes)

    def read(
        self,
        image: int,
        level: int,
        z: int,
        t: int,
        channels: Sequence[int],
        window: Window,
    ) -> Pixels:
        """Read a window of some channels of a plane (see ``Source.read``)."""
        if not 0 <= image < len(self._layouts):
            raise OutOfRangeError(f"There is no image {image}.")
        info = self.fileset.images[image]
        check_read(info, level, z, t, channels, window, self._context.limits)
        out = np.empty(
            (len(channels), window.height, window.width), info.pixel_type.dtype
        )
        for i, c in enumerate(channels):
            place = self._layouts[image].find(z, c, t)
            planes = self._block(image, place.block)
            if place.plane >= len(planes):
                raise CorruptFileError(
                    self.fileset.entry,
                    f"its BinData ends before the plane z {z}, c {c}, t {t}.",
                )
            out[i] = planes[place.plane, window.y0 : window.y1, window.x0 : window.x1]
        return out

    def _block(self, image: int, number: int) -> Pixels:
        layout = self._layouts[image]
        blocks = layout.image.bin_blocks
        path = self.fileset.entry
        if number >= len(blocks):
            raise CorruptFileError(
                path,
                f"the image {layout.image.id} has only {len(blocks)} blocks of "
                f"BinData, block {number} is not there.",
            )
        try:
            return self._context.chunks.get(
                (*self._key, image, number),
                partial(_decode, layout.image, layout, blocks[number]),
            )
        except ValueError as error:
            raise CorruptFileError(
                path, f"the BinData {number} of {layout.image.id} {error}."
            ) from error

    def stored_tile(
        self,
        image: int,
        level: int,
        z: int,
        t: int,
        window: Window,
    ) -> StoredTile | None:
        """Get nothing: no browser shows ``BinData``."""
        del image, level, z, t, window
        return None

    def close(self) -> None:
        """Give back the text."""
        self._layouts = []


def _read_text(path: Path, limits: ReadLimits) -> tuple[bytes, FilesetFile]:
    try:
        state = path.stat()
        if state.st_size > limits.max_read_bytes:
            raise LimitError(
                "max_read_bytes", limits.max_read_bytes, state.st_size, "An XML file"
            )
        text = path.read_bytes()
    except FileNotFoundError as error:
        raise MissingFileError(path, "the file is not there.") from error
    except OSError as error:
        raise FileError(path, f"it cannot be read: {error.strerror}.") from error
    return text, FilesetFile(path, state.st_size, state.st_mtime_ns)


def _check_pixels(document: OmeDocument, path: Path) -> None:
    """Refuse files whose pixels are not (all) here and say where they are."""
    if document.metadata_file is not None:
        raise UnsupportedFileError(
            path,
            f"it holds no pixels, only a pointer to {document.metadata_file}.",
        )
    if not document.images:
        raise UnsupportedFileError(path, "it describes no image.")
    for image in document.images:
        for block in image.bin_blocks:
            if block.compression not in COMPRESSIONS:
                raise UnsupportedFileError(
                    path, f"its BinData are compressed with {block.compression}."
                )
    if any(block.data.strip() for i in document.images for block in i.bin_blocks):
        return
    tiffs = dict.fromkeys(
        block.file_name for image in document.images for block in image.blocks
    )
    names = [name for name in tiffs if name]
    if names:
        others = f" and {len(names) - 1} more" if len(names) > 1 else ""
        cause = f"its pixels lie in other files ({names[0]}{others}): open these."
    elif tiffs:
        cause = "it describes pixels of a TIFF file and holds none itself."
    else:
        cause = "it holds metadata only, no pixels (no BinData)."
    raise UnsupportedFileError(path, cause)


def _check_limits(image: OmeImage, limits: ReadLimits) -> None:
    side = max(image.width, image.height)
    if side > limits.max_axis_pixels:
        raise LimitError("max_axis_pixels", limits.max_axis_pixels, side, "A side")
    planes = image.size_z * image.size_c * image.size_t
    if planes > limits.max_planes:
        raise LimitError("max_planes", limits.max_planes, planes, "A number of planes")
    chunk = _Layout.of(image).planes_per_block * image.width * image.height
    chunk *= image.pixel_type.dtype.itemsize
    if chunk > limits.max_chunk_bytes:
        raise LimitError(
            "max_chunk_bytes", limits.max_chunk_bytes, chunk, "A BinData block"
        )


def _missing_blocks(image: OmeImage) -> str | None:
    """Say that some planes have no block; they fail when they are read."""
    planes = image.size_z * image.size_c * image.size_t
    layout = _Layout.of(image)
    here = len(image.bin_blocks) * layout.planes_per_block
    if here >= planes:
        return None
    return f"{image.id} has {here} of its {planes} planes."


class OmeXmlReader:
    """``.ome`` and ``.ome.xml`` files with pixels inside."""

    name: ClassVar[str] = "ome-xml"
    priority: ClassVar[int] = 20
    opens_folders: ClassVar[bool] = False

    def probe(self, path: Path, head: bytes) -> bool:
        """Take them by name; companions of TIFFs are the TIFF reader's."""
        name = path.name.lower()
        if name.endswith(".companion.ome") or not head:
            return False
        return name.endswith((".ome", ".ome.xml"))

    def open(self, path: Path, context: ReadContext) -> Source:
        """Read the metadata; pixels wait until they are asked for.

        Raises
        ------
        graticule.errors.UnsupportedFileError
            If the file holds no pixels; the cause says where they are.
        graticule.errors.FileError
            If it is no OME-XML.
        graticule.errors.LimitError
            If it announces more than the limits allow.
        """
        text, file = _read_text(path, context.limits)
        document = parse_ome(text, path)
        _check_pixels(document, path)
        infos, warnings = [], list(document.warnings)
        many = len(document.images) > 1
        for image in document.images:
            _check_limits(image, context.limits)
            missing = _missing_blocks(image)
            if missing:
                warnings.append(missing)
            level = Level(image.width, image.height, image.width, image.height)
            name = f"{path.name} [{image.index}]" if many else path.name
            infos.append(image.describe(str(image.index), (level,), name))
        fileset = Fileset(
            format="OME-XML",
            entry=path,
            files=(file,),
            images=tuple(infos),
            metadata=document.metadata,
            warnings=tuple(warnings),
        )
        return OmeXmlSource(fileset, document.images, context)

    def original_metadata(
        self, path: Path, key: str, limits: ReadLimits
    ) -> Iterator[Entry]:
        """Read the XML without its pixels (see ``OriginalReader``)."""
        del key
        text, _ = _read_text(path, limits)
        yield from xml_entries(text, path)
