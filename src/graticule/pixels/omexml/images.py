"""The images of OME-XML: sizes, pixel type, and which blocks hold the pixels.

Sizes must be right or the file is refused; everything else is read leniently.
Must not read any pixels: TIFF pages are another reader's.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from xml.etree.ElementTree import Element

from graticule.errors import CorruptFileError, UnsupportedFileError
from graticule.pixels.model import ImageInfo, Level, PixelType
from graticule.pixels.omexml.description import Description, ImageDescriber
from graticule.pixels.omexml.facts import Instruments
from graticule.pixels.omexml.tree import boolean, integer, natural

MAX_CHANNELS = 1 << 16
"""SizeC above this is taken for nonsense."""

_ORDERS = {"XYZCT", "XYZTC", "XYCZT", "XYCTZ", "XYTZC", "XYTCZ"}
_PIXEL_TYPES = {kind.value: kind for kind in PixelType} | {
    "float32": PixelType.FLOAT,
    "float64": PixelType.DOUBLE,
}


@dataclass(frozen=True, slots=True)
class TiffBlock:
    """One ``TiffData``: which planes lie in which pages of which file."""

    first_z: int
    first_c: int
    first_t: int
    ifd: int | None
    """First page; None if not given."""
    plane_count: int | None
    """How many planes from there; None if not given."""
    file_name: str | None
    """None: the file that holds the XML."""
    uuid: str | None


@dataclass(frozen=True, slots=True)
class BinBlock:
    """One ``BinData`` of ``Pixels``, still encoded."""

    data: str = field(repr=False)
    compression: str
    """``"none"``, ``"zlib"``, ``"bzip2"`` or another word."""
    big_endian: bool
    length: int
    """As the file says; writers disagree on its meaning."""


@dataclass(frozen=True, slots=True)
class OmeImage:
    """One ``Image`` with its ``Pixels``.

    Attributes
    ----------
    index
        Position in the document, from 0.
    size_c
        Channels with every sample of an RGB channel counted.
    interleaved
        Whether the samples of an RGB channel alternate pixel by pixel inside a
        block. Only ``BinData`` goes by it: TIFF says it itself.
    samples_per_channel
        Samples of each ``Channel`` element (RGB: 3); they add up to ``size_c``.
    """

    id: str
    index: int
    name: str | None
    width: int
    height: int
    size_z: int
    size_c: int
    size_t: int
    dimension_order: str
    pixel_type: PixelType
    interleaved: bool
    samples_per_channel: tuple[int, ...]
    blocks: tuple[TiffBlock, ...]
    bin_blocks: tuple[BinBlock, ...]
    _said: Description = field(repr=False)

    def describe(
        self, key: str, levels: tuple[Level, ...], fallback_name: str
    ) -> ImageInfo:
        """Tell everything the XML says of the image.

        Parameters
        ----------
        key
            Which image of its fileset.
        levels
            As found in the file; the first one has the full size.
        fallback_name
            Its name if the XML gives none.

        Returns
        -------
        ImageInfo
            An RGB channel of three samples has become three channels.
        """
        said = self._said
        return ImageInfo(
            key=key,
            name=self.name or fallback_name,
            pixel_type=self.pixel_type,
            size_z=self.size_z,
            size_c=self.size_c,
            size_t=self.size_t,
            levels=levels,
            channels=said.channels,
            significant_bits=said.significant_bits,
            description=said.description,
            dimension_order=self.dimension_order,
            pixel_width_um=said.size_um[0],
            pixel_height_um=said.size_um[1],
            pixel_depth_um=said.size_um[2],
            time_increment=said.time_increment,
            acquired=said.acquired,
            nominal_magnification=said.magnification,
            planes_seconds=said.planes_seconds,
            facts=said.facts,
        )


class ImageReader:
    """Reads one ``Image``; lives only that long."""

    def __init__(
        self,
        root: Element,
        image: Element,
        pixels: Element,
        instruments: Instruments,
        path: Path,
        warnings: list[str],
    ) -> None:
        self.root = root
        self.image = image
        self.pixels = pixels
        self.instruments = instruments
        self.path = path
        self.warnings = warnings
        self.id = image.get("ID", "")

    def read(self, index: int) -> OmeImage:
        """Put everything together."""
        size_c = self._size("SizeC")
        if size_c > MAX_CHANNELS:
            raise CorruptFileError(self.path, f"{self.id} has SizeC {size_c:,}.")
        pixel_type = self._pixel_type()
        elements = self._channel_elements()
        samples = self._samples(elements, size_c)
        blocks = tuple(_tiff_block(block) for block in self.pixels.findall("TiffData"))
        return OmeImage(
            id=self.id,
            index=index,
            name=(self.image.get("Name") or "").strip() or None,
            width=self._size("SizeX"),
            height=self._size("SizeY"),
            size_z=self._size("SizeZ"),
            size_c=size_c,
            size_t=self._size("SizeT"),
            dimension_order=self._order(),
            pixel_type=pixel_type,
            interleaved=bool(boolean(self.pixels.get("Interleaved"))),
            samples_per_channel=samples,
            blocks=blocks,
            bin_blocks=self._bin_blocks(),
            _said=ImageDescriber(
                self.root, self.image, self.pixels, self.instruments
            ).describe(elements, samples, pixel_type),
        )

    def _size(self, name: str) -> int:
        size = integer(self.pixels.get(name))
        if size is None or size < 1:
            raise CorruptFileError(
                self.path, f"{self.id} has {name} {self.pixels.get(name)!r}."
            )
        return size

    def _pixel_type(self) -> PixelType:
        text = self.pixels.get("Type") or self.pixels.get("PixelType") or "none"
        found = _PIXEL_TYPES.get(text.lower())
        if found is None:
            raise UnsupportedFileError(
                self.path, f"{self.id} has pixels of type {text}, which nobody shows."
            )
        return found

    def _order(self) -> str:
        order = self.pixels.get("DimensionOrder", "")
        if order in _ORDERS:
            return order
        self.warnings.append(
            f"{self.id} has the DimensionOrder {order!r}: XYZCT is assumed."
        )
        return "XYZCT"

    def _bin_blocks(self) -> tuple[BinBlock, ...]:
        default = self.pixels.get("BigEndian")
        return tuple(
            BinBlock(
                data=block.text or "",
                compression=block.get("Compression", "none").lower(),
                big_endian=bool(boolean(block.get("BigEndian", default))),
                length=natural(block.get("Length")) or 0,
            )
            for block in self.pixels.findall("BinData")
        )

    def _channel_elements(self) -> list[Element]:
        """Find the channels, which before 2010 lay in the image."""
        found = self.pixels.findall("Channel")
        if found:
            return found
        logical = self.image.findall("LogicalChannel")
        logical = logical or self.image.findall("ChannelInfo")
        return sorted(logical, key=_component_index)

    def _samples(self, channels: list[Element], size_c: int) -> tuple[int, ...]:
        """Count samples per channel so that they add up to ``size_c``."""
        said = [_samples_of(channel) for channel in channels]
        if sum(said) == size_c:
            return tuple(said)
        if not channels:
            return (1,) * size_c
        if max(said) == 1 or len(said) == size_c:
            return (1,) * size_c
        self.warnings.append(
            f"The channels of {self.id} have {sum(said)} samples but SizeC is "
            f"{size_c}: every sample is taken for a channel of its own."
        )
        return (1,) * size_c


def _component_index(channel: Element) -> int:
    """Where an old ``LogicalChannel`` belongs, as its first component says."""
    component = channel.find("ChannelComponent")
    index = None if component is None else integer(component.get("Index"))
    return 0 if index is None else index


def _samples_of(channel: Element) -> int:
    """Count samples of a channel; before 2010 they could be its components."""
    samples = integer(channel.get("SamplesPerPixel"))
    if samples is None:
        samples = len(channel.findall("ChannelComponent"))
    return max(1, samples)


def _tiff_block(block: Element) -> TiffBlock:
    uuid = block.find("UUID")
    file_name = None if uuid is None else uuid.get("FileName")
    return TiffBlock(
        first_z=natural(block.get("FirstZ")) or 0,
        first_c=natural(block.get("FirstC")) or 0,
        first_t=natural(block.get("FirstT")) or 0,
        ifd=natural(block.get("IFD")),
        plane_count=natural(block.get("PlaneCount", block.get("NumPlanes"))),
        file_name=file_name,
        uuid=(uuid.text or "").strip() or None if uuid is not None else None,
    )
