"""POINT, CIRCLE, BOX, POLYGON and REGION as they are called, made into geometries."""

from __future__ import annotations

from collections.abc import Sequence

from graticule.services.adql import sphere
from graticule.services.adql.calls import Call
from graticule.services.adql.constants import box_corners, in_icrs
from graticule.services.adql.stcs import (
    box_list,
    check_numbers,
    read_frame,
    read_region,
    region_list,
)
from graticule.services.adql.types import (
    SHAPES,
    TEXTS,
    Kind,
    Shape,
    Value,
    as_real,
    number,
    real,
)


def shape_value(shape: Shape) -> Value:
    """Give a geometry as a value."""
    size = {"point": "2", "circle": "3"}.get(shape.kind, "*")
    xtype = shape.kind if shape.kind in SHAPES else ""
    sql = in_frame(shape).sql
    return Value(sql, Kind.SHAPE, "double", size, xtype, "deg", shape=shape)


def made(kind: str, frame: str, parts: Sequence[Value]) -> Shape:
    """Make a geometry of its numbers."""
    sqls = [as_real(part) for part in parts]
    constant = all(part.number is not None for part in parts)
    sql = f"[{', '.join(sqls)}]" if constant else sphere.whole_list(sqls)
    return Shape(kind, sql, tuple(parts), frame)


def constants(shape: Shape) -> list[float] | None:
    """Give the numbers of a geometry if they are written in the query."""
    numbers = [part.number for part in shape.parts if part.number is not None]
    return numbers if numbers and len(numbers) == len(shape.parts) else None


def in_frame(shape: Shape) -> Shape:
    """Turn a geometry into ICRS."""
    if shape.frame == "ICRS":
        return shape
    count = 2 if shape.kind == "circle" else len(shape.parts)
    parts: list[Value] = []
    for lon, lat in zip(shape.parts[:count:2], shape.parts[1:count:2], strict=True):
        if lon.number is not None and lat.number is not None:
            pair = in_icrs(shape.frame, lon.number, lat.number)
            parts += map(number, pair)
        else:
            turned = sphere.turned(shape.frame, as_real(lon), as_real(lat))
            parts += [real(f"{turned}[1]"), real(f"{turned}[2]")]
    return made(shape.kind, "ICRS", [*parts, *shape.parts[count:]])


def shape_of(call: Call, index: int) -> Shape:
    """Give an argument that must be a geometry."""
    value = call.arguments[index]
    if value.shape is None:
        cause = f"{call.name} takes a geometry here, not {value.kind.value}"
        hint = ": put the text into REGION(...)" if value.kind is Kind.TEXT else ""
        call.refuse(f"{cause}{hint}.", index)
    return value.shape


def point_of(call: Call, index: int) -> Shape:
    """Give an argument that must be a point."""
    shape = shape_of(call, index)
    if shape.kind != "point":
        call.refuse(f"{call.name} takes a POINT here, not a {shape.kind}.", index)
    return shape


def point(call: Call) -> Value:
    """Make a point."""
    return _shape(call, "point", 2)


def circle(call: Call) -> Value:
    """Make a circle."""
    return _shape(call, "circle", 3)


def box(call: Call) -> Value:
    """Make a polygon of the corners of a box."""
    frame, parts = _parts(call)
    _check_count(call, len(parts), 4)
    numbers = _check_numbers(call, "box", parts)
    if numbers is not None:
        corners = [number(one) for one in box_corners(*numbers)]
        return shape_value(made("polygon", frame, corners))
    if frame != "ICRS":
        call.refuse("a BOX around a column is made in ICRS.")
    numbers_sql = ", ".join(as_real(part) for part in parts)
    return shape_value(Shape("polygon", box_list(f"[{numbers_sql}]")))


def polygon(call: Call) -> Value:
    """Make a polygon."""
    frame, parts = _parts(call)
    if len(parts) < 6 or len(parts) % 2:
        call.refuse("POLYGON takes three or more pairs of longitude and latitude.")
    _check_numbers(call, "", parts)
    return shape_value(made("polygon", frame, parts))


def region(call: Call) -> Value:
    """Make a geometry of a text."""
    value = call.arguments[0]
    if value.kind not in TEXTS:
        call.refuse(f"REGION takes a text, not {value.kind.value}.", 0)
    if value.text is None:
        return shape_value(Shape("region", region_list(value.sql)))
    try:
        read = read_region(value.text)
    except ValueError as error:
        call.refuse(str(error), 0)
    return shape_value(made(read.kind, read.frame, [number(n) for n in read.numbers]))


def _shape(call: Call, kind: str, count: int) -> Value:
    frame, parts = _parts(call)
    _check_count(call, len(parts), count)
    _check_numbers(call, kind, parts)
    return shape_value(made(kind, frame, parts))


def _parts(call: Call) -> tuple[str, list[Value]]:
    """Give frame and numbers; points among the arguments are two numbers."""
    frame, first = "ICRS", 0
    if call.arguments and call.arguments[0].kind is Kind.TEXT:
        text = call.arguments[0].text
        if text is None:
            call.refuse("the coordinate system is a text in quotes, as 'ICRS'.", 0)
        try:
            frame = read_frame(text)
        except ValueError as error:
            call.refuse(str(error), 0)
        first = 1
    parts: list[Value] = []
    frames = set()
    for index in range(first, len(call.arguments)):
        if call.arguments[index].shape is None:
            parts.append(call.number(index))
            continue
        within = point_of(call, index)
        frames.add(within.frame)
        parts += within.parts
    if frames:
        if len(frames) > 1 or (first and frames != {frame}):
            call.refuse("the points are of different coordinate systems.")
        frame = frames.pop()
    return frame, parts


def _check_count(call: Call, count: int, wanted: int) -> None:
    if count != wanted:
        cause = f"{call.name} takes {wanted} numbers (and a coordinate system before)"
        call.refuse(f"{cause}, not {count}.")


def _check_numbers(call: Call, kind: str, parts: list[Value]) -> list[float] | None:
    numbers = [part.number for part in parts if part.number is not None]
    if len(numbers) < len(parts):
        return None
    try:
        check_numbers(kind, numbers)
    except ValueError as error:
        call.refuse(str(error))
    return numbers
