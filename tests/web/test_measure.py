"""Values along lines, compared with SciPy's interpolation over the same pixels."""

import json
from pathlib import Path

import jsonschema
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scipy.ndimage import map_coordinates
from tests.web.reference import cells as squares
from tests.web.reference import in_pixels

import graticule

SCHEMAS = Path(graticule.__file__).parent / "web" / "measure" / "schemas"
WIDTH, HEIGHT = 128, 96


@pytest.fixture
def cells(image):
    return image("cells.ome.tif")


def checked(answer, name="profile"):
    assert answer["Content-Type"] == "application/json"
    body = json.loads(answer.content)
    jsonschema.validate(body, json.loads((SCHEMAS / f"{name}.json").read_text()))
    return body


def ask(client, row, line, **query):
    ends = dict(zip(("x0", "y0", "x1", "y1"), line, strict=True))
    query = {"image": row.pk, "c": "0", **ends, **query}
    return client.get("/measure/profile/", query)


def expected(plane, line, count):
    x = np.linspace(line[0], line[2], count) - 0.5
    y = np.linspace(line[1], line[3], count) - 0.5
    return map_coordinates(plane, [y, x], order=1, mode="nearest")


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    line=st.tuples(*(st.floats(0.5, most - 0.5) for most in (WIDTH, HEIGHT) * 2)),
    channel=st.integers(0, 3),
    z=st.integers(0, 2),
    t=st.integers(0, 1),
)
def test_any_line_within(client, cells, line, channel, z, t):
    said = checked(ask(client, cells, line, c=channel, z=z, t=t))
    distance = said["distance"]
    length = np.hypot(line[2] - line[0], line[3] - line[1])
    assert len(distance) == max(2, int(length) + 1)
    assert distance[-1] == pytest.approx(length)
    plane = in_pixels(squares(channel, z, t))
    ((found),) = said["channels"]
    assert found["channel"] == channel
    wanted = expected(plane, line, len(distance))
    np.testing.assert_allclose(found["values"], wanted, rtol=1e-9, atol=1e-6)


def test_a_row_is_its_pixels(client, cells):
    line = (0.5, 40.5, WIDTH - 0.5, 40.5)
    said = checked(ask(client, cells, line, c="3,1"))
    assert [each["channel"] for each in said["channels"]] == [3, 1]
    for each in said["channels"]:
        plane = in_pixels(squares(each["channel"], 0, 0))
        assert each["values"] == plane[40].tolist()


def test_a_wide_line_is_the_mean_across(client, cells):
    # Five pixels from 30 to 34: two of one square, three of the next.
    line = (10.5, 32.5, 20.5, 32.5)
    (found,) = checked(ask(client, cells, line, width=5))["channels"]
    plane = in_pixels(squares(0, 0, 0))
    assert found["values"] == pytest.approx(plane[30:35, 10:21].mean(axis=0).tolist())


def test_what_lies_outside_is_null(client, cells):
    line = (-10, 5.5, 9, 5.5)
    (found,) = checked(ask(client, cells, line))["channels"]
    values = found["values"]
    assert values[:10] == [None] * 10
    assert None not in values[11:]
    far = checked(ask(client, cells, (-90, -90, -50, -50)))["channels"][0]["values"]
    assert set(far) == {None}


def test_no_numbers_are_null(client, image):
    # Squares of 32: -1.5, 0.25, 0.75, NaN.
    line = (60.5, 3.5, 110.5, 3.5)
    said = checked(ask(client, image("float32.tif"), line))
    values = said["channels"][0]["values"]
    assert values[0] == 0.25
    assert values[20] == 0.75
    assert values[-1] is None


@pytest.mark.parametrize(
    ("change", "status", "said"),
    [
        ({"x0": "a"}, 400, "x0 must be a number of pixels"),
        ({"x0": "nan"}, 400, "x0 must be a number"),
        ({"y1": "1e9"}, 400, "y1 must be a number"),
        ({"c": ""}, 400, "c must be channels"),
        ({"c": "0,-1"}, 400, "c must be channels"),
        ({"c": "4"}, 404, "Channel 4"),
        ({"z": "3"}, 404, "z 3 is outside"),
        ({"t": "x"}, 400, "t must be a whole number"),
        ({"width": "0"}, 400, "width must be from 1"),
        ({"width": "100"}, 400, "width must be from 1"),
        ({"x1": "9000000", "width": "9"}, 400, "max_profile_samples"),
        ({"image": "999999"}, 404, "not found"),
        ({"image": "9" * 30}, 400, "image must be a whole number"),
    ],
)
def test_bad_requests(client, cells, change, status, said):
    answer = ask(client, cells, (0, 0, 9, 9), **change)
    assert answer.status_code == status
    assert said in checked(answer, "error")["message"]


@pytest.mark.parametrize("level", ["rw----", "rwr---", "rwra--", "rwrw--"])
def test_who_sees(make_cast, cells, logged_in, client, level):
    cast = make_cast(level)
    type(cells).objects.filter(pk=cells.pk).update(owner=cast.alice, group=cast.group)
    sees = {"alice", "group_owner", "administrator"} | (
        {"bob"} if level != "rw----" else set()
    )
    for name in ("alice", "bob", "charlie", "group_owner", "administrator"):
        answer = ask(logged_in(getattr(cast, name)), cells, (0, 0, 9, 9))
        assert answer.status_code == (200 if name in sees else 404), name
    assert ask(client, cells, (0, 0, 9, 9)).status_code == 404


def test_only_get(client, cells):
    client.get("/webclient/login/")
    token = client.cookies["csrftoken"].value
    answer = client.post("/measure/profile/", HTTP_X_CSRFTOKEN=token)
    assert (answer.status_code, answer["Allow"]) == (405, "GET, HEAD")
