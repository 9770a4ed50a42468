"""TIFF files without OME-XML: tifffile's series → images.

Covers plain files, ImageJ hyperstacks, tifffile's own, and the slide and
microscope formats that tifffile knows. Runs at opening time only.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from tifffile import TiffFile, TiffFrame, TiffPage, TiffPageSeries

from graticule.errors import CorruptFileError, LimitError, UnsupportedFileError
from graticule.pixels.model import Channel, ImageInfo
from graticule.pixels.reader import ReadLimits
from graticule.pixels.tiff.axes import place_axes, slot_table
from graticule.pixels.tiff.facts import (
    SeriesFacts,
    aperio_facts,
    hamamatsu_facts,
    imagej_facts,
    plain_facts,
)
from graticule.pixels.tiff.file import StoredFile
from graticule.pixels.tiff.layout import (
    PageLayout,
    StoredPage,
    forget_tags,
    is_picture,
    layout_of,
    page_of,
)
from graticule.pixels.tiff.planes import (
    ContiguousPages,
    ListedPages,
    Pages,
    StoredImage,
    grouped_channels,
)

FORMATS = {
    "imagej": "ImageJ TIFF",
    "svs": "Aperio SVS",
    "ndpi": "Hamamatsu NDPI",
    "lsm": "Zeiss LSM",
    "stk": "MetaMorph STK",
    "scn": "Leica SCN",
    "qpi": "PerkinElmer QPTIFF",
    "bif": "Ventana BIF",
    "avs": "Argos AVS",
    "philips": "Philips TIFF",
    "fluoview": "Olympus FluoView TIFF",
    "sis": "Olympus SIS TIFF",
    "mmstack": "Micro-Manager TIFF",
    "ndtiff": "NDTiff",
    "scanimage": "ScanImage TIFF",
    "nih": "NIH Image TIFF",
    "mdgel": "MD Gel TIFF",
    "eer": "EER",
}
PLAIN = "TIFF"
_FACTS: dict[str, Callable[[TiffPage], SeriesFacts]] = {
    "svs": aperio_facts,
    "ndpi": hamamatsu_facts,
}
# Their first image is the slide itself and bears the name of the file.
_SLIDES = frozenset({"svs", "ndpi", "scn", "qpi", "bif", "avs", "philips"})


@dataclass(slots=True)
class SeriesReader:
    """Makes images of the series of one open file.

    Attributes
    ----------
    files
        Every file whose pages were met, by path; the first is the one opened.
    warnings
        What was odd.
    """

    tif: TiffFile
    path: Path
    limits: ReadLimits
    files: dict[Path, StoredFile]
    warnings: list[str] = field(default_factory=list)
    _layouts: dict[int, tuple[TiffPage, PageLayout]] = field(default_factory=dict)

    def images(self) -> tuple[str, list[StoredImage]]:
        """Read every series that can be shown.

        Returns
        -------
        tuple
            Name of the format, and the images.

        Raises
        ------
        graticule.errors.FileError
            If there is none: what was wrong with the first.
        """
        every = self.tif.series
        kind = self._kind(every)
        self._check_stack(kind)
        images: list[StoredImage] = []
        refused: list[UnsupportedFileError] = []
        for number, series in enumerate(every):
            name = self._name(series, number, every)
            try:
                images.append(self._image(series, str(number), name, kind))
            except UnsupportedFileError as error:
                refused.append(error)
                self.warnings.append(f"Image {number} was left out: {error.cause}")
        if not images:
            raise (
                refused[0]
                if refused
                else CorruptFileError(self.path, "The TIFF has no image.")
            )
        return FORMATS.get(kind, PLAIN), images

    def _kind(self, every: Sequence[TiffPageSeries]) -> str:
        kind = every[0].kind if every else ""
        said = self.tif.imagej_metadata
        if kind == "imagej" and said is not None and set(said) <= {"ImageJ"}:
            return "uniform"  # a picture that ImageJ happened to save
        return kind

    def _check_stack(self, kind: str) -> None:
        """Refuse an ImageJ stack that tifffile gave up on, cut short."""
        announced = (self.tif.imagej_metadata or {}).get("images", 1)
        if kind != "imagej" and announced > len(self.tif.pages):
            raise CorruptFileError(
                self.path,
                f"ImageJ announces {announced} planes, "
                f"of which {len(self.tif.pages)} are there.",
            )

    def _name(
        self, series: TiffPageSeries, number: int, every: Sequence[TiffPageSeries]
    ) -> str:
        alone = len(every) == 1 or (number == 0 and series.kind in _SLIDES)
        if alone:
            return self.path.name
        return f"{self.path.name} [{series.name or number + 1}]"

    def _image(
        self, series: TiffPageSeries, key: str, name: str, kind: str
    ) -> StoredImage:
        keyframe = series.keyframe
        layout = self._layout(keyframe)
        if layout.depth > 1 and (layout.separate or keyframe.tiledepth > 1):
            raise UnsupportedFileError(
                self.path, "Tiles that are several planes deep cannot be read."
            )
        axes, shape = _leading_axes(series, layout)
        planes = int(np.prod(shape, dtype=np.int64))
        if planes > self.limits.max_planes:
            raise LimitError(
                "max_planes", self.limits.max_planes, planes, "The number of planes"
            )
        pages, levels = self._pages(series, layout, planes)
        places = place_axes(axes, shape, keyframe.description)
        table = slot_table(places, shape)
        size_t, size_z, outer = table.shape
        channels = grouped_channels([layout.channels] * outer)
        facts = self._facts(series, kind, len(channels))
        info = ImageInfo(
            key=key,
            name=name,
            pixel_type=layout.pixel_type,
            size_z=size_z,
            size_c=len(channels),
            size_t=size_t,
            levels=tuple(one.level() for one in levels),
            channels=facts.channels or (Channel(),) * len(channels),
            significant_bits=layout.significant_bits,
            graphics=outer == 1 and is_picture(layout, plain=kind not in FORMATS),
            description=facts.description,
            pixel_width_um=facts.pixel_um[0],
            pixel_height_um=facts.pixel_um[1],
            pixel_depth_um=facts.pixel_um[2],
            time_increment=facts.time_increment,
            acquired=facts.acquired,
            nominal_magnification=facts.magnification,
            facts=facts.facts,
        )
        return StoredImage(info, table, channels, pages)

    def _facts(self, series: TiffPageSeries, kind: str, channels: int) -> SeriesFacts:
        said = self.tif.imagej_metadata
        if kind == "imagej" and said is not None:
            return imagej_facts(series.keyframe, said, channels)
        return _FACTS.get(kind, plain_facts)(series.keyframe)

    def _pages(
        self, series: TiffPageSeries, layout: PageLayout, planes: int
    ) -> tuple[Pages, list[PageLayout]]:
        """Find the pages of all levels, and the levels' layouts."""
        start = series.dataoffset
        if start is not None and not series.is_pyramidal and planes > 1:
            run = ContiguousPages(layout, self._file(series.keyframe), start)
            self._check_inside(run, start, planes)
            return run, [layout]
        listed = [self._listed(series, layout, planes)]
        layouts = [layout]
        for level in series.levels[1:]:
            smaller = self._layout(level.keyframe)
            same = (layout.pixel_type, layout.channels) == (
                smaller.pixel_type,
                smaller.channels,
            )
            if (
                not same
                or smaller.width > layouts[-1].width
                or len(level) != len(series)
            ):
                self.warnings.append(
                    f"A level of {smaller.width} x {smaller.height} was left out: "
                    "it does not belong to the image."
                )
                continue
            listed.append(self._listed(level, smaller, planes))
            layouts.append(smaller)
        return ListedPages(listed), layouts

    def _check_inside(self, run: ContiguousPages, start: int, planes: int) -> None:
        file = self.files[self.path]
        if start + planes * run.plane_bytes > file.size_bytes:
            self.warnings.append("The file is cut off: its last planes are missing.")

    def _listed(
        self, series: TiffPageSeries, layout: PageLayout, planes: int
    ) -> list[StoredPage | None]:
        found = [None if page is None else self._page(page) for page in series]
        if len(found) * layout.depth < planes:
            raise CorruptFileError(
                self.path,
                f"The file announces {planes:,} planes but has {len(found):,} pages.",
            )
        return found

    def _page(self, page: TiffPage | TiffFrame) -> StoredPage:
        keyframe = page.keyframe
        assert keyframe is not None
        made = page_of(
            self._layout(keyframe),
            self._file(page),
            page.offset or -page.dataoffsets[0],
            page.dataoffsets,
            page.databytecounts,
            page.jpegtables,
        )
        ends = made.offsets + made.counts
        cut = "The file is cut off: some of its tiles are missing."
        if ends.max() > made.file.size_bytes and cut not in self.warnings:
            self.warnings.append(cut)
        return made

    def _layout(self, keyframe: TiffPage) -> PageLayout:
        """Share the layout among pages with the same keyframe."""
        known = self._layouts.get(id(keyframe))
        if known is None:
            known = keyframe, layout_of(keyframe, self.path, self.limits)
            self._layouts[id(keyframe)] = known
        return known[1]

    def forget(self) -> None:
        """Let go of what tifffile holds besides the decoders."""
        for keyframe, _ in self._layouts.values():
            forget_tags(keyframe)
        self.tif.pages.cache = False
        vars(self.tif).pop("series", None)

    def _file(self, page: TiffPage | TiffFrame) -> StoredFile:
        """Find the file that holds a page (Micro-Manager sets have several)."""
        path = Path(page.parent.filehandle.path)
        if path == self.path or page.parent is self.tif:
            return self.files[self.path]
        if path not in self.files:
            self.files[path] = StoredFile(path)
        return self.files[path]


def _leading_axes(
    series: TiffPageSeries, layout: PageLayout
) -> tuple[str, tuple[int, ...]]:
    """Axes that count pages: all but X, Y and the samples of a pixel."""
    axes, shape = series.get_axes(squeeze=False), series.get_shape(squeeze=False)
    cut = axes.rfind("Y")
    letters, sizes = axes[:cut], shape[:cut]
    if layout.separate and sizes and sizes[-1] == layout.samples:
        letters, sizes = letters[:-1], sizes[:-1]
    return letters, tuple(int(size) for size in sizes)
