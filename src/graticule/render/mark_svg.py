"""A picture and its marks as SVG: the picture embedded, the marks as vectors.

Lines stay lines and text stays text, to be changed in a drawing program. Knows
nothing of what the marks mean.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping
from xml.etree import ElementTree as ET

from graticule.render.encode import encode_png
from graticule.render.marks import Block, Mark, Oval, Path, Stencil, Words
from graticule.render.settings import Rgba
from graticule.render.shapes import draw_mask

_SVG = "http://www.w3.org/2000/svg"
# Older drawing programs know links by this name only.
_HREF = "{http://www.w3.org/1999/xlink}href"
_FAMILY = "Helvetica, Arial, 'DejaVu Sans', sans-serif"
ET.register_namespace("", _SVG)
ET.register_namespace("xlink", "http://www.w3.org/1999/xlink")


def write_svg(
    png: bytes,
    size: tuple[int, int],
    dpi: float,
    title: str,
    groups: Mapping[str, Iterable[Mark]],
) -> bytes:
    """Write a picture with marks over it.

    Parameters
    ----------
    png
        The picture as a PNG file.
    size
        Its width and height in pixels, the units of all marks.
    dpi
        Pixels per inch, which says how large it is on paper.
    groups
        Marks by the id of the group that holds them.
    """
    width, height = size
    root = ET.Element(
        f"{{{_SVG}}}svg",
        {
            "width": f"{_number(width / dpi * 25.4)}mm",
            "height": f"{_number(height / dpi * 25.4)}mm",
            "viewBox": f"0 0 {width} {height}",
        },
    )
    _add(root, "title").text = _text(title)
    picture = {"width": str(width), "height": str(height), "id": "picture"}
    _add(root, "image", {**picture, _HREF: _data_uri(png)})
    for name, marks in groups.items():
        group = _add(root, "g", {"id": name})
        for mark in marks:
            _mark(group, mark)
    text: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return text


def _mark(group: ET.Element, mark: Mark) -> None:
    match mark:
        case Path():
            _path(group, mark)
        case Oval():
            middle = {"cx": _number(mark.x), "cy": _number(mark.y)}
            radii = {"rx": _number(mark.radius_x), "ry": _number(mark.radius_y)}
            _add(group, "ellipse", {**middle, **radii, **_look(mark)})
        case Block():
            _add(group, "rect", {**_box(mark), **_color("fill", mark.color)})
        case Words():
            _words(group, mark)
        case Stencil():
            red, green, blue, alpha = mark.color
            signed = int.from_bytes(
                bytes((red, green, blue, alpha)), "big", signed=True
            )
            png = encode_png(draw_mask(mark.bits, mark.columns, mark.rows, signed))
            matrix = " ".join(map(_number, mark.matrix))
            _add(
                group,
                "image",
                {
                    "width": str(mark.columns),
                    "height": str(mark.rows),
                    "transform": f"matrix({matrix})",
                    "image-rendering": "pixelated",
                    "preserveAspectRatio": "none",
                    _HREF: _data_uri(png),
                },
            )


def _path(group: ET.Element, path: Path) -> None:
    look = _look(path)
    if path.box is not None:
        x, y, width, height = path.box
        _add(group, "rect", {**_box(Block(x, y, width, height, path.stroke)), **look})
    elif len(path.points) == 2 and not path.closed:
        (x1, y1), (x2, y2) = path.points
        ends = {"x1": x1, "y1": y1, "x2": x2, "y2": y2}
        _add(group, "line", {**{k: _number(v) for k, v in ends.items()}, **look})
    else:
        points = " ".join(f"{_number(x)},{_number(y)}" for x, y in path.points)
        tag = "polygon" if path.closed else "polyline"
        _add(group, tag, {"points": points, **look})


def _words(group: ET.Element, words: Words) -> None:
    at = {"x": _number(words.x), "y": _number(words.y)}
    letters = {"font-family": _FAMILY, "font-size": _number(words.size)}
    edge = {"stroke": "#000000", "stroke-opacity": "0.75", "paint-order": "stroke"}
    edge["stroke-width"] = _number(words.size / 5)
    edge["stroke-linejoin"] = "round"
    made = _add(
        group,
        "text",
        {
            **at,
            **letters,
            "text-anchor": words.anchor,
            **_color("fill", words.color),
            **(edge if words.edged else {}),
        },
    )
    made.text = _text(words.text)


def _look(mark: Path | Oval) -> dict[str, str]:
    fill = {"fill": "none"} if mark.fill is None else _color("fill", mark.fill)
    if mark.width <= 0:
        return fill
    line = {"stroke-width": _number(mark.width), "stroke-linejoin": "round"}
    return {**fill, **_color("stroke", mark.stroke), **line}


def _box(block: Block) -> dict[str, str]:
    sides = {"x": block.x, "y": block.y, "width": block.width, "height": block.height}
    return {name: _number(side) for name, side in sides.items()}


def _color(name: str, color: Rgba) -> dict[str, str]:
    red, green, blue, alpha = color
    said = {name: f"#{red:02x}{green:02x}{blue:02x}"}
    if alpha < 255:
        said[f"{name}-opacity"] = _number(alpha / 255)
    return said


def _add(
    parent: ET.Element, tag: str, attributes: dict[str, str] | None = None
) -> ET.Element:
    return ET.SubElement(parent, f"{{{_SVG}}}{tag}", attributes or {})


def _data_uri(png: bytes) -> str:
    return "data:image/png;base64," + base64.b64encode(png).decode("ascii")


def _text(text: str) -> str:
    """Leave out what XML cannot hold."""
    return "".join(char for char in text if char.isprintable())


def _number(value: float) -> str:
    return f"{value:.4f}".rstrip("0").rstrip(".")
