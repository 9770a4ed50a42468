"""Regions of interest of OME-XML, from the schemas of 2008 to 2016.

Old schemas wrapped each shape in a ``Shape`` element that held its style and
spelled coordinates as SVG does (``cx``, ``rx``); attributes are therefore read
without regard to case and by all their names. Knows no pixels.
"""

from __future__ import annotations

import re
from xml.etree.ElementTree import Element

import numpy as np

from graticule.pixels.annotations import Roi, Shape, ShapeKind
from graticule.pixels.omexml.binary import COMPRESSIONS, decode_bin_data
from graticule.pixels.omexml.tree import boolean, integer, number, text_of

MAX_MASK_PIXELS = 1 << 28

_KINDS = {
    **{kind.value: kind for kind in ShapeKind},
    "Rect": ShapeKind.RECTANGLE,
    "Circle": ShapeKind.ELLIPSE,
    "Text": ShapeKind.LABEL,
}
# Geometry: our name → the schema's spellings, lower case.
_Spellings = dict[str, tuple[str, ...]]
_BOX: _Spellings = {name: (name,) for name in ("x", "y", "width", "height")}
_SPOT: _Spellings = {"x": ("x", "cx"), "y": ("y", "cy")}
_GEOMETRY: dict[ShapeKind, _Spellings] = {
    ShapeKind.RECTANGLE: _BOX,
    ShapeKind.MASK: _BOX,
    ShapeKind.ELLIPSE: {
        **_SPOT,
        "radius_x": ("radiusx", "rx", "r"),
        "radius_y": ("radiusy", "ry", "r"),
    },
    ShapeKind.POINT: _SPOT,
    ShapeKind.LABEL: _SPOT,
    ShapeKind.LINE: {name: (name,) for name in ("x1", "y1", "x2", "y2")},
    ShapeKind.POLYLINE: {},
    ShapeKind.POLYGON: {},
}
_NUMBER = r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?"
_COORDINATES = re.compile(_NUMBER)
_ONLY_NUMBERS = re.compile(r"[\s,;\d.eE+-]*")
_HEX_COLOR = re.compile(r"#([0-9a-fA-F]{6})")
_MATRIX = re.compile(r"\s*matrix\s*\(([^)]*)\)\s*")
_TERMS = ("A00", "A10", "A01", "A11", "A02", "A12")


class _UnreadableError(Exception):
    """A shape lacks what it needs; the message says what."""


Attributes = dict[str, str]


def _first(attributes: Attributes, *names: str) -> str | None:
    for name in names:
        if attributes.get(name):
            return attributes[name]
    return None


def _color(text: str | None) -> int | None:
    """Read a signed 32-bit RGBA colour, or the ``#rrggbb`` of old schemas."""
    if text is None:
        return None
    named = _HEX_COLOR.fullmatch(text.strip())
    value = integer(text) if named is None else int(named[1] + "ff", 16)
    if value is None or not -(1 << 31) <= value < 1 << 32:
        return None
    return value - (1 << 32) if value >= 1 << 31 else value


def _points(text: str | None) -> str:
    """Write points as ``x,y x,y``, whatever stands between the numbers."""
    found = _COORDINATES.findall(text or "")
    if not found or len(found) % 2 or not _ONLY_NUMBERS.fullmatch(text or ""):
        raise _UnreadableError("has no readable points")
    return " ".join(f"{x},{y}" for x, y in zip(found[::2], found[1::2], strict=True))


def _transform(
    shape: Element, attributes: Attributes
) -> tuple[float, float, float, float, float, float] | None:
    """Read a ``Transform`` element, or the ``matrix(…)`` text of old schemas."""
    element = shape.find("Transform")
    if element is not None:
        terms = [number(element.get(term)) for term in _TERMS]
    else:
        text = attributes.get("transform", "").strip()
        if text in {"", "none"}:
            return None
        matrix = _MATRIX.fullmatch(text)
        terms = (
            [number(term) for term in re.split(r"[\s,]+", matrix[1])] if matrix else []
        )
    known = [term for term in terms if term is not None]
    if len(known) != 6 or len(terms) != 6:
        raise _UnreadableError("has an unreadable transform")
    a00, a10, a01, a11, a02, a12 = known
    return a00, a10, a01, a11, a02, a12


def _mask_bits(shape: Element, width: float, height: float) -> bytes:
    """Unpack the mask: one bit, or in some files one byte, per pixel."""
    pixels = int(width) * int(height)
    if not 0 < pixels <= MAX_MASK_PIXELS:
        raise _UnreadableError(f"covers {pixels:,} pixels, which is refused")
    block = shape.find(".//BinData")
    compression = "none" if block is None else block.get("Compression", "none").lower()
    if block is None or compression not in COMPRESSIONS:
        raise _UnreadableError(f"has no readable bits (compression {compression})")
    try:
        data = decode_bin_data(block.text or "", compression, pixels)
    except ValueError as error:
        raise _UnreadableError(str(error)) from error
    values = np.frombuffer(data, np.uint8)
    packed_bytes = (pixels + 7) // 8
    if len(data) == pixels != packed_bytes:
        bits = values != 0
    elif len(data) >= packed_bytes:
        bits = np.unpackbits(values, count=pixels).astype(bool)
    else:
        raise _UnreadableError(f"has bits for {len(data) * 8} of {pixels} pixels")
    return np.packbits(bits).tobytes()


def _geometry(kind: ShapeKind, attributes: Attributes) -> dict[str, float]:
    geometry = {}
    for name, spellings in _GEOMETRY[kind].items():
        value = number(_first(attributes, *spellings))
        if value is None:
            raise _UnreadableError(f"has no {name}")
        geometry[name] = value
    return geometry


def _marker(text: str | None) -> str | None:
    return None if text in {None, "None", "none"} else text


def _shape(element: Element, outer: Element | None) -> Shape:
    """Read one shape; ``outer`` is the old schemas' ``Shape`` around it."""
    attributes: Attributes = {}
    for source in (outer, element):
        if source is not None:
            attributes |= {name.lower(): text for name, text in source.items()}
    kind = _KINDS[element.tag]
    if kind is ShapeKind.POLYLINE and boolean(attributes.get("closed")):
        kind = ShapeKind.POLYGON
    geometry = _geometry(kind, attributes)
    lined = kind in {ShapeKind.POLYLINE, ShapeKind.POLYGON}
    masked = kind is ShapeKind.MASK
    return Shape(
        kind=kind,
        geometry=geometry,
        points=_points(attributes.get("points")) if lined else "",
        mask_bits=_mask_bits(element, geometry["width"], geometry["height"])
        if masked
        else None,
        z=integer(attributes.get("thez")),
        c=integer(attributes.get("thec")),
        t=integer(attributes.get("thet")),
        text=_first(attributes, "text", "label") or text_of(element, "Value"),
        fill_color=_color(_first(attributes, "fillcolor", "fill")),
        stroke_color=_color(_first(attributes, "strokecolor", "stroke")),
        stroke_width=number(attributes.get("strokewidth")),
        font_size=number(attributes.get("fontsize")),
        font_family=attributes.get("fontfamily"),
        font_style=attributes.get("fontstyle"),
        marker_start=_marker(attributes.get("markerstart")),
        marker_end=_marker(attributes.get("markerend")),
        transform=_transform(element, attributes),
        locked=boolean(attributes.get("locked")),
    )


def _elements(roi: Element) -> list[tuple[Element, Element | None]]:
    """Give the shapes' elements, each with the ``Shape`` around it, if any."""
    found: list[tuple[Element, Element | None]] = []
    for union in roi.findall("Union") or [roi]:
        for child in union:
            if child.tag == "Shape":
                found += [(inner, child) for inner in child if inner.tag in _KINDS]
            elif child.tag in _KINDS or union.tag == "Union":
                found.append((child, None))
    return found


def read_roi(element: Element, key: str, warnings: list[str]) -> Roi:
    """Read a ``ROI`` element.

    Shapes that cannot be read are left out with a warning.
    """
    shapes = []
    for inner, outer in _elements(element):
        name = inner.get("ID") or (outer.get("ID") if outer is not None else None)
        if inner.tag not in _KINDS:
            warnings.append(f"The shape {name} of {key} is a {inner.tag}: left out.")
            continue
        try:
            shapes.append(_shape(inner, outer))
        except _UnreadableError as error:
            warnings.append(f"The {inner.tag} {name} of {key} {error}: left out.")
    return Roi(
        key=key,
        shapes=tuple(shapes),
        name=element.get("Name"),
        description=text_of(element, "Description"),
    )


def read_rois(
    root: Element, images: dict[str, Element], warnings: list[str]
) -> dict[str, tuple[Roi, ...]]:
    """Read all ROIs of a document and deal them to the images.

    Parameters
    ----------
    root
        The document.
    images
        The images' elements by key.

    Returns
    -------
    dict
        ROIs by the image's key: those it refers to and those inside it. Where
        no image refers to any and there is but one, all are its own.
    """
    found = {
        roi.get("ID", f"ROI:{i}"): roi for i, roi in enumerate(root.findall("ROI"))
    }
    wanted = {
        key: [ref.get("ID", "") for ref in image.findall("ROIRef")]
        for key, image in images.items()
    }
    if len(images) == 1 and not any(wanted.values()):
        wanted = {key: list(found) for key in images}
    known = {key: read_roi(roi, key, warnings) for key, roi in found.items()}
    dealt: dict[str, tuple[Roi, ...]] = {}
    for key, image in images.items():
        mine = [known[name] for name in dict.fromkeys(wanted[key]) if name in known]
        for i, roi in enumerate(image.findall("ROI")):
            mine.append(read_roi(roi, roi.get("ID", f"ROI:{key}:{i}"), warnings))
        if mine:
            dealt[key] = tuple(mine)
    lost = set(known) - {name for names in wanted.values() for name in names}
    if lost:
        warnings.append(f"{len(lost)} ROIs belong to no image and were left out.")
    return dealt
