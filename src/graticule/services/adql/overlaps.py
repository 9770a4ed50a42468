"""Whether one body lies within another or touches it, in SQL.

What lies on an edge lies within. Knows no query.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from math import radians

from graticule.services.adql.bodies import by_kind
from graticule.services.adql.constants import Vector, distance, inward_normals
from graticule.services.adql.sphere import (
    Texts,
    angle,
    cross,
    dot,
    ends,
    length,
    minus,
    parts,
    struct,
    vertex,
)
from graticule.services.adql.types import real_sql

_SLACK = 1e-13
"""Radians that are rounding."""


# One in another


def contains(kind: str, made: str, around: str, made_around: str) -> str:
    """Give the condition that a body lies within another."""
    centre, centre_2 = "g.a.v[1]", "g.b.v[1]"
    disks = f"({angle(centre, centre_2)} + g.a.r <= g.b.r + {_SLACK} OR g.b.r >= pi())"
    within = f"(g.a.r = 0e0 OR {_nearest(centre, 'g.b.e')} >= g.a.r - {_SLACK})"
    in_ring = _inside(centre, "g.b")
    if kind != "point":
        in_ring = f"({in_ring} AND {within})"
    farthest = f"list_max(list_transform(g.a.v, lambda p: {angle('p', centre_2)}))"
    away = _nearest("o", "g.a.e")
    opposite = struct(minus(("0e0", "0e0", "0e0"), parts(centre_2)))
    beyond = f"list_transform([{opposite}], lambda o: {away})[1] >= pi() - g.b.r"
    in_disk = f"({farthest} <= g.b.r + {_SLACK} AND (g.b.r <= pi() / 2e0 OR {beyond}))"
    points = f"list_concat(g.a.v, {_middles('g.a.e')})"
    all_in = f"list_bool_and(list_transform({points}, lambda p: {_inside('p', 'g.b')}))"
    rings = f"({all_in} AND NOT {_crossing()})"
    return _pair(kind, made, around, made_around, (disks, in_ring, in_disk, rings))


def intersects(kind: str, made: str, other: str, made_other: str) -> str:
    """Give the condition that two bodies have a point in common."""
    centre, centre_2 = "g.a.v[1]", "g.b.v[1]"
    disks = f"({angle(centre, centre_2)} <= g.a.r + g.b.r + {_SLACK})"
    near = f"{_nearest(centre, 'g.b.e')} <= g.a.r + {_SLACK}"
    disk_ring = f"({_inside(centre, 'g.b')} OR {near})"
    near_2 = f"{_nearest(centre_2, 'g.a.e')} <= g.b.r + {_SLACK}"
    ring_disk = f"({_inside(centre_2, 'g.a')} OR {near_2})"
    some = f"list_bool_or(list_transform(g.a.v, lambda p: {_inside('p', 'g.b')}))"
    some_2 = f"list_bool_or(list_transform(g.b.v, lambda p: {_inside('p', 'g.a')}))"
    rings = f"({some} OR {some_2} OR {_crossing()})"
    return _pair(kind, made, other, made_other, (disks, disk_ring, ring_disk, rings))


def _pair(
    kind: str, made: str, other: str, made_other: str, formulas: Sequence[str]
) -> str:
    disks, disk_ring, ring_disk, rings = formulas
    with_disk = by_kind(other, "g.b", disks, disk_ring)
    with_ring = by_kind(other, "g.b", ring_disk, rings)
    formula = by_kind(kind, "g.a", with_disk, with_ring)
    both = f"[{{'a': {made}, 'b': {made_other}}}]"
    return f"list_transform({both}, lambda g: {formula})[1]"


def within_ring(lon: str, lat: str, ring: Sequence[Vector]) -> str:
    """Give the condition that a point lies in a ring that is written as numbers.

    The edges are written out: DuckDB prepares every lambda for every 2,048 rows. A
    convex ring needs little: on which side of each edge the point lies.
    """
    point = vertex(lon, lat)
    normals = inward_normals(ring)
    if normals is not None:
        sides = (
            dot(point, (real_sql(i), real_sql(j), real_sql(k))) for i, j, k in normals
        )
        return f"({' AND '.join(f'{side} >= -{_SLACK}' for side in sides)})"
    turns = []
    for one, other in pairwise([*ring, ring[0]]):
        x, y, z = map(real_sql, one)
        i, j, k = map(real_sql, other)
        edge = real_sql(_SLACK * radians(distance(one, other)))
        across, along = _seen(point, (x, y, z), (i, j, k))
        on_edge = f"abs({across}) <= {edge} AND {along} <= {edge}"
        turns.append(f"CASE WHEN {on_edge} THEN 1e3 ELSE atan2({across}, {along}) END")
    return f"({' + '.join(turns)} > pi())"


def _seen(p: Texts, a: Texts, b: Texts) -> tuple[str, str]:
    """Give what sine and cosine of the angle are under which a point sees an edge.

    From differences of vectors, which are exact where they are small.
    """
    u, w = minus(a, p), minus(b, p)
    along = f"({dot(u, w)} - {dot(u, u)} * {dot(w, w)} / 4e0)"
    return dot(p, cross(u, w)), along


def _inside(point: str, ring: str) -> str:
    """Tell whether a point lies in a ring: the edges go once around it."""
    a, b = ends("e")
    across, along = _seen(parts("m"), a, b)
    seen = f"{{'t': {across}, 'd': {along}, 'l': {length(minus(a, b))}}}"
    on_edge = f"abs(k.t) <= {_SLACK} * k.l AND k.d <= {_SLACK} * k.l"
    turn = f"CASE WHEN {on_edge} THEN 1e3 ELSE atan2(k.t, k.d) END"
    views = f"list_transform({ring}.e, lambda e: {seen})"
    around = f"list_sum(list_transform({views}, lambda k: {turn}))"
    total = f"list_transform([{point}], lambda m: {around})[1]"
    once = "k.t > 5e2 OR k.t * k.s > pi()"
    return f"list_transform([{{'t': {total}, 's': {ring}.s}}], lambda k: {once})[1]"


def _nearest(point: str, edges: str) -> str:
    """Give the distance of a point from the nearest of some edges, in radians."""
    p = parts("m")
    a, b = ends("e")
    normal = cross(a, minus(b, a))
    seen = f"{{'n': {struct(normal)}, 'e': e}}"
    first, second = (
        (f"k.e.{end}x", f"k.e.{end}y", f"k.e.{end}z") for end in ("f", "t")
    )
    n = parts("k.n")
    foot = f"{dot(n, cross(first, p))} >= 0e0 AND {dot(n, cross(p, second))} >= 0e0"
    height = f"atan2(abs({dot(p, n)}), {length(cross(p, n))})"
    to_ends = f"least({_to_end(p, first)}, {_to_end(p, second)})"
    each = f"CASE WHEN {foot} THEN {height} ELSE {to_ends} END"
    views = f"list_transform({edges}, lambda e: {seen})"
    least = f"list_min(list_transform({views}, lambda k: {each}))"
    return f"list_transform([{point}], lambda m: {least})[1]"


def _to_end(point: Texts, end: Texts) -> str:
    x, y, z = (f"({a} + {b})" for a, b in zip(point, end, strict=True))
    return f"2e0 * atan2({length(minus(point, end))}, {length((x, y, z))})"


def _middles(edges: str) -> str:
    a, b = ends("e")
    x, y, z = (f"({p} + {q})" for p, q in zip(a, b, strict=True))
    far = length((x, y, z))
    middle = struct((f"{x} / {far}", f"{y} / {far}", f"{z} / {far}"))
    return f"list_transform({edges}, lambda e: {middle})"


def _crossing() -> str:
    """Tell whether an edge of one ring crosses one of the other, not only touches."""
    a, b = ends("e")
    c, d = ends("f")
    turns = [
        dot(a, cross(c, b)),
        dot(c, cross(b, d)),
        dot(b, cross(d, a)),
        dot(d, cross(a, c)),
    ]
    tiny = "1e-15"
    left = " AND ".join(f"{turn} > {tiny}" for turn in turns)
    right = " AND ".join(f"{turn} < -{tiny}" for turn in turns)
    inner = f"list_bool_or(list_transform(g.b.e, lambda f: ({left}) OR ({right})))"
    return f"list_bool_or(list_transform(g.a.e, lambda e: {inner}))"
