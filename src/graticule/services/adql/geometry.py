"""Functions of geometries: distances, what lies in what, areas, coordinates.

A point in a circle is first looked for by its latitude, which DuckDB compares with
what it knows of whole blocks of rows, and only then by trigonometry.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from math import radians, sin

from graticule.services.adql import bodies, overlaps, shapes, sphere
from graticule.services.adql.calls import Call, Function
from graticule.services.adql.constants import bounding_circle, vertices, wound
from graticule.services.adql.shapes import constants, in_frame, point_of, shape_of
from graticule.services.adql.types import (
    Kind,
    Shape,
    Value,
    as_real,
    condition,
    number,
    real,
    real_sql,
    text,
)

_GROUP = "Geometry"
_SLACK = sphere.SLACK_DEGREES
_ROUND = {"point", "circle"}
_WIDER = "1e-6"
"""Degrees by which circles around geometries are taken wider, for rounded numbers."""
_MOST_NUMBERS = 128
"""Polygons of so many numbers are written out edge by edge."""


def _distance(call: Call) -> Value:
    if len(call.arguments) == 4:
        parts = [call.number(index) for index in range(4)]
        one = shapes.made("point", "ICRS", parts[:2])
        other = shapes.made("point", "ICRS", parts[2:])
    elif len(call.arguments) == 2:
        one, other = (in_frame(point_of(call, index)) for index in (0, 1))
    else:
        call.refuse("DISTANCE takes two points or four numbers.")
    sql = sphere.distance(*(as_real(part) for part in (*one.parts, *other.parts)))
    return replace(real(sql, "deg"), distance=(one, other))


def within_distance(value: Value, limit: Value, plain: str) -> str:
    """Put the test of latitudes before a condition that a distance is small."""
    assert value.distance is not None
    one, other = value.distance
    return f"({_band(one.parts[1], other.parts[1], limit)} AND {plain})"


def _band(lat: Value, lat_2: Value, radius: Value) -> str:
    if lat_2.number is None and lat.number is not None:
        lat, lat_2 = lat_2, lat
    column = as_real(lat)
    if lat_2.number is not None and radius.number is not None:
        low, high = (lat_2.number + sign * (radius.number + 1e-9) for sign in (-1, 1))
        return f"{column} >= {real_sql(low)} AND {column} <= {real_sql(high)}"
    around, far = as_real(lat_2), f"({as_real(radius)} + 1e-9)"
    return f"{column} >= {around} - {far} AND {column} <= {around} + {far}"


def _cone(point: Shape, centre: Shape, radius: Value) -> tuple[str, str]:
    """Tell whether a point may lie in a circle, and whether it does, edge included."""
    lon, lat = (as_real(part) for part in point.parts[:2])
    lon_2, lat_2 = (as_real(part) for part in centre.parts[:2])
    band = _band(point.parts[1], centre.parts[1], radius)
    if radius.number is None:
        far = sphere.distance(lon, lat, lon_2, lat_2)
        exact = f"({far} <= {as_real(radius)} + {_SLACK})"
        return band, exact
    if radius.number <= 90:
        far = sphere.haversine(lon, lat, lon_2, lat_2)
        most = sin(radians(radius.number + _SLACK) / 2) ** 2
        exact = f"({far} <= {real_sql(most)})"
        return band, exact
    # As exact as near: the distance from the opposite point.
    far = sphere.haversine(lon, lat, f"({lon_2} + 180e0)", f"(-{lat_2})")
    left = 180 - radius.number - _SLACK
    least = sin(radians(left) / 2) ** 2 if left > 0 else -1.0
    exact = f"({far} >= {real_sql(least)})"
    return "TRUE", exact


def _body(shape: Shape) -> str:
    numbers = constants(shape)
    if numbers is not None:
        return bodies.constant_body(shape.kind, numbers)
    return bodies.body(shape.kind, shape.sql)


def _contains(call: Call) -> Value:
    inner, outer = (in_frame(shape_of(call, index)) for index in (0, 1))
    if inner.kind == "point" and outer.kind in {"point", "circle"}:
        radius = outer.parts[2] if outer.kind == "circle" else number(0.0)
        return _in_circle(inner, outer, radius)
    return _flag(*_overlap(overlaps.contains, inner, outer))


def _in_circle(point: Shape, centre: Shape, radius: Value) -> Value:
    band, exact = _cone(point, centre, radius)
    return _flag(f"({band} AND {exact})", exact)


def _overlap(
    formula: Callable[[str, str, str, str], str], one: Shape, other: Shape
) -> tuple[str, str]:
    """Give the condition on two geometries: quickly, exactly."""
    exact = formula(one.kind, _body(one), other.kind, _body(other))
    circle, circle_2 = _around(one), _around(other)
    numbers = constants(other)
    if one.kind == "point" and numbers is not None and len(numbers) <= _MOST_NUMBERS:
        lon, lat = (as_real(part) for part in one.parts)
        exact = overlaps.within_ring(lon, lat, wound(vertices(numbers)))
    if one.kind == "point" and circle_2 is not None:
        band, near = _cone(one, circle_2, circle_2.parts[2])
        # DuckDB would try the sides of an AND in an order of its own.
        return f"({band} AND CASE WHEN {near} THEN {exact} ELSE FALSE END)", exact
    if circle is not None and constants(other) is None:
        sql = formula(one.kind, _body(one), other.kind, bodies.body(other.kind, "y"))
        exact = _if_near(other, circle, sql)
    elif circle_2 is not None and constants(one) is None:
        sql = formula(one.kind, bodies.body(one.kind, "y"), other.kind, _body(other))
        exact = _if_near(one, circle_2, sql)
    return _if_bounds_touch(one, other, exact), exact


def _if_bounds_touch(one: Shape, other: Shape, exact: str) -> str:
    """Leave out, before anything of it is read, what lies in a circle far away.

    What is left out is false, also where the geometry is NULL. A number that is
    missing or NaN leaves nothing out: DuckDB holds NaN to be larger than all else.
    """
    circle, circle_2 = _bounding(one), _bounding(other)
    if circle is None or circle_2 is None or not (one.bound or other.bound):
        return exact
    (lon, lat, radius), (lon_2, lat_2, radius_2) = circle, circle_2
    reach = f"({radius} + {radius_2} + {_WIDER})"
    far = sphere.haversine(lon, lat, lon_2, lat_2)
    most = f"pow(sin(radians(least({reach}, 180e0)) / 2e0), 2e0)"
    tests = [f"{far} > {most} AND NOT isnan({far})"]
    if constants(one) or constants(other):
        # Cheaper, where the latitude is known to be one.
        up = f"abs({lat} - {lat_2})"
        tests.insert(0, f"{up} > {reach} AND NOT isnan({up})")
    left_out = " ".join(f"WHEN {test} THEN FALSE" for test in tests)
    return f"(CASE {left_out} ELSE {exact} END)"


def _bounding(shape: Shape) -> tuple[str, str, str] | None:
    """Give a circle around a geometry, if there is one before it is read."""
    if shape.bound is not None:
        bound = shape.bound
        return bound.longitude, bound.latitude, bound.radius
    around = _around(shape)
    if around is None and constants(shape) is None and shape.kind in _ROUND:
        around = shape
    if around is None:
        return None
    lon, lat, *radius = map(as_real, around.parts)
    return lon, lat, f"abs({radius[0]})" if radius else "0e0"


def _around(shape: Shape) -> Shape | None:
    """Give a circle around a geometry that is written in the query."""
    numbers = constants(shape)
    if numbers is None:
        return None
    circle: tuple[float, ...] | None = (*numbers, 0.0)[:3]
    if shape.kind == "polygon":
        circle = bounding_circle(vertices(numbers))
    if circle is None or circle[2] > 90:
        return None
    return shapes.made("circle", "ICRS", [number(float(one)) for one in circle])


def _if_near(shape: Shape, circle: Shape, sql: str) -> str:
    """Look closely only at geometries near a circle; ``y`` is their list."""
    lon, lat, radius = (as_real(part) for part in circle.parts)
    near = bodies.is_near("y", lon, lat, radius)
    chosen = f"CASE WHEN y IS NULL THEN NULL WHEN {near} THEN {sql} ELSE FALSE END"
    return f"list_transform([{shape.sql}], lambda y: {chosen})[1]"


def _intersects(call: Call) -> Value:
    one, other = (in_frame(shape_of(call, index)) for index in (0, 1))
    if one.kind in _ROUND and other.kind in _ROUND:
        return _touching(one, other)
    if other.kind == "point":
        one, other = other, one
    return _flag(*_overlap(overlaps.intersects, one, other))


def _touching(one: Shape, other: Shape) -> Value:
    radii = [shape.parts[2] for shape in (one, other) if shape.kind == "circle"]
    if all(radius.number is not None for radius in radii):
        total = number(float(sum(radius.number or 0.0 for radius in radii)))
    else:
        total = real(f"({' + '.join(as_real(radius) for radius in radii)})")
    return _in_circle(one, other, total)


def _flag(sql: str, exact: str) -> Value:
    return replace(condition(sql), is_flag=True, exact=exact)


def _area(call: Call) -> Value:
    shape = shape_of(call, 0)
    return real(bodies.area(shape.kind, _body(shape)), "deg**2")


def _centroid(call: Call) -> Value:
    shape = shape_of(call, 0)
    if shape.kind in {"point", "circle"}:
        return shapes.shape_value(shapes.made("point", shape.frame, shape.parts[:2]))
    sql = bodies.centroid(shape.kind, _body(shape))
    parts = real(f"{sql}[1]"), real(f"{sql}[2]")
    return shapes.shape_value(Shape("point", sql, parts, shape.frame))


def _coordinate(index: int) -> Callable[[Call], Value]:
    def translate(call: Call) -> Value:
        return real(as_real(point_of(call, 0).parts[index]), "deg")

    return translate


def _frame(call: Call) -> Value:
    shape = shape_of(call, 0)
    if constants(shape) is not None:
        return text(shape.frame)
    sql = f"CASE WHEN {shape.sql} IS NOT NULL THEN '{shape.frame}' END"
    return Value(sql, Kind.TEXT, "char", "*")


def _table() -> Iterable[Function]:
    for signature, meaning, least, most, translate in (
        (
            "POINT([system,] lon, lat)",
            "a point; degrees, as everywhere here",
            2,
            3,
            shapes.point,
        ),
        (
            "CIRCLE([system,] lon, lat, radius)",
            "a circle; CIRCLE(point, radius) too",
            2,
            4,
            shapes.circle,
        ),
        (
            "BOX([system,] lon, lat, width, height)",
            "a box: its sides are great circles at right angles to the ends of a cross",
            3,
            5,
            shapes.box,
        ),
        (
            "POLYGON([system,] lon, lat, lon, lat, lon, lat, ...)",
            "a polygon of great circles; it encloses the smaller part of the sky",
            3,
            None,
            shapes.polygon,
        ),
        (
            "REGION(s)",
            "a geometry from a text: POSITION, CIRCLE, BOX or POLYGON of STC-S",
            1,
            1,
            shapes.region,
        ),
        (
            "DISTANCE(point, point)",
            "degrees between two points; DISTANCE(lon, lat, lon, lat) too",
            2,
            4,
            _distance,
        ),
        (
            "CONTAINS(a, b)",
            "1 if a lies within b, its edge included, else 0",
            2,
            2,
            _contains,
        ),
        (
            "INTERSECTS(a, b)",
            "1 if a and b have a point in common, else 0",
            2,
            2,
            _intersects,
        ),
        ("AREA(a)", "square degrees", 1, 1, _area),
        ("CENTROID(a)", "the centre of mass, a point", 1, 1, _centroid),
        ("COORD1(point)", "its longitude", 1, 1, _coordinate(0)),
        ("COORD2(point)", "its latitude", 1, 1, _coordinate(1)),
        ("COORDSYS(a)", "its coordinate system", 1, 1, _frame),
    ):
        yield Function(signature, meaning, least, most, translate, _GROUP)


GEOMETRY: dict[str, Function] = {one.name: one for one in _table()}
"""By their names in capitals."""
