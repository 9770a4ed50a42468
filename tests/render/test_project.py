"""Projections: against the original, and the range and storage rules by hand."""

import weakref

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graticule.errors import OutOfRangeError, RequestError
from graticule.pixels.model import PixelType
from graticule.render.project import (
    clamped_projection,
    project,
    projected_planes,
)
from graticule.render.settings import Projection, ProjectionKind

MAX, MEAN, SUM = ProjectionKind.MAX, ProjectionKind.MEAN, ProjectionKind.SUM


@pytest.mark.golden
def test_golden_projections(vectors, decode):
    cases = vectors("projection")["cases"]
    assert len(cases) == 144
    for case in cases:
        shape = case["height"], case["width"]
        pixel_type = PixelType(case["type"])
        kind = ProjectionKind(case["projection"])
        stack = decode(case["stack"], case["type"], case["size_z"], *shape)
        asked = Projection(kind, case["start"], case["end"])
        numbers = projected_planes(asked, case["size_z"])[:: case["stepping"]]
        found = project((stack[z] for z in numbers), kind, pixel_type, shape)
        expected = decode(case["out"], case["type"], *shape)
        assert found.dtype == pixel_type.dtype
        assert np.array_equal(found, expected, equal_nan=pixel_type.is_float), case


@settings(max_examples=80, deadline=None)
@given(
    pixel_type=st.sampled_from([PixelType.INT8, PixelType.UINT16, PixelType.INT32]),
    data=st.data(),
)
def test_integers_follow_the_contract(pixel_type, data):
    limits = np.iinfo(pixel_type.dtype)
    row = st.lists(st.integers(limits.min, limits.max), min_size=4, max_size=4)
    stack = data.draw(st.lists(row, min_size=1, max_size=6))
    planes = [np.array([row], pixel_type.dtype) for row in stack]

    def stored(value):
        whole = int(max(-(2**31), min(2**31 - 1, value)))
        return np.array(whole).astype(pixel_type.dtype).item()

    columns = list(zip(*stack, strict=True))
    expected = {
        MAX: [stored(max(0, *column)) for column in columns],
        SUM: [stored(min(limits.max, sum(column))) for column in columns],
        MEAN: [stored(min(limits.max, sum(column) / len(stack))) for column in columns],
    }
    for kind, values in expected.items():
        found = project(iter(planes), kind, pixel_type, (1, 4))
        assert found[0].tolist() == values, kind


def test_max_includes_the_end_and_the_others_do_not():
    assert projected_planes(Projection(MAX, 1, 3), 5) == range(1, 4)
    assert projected_planes(Projection(MEAN, 1, 3), 5) == range(1, 3)
    assert projected_planes(Projection(SUM, 1, 3), 5) == range(1, 3)
    assert len(projected_planes(Projection(MAX, 3, 1), 5)) == 0
    assert len(projected_planes(Projection(SUM, 0, 0), 1)) == 0


@pytest.mark.parametrize(("start", "end"), [(-1, 2), (0, 5), (5, 5)])
def test_bounds_outside_the_stack_are_refused(start, end):
    with pytest.raises(OutOfRangeError, match="0 to 4"):
        projected_planes(Projection(MAX, start, end), 5)


def test_the_gateway_moves_bounds_into_the_stack():
    assert clamped_projection(SUM, 5) == Projection(SUM, 0, 4)
    assert clamped_projection(MAX, 5, -3, 99) == Projection(MAX, 0, 4)
    assert clamped_projection(MAX, 5, 2, 3) == Projection(MAX, 2, 3)


def test_no_planes_give_zeros_but_a_mean_of_floats_is_nan():
    for kind in ProjectionKind:
        assert not project([], kind, PixelType.UINT8, (2, 3)).any()
    assert np.isnan(project([], MEAN, PixelType.FLOAT, (2, 3))).all()
    assert not project([], SUM, PixelType.DOUBLE, (2, 3)).any()


def test_planes_are_taken_one_at_a_time():
    given_out = []

    def stack():
        for z in range(20):
            assert sum(plane() is not None for plane in given_out) <= 1
            plane = np.full((4, 4), z, np.uint16)
            given_out.append(weakref.ref(plane))
            yield plane
            del plane

    assert (project(stack(), SUM, PixelType.UINT16, (4, 4)) == 190).all()
    assert len(given_out) == 20


def test_nan_never_wins_a_maximum():
    planes = [np.array([[np.nan, 1.0]], "f4"), np.array([[-2.0, np.nan]], "f4")]
    assert project(planes, MAX, PixelType.FLOAT, (1, 2)).tolist() == [[0.0, 1.0]]


def test_a_plane_of_another_shape_is_refused():
    with pytest.raises(RequestError, match="does not belong"):
        project([np.zeros((2, 2), "u1")], MAX, PixelType.UINT8, (2, 3))
