"""Literals in the style of PQL (contract uws U55)."""

import pytest
from astropy.time import Time

from graticule.errors import RequestError
from graticule.jobs.executors.base import Given
from graticule.services.tasks.pql import MOST_STEPS, Kind, dali_texts


@pytest.mark.parametrize(
    ("text", "kind", "values"),
    [
        ("7", Kind.WHOLE, ["7"]),
        ("7, 9", Kind.WHOLE, ["7", "9"]),
        ("7/9", Kind.WHOLE, ["7", "8", "9"]),
        ("0/1/0.25", Kind.NUMBER, ["0.00", "0.25", "0.50", "0.75", "1.00"]),
        ("0/10/3", Kind.WHOLE, ["0", "3", "6", "9"]),
        ("5/2", Kind.WHOLE, []),
        ("4e-7/7e-7", Kind.INTERVAL, ["4e-7 7e-7"]),
        ("4e-7/", Kind.INTERVAL, ["4e-7 +Inf"]),
        ("/7e-7,3", Kind.INTERVAL, ["-Inf 7e-7", "3"]),
        ("4e-7 7e-7", Kind.INTERVAL, ["4e-7 7e-7"]),
        ("ivo://a/b?image/12", Kind.TEXT, ["ivo://a/b?image/12"]),
        ("a%2Cb%2Fc%3Bd,e", Kind.TEXT, ["a,b/c;d", "e"]),
    ],
)
def test_literals(text, kind, values):
    assert dali_texts(text, kind) == values


@pytest.mark.parametrize(
    ("text", "kind", "said"),
    [
        ("/", Kind.INTERVAL, "not to both"),
        ("1/", Kind.WHOLE, "two ends"),
        ("1/2", Kind.NUMBER, "step"),
        ("1//2", Kind.WHOLE, "open"),
        ("1/2/0", Kind.WHOLE, "more than 0"),
        ("1/2/3/4", Kind.WHOLE, "lo/hi/step"),
        (f"1/{MOST_STEPS + 1}", Kind.WHOLE, "2001 steps"),
        ("1;ICRS", Kind.INTERVAL, "ICRS"),
        ("1,,2", Kind.WHOLE, "between two commas"),
        ("one", Kind.WHOLE, "no number"),
        ("inf", Kind.NUMBER, "not finite"),
        ("2026-13-01/", Kind.INTERVAL, "no time"),
    ],
)
def test_what_is_none_is_said(text, kind, said):
    with pytest.raises(ValueError, match=said):
        dali_texts(text, kind)


def test_the_limit_is_that_of_the_contract():
    assert len(dali_texts(f"1/{MOST_STEPS}", Kind.WHOLE)) == 2000


def test_times_are_modified_julian_dates():
    (found,) = dali_texts("2026-03-01/2026-03-01T12:30:00Z", Kind.INTERVAL)
    low, high = map(float, found.split())
    assert low == Time("2026-03-01", scale="utc").mjd
    assert high == pytest.approx(Time("2026-03-01T12:30:00", scale="utc").mjd)


def test_a_task_reads_them_by_what_its_parameters_take(catalog):
    from dataclasses import replace

    from graticule.services.tasks.statistics import TASK

    pql = replace(TASK, style="pql")
    asked = pql.parse(
        [Given("IMAGE", "3,7/9"), Given("PERCENTILES", "5/95/45"), Given("BINS", "64")]
    )
    assert asked.image == [3, 7, 8, 9]
    assert asked.percentiles == [5, 50, 95]
    assert asked.bins == 64
    with pytest.raises(RequestError, match="BINS takes one value"):
        pql.parse([Given("IMAGE", "3"), Given("BINS", "64,128")])
    with pytest.raises(RequestError, match="UsageError: IMAGE: 'x' is no number"):
        pql.parse([Given("IMAGE", "x")])
    with pytest.raises(RequestError):  # DALI knows no ranges
        TASK.parse([Given("IMAGE", "7/9")])
