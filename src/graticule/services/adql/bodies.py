"""Bodies of geometries in SQL: how they are made, their areas and centres.

A *body* is a struct: ``v`` its vertices (a centre alone for circles and points), ``e``
its edges as pairs of vertices (none for circles), ``s`` how it is wound (1 or -1),
``r`` the radius in radians. Knows no query.
"""

from __future__ import annotations

from collections.abc import Sequence

from graticule.services.adql.constants import unit_vector, vertices, wound
from graticule.services.adql.sphere import (
    coordinates,
    cross,
    dot,
    ends,
    haversine,
    length,
    minus,
    parts,
    struct,
    vertex,
)
from graticule.services.adql.types import real_sql

_EDGE = "STRUCT(fx DOUBLE, fy DOUBLE, fz DOUBLE, tx DOUBLE, ty DOUBLE, tz DOUBLE)"


# Bodies


def constant_body(kind: str, numbers: Sequence[float]) -> str:
    """Write the body of a geometry that is all numbers."""
    if kind != "polygon":
        centre = _vector_sql(unit_vector(numbers[0], numbers[1]))
        radius = numbers[2] if len(numbers) > 2 else 0.0
        return _disk(centre, f"radians({real_sql(radius)})")
    ring = wound(vertices(numbers))
    edges = (
        ", ".join(
            f"'{end}{axis}': {real_sql(number)}"
            for end, vector in (("f", one), ("t", other))
            for axis, number in zip("xyz", vector, strict=True)
        )
        for one, other in zip(ring, [*ring[1:], ring[0]], strict=True)
    )
    written = ", ".join(f"{{{edge}}}" for edge in edges)
    points = ", ".join(map(_vector_sql, ring))
    return f"{{'v': [{points}], 'e': [{written}], 's': 1e0, 'r': 0e0}}"


def _vector_sql(vector: Sequence[float]) -> str:
    x, y, z = map(real_sql, vector)
    return struct((x, y, z))


def _disk(centre: str, radius: str) -> str:
    return f"{{'v': [{centre}], 'e': CAST([] AS {_EDGE}[]), 's': 1e0, 'r': {radius}}}"


def body(kind: str, numbers: str) -> str:
    """Make the body of a list of degrees; NULL if it is no geometry."""
    disk = _disk(struct(vertex("l[1]", "l[2]")), "radians(coalesce(l[3], 0e0))")
    ring = _ring("l")
    made = {
        "point": f"CASE WHEN len(l) = 2 THEN {disk} END",
        "circle": f"CASE WHEN len(l) = 3 THEN {disk} END",
        "polygon": f"CASE WHEN len(l) >= 6 THEN {ring} END",
    }.get(kind)
    if made is None:
        made = f"CASE WHEN len(l) <= 3 THEN {disk} WHEN len(l) >= 6 THEN {ring} END"
    clean = f"CASE WHEN list_count(l) = len(l) THEN {made} END"
    return f"list_transform([{numbers}], lambda l: {clean})[1]"


def _ring(numbers: str) -> str:
    corner = struct(vertex("z[1]", "z[2]"))
    longitudes = f"{numbers}[1:len({numbers}):2]"
    latitudes = f"{numbers}[2:len({numbers}):2]"
    points = f"list_transform(list_zip({longitudes}, {latitudes}), lambda z: {corner})"
    both = ", ".join(
        f"'{end}{axis}': z[{index}].{axis}"
        for end, index in (("f", 1), ("t", 2))
        for axis in "xyz"
    )
    pairs = "list_zip(v, list_append(v[2:], v[1]))"
    edges = f"list_transform({pairs}, lambda z: {{{both}}})"
    pair = f"list_transform([{points}], lambda v: {{'v': v, 'e': {edges}}})[1]"
    winding = f"CASE WHEN {_signed_area('w')} < 0e0 THEN -1e0 ELSE 1e0 END"
    whole = f"{{'v': w.v, 'e': w.e, 's': {winding}, 'r': 0e0}}"
    return f"list_transform([{pair}], lambda w: {whole})[1]"


def _signed_area(name: str) -> str:
    first = parts("c")
    a, b = ends("e")
    volume = dot(first, cross(minus(a, first), minus(b, first)))
    products = " + ".join((dot(a, b), dot(b, first), dot(first, a)))
    triangle = f"2e0 * atan2({volume}, 1e0 + {products})"
    total = f"list_sum(list_transform({name}.e, lambda e: {triangle}))"
    # Only the first vertex goes along into the lambda over edges, which copies it.
    bound = f"list_transform([{name}.v[1]], lambda c: {total})[1]"
    return (
        f"list_transform([{bound}], "
        "lambda t: t - 4e0 * pi() * round(t / (4e0 * pi())))[1]"
    )


def is_near(numbers: str, lon: str, lat: str, radius: str) -> str:
    """Tell, cheaply, whether a list of degrees may touch a circle.

    All of a polygon is as near to its first vertex as its longitudes and latitudes
    spread, if that is less than a quarter of the sky.
    """
    spreads = []
    for start in (1, 2):
        part = f"{numbers}[{start}:len({numbers}):2]"
        spreads.append(f"list_max({part}) - list_min({part})")
    spread = f"CASE len({numbers}) WHEN 2 THEN 0e0 WHEN 3 THEN {numbers}[3] "
    spread += f"ELSE {' + '.join(spreads)} END"
    far = haversine(lon, lat, "k.x", "k.y")
    reach = f"pow(sin(radians(least(k.r + {radius} + 1e-9, 180e0)) / 2e0), 2e0)"
    first = f"{{'x': {numbers}[1], 'y': {numbers}[2], 'r': {spread}}}"
    return f"list_transform([{first}], lambda k: k.r >= 90e0 OR {far} <= {reach})[1]"


# Areas and centres


def area(kind: str, made: str) -> str:
    """Give the area of a body in square degrees."""
    disk = "4e0 * pi() * pow(sin(b.r / 2e0), 2e0)"
    ring = f"abs({_signed_area('b')})"
    formula = by_kind(kind, "b", disk, ring)
    scale = "pow(180e0 / pi(), 2e0)"
    return f"list_transform([{made}], lambda b: {formula} * {scale})[1]"


def centroid(kind: str, made: str) -> str:
    """Give longitude and latitude of the centre of mass of a body, as a list.

    Of a polygon the integral over its area is half the sum of the normals of its
    edges, each as long as the edge. Small edges are taken relative to a vertex.
    """
    first = parts("c")
    a, b = ends("e")
    chord = f"asin(least(1e0, {length(minus(a, b))} / 2e0)) * 2e0"
    series = "t * t / 6e0 + 7e0 * t * t * t * t / 360e0"
    excess = f"CASE WHEN t < 1e-2 THEN {series} ELSE t / sin(t) - 1e0 END"
    weight = f"list_transform([{chord}], lambda t: {excess})[1]"
    flat, whole = cross(minus(a, first), minus(b, first)), cross(a, b)
    x, y, z = (
        f"({one} + {weight} * {two})" for one, two in zip(flat, whole, strict=True)
    )
    normals = f"list_transform(b.e, lambda e: {struct((x, y, z))})"
    bound = f"list_transform([b.v[1]], lambda c: {normals})[1]"
    x, y, z = (f"list_sum(list_transform(n, lambda e: e.{axis}))" for axis in "xyz")
    total = f"list_transform([{bound}], lambda n: {struct((x, y, z))})[1]"
    wound = struct(("b.s * d.x", "b.s * d.y", "b.s * d.z"))
    centre = f"list_transform([{total}], lambda d: {wound})[1]"
    ring = f"list_transform([{centre}], lambda c: {coordinates('c')})[1]"
    disk = f"list_transform([b.v[1]], lambda c: {coordinates('c')})[1]"
    formula = by_kind(kind, "b", disk, ring)
    return f"list_transform([{made}], lambda b: {formula})[1]"


def by_kind(kind: str, name: str, disk: str, ring: str) -> str:
    """Choose a formula by the kind of a geometry, now or when its row is read."""
    if kind == "polygon":
        chosen = ring
    elif kind == "region":
        chosen = f"CASE WHEN len({name}.e) > 0 THEN {ring} ELSE {disk} END"
    else:
        chosen = disk
    return f"(CASE WHEN {name} IS NULL THEN NULL ELSE {chosen} END)"
