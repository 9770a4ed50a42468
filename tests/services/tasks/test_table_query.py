"""The job that writes rows of tables (issue: table query)."""

import csv
import io

import duckdb
import numpy as np
import pytest
from astropy.io.votable import parse_single_table

from graticule.errors import NotFoundError, RequestError

CSV = """# header well,s,d,l,b
Well,Well Name,Area,object,Flag
22,B2,113.4,1,true
23,B3,98.0,2,false
22,"a <b> & ""c""
µ",nan,7,true
24,C1,-3.5,9007199254740993,false
25,,inf,12,true
"""


@pytest.fixture
def table(cast, tmp_path):
    """Attach a table to a plate of Alice's; give the id of its file."""
    from graticule.catalog.models import Plate
    from graticule.services.tables.importing import import_table

    plate = Plate.objects.create(name="plate", owner=cast.alice, group=cast.group)

    def add(text=CSV, name="measured.csv"):
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return import_table(cast.alice, path, plate, tell=print).file_id

    return add


def rows_of(done):
    with done.path("rows").open(newline="", encoding="utf-8") as file:
        return list(csv.reader(file))


def test_it_works(do_task, table, cast):
    done = do_task("table-query", cast.alice, table=table())
    rows = rows_of(done)
    assert rows == list(csv.reader(io.StringIO(CSV)))[1:]
    assert done.progress[-1]["message"] == "5 rows"
    assert done.written["rows"]["media_type"].startswith("text/csv")


@pytest.mark.parametrize("form", ["csv", "parquet", "votable"])
@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("*", [0, 1, 2, 3, 4]),
        ("(Area > 90) & Flag", [0, 4]),
        ("Well-22", [0, 2]),
        ("`Well Name` == 'C1'", [3]),
        ("Area > 1e300 * 10", [4]),
        ("object < 0", []),
    ],
)
def test_conditions_in_every_format(do_task, table, cast, form, query, found):
    objects = [1, 2, 7, 9_007_199_254_740_993, 12]
    done = do_task("table-query", cast.alice, table=table(), query=query, format=form)
    path = done.path("rows")
    if form == "csv":
        values = [int(row[3]) for row in rows_of(done)[1:]]
    elif form == "parquet":
        rows = duckdb.execute("SELECT object FROM read_parquet(?)", [str(path)])
        values = [row[0] for row in rows.fetchall()]
    else:
        values = list(parse_single_table(path).array["object"])
    assert values == [objects[number] for number in found]


def test_columns_in_the_order_asked(do_task, table, cast):
    done = do_task(
        "table-query",
        cast.alice,
        table=table(),
        column=["Flag", "Well Name"],
        query="Area < 100",
    )
    assert rows_of(done) == [
        ["Flag", "Well Name"],
        ["false", "B3"],
        ["false", "C1"],
    ]


def test_votable_has_every_kind_of_value(do_task, table, cast):
    done = do_task("table-query", cast.alice, table=table(), format="votable")
    votable = parse_single_table(done.path("rows"))
    kinds = {field.name: field.datatype for field in votable.fields}
    assert kinds == {
        "Well": "long",
        "Well Name": "unicodeChar",
        "Area": "double",
        "object": "long",
        "Flag": "boolean",
    }
    array = votable.array
    assert list(array["Well Name"]) == ["B2", "B3", 'a <b> & "c"\nµ', "C1", ""]
    area = np.ma.filled(array["Area"], np.nan)
    assert np.array_equal(area, [113.4, 98, np.nan, -3.5, np.inf], equal_nan=True)
    assert list(array["Flag"]) == [True, False, True, False, True]
    assert done.written["rows"]["name"].endswith(".vot")


def test_votable_keeps_the_letters_of_names(do_task, table, cast):
    names = ["Area\u00a0in\u2009µm²", 'a "b" & <c>']
    text = f'{names[0]},"{names[1].replace(chr(34), chr(34) * 2)}"\n1.5,2\n'
    done = do_task("table-query", cast.alice, table=table(text), format="votable")
    fields = parse_single_table(done.path("rows")).fields
    assert [field.name for field in fields] == names


def test_votable_in_pieces_keeps_the_order(do_task, table, cast, monkeypatch):
    from graticule.services.tables import extracting

    monkeypatch.setattr(extracting, "_AT_ONCE", 7)
    text = "n,x\n" + "".join(f"{n},{n * 0.5}\n" for n in range(100))
    done = do_task(
        "table-query",
        cast.alice,
        table=table(text),
        query="(n % 3) == 0",
        format="votable",
    )
    array = parse_single_table(done.path("rows")).array
    assert list(array["n"]) == list(range(0, 100, 3))
    assert list(array["x"]) == [n * 0.5 for n in range(0, 100, 3)]


def test_parquet_can_be_imported_again(do_task, table, cast, tmp_path):
    from graticule.catalog.models import Plate
    from graticule.services.tables.attached import find_table
    from graticule.services.tables.importing import import_table

    file_id = table()
    done = do_task("table-query", cast.alice, table=file_id, format="parquet")
    again = import_table(cast.alice, done.path("rows"), Plate.objects.get(), tell=print)
    before, after = (find_table(cast.alice, one) for one in (file_id, again.file_id))
    assert after.columns == before.columns
    assert after.row_count == 5


def test_more_rows_than_the_gateway_gives(do_task, table, cast):
    text = "n\n" + "".join(f"{n}\n" for n in range(30_000))
    done = do_task("table-query", cast.alice, table=table(text), query="n >= 5")
    assert rows_of(done)[1:] == [[str(n)] for n in range(5, 30_000)]


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"query": "Nothing > 1"}, "Nothing"),
        ({"query": "Area >"}, "end"),
        ({"query": "__import__('os')"}, "__import__"),
        ({"query": "object * object * object > 1"}, "calculated"),
        ({"column": ["Nothing"]}, "no column 'Nothing'"),
        ({"column": ["Flag", "Flag"]}, "twice"),
        ({"format": "xlsx"}, "FORMAT"),
        ({"table": ""}, "TABLE is required"),
    ],
)
def test_what_makes_no_sense_is_refused(do_task, table, cast, asked, words):
    with pytest.raises(RequestError, match=words):
        do_task("table-query", cast.alice, **{"table": table()} | asked)


def test_names_that_parquet_cannot_tell_apart(do_task, table, cast):
    file_id = table("a,A\n1,2\n")
    done = do_task("table-query", cast.alice, table=file_id)
    assert rows_of(done) == [["a", "A"], ["1", "2"]]
    with pytest.raises(RequestError, match="Parquet"):
        do_task("table-query", cast.alice, table=file_id, format="parquet")
    done = do_task(
        "table-query", cast.alice, table=file_id, format="parquet", column="A"
    )
    with duckdb.connect() as database:
        rows = database.execute(
            "SELECT * FROM read_parquet(?)", [str(done.path("rows"))]
        )
        assert rows.fetchall() == [(2,)]


def test_who_does_not_see_the_table_gets_no_rows(do_task, table, cast):
    file_id = table()
    assert len(rows_of(do_task("table-query", cast.bob, table=file_id))) == 6
    with pytest.raises(NotFoundError):
        do_task("table-query", cast.charlie, table=file_id)


@pytest.mark.parametrize("form", ["csv", "parquet", "votable"])
@pytest.mark.parametrize("most", [0, 1, 33, 34, 35])
def test_at_most_so_many_rows(do_task, table, cast, monkeypatch, form, most):
    # contract uws U56, Y4, Y5; 34 fulfil the condition
    from astropy.io.votable import parse

    from graticule.services.tables import extracting

    monkeypatch.setattr(extracting, "_AT_ONCE", 7)
    text = "n,x\n" + "".join(f"{n},{n * 0.5}\n" for n in range(100))
    asked = {"query": "(n % 3) == 0", "format": form, "maxrec": most}
    done = do_task("table-query", cast.alice, table=table(text), **asked)
    expected = list(range(0, 100, 3))[:most]
    assert done.progress[-1]["message"] == f"{len(expected)} rows"
    if form == "csv":
        names, *rows = rows_of(done)
        assert names == ["n", "x"]
        found = [int(n) for n, _ in rows]
    elif form == "parquet":
        found = [n for n, _ in duckdb.read_parquet(str(done.path("rows"))).fetchall()]
    else:
        (resource,) = parse(done.path("rows")).resources
        found = list(resource.tables[0].array["n"])
        said = done.path("rows").read_text().partition("</TABLE>")[2]
        assert ("OVERFLOW" in said) is (most < 34)
    assert found == expected
