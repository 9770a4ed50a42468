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


FLOATS = np.array([*NUMBERS, 1e-12, -0.75, 1.0, -1.0, 3.5])


@pytest.fixture
def on_floats(import_file, tmp_path):
    """Find rows among all pairs of some numbers; the pairs come along."""
    from graticule.services.tables.condition import parse
    from graticule.services.tables.query import matching_rows

    f, g = (part.ravel() for part in np.meshgrid(FLOATS, FLOATS))
    lines = [f"{a!r},{b!r}" for a, b in zip(f.tolist(), g.tolist(), strict=True)]
    path = tmp_path / "pairs.csv"
    path.write_text("# header d,d\nf,g\n" + "\n".join(lines))
    table = import_file(path)

    def find(text):
        return matching_rows(table, parse(text), 0, f.size).tolist()

    return find, f, g


@pytest.mark.parametrize(
    ("name", "calculate"),
    [
        *((name, getattr(np, name)) for name in ("sin", "cos", "tan", "sinh", "cosh")),
        *((name, getattr(np, name)) for name in ("tanh", "arcsin", "arccos")),
        *((name, getattr(np, name)) for name in ("arctan", "arcsinh", "arccosh")),
        *((name, getattr(np, name)) for name in ("arctanh", "log", "log10", "log1p")),
        *((name, getattr(np, name)) for name in ("exp", "expm1", "sqrt")),
        *((name, getattr(np, name)) for name in ("floor", "ceil", "abs")),
    ],
)
def test_functions_give_what_numpy_gives(on_floats, name, calculate):
    find, f, g = on_floats
    with np.errstate(all="ignore"):
        value = calculate(f)
        far = np.isnan(value) | (np.abs(value - g) > 1e-9) | np.isinf(value)
    # Where both are all but equal, the last digit may decide.
    for sign, compare in (("<", np.less), (">=", np.greater_equal)):
        found = set(find(f"{name}(f) {sign} g"))
        expected = set(np.flatnonzero(compare(value, g)).tolist())
        near = set(np.flatnonzero(~far).tolist())
        assert found - near == expected - near
    assert find(f"{name}(f) != {name}(f)") == np.flatnonzero(np.isnan(value)).tolist()


def test_small_numbers_keep_their_digits(on_floats):
    find, f, _ = on_floats
    tiny = np.flatnonzero(f == 1e-12).tolist()
    assert find("(abs(log1p(f) / f - 1) < 1e-9) & (f < 1e-6) & (f > 0)") == tiny
    assert find("(abs(expm1(f) / f - 1) < 1e-9) & (f < 1e-6) & (f > 0)") == tiny


@pytest.mark.parametrize("sign", ["<", "<=", "==", "!=", ">=", ">"])
def test_comparisons_with_nan_are_those_of_numpy(on_floats, sign):
    find, f, g = on_floats
    compare = {"<": np.less, "<=": np.less_equal, "==": np.equal}
    compare |= {"!=": np.not_equal, ">=": np.greater_equal, ">": np.greater}
    assert find(f"f {sign} g") == np.flatnonzero(compare[sign](f, g)).tolist()
    assert find(f"~(f {sign} g)") == np.flatnonzero(~compare[sign](f, g)).tolist()
    assert find(f"f {sign} 0.5") == np.flatnonzero(compare[sign](f, 0.5)).tolist()


def test_remainders_are_those_of_numpy(on_floats):
    find, f, g = on_floats
    with np.errstate(all="ignore"):
        rest = np.mod(f, g)
        sides = 1 / rest
    assert find("f % g < g") == np.flatnonzero(rest < g).tolist()
    assert find("1 / (f % g) > 0") == np.flatnonzero(sides > 0).tolist()


def test_texts_are_ordered_as_in_numpy(ours):
    data = rows()
    for sign, compare in (("<", np.less), (">=", np.greater_equal)):
        expected = np.flatnonzero(compare(data["s"], b""))
        assert ours(f"s {sign} ''") == expected.tolist()


def test_long_lists_of_ids_are_no_problem(ours):
    text = " | ".join(f"(i == {n})" for n in range(3, 3003))
    assert ours(text) == np.flatnonzero(rows()["i"] >= 3).tolist()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("i > 1 & j > 1", "Two comparisons"),
        ("(i > 1) and (j > 1)", "instead of 'and'"),
        ("not b", "instead of 'not'"),
        ("i = 1", "not understood"),
        ("i == 1; j", "not understood"),
        ("i.real == 1", "not understood|real"),
        ("[i] == 1", "not understood"),
        ("i ==", "The condition ends"),
        ("(i == 1", "The condition ends"),
        ("i == 1)", r"'\)' at character 7"),
        ("k == 1", "no column 'k'"),
        ("eval('1') == 1", "no function 'eval'"),
        ("sqrt(i, j) > 1", "takes 1"),
        ("i", "not true or false"),
        ("True", "No column"),
        ("s == 1", "only be compared with a text"),
        ("s + 'a' == 'b'", "calculated"),
        ("-b", "calculated"),
        ("-True == b", "negative"),
        ("b + b == 2", "calculated"),
        ("f & i == 1", "joins truths or whole"),
        ("where(i, 1, 2) == 1", "begins with a condition"),
        ("contains(i, 'x')", "two texts"),
        ("i == 9223372036854775808", "64 bits"),
        ("i == 1" + "0" * 5000, "64 bits"),
        (r"s == b'\xff'", "Unicode"),
        (r"s == '\ud800'", "Unicode"),
        ("'open", "not understood"),
        ("", "The condition ends"),
        ("i == " + "1 + " * 60 + "1", "deep"),
        ("i" * 100_001, "longer"),
    ],
)
def test_what_is_no_condition(ours, text, said):
    from graticule.services.tables.condition import ConditionError

    with pytest.raises(ConditionError, match=said):
        ours(text)


def test_the_smallest_number_can_be_written(ours):
    assert ours("i == -9223372036854775808") == []
