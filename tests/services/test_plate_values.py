"""Numbers of wells from tables, compared with plain Python over the same rows."""

import csv
import statistics

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

WAYS = {
    "mean": statistics.fmean,
    "median": statistics.median,
    "min": min,
    "max": max,
    "sum": sum,
    "count": len,
}


@pytest.fixture
def plate(cast):
    """A plate of Alice's: wells A1, A2, B1 and, far out, B12."""
    from graticule.catalog.models import Plate, Well

    belongs = {"owner": cast.alice, "group": cast.group}
    plate = Plate.objects.create(
        name="plate", row_naming="letter", column_naming="number", **belongs
    )
    for row, column in ((0, 0), (0, 1), (1, 0), (1, 11)):
        Well.objects.create(plate=plate, row=row, column=column, **belongs)
    return plate


@pytest.fixture
def attach(cast, tmp_path, catalog, monkeypatch):
    """Attach rows as a table to something of Alice's; gives its file's id."""
    from graticule.services.tables.attached import tables_on
    from graticule.services.tables.importing import import_table

    def make(thing, header, rows):
        path = tmp_path / "values.csv"
        with path.open("w", newline="") as file:
            csv.writer(file).writerows([header, *rows])
        import_table(cast.alice, path, thing, tell=lambda *_: None)
        found = tables_on(cast.alice, type(thing), "", type(thing), thing.pk)
        return max(each.file_id for each in found)

    return make


def values(person, plate, table, column, how="mean"):
    from graticule.services.plate_values import Together, values_of

    return values_of(person, plate, table, column, Together(how))[1]


def test_by_names_with_and_without_zeros(cast, plate, attach):
    rows = [("A1", 2), ("a01", 4), (" B12 ", 7), ("C3", 9), ("", 1)]
    table = attach(plate, ("Well", "Cells"), rows)
    assert values(cast.alice, plate, table, 1) == {(0, 0): 3, (1, 11): 7}


def test_by_ids_of_wells(cast, plate, attach):
    ids = {(w.row, w.column): w.pk for w in plate.wells.all()}
    rows = [(ids[0, 1], 0.5), (ids[0, 1], 1.5), (ids[1, 0], -1), (10**9, 5)]
    table = attach(plate, ("Well", "Score"), rows)
    assert values(cast.alice, plate, table, 1) == {(0, 1): 1, (1, 0): -1}


def test_by_images(cast, plate, attach):
    from graticule.catalog.models import Image, WellSample

    sizes = {f"size_{axis}": 1 for axis in "xyzct"}
    row = Image.objects.create(
        name="of B12", owner=cast.alice, group=cast.group, levels=[], **sizes
    )
    WellSample.objects.create(well=plate.wells.get(row=1, column=11), image=row)
    table = attach(plate, ("Image", "Area"), [(row.pk, 3), (row.pk, 5), (10**9, 9)])
    assert values(cast.alice, plate, table, 1, "sum") == {(1, 11): 8}


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    rows=st.lists(
        st.tuples(
            st.sampled_from(["A1", "A2", "B1", "B12", "D9"]),
            st.floats(-1e6, 1e6).map(lambda x: round(x, 3)),
        ),
        min_size=1,
        max_size=30,
    ),
    how=st.sampled_from(sorted(WAYS)),
)
def test_any_rows(cast, plate, attach, rows, how):
    table = attach(plate, ("Well Name", "Value"), rows)
    places = {"A1": (0, 0), "A2": (0, 1), "B1": (1, 0), "B12": (1, 11)}
    by_well = {}
    for name, value in rows:
        if name in places:
            by_well.setdefault(places[name], []).append(value)
    found = values(cast.alice, plate, table, 1, how)
    assert found.keys() == by_well.keys()
    for place, mine in by_well.items():
        assert found[place] == pytest.approx(WAYS[how](mine), abs=1e-6)


def test_what_is_no_number_leaves_its_well_out(cast, plate, attach):
    rows = [("A1", "nan"), ("A2", "1.5"), ("B1", "inf")]
    table = attach(plate, ("Well", "Value"), rows)
    assert values(cast.alice, plate, table, 1) == {(0, 1): 1.5}


def test_columns_that_wells_can_be_coloured_by(cast, plate, attach):
    from graticule.services.plate_values import columns_of

    attach(plate, ("Well", "Cells", "Gene"), [("A1", 1, "x")])
    attach(plate, ("Cells", "Gene"), [(1, "x")])  # of no well
    found = columns_of(cast.alice, plate)
    assert [(column.index, column.name) for column in found] == [(1, "Cells")]
    assert columns_of(cast.charlie, plate) == []


def test_refusals(cast, plate, attach):
    from graticule.errors import NotFoundError, OutOfRangeError

    table = attach(plate, ("Well", "Cells"), [("A1", 1)])
    with pytest.raises(OutOfRangeError):
        values(cast.alice, plate, table, 0)  # names are no numbers
    with pytest.raises(OutOfRangeError):
        values(cast.alice, plate, table, 2)
    with pytest.raises(NotFoundError):
        values(cast.charlie, plate, table, 1)
    nameless = attach(plate, ("Cells",), [(1,)])
    with pytest.raises(NotFoundError, match="which well"):
        values(cast.alice, plate, nameless, 0)
    from graticule.catalog.models import Plate

    other = Plate.objects.create(name="other", owner=cast.alice, group=cast.group)
    with pytest.raises(NotFoundError):
        values(cast.alice, other, table, 1)
