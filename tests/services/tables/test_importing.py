"""Files become tables with every value as it was, or nothing happens."""

import warnings
from pathlib import Path

import duckdb
import numpy as np
import pytest
import tables
from tests.services.tables.conftest import tell

DTYPE = np.dtype(
    [
        ("Image", np.int64),
        ("Area", np.float64),
        ("Alive", np.bool_),
        ("Well Name", "S6"),
        ("spectrum", np.float32, (3,)),
        ("bounds", np.int64, (2,)),
        ("means", np.float64, (2,)),
        ("count", np.int32),
    ]
)
TYPES = (
    *("Image", "Double", "Bool", "String"),
    *("FloatArray", "LongArray", "DoubleArray", "Long"),
)


def measured(count=1000):
    rng = np.random.default_rng(11)
    data = np.zeros(count, DTYPE)
    for name in ("Area", "spectrum", "means"):
        data[name] = rng.normal(0, 100, data[name].shape)
    for name in ("Image", "bounds", "count"):
        data[name] = rng.integers(-(2**31), 2**31, data[name].shape)
    data["Image"][0] = 2**62 + 1
    data["Area"][:3] = np.nan, np.inf, -0.0
    data["spectrum"][4, 1] = np.nan
    data["Alive"] = rng.random(count) < 0.5
    data["Well Name"] = [f"é{n % 97}".encode() for n in range(count)]
    return data


@pytest.fixture
def omero_file(tmp_path):
    """Write a file as OMERO.tables does, with PyTables."""

    def write(data, notes=None):
        path = tmp_path / "measured.h5"
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", tables.NaturalNameWarning)
            with tables.open_file(str(path), "w") as file:
                group = file.create_group("/", "OME")
                rows = file.create_table(group, "Measurements", data.dtype)
                rows.append(data)
                types = [f"{kind}Column".encode() for kind in TYPES]
                file.create_array(group, "ColumnTypes", np.array(types))
                said = [f"says {name}".encode() for name in data.dtype.names]
                file.create_array(group, "ColumnDescriptions", np.array(said))
                for name, value in (notes or {}).items():
                    rows.attrs[name] = value
        return path

    return write


def test_omero_tables(omero_file, import_file, values):
    data = measured()
    table = import_file(omero_file(data))
    assert [column.name for column in table.columns] == list(DTYPE.names)
    kinds = [column.kind.value.replace("_", "") for column in table.columns]
    assert kinds == [kind.lower() for kind in TYPES]
    assert table.columns[1].description == "says Area"
    assert table.row_count == 1000
    for name, found in zip(DTYPE.names, values(table), strict=True):
        expected = data[name]
        if expected.dtype.kind == "S":
            assert found == [text.decode() for text in expected.tolist()]
        else:
            np.testing.assert_array_equal(np.array(found), expected)


def test_notes_of_omero_tables(omero_file, import_file):
    notes = {"version": "1.2", "params": '{"sigma": 2}', "n": 5, "__version": "3"}
    table = import_file(omero_file(measured(10), notes))
    assert table.metadata == {"version": "1.2", "params": '{"sigma": 2}', "n": 5}


def test_rows_stay_in_order_over_many_batches(omero_file, import_file, monkeypatch):
    from graticule.services.tables import import_hdf5
    from graticule.services.tables.condition import parse
    from graticule.services.tables.query import find_rows, matching_rows

    monkeypatch.setattr(import_hdf5, "_BATCH_BYTES", 1 << 20)
    data = measured(300_000)
    table = import_file(omero_file(data))
    expected = np.flatnonzero(data["Area"] > 100)
    found = matching_rows(table, parse("Area > 100"), 0, table.row_count)
    assert np.array_equal(found, expected)
    hits = find_rows(
        table, parse("Area > 100"), [7], offset=500, limit=900, max_rows=1000
    )
    assert [row[0] for row in hits.rows] == data["count"][expected[500:1400]].tolist()
    assert hits.total == expected.size


def written(tmp_path, text, name="t.csv", encoding="utf-8"):
    path = tmp_path / name
    path.write_bytes(text.encode(encoding))
    return path


def kinds_of(table):
    return {column.name: column.kind.value for column in table.columns}


def test_csv_kinds_are_inferred_from_all_values(tmp_path, import_file, values):
    lines = [f"{n},{n},x{n},true,{n},{n}" for n in range(30_000)]
    lines[29_000] = "29000,0.5,x,False,,12345678901234567890"
    path = written(tmp_path, "n,f,s,b,gaps,big\n" + "\n".join(lines))
    table = import_file(path)
    assert kinds_of(table) == {
        "n": "long",
        "f": "double",
        "s": "string",
        "b": "bool",
        "gaps": "double",
        "big": "double",
    }
    columns = values(table)
    assert columns[0] == list(range(30_000))
    assert columns[1][29_000] == 0.5
    assert columns[3].count(False) == 1
    assert np.isnan(columns[4][29_000])


def test_csv_with_types(tmp_path, import_file, values):
    text = (
        "# header s,d,l,b,image,well\n"
        "Name,Area,Count,Alive,Image,Well\n"
        '"a, ""b""",1,3,1,5,22\n'
        '"two\nlines",,-4,false,6,23\n'
        "007,nan,0,TRUE,7,24\n"
    )
    table = import_file(written(tmp_path, text))
    assert list(kinds_of(table).values()) == [
        *("string", "double", "long", "bool", "image", "well"),
    ]
    columns = values(table)
    assert columns[0] == ['a, "b"', "two\nlines", "007"]
    np.testing.assert_array_equal(columns[1], [1, np.nan, np.nan])
    assert columns[2:] == [[3, -4, 0], [True, False, True], [5, 6, 7], [22, 23, 24]]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "latin-1", "utf-16", "utf-8-sig"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_csv_dialects(tmp_path, import_file, values, delimiter, encoding, end):
    rows = (("Größe", "plate"), ("é", "5"), ("ü", "6"))
    text = end.join(delimiter.join(row) for row in rows) + end
    table = import_file(written(tmp_path, text, encoding=encoding), encoding=encoding)
    assert kinds_of(table) == {"Größe": "string", "plate": "plate"}
    assert values(table) == [["é", "ü"], [5, 6]]


def test_names_are_never_part_of_a_question(tmp_path, import_file, values):
    names = ['"; DROP TABLE stage; --', "image", "Image", "'", "c1", "{table}"]
    quoted = ",".join('"' + name.replace('"', '""') + '"' for name in names)
    path = written(tmp_path, f"{quoted}\n1,2,3,4,5,6\n", name="it's [a] *.csv")
    table = import_file(path)
    assert [column.name for column in table.columns] == names
    assert values(table) == [[1], [2], [3], [4], [5], [6]]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a,b\n1,2\n3\n", "line 3: 1 values where 2 columns are named"),
        ("a,b\n1,2\n3,4,5\n", "line 3: 3 values where 2 columns are named"),
        ('a,b\n1,"2\n3,4\n', "line 2"),
        ('a,b\n1,"x"y\n', "line 2"),
        ('# header s,l\na,b\n"x\ny",1\nz,1.5\n', "line 5: '1.5' in 'b' is no long"),
        ("# header d\na\n1\n2\nthree\n", "line 5: 'three' in 'a' is no double"),
        ("# header l,s\na,b\n1,x\n,y\n", "line 4: nothing in 'a' is no long"),
        ("# header l\na\n9223372036854775808\n", "line 3"),
        ("# header q\na\n1\n", "line 1: there is no type 'q'"),
        ("# header l,l\na\n1\n", "line 1: 2 types for 1 columns"),
        ("a,a\n1,2\n", "line 1: There are two columns 'a'"),
        ("a,\n1,2\n", "line 1: Column 2 has no name"),
        ("", "there is no row with the names"),
    ],
)
def test_malformed_csv_names_the_line(tmp_path, import_file, nothing, text, said):
    from graticule.errors import CorruptFileError

    with pytest.raises(CorruptFileError) as refused:
        import_file(written(tmp_path, text))
    assert said in str(refused.value)


@pytest.fixture
def nothing(catalog):
    """Nothing is in the catalogue or the home folder that was not there before."""
    from django.conf import settings

    from graticule.catalog.models import Annotation, AnnotationLink, OriginalFile

    def state():
        folder = settings.GRATICULE["home"] / "attachments"
        rows = (Annotation, AnnotationLink, OriginalFile)
        found = sorted(path for path in folder.rglob("*") if path.is_file())
        return [model.objects.count() for model in rows], found

    before = state()
    yield
    assert state() == before


@pytest.mark.parametrize("share", [0.0, 0.3, 0.7, 0.98])
def test_truncated_files_leave_nothing(
    omero_file, tmp_path, import_file, nothing, share
):
    from graticule.errors import FileError

    whole = omero_file(measured(20_000))
    parquet = tmp_path / "t.parquet"
    duckdb.execute(f"COPY (SELECT range AS n FROM range(9999)) TO '{parquet}'")
    for path in (whole, parquet):
        content = path.read_bytes()
        path.write_bytes(content[: int(share * len(content))])
        with pytest.raises(FileError, match=path.name):
            import_file(path)


def test_a_broken_block_leaves_nothing(omero_file, import_file, nothing):
    from graticule.errors import CorruptFileError

    data = measured(20_000)
    data["Well Name"][19_999] = b"\xff\xfe"
    with pytest.raises(CorruptFileError, match="'Well Name' is not UTF-8"):
        import_file(omero_file(data))


def test_wrong_encoding(tmp_path, import_file, nothing):
    from graticule.errors import CorruptFileError, RequestError

    path = written(tmp_path, "a\n1\né\n", encoding="latin-1")
    with pytest.raises(CorruptFileError, match="UTF-8"):
        import_file(path)
    with pytest.raises(CorruptFileError, match="this is not utf-16"):
        import_file(written(tmp_path, "a\n1\né\n"), encoding="utf-16")
    with pytest.raises(RequestError, match="no encoding"):
        import_file(path, encoding="klingon")


def test_other_files_are_refused(tmp_path, import_file, nothing):
    import h5py

    from graticule.errors import MissingFileError, UnsupportedFileError

    with pytest.raises(UnsupportedFileError):
        import_file(written(tmp_path, "words", name="t.doc"))
    with h5py.File(tmp_path / "other.h5", "w") as file:
        file["data"] = [1, 2]
    with pytest.raises(UnsupportedFileError, match="Measurements"):
        import_file(tmp_path / "other.h5")
    with pytest.raises(MissingFileError):
        import_file(tmp_path / "nothing.csv")


def test_parquet(tmp_path, import_file, values):
    path = tmp_path / "a[1].parquet"
    rows = """VALUES
      (1::BIGINT, 0.5::DOUBLE, 'x', true, 3::SMALLINT, [1, NULL, 3]::INTEGER[],
       DATE '2024-02-29', 1.5::DECIMAL(4, 2), [0.5]::DOUBLE[]),
      (2, NULL, NULL, false, NULL, NULL, NULL, NULL, [NULL])"""
    names = "Image, f, s, b, gaps, l, day, d, a"
    duckdb.execute(f"COPY (SELECT * FROM ({rows}) t({names})) TO '{path}'")
    table = import_file(path)
    assert list(kinds_of(table).values()) == [
        *("image", "double", "string", "bool", "double", "long_array"),
        *("string", "double", "double_array"),
    ]
    columns = values(table)
    assert columns[0] == [1, 2]
    np.testing.assert_array_equal(columns[1], [0.5, np.nan])
    assert columns[2:4] == [["x", ""], [True, False]]
    np.testing.assert_array_equal(columns[4], [3, np.nan])
    assert columns[5] == [[1, 0, 3], []]
    assert columns[6] == ["2024-02-29", ""]
    np.testing.assert_array_equal(columns[7], [1.5, np.nan])
    np.testing.assert_array_equal(columns[8][1], [np.nan])


@pytest.mark.parametrize("kind", ["parquet", "csv"])
def test_export_and_import_again(omero_file, import_file, values, tmp_path, kind):
    from graticule.services.tables.keeping import export_table

    data = measured(500)[["Image", "Area", "Alive", "Well Name", "count"]]
    data = np.array(data.tolist(), [(n, DTYPE[n]) for n in data.dtype.names])
    path = omero_file(data)
    first = import_file(path)
    export_table(first, tmp_path / f"again.{kind}", tell)
    second = import_file(tmp_path / f"again.{kind}")
    assert kinds_of(second) == kinds_of(first)
    for one, other in zip(values(first), values(second), strict=True):
        np.testing.assert_array_equal(np.array(one), np.array(other))
    if kind == "parquet":
        assert second.columns == first.columns
    assert [p.name for p in tmp_path.iterdir() if p.name.startswith(".")] == []


def test_only_who_may_annotate_imports(tmp_path, make_cast, nothing):
    from graticule.catalog.models import Plate
    from graticule.errors import NotFoundError, NotPermittedError
    from graticule.services.tables.importing import import_table

    cast = make_cast("rwr---")
    plate = Plate.objects.create(name="p", owner=cast.alice, group=cast.group)
    path = written(tmp_path, "a\n1\n")
    with pytest.raises(NotPermittedError):
        import_table(cast.bob, path, plate, tell=tell)
    with pytest.raises(NotFoundError):
        import_table(cast.charlie, path, plate, tell=tell)


def test_deleted_tables_are_gone(import_file, tmp_path):
    from graticule.catalog.models import Annotation, OriginalFile
    from graticule.errors import NotFoundError
    from graticule.services.tables.keeping import all_tables, delete_table

    table = import_file(written(tmp_path, "a\n1\n"))
    file = OriginalFile.objects.get(path=str(table.path))
    (row,) = (row for row in all_tables() if row.file_id == file.pk)
    assert row.name == "t.csv"
    assert row.on[0].startswith("Plate:")
    delete_table(file.pk)
    assert not Annotation.objects.filter(file=file.pk).exists()
    assert not OriginalFile.objects.filter(pk=file.pk).exists()
    with pytest.raises(NotFoundError):
        delete_table(file.pk)


def test_the_database_reads_nothing_else(import_file, tmp_path):
    from graticule.errors import CorruptFileError
    from graticule.services.tables.database import fetch_rows

    table = import_file(written(tmp_path, "a\n1\n"))
    other = tmp_path / "other.csv"
    other.write_text("secret\n1\n")
    for question in (
        f"SELECT * FROM read_csv('{other}'), (SELECT ?)",
        "SELECT * FROM read_text('/etc/hostname'), (SELECT ?)",
        f"ATTACH '{tmp_path / 'x.db'}'",
        "INSTALL httpfs",
        "SET threads = 9",
        "SET enable_external_access = true",
    ):
        with pytest.raises(CorruptFileError):
            fetch_rows(table.path, question)
    assert not Path(tmp_path / "x.db").exists()
