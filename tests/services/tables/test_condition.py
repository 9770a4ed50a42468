"""Conditions: PyTables finds the same rows; what is no condition is refused."""

import math

import numpy as np
import pytest
import tables
from hypothesis import HealthCheck, given, reject, settings
from hypothesis import strategies as st

pytestmark = pytest.mark.filterwarnings("ignore::RuntimeWarning")

DTYPE = np.dtype(
    [
        ("i", np.int64),
        ("j", np.int64),
        ("f", np.float64),
        ("g", np.float64),
        ("b", np.bool_),
        ("s", "S4"),
    ]
)
TEXTS = ("", "a", "B2", "B10", "zz")
NUMBERS = (0.0, -0.0, 0.5, -1.5, 2.0, 7.25, math.nan, math.inf, -math.inf, 1e300)


def rows():
    """Every kind of value beside every other, and chance."""
    rng = np.random.default_rng(7)
    data = np.zeros(400, DTYPE)
    data["i"] = rng.integers(-6, 7, data.size)
    data["j"] = rng.integers(-3, 4, data.size)
    data["f"] = rng.choice(NUMBERS, data.size)
    data["g"] = rng.choice(NUMBERS, data.size)
    data["b"] = rng.random(data.size) < 0.5
    data["s"] = rng.choice([text.encode() for text in TEXTS], data.size)
    return data


@pytest.fixture(scope="module")
def pytable(tmp_path_factory):
    path = tmp_path_factory.mktemp("pytables") / "rows.h5"
    with tables.open_file(str(path), "w") as file:
        group = file.create_group("/", "OME")
        table = file.create_table(group, "Measurements", DTYPE)
        table.append(rows())
    with tables.open_file(str(path)) as file:
        yield path, file.root.OME.Measurements


@pytest.fixture
def ours(pytable, import_file):
    """Find rows the way of the service."""
    from graticule.services.tables.condition import parse
    from graticule.services.tables.query import matching_rows

    table = import_file(pytable[0])

    def find(text):
        return matching_rows(table, parse(text), 0, table.row_count).tolist()

    return find


whole = st.sampled_from(["i", "j", "0", "1", "2", "-3", "7"])
floating = st.sampled_from(["f", "g", "0.5", "-1.5", "2.", "1e1", ".25"])
text = st.sampled_from(
    ["s", "'B2'", "b'a'", '"B10"', "'zzz'"]
)  # numexpr orders '' wrongly
FLOAT_FUNCTIONS = (
    *("sin", "cos", "tan", "arcsin", "arccos", "arctan", "sinh", "cosh", "tanh"),
    *("arcsinh", "arccosh", "arctanh", "log", "log10", "log1p", "exp", "expm1"),
    *("sqrt", "floor", "ceil"),
)


def numbers(deeper):
    return st.one_of(
        st.tuples(deeper, st.sampled_from("+-*/"), deeper).map(
            "({0[0]} {0[1]} {0[2]})".format
        ),
        st.tuples(deeper, st.sampled_from(["2", "3"])).map("({0[0]} ** {0[1]})".format),
        # Of floating remainders numexpr gets infinite divisors and signs of zero
        # wrong; those are compared with NumPy below.
        st.tuples(whole, whole).map("({0[0]} % {0[1]})".format),
        deeper.map("(-{})".format),
        deeper.map("abs({})".format),
        st.tuples(st.sampled_from(["floor", "ceil", "sqrt"]), deeper).map(
            "{0[0]}({0[1]})".format
        ),
        st.tuples(st.sampled_from(["b", "(i > j)", "~b"]), deeper, deeper).map(
            "where({0[0]}, {0[1]}, {0[2]})".format
        ),
    )


number = st.recursive(st.one_of(whole, floating), numbers, max_leaves=4)
compared = st.one_of(
    st.tuples(number, st.sampled_from(["<", "<=", "==", "!=", ">=", ">"]), number).map(
        " ".join
    ),
    st.tuples(text, st.sampled_from(["<", "<=", "==", "!=", ">=", ">"]), text).map(
        " ".join
    ),
    st.sampled_from(["b", "b == True", "b != (i > 0)", "(i & 3) == 1", "(i ^ j) > 0"]),
)
condition = st.recursive(
    compared.map("({})".format),
    lambda deeper: st.one_of(
        st.tuples(deeper, st.sampled_from("&|^"), deeper).map(
            "({0[0]} {0[1]} {0[2]})".format
        ),
        deeper.map("~{}".format),
        st.tuples(deeper, deeper, deeper).map(" & ".join).map("({})".format),
    ),
    max_leaves=4,
)


@settings(
    max_examples=300,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(text=condition)
def test_pytables_finds_the_same_rows(pytable, ours, text):
    try:
        expected = pytable[1].get_where_list(text, sort=True).tolist()
    except (ValueError, TypeError, NotImplementedError, ArithmeticError):
        reject()  # no column takes part, or a whole number to a negative power
    assert ours(text) == expected
