"""Arithmetic and functions beside Python's, with random numbers."""

import math
import sys
from decimal import ROUND_DOWN, Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graticule.services.adql.functions import FUNCTIONS
from graticule.services.adql.geometry import GEOMETRY

SLOWLY = settings(deadline=None)  # machines may be busy
WHOLE = st.integers(-1000, 1000)
REAL = st.floats(-1e6, 1e6, allow_subnormal=False).map(lambda x: round(x, 6))


def written(number):
    return f"({number!r})"


def quotient(a, b):
    """Divide as SQL does: whole numbers are cut, what cannot be is NULL."""
    if a is None or b is None or b == 0:
        return None
    if isinstance(a, int) and isinstance(b, int):
        return int(math.copysign(abs(a) // abs(b), a * b)) if a else 0
    return a / b


def known(function):
    def calculate(a, b):
        return None if a is None or b is None else function(a, b)

    return calculate


OPERATORS = {
    "+": known(lambda a, b: a + b),
    "-": known(lambda a, b: a - b),
    "*": known(lambda a, b: a * b),
    "/": quotient,
}
TREES = st.recursive(
    st.one_of(WHOLE, REAL, st.none()),
    lambda inner: st.tuples(st.sampled_from(list(OPERATORS)), inner, inner),
    max_leaves=6,
)


def as_text(tree):
    if tree is None:
        return "NULL"
    if isinstance(tree, tuple):
        sign, left, right = tree
        return f"({as_text(left)} {sign} {as_text(right)})"
    return written(tree)


def as_value(tree):
    if isinstance(tree, tuple):
        sign, left, right = tree
        return OPERATORS[sign](as_value(left), as_value(right))
    return tree


def as_whole(tree):
    """Tell whether only whole numbers take part, as types do, whatever NULL is."""
    if isinstance(tree, tuple):
        return as_whole(tree[1]) and as_whole(tree[2])
    return isinstance(tree, int)


@SLOWLY
@given(TREES)
def test_arithmetic_is_pythons(value, tree):
    expected = as_value(tree)
    found = value(as_text(tree))
    if expected is None:
        assert found is None
    elif as_whole(tree):
        assert found == expected
    else:
        assert found == pytest.approx(expected, rel=1e-12, abs=1e-300)


@SLOWLY
@given(WHOLE, WHOLE, WHOLE)
def test_precedence_is_that_of_arithmetic(value, a, b, c):
    text = f"{written(a)} - {written(b)} * {written(c)} - {written(a)}"
    assert value(text) == a - b * c - a
    assert value(f"-{abs(a)} + {abs(b)}") == -abs(a) + abs(b)
    condition = f"1 = {written(a)} OR 2 = {written(b)} AND NOT 3 = {written(c)}"
    expected = a == 1 or (b == 2 and c != 3)
    assert value(f"CASE WHEN {condition} THEN 1 ELSE 0 END") == expected


LARGEST_EXPONENT = math.log(sys.float_info.max)
ONE_ARGUMENT = {
    "ABS": abs,
    "CEILING": math.ceil,
    "FLOOR": math.floor,
    "TRUNCATE": math.trunc,
    "DEGREES": math.degrees,
    "RADIANS": math.radians,
    "SIN": math.sin,
    "COS": math.cos,
    "TAN": math.tan,
    "ATAN": math.atan,
    "COT": lambda x: 1 / math.tan(x) if math.tan(x) else None,
    "SQRT": lambda x: math.sqrt(x) if x >= 0 else None,
    "LOG": lambda x: math.log(x) if x > 0 else None,
    "LOG10": lambda x: math.log10(x) if x > 0 else None,
    "EXP": lambda x: math.inf if x > LARGEST_EXPONENT else math.exp(x),
    "ASIN": lambda x: math.asin(x) if abs(x) <= 1 else None,
    "ACOS": lambda x: math.acos(x) if abs(x) <= 1 else None,
}


@pytest.mark.parametrize("name", ONE_ARGUMENT)
@SLOWLY
@given(st.one_of(st.floats(-1.5, 1.5), st.floats(-600, 600), WHOLE))
def test_functions_of_one_number(value, name, number):
    expected = ONE_ARGUMENT[name](number)
    found = value(f"{name}({written(number)})")
    if expected is None:
        assert found is None
    else:
        assert found == pytest.approx(expected, rel=1e-9, abs=1e-12)
    assert value(f"{name}(NULL)") is None


@SLOWLY
@given(st.one_of(WHOLE, REAL), st.one_of(WHOLE, REAL))
def test_functions_of_two_numbers(value, a, b):
    x, y = written(a), written(b)
    assert value(f"ATAN2({x}, {y})") == pytest.approx(math.atan2(a, b))
    found = value(f"MOD({x}, {y})")
    expected = math.fmod(a, b) if b else None
    assert found == (None if expected is None else pytest.approx(expected))


@SLOWLY
@given(st.floats(0.01, 100), st.floats(-20, 20))
def test_powers(value, a, b):
    expected = pytest.approx(math.pow(a, b))
    assert value(f"POWER({written(a)}, {written(b)})") == expected


def test_powers_that_are_not_defined(value):
    assert value("POWER(-8, 0.5)") is None
    assert value("POWER(-2, 3)") == -8
    assert value("POWER(2, -1)") == 0.5


@SLOWLY
@given(st.integers(-(10**9), 10**9), st.integers(0, 6), st.integers(0, 6))
def test_rounding_to_decimals(value, digits, scale, places):
    number = Decimal(digits).scaleb(-scale)
    text = f"{number:f}" if "." in f"{number:f}" else f"{number:f}.0"
    cut = number.quantize(Decimal(1).scaleb(-places), ROUND_DOWN)
    found = value(f"TRUNCATE({text}, {places})")
    assert found == pytest.approx(float(cut), rel=1e-12, abs=1e-12)
    rounded = value(f"ROUND({text}, {places})")
    assert abs(rounded - float(number)) <= 0.5 * 10**-places + 1e-6
    assert rounded * 10**places == pytest.approx(round(rounded * 10**places))


def test_numbers_as_they_are_written(value):
    for text, expected in (
        ("1.", 1.0),
        (".5", 0.5),
        ("1e3", 1000.0),
        ("1.5E-2", 0.015),
        ("+7", 7),
        ("- -7", 7),
        ("9223372036854775807", 2**63 - 1),
        ("0.1 + 0.2", 0.1 + 0.2),
        ("5 / 2", 2),
        ("-5 / 2", -2),
        ("5 / 2.0", 2.5),
        ("1 / 0", None),
        ("1.0 / 0", None),
        ("MOD(7, 0)", None),
        ("PI()", math.pi),
        ("ROUND(2.5)", 3.0),
        ("ROUND(1234.5, -2)", 1200.0),
        ("ABS(-3)", 3),
        ("CHAR_LENGTH('abc')", 3),
        ("CAST(2.9 AS INTEGER)", 2),
        ("CAST('12' AS INTEGER) + 1", 13),
        ("CAST('x' AS INTEGER)", None),
        ("CAST(1 AS VARCHAR(5)) || 'a'", "1a"),
        ("CASE WHEN NULL = NULL THEN 1 ELSE 2 END", 2),
    ):
        found = value(text)
        assert found == expected, text
        assert isinstance(found, type(expected)), text


def test_random_numbers(ask):
    rows = ask("SELECT RAND(), RAND(42) FROM sky.Stars")
    assert len({one for row in rows for one in row}) == 12
    assert all(0 <= one < 1 for row in rows for one in row)


@SLOWLY
@given(st.text(max_size=20).filter(lambda text: "\0" not in text))
def test_texts_come_back(value, text):
    quoted = text.replace("'", "''")
    assert value(f"'{quoted}'") == text
    assert value(f"'{quoted}' || '!'") == text + "!"


def test_what_is_not_defined_matches_no_condition(ask):
    for undefined in ("SQRT(-id)", "LOG(-id)", "ACOS(id + 1)", "id / 0.0"):
        for sign in ("<", ">", "=", "<>"):
            found = ask(f"SELECT COUNT(*) FROM sky.Stars WHERE {undefined} {sign} 1")
            assert found == [(0,)], undefined


def test_functions_of_the_recommendation_are_there():
    mathematics = (
        "ABS CEILING DEGREES EXP FLOOR LOG LOG10 MOD PI POWER RADIANS RAND ROUND SQRT "
        "TRUNCATE ACOS ASIN ATAN ATAN2 COS COT SIN TAN"
    )
    assert set(mathematics.split()) <= set(FUNCTIONS)
    assert set(GEOMETRY) == {
        "AREA",
        "BOX",
        "CENTROID",
        "CIRCLE",
        "CONTAINS",
        "COORD1",
        "COORD2",
        "COORDSYS",
        "DISTANCE",
        "INTERSECTS",
        "POINT",
        "POLYGON",
        "REGION",
    }
