"""What files say about their images beyond pixels: ROIs, plates, annotations.

Frozen values only. Shapes carry the words of the OME schema because that is
what they are; coordinates are pixels of the full-size image, with the corner of
the first pixel at (0, 0).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any


class ShapeKind(Enum):
    """The eight shapes of the OME schema."""

    RECTANGLE = "Rectangle"
    ELLIPSE = "Ellipse"
    LINE = "Line"
    POLYLINE = "Polyline"
    POLYGON = "Polygon"
    POINT = "Point"
    LABEL = "Label"
    MASK = "Mask"


@dataclass(frozen=True, slots=True)
class Shape:
    """One shape of a ROI.

    ``geometry`` holds the numbers by their schema names in lower case:
    ``x y width height`` (rectangle, mask), ``x y radius_x radius_y`` (ellipse),
    ``x y`` (point, label), ``x1 y1 x2 y2`` (line); ``points`` is the text
    ``"x,y x,y …"`` (polyline, polygon). Colours are signed 32-bit RGBA
    (contract rendering 17). ``mask_bits`` is packed, most significant bit
    first, row after row without padding. ``z c t`` unset means every plane.
    """

    kind: ShapeKind
    geometry: dict[str, float]
    points: str = ""
    mask_bits: bytes | None = None
    z: int | None = None
    c: int | None = None
    t: int | None = None
    text: str | None = None
    fill_color: int | None = None
    stroke_color: int | None = None
    stroke_width: float | None = None
    font_size: float | None = None
    font_family: str | None = None
    font_style: str | None = None
    marker_start: str | None = None
    marker_end: str | None = None
    transform: tuple[float, float, float, float, float, float] | None = None
    """``a00 a10 a01 a11 a02 a12``."""
    locked: bool | None = None


@dataclass(frozen=True, slots=True)
class Roi:
    """A region of interest: shapes that belong together."""

    key: str
    shapes: tuple[Shape, ...]
    name: str | None = None
    description: str | None = None


class AnnotationKind(Enum):
    """The kinds of annotation of the OME schema that are kept."""

    TAG = "tag"
    MAP = "map"
    COMMENT = "comment"
    BOOLEAN = "boolean"
    LONG = "long"
    DOUBLE = "double"
    TIMESTAMP = "timestamp"
    TERM = "term"
    XML = "xml"
    FILE = "file"


@dataclass(frozen=True, slots=True)
class FileAnnotation:
    """An annotation that a file carries.

    ``value`` is text (tag, comment, term, XML, path of a file), a bool, an int,
    a float, a datetime, or for maps a tuple of ``(key, value)`` texts in order.
    """

    key: str
    kind: AnnotationKind
    value: Any
    namespace: str | None = None
    description: str | None = None


@dataclass(frozen=True, slots=True)
class WellSample:
    """A field of a well: the image ``image_key`` of the same fileset."""

    image_key: str
    acquisition: str | None = None
    position_x_um: float | None = None
    position_y_um: float | None = None


@dataclass(frozen=True, slots=True)
class Well:
    """A well by its row and column from 0, with its fields in order."""

    row: int
    column: int
    samples: tuple[WellSample, ...]
    annotations: tuple[str, ...] = ()
    facts: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Acquisition:
    """A run over a plate."""

    key: str
    name: str | None = None
    started: datetime | None = None
    ended: datetime | None = None
    description: str = ""
    maximum_field_count: int | None = None


@dataclass(frozen=True, slots=True)
class Plate:
    """A multi-well plate. Naming is ``"letter"`` or ``"number"``."""

    key: str
    name: str
    wells: tuple[Well, ...]
    rows: int | None = None
    columns: int | None = None
    row_naming: str = "letter"
    column_naming: str = "number"
    acquisitions: tuple[Acquisition, ...] = ()
    screen: str | None = None
    description: str = ""
    external_identifier: str | None = None


@dataclass(frozen=True, slots=True)
class FileMetadata:
    """Everything a fileset says beyond its images.

    ``rois`` and ``annotations`` are grouped by the image's key; annotations of
    plates and wells stand under ``"plate:<key>"`` and
    ``"well:<plate key>:<row>:<column>"``, what an annotation is itself linked to
    (the tags of a tag set) under ``"annotation:<key>"``.
    """

    rois: dict[str, tuple[Roi, ...]]
    annotations: dict[str, tuple[FileAnnotation, ...]]
    plates: tuple[Plate, ...] = ()


NO_METADATA = FileMetadata(rois={}, annotations={})
