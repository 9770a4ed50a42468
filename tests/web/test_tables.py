"""Tables over the gateway (contract webgateway 12)."""

import json

import jsonschema
import numpy as np
import pytest
from tests.web.conftest import SCHEMAS, checked

CSV = """# header well,s,d,l,b
Well,Well Name,Area,object,Flag
22,B2,113.4,1,true
23,B3,98.0,2,false
22,B2,nan,7,true
24,C1,-3.5,11,false
25,"C, 2",0,12,true
"""


@pytest.fixture
def plate(cast):
    from graticule.catalog.models import Plate

    return Plate.objects.create(name="plate", owner=cast.alice, group=cast.group)


@pytest.fixture
def add_table(cast, plate, tmp_path):
    """Attach a table in CSV to the plate; give its annotation."""
    from graticule.services.tables.importing import import_table

    def add(text=CSV, on=None):
        path = tmp_path / "measurements.csv"
        path.write_text(text)
        return import_table(cast.alice, path, on or plate, tell=print)

    return add


@pytest.fixture
def table(add_table):
    return add_table().file_id


@pytest.fixture
def alice(logged_in, cast):
    return logged_in(cast.alice)


@pytest.fixture
def ask(alice):
    def get(path, **query):
        return alice.get(f"/webgateway/{path}/", query)

    return get


def compact(answer, schema):
    """A compact answer, checked against its schema (contract 2.6)."""
    value = json.loads(answer.content)
    assert answer.content.decode() == json.dumps(value, separators=(",", ":"))
    rules = json.loads((SCHEMAS / f"{schema}.json").read_text())
    jsonschema.Draft202012Validator(rules).validate(value)
    return value


def error(answer):
    return checked(answer, "table_error")["error"]


# 12.1


def test_annotations(ask, add_table, plate, cast):
    annotation = add_table()
    row = checked(ask(f"annotations/Plate/{plate.pk}"), "table_list")["data"]
    link = annotation.links.get()
    assert row == [
        {
            "id": annotation.pk,
            "name": "measurements.csv",
            "file": annotation.file_id,
            "ns": "openmicroscopy.org/omero/bulk_annotations",
            "parentType": "Plate",
            "parentId": plate.pk,
            "owner": cast.alice.full_name,
            "addedBy": cast.alice.full_name,
            "addedOn": int(link.created.timestamp() * 1000),
        }
    ]


@pytest.fixture
def in_screens(cast, plate, image):
    """The plate in two screens, with a well that shows an image."""
    from graticule.catalog.models import Screen, Well, WellSample

    belongs = {"owner": cast.alice, "group": cast.group}
    screens = [Screen.objects.create(name=name, **belongs) for name in "ab"]
    for screen in screens:
        screen.plates.add(plate)
    well = Well.objects.create(plate=plate, row=0, column=0, **belongs)
    row = image("uint8.tif")
    row.owner, row.group = cast.alice, cast.group
    row.save()
    WellSample.objects.create(well=well, image=row)
    return screens, well, row


def test_annotations_of_what_holds_a_thing(ask, add_table, plate, in_screens):
    screens, well, image = in_screens
    on_plate = add_table().pk
    on_screens = [add_table(on=screen).pk for screen in screens]

    def found(path):
        data = checked(ask(f"annotations/{path}"), "table_list")["data"]
        return sorted(row["id"] for row in data)

    assert found(f"Plate.wells/{well.pk}") == [on_plate]
    assert found(f"Plate.wells.wellSamples.image/{image.pk}") == [on_plate]
    assert found(f"Screen.plateLinks.child.wells/{well.pk}") == on_screens
    assert found(f"Screen.plateLinks.child/{plate.pk}") == on_screens
    assert found(f"Well/{well.pk}") == []


@pytest.mark.parametrize(
    ("path", "parts"),
    [
        ("Plate.wellz", "['Plate', 'wellz']"),
        ("Plato", "['Plato']"),
        ("Plate.owner.password", "['Plate', 'owner', 'password']"),
        ("Screen.plateLinks", "['Screen', 'plateLinks']"),
        ("Shape", "['Shape']"),
        ("WellSample", "['WellSample']"),
    ],
)
def test_annotations_of_unknown_classes(ask, path, parts):
    assert error(ask(f"annotations/{path}/5")) == f"{parts} cannot be queried"


def test_no_endless_ways_through_the_catalogue(ask):
    path = "Plate" + ".wells.plate" * 200
    assert "cannot be queried" in error(ask(f"annotations/{path}/5"))


def test_other_files_are_no_tables(ask, cast, plate):
    from django.contrib.contenttypes.models import ContentType

    from graticule.catalog.models import AnnotationLink
    from graticule.services.attachments import attach, file_aside

    with file_aside(".txt") as path:
        path.write_bytes(b"words")
        annotation = attach(
            cast.alice, cast.group, path, name="words", media_type="text/plain"
        )
    AnnotationLink.objects.create(
        annotation=annotation,
        target_type=ContentType.objects.get_for_model(plate),
        target_id=plate.pk,
        owner=cast.alice,
    )
    assert checked(ask(f"annotations/Plate/{plate.pk}"), "table_list") == {"data": []}
    number = annotation.file_id
    assert error(ask(f"table/{number}/metadata")) == f"Table {number} not found"


# 12.2

ROWS = [
    [22, "B2", 113.4, 1, True],
    [23, "B3", 98.0, 2, False],
    [22, "B2", None, 7, True],
    [24, "C1", -3.5, 11, False],
    [25, "C, 2", 0.0, 12, True],
]


def test_query(ask, table):
    answer = checked(ask(f"table/{table}/query", query="Area > 0"), "table_query")
    assert answer == {
        "data": {
            "column_types": [
                "WellColumn",
                "StringColumn",
                "DoubleColumn",
                "LongColumn",
                "BoolColumn",
            ],
            "columns": ["Well", "Well Name", "Area", "object", "Flag"],
            "rows": ROWS[:2],
        },
        "meta": {"rowCount": 5, "totalCount": 2, "limit": None, "offset": 0},
    }


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("Well-22", [0, 2]),
        ("Well-24 and whatever follows", [3]),
        ("(Well == 22) & Flag", [0, 2]),
        ("`Well Name` == 'B3'", [1]),
        ("`Well Name` == b'C, 2'", [4]),
        ("~Flag", [1, 3]),
        ("Area != Area", [2]),
        ("object % 2 == 1", [0, 2, 3]),
    ],
)
def test_query_language(ask, table, query, expected):
    answer = ask(f"table/{table}/query", query=query, col_names="object")
    rows = checked(answer, "table_query")["data"]["rows"]
    assert rows == [[ROWS[row][3]] for row in expected]


def test_query_everything_writes_nan_as_the_contract_has_it(ask, table):
    answer = ask(f"table/{table}/query", query="*")
    assert b"NaN" in answer.content  # 2.6
    rows = json.loads(answer.content, parse_constant=lambda _: None)["data"]["rows"]
    assert rows == ROWS


def test_query_columns(ask, table):
    names = {"query": "Well-23", "col_names": ["Area", "no such", "Well"]}
    data = checked(ask(f"table/{table}/query", **names), "table_query")["data"]
    assert data["columns"] == ["Area", "Well"]
    assert data["column_types"] == ["DoubleColumn", "WellColumn"]
    assert data["rows"] == [[98.0, 23]]
    names["col_names"] = ["no such"]
    data = checked(ask(f"table/{table}/query", **names), "table_query")["data"]
    assert data["columns"] == []
    assert data["rows"] == [ROWS[1]]


@pytest.mark.parametrize(
    ("offset", "limit", "expected"),
    [
        (0, 1, [0]),
        (1, 1, [2]),
        (1, None, [2, 4]),
        (3, None, []),
        (0, 0, []),
        (9, 2, []),
    ],
)
def test_query_pages(ask, table, offset, limit, expected):
    paging = {"offset": offset} | ({} if limit is None else {"limit": limit})
    answer = ask(f"table/{table}/query", query="Flag", col_names="object", **paging)
    answer = checked(answer, "table_query")
    assert answer["data"]["rows"] == [[ROWS[row][3]] for row in expected]
    assert answer["meta"] == {
        "rowCount": 5,
        "totalCount": 3,
        "limit": limit,
        "offset": offset,
    }


def test_lower_case_column_of_a_thing(ask, add_table):
    table = add_table("image,x\n4,1\n5,2\n").file_id
    answer = ask(f"table/{table}/query", query="Image-5")
    data = checked(answer, "table_query")["data"]
    assert data["column_types"] == ["ImageColumn", "LongColumn"]
    assert data["rows"] == [[5, 2]]
    assert "Error executing query" in error(ask(f"table/{table}/query", query="X-5"))


def test_query_errors(ask, table):
    text = "Must specify query parameter, use * to retrieve all"
    assert error(ask(f"table/{table}/query")) == text
    assert error(ask("table/987654/query", query="*")) == "Table 987654 not found"


@pytest.mark.parametrize(
    "query",
    [
        "Aera > 5",
        "Area >",
        "Area > 'text'",
        "Area & Flag > 2",
        "Flag and Flag",
        "__import__('os').system('true')",
        "1); DROP TABLE x; --",
        "Area",
        "1 == 1",
        "object * 9223372036854775807 > Area",
        "(" * 5000,
        "~" * 5000 + "Flag",
        "sqrt(" * 40 + "Area" + ")" * 40,
        "Flag" + " | Flag" * 60_000,
    ],
)
def test_what_is_no_condition(ask, table, query):
    for path in ("query", "rows", "obj_id_bitmask"):
        answer = ask(f"table/{table}/{path}", query=query)
        assert error(answer) == f"Error executing query: {query}"


@pytest.mark.parametrize("name", ["offset", "limit"])
def test_paging_must_be_integers(ask, table, name):
    for path in ("query", "obj_id_bitmask"):
        answer = ask(f"table/{table}/{path}", query="*", **{name: "x"})
        assert answer.status_code == 500
        assert answer.json()["message"] == f"{name} must be an integer."


def test_too_many_rows(ask, table, configured):
    configured(max_table_download_rows=2)
    text = (
        "Trying to download 3 rows exceeds configured "
        "omero.web.max_table_download_rows of 2. The job table-query does it: "
        f"http://localhost/services/table-query/async?TABLE={table}&QUERY=Flag"
    )
    answer = checked(ask(f"table/{table}/query", query="Flag"), "table_error")
    assert answer == {"error": text, "status": 404}
    answer = ask(f"table/{table}/query", query="Flag", limit=2, col_names="Well")
    assert checked(answer, "table_query")["data"]["rows"] == [[22], [22]]


def test_query_as_jsonp(ask, table):
    answer = ask(f"table/{table}/query", query="Well-23", callback="got")
    assert answer["Content-Type"] == "application/javascript"
    assert answer.content.startswith(b'got({"data": {')


def test_an_overlong_query_is_stopped(ask, add_table, configured):
    from datetime import timedelta

    text = "n\n" + "\n".join(map(str, range(500_000)))
    table = add_table(text).file_id
    configured(table_query_timeout=timedelta(milliseconds=20))
    slow = "+".join(f"sin(n*{k})" for k in range(45)) + " > 0"
    answer = error(ask(f"table/{table}/rows", query=slow))
    assert "table_query_timeout" in answer


# 12.3


def test_object_query_asks_the_newest_first(ask, add_table, plate, cast):
    old = add_table("a,b\n1,2\n")
    new = add_table("a,c\n3,4\n")
    path = f"table/Plate/{plate.pk}/query"
    answer = checked(ask(path, query="a>0"), "table_object_query")
    assert answer["data"]["rows"] == [[3, 4]]
    assert (answer["id"], answer["annId"]) == (new.file_id, new.pk)
    assert (answer["parentType"], answer["parentId"]) == ("Plate", plate.pk)
    assert answer["owner"] == answer["addedBy"] == cast.alice.full_name
    answer = checked(ask(path, query="b>0"), "table_object_query")
    assert answer["id"] == old.file_id
    assert error(ask(path, query="d>0")) == "Error executing query: d>0"


def test_object_query_without_tables(ask, plate):
    path = f"table/Plate/{plate.pk}/query"
    text = "Could not retrieve bulk annotations table"
    assert error(ask(path, query="*")) == text
    assert "Must specify query" in error(ask(path))


# 12.4


def test_metadata(ask, table):
    answer = checked(ask(f"table/{table}/metadata"), "table_metadata")
    assert answer["columns"][0] == {
        "name": "Well",
        "description": "",
        "type": "WellColumn",
    }
    assert (answer["totalCount"], answer["user_metadata"]) == (5, {})


# 12.5


def bits(answer):
    assert answer.status_code == 200
    assert answer["Content-Type"] == "application/octet-stream"
    return answer.content


def test_bit_mask_of_the_contract(ask, table):
    assert bits(ask(f"table/{table}/obj_id_bitmask", query="*")) == b"\x61\x18"


@pytest.mark.parametrize(
    ("query", "column", "expected"),
    [
        ("Area > 1000", "object", b"\x00"),
        ("Well-23", "object", b"\x20"),
        ("*", "no such", b"\x00\x00\x03\xc0"),  # the first column: wells 22 to 25
        ("object == 7", "object", b"\x01"),
        ("object == 1", "object", b"\x40"),
    ],
)
def test_bit_masks(ask, table, query, column, expected):
    answer = ask(f"table/{table}/obj_id_bitmask", query=query, col_name=column)
    assert bits(answer) == expected


def test_bit_mask_of_many(ask, add_table):
    ids = np.unique(np.random.default_rng(3).integers(0, 20_000_000, 3000))
    table = add_table("object\n" + "\n".join(map(str, ids))).file_id
    found = bits(ask(f"table/{table}/obj_id_bitmask", query="*"))
    unpacked = np.unpackbits(np.frombuffer(found, np.uint8))
    assert np.array_equal(np.flatnonzero(unpacked), ids)
    assert len(found) == ids.max() // 8 + 1


def test_bit_mask_errors(ask, table, add_table):
    path = f"table/{table}/obj_id_bitmask"
    invalid = "Specified column has invalid type"
    assert error(ask(path, query="*", col_name="Area")) == invalid
    assert error(ask(path, query="*", col_name="Well Name")) == invalid
    assert "Must specify query" in error(ask(path))
    huge = add_table(f"object,t\n{2**60},3\n-1,10\n").file_id
    path = f"table/{huge}/obj_id_bitmask"
    said = error(ask(path, query="object>0"))
    assert f"max_table_object_id = {10**9:,}" in said
    assert "negative" in error(ask(path, query="object<0"))


def test_texts_are_read_as_integers(ask, add_table):
    table = add_table("# header s\nobject\n3\n10\n").file_id
    assert bits(ask(f"table/{table}/obj_id_bitmask", query="*")) == b"\x10\x20"


# 12.6


def test_rows(ask, table):
    answer = compact(ask(f"table/{table}/rows", query="Flag"), "table_rows")
    assert answer == {
        "rows": [0, 2, 4],
        "meta": {
            "partialCount": 3,
            "rowCount": 5,
            "columnCount": 5,
            "start": 0,
            "end": 5,
            "maxCells": 1_000_000,
        },
    }


def test_rows_in_parts(ask, table, configured):
    configured(max_table_slice_size=2)
    found, start = [], 0
    while start < 5:
        answer = ask(f"table/{table}/rows", query="Flag", start=start)
        answer = compact(answer, "table_rows")
        assert answer["meta"]["end"] == min(start + 2, 5)
        assert answer["meta"]["start"] == start
        found += answer["rows"]
        start = answer["meta"]["end"]
    assert found == [0, 2, 4]


@pytest.mark.parametrize(("start", "expected"), [("x", [0, 2, 4]), (99, []), (3, [4])])
def test_rows_from(ask, table, start, expected):
    answer = ask(f"table/{table}/rows", query="Flag", start=start)
    assert compact(answer, "table_rows")["rows"] == expected


def test_rows_errors(ask, table):
    assert error(ask(f"table/{table}/rows")) == "Must specify query"
    assert error(ask("table/987654/rows", query="n>1")) == "Table 987654 not found"
    for query in ("*", "Well-22 "):  # a condition only
        said = error(ask(f"table/{table}/rows", query=query))
        assert said == f"Error executing query: {query}"


def test_rows_as_jsonp_are_not_compact(ask, table):
    answer = ask(f"table/{table}/rows", query="Flag", callback="f")
    assert answer.content.startswith(b'f({"rows": [0, 2, 4], "meta"')


# 12.7


def test_slice(ask, table):
    answer = ask(f"table/{table}/slice", rows="0-1", columns="0,2")
    assert compact(answer, "table_slice") == {
        "columns": [[22, 23], [113.4, 98.0]],
        "meta": {
            "columns": ["Well", "Area"],
            "rowCount": 5,
            "columnCount": 5,
            "maxCells": 1_000_000,
        },
    }


def test_slice_keeps_the_order_asked(ask, table):
    answer = ask(f"table/{table}/slice", rows="4,0-1,0", columns="3,1,3")
    columns = compact(answer, "table_slice")["columns"]
    ids, names = [12, 1, 2, 1], ["C, 2", "B2", "B3", "B2"]
    assert columns == [ids, names, ids]


@pytest.mark.parametrize("span", ["5-10", "2-10", "9-12", "10-20", "0-4"])
def test_ranges_are_compared_as_numbers(ask, add_table, span):
    table = add_table("n\n" + "\n".join(map(str, range(30)))).file_id
    first, last = map(int, span.split("-"))
    answer = ask(f"table/{table}/slice", rows=span, columns="0")
    columns = compact(answer, "table_slice")["columns"]
    assert columns == [list(range(first, last + 1))]


def test_slice_of_scattered_rows(ask, add_table):
    table = add_table("n,m\n" + "\n".join(f"{n},{n * n}" for n in range(999))).file_id
    rows = np.random.default_rng(5).permutation(999)[:400].tolist()
    answer = ask(f"table/{table}/slice", rows=",".join(map(str, rows)), columns="1,0")
    columns = compact(answer, "table_slice")["columns"]
    assert columns == [[n * n for n in rows], rows]


def test_slice_by_post(alice, table):
    url = f"/webgateway/table/{table}/slice/"
    form = {"rows": "0", "columns": "1"}
    assert alice.post(url, form).status_code == 403  # 2.5
    alice.cookies["csrftoken"] = token = "c" * 32
    answer = alice.post(f"{url}?rows=1", form, headers={"X-CSRFToken": token})
    assert compact(answer, "table_slice")["columns"] == [["B2"]]


def test_the_public_may_post_a_slice(client, add_table, catalog, plate):
    from graticule.catalog.models import Annotation

    annotation = add_table()
    Annotation.objects.filter(pk=annotation.pk).update(group=catalog.public_group)
    client.cookies["csrftoken"] = token = "d" * 32
    answer = client.post(  # 2.4
        f"/webgateway/table/{annotation.file_id}/slice/",
        {"rows": "1", "columns": "0"},
        headers={"X-CSRFToken": token},
    )
    assert compact(answer, "table_slice")["columns"] == [[23]]


@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"rows": "1"},
        {"columns": "1"},
        {"rows": "a", "columns": "0"},
        {"rows": "1-", "columns": "0"},
        {"rows": "3-1", "columns": "0"},
        {"rows": "-1", "columns": "0"},
        {"rows": "0-999999999999999999", "columns": "0"},
        {"rows": "0-999999", "columns": "0,1"},
        {"rows": "1" * 30, "columns": "0"},
    ],
)
def test_slice_needs_lists(ask, table, asked):
    said = error(ask(f"table/{table}/slice", **asked))
    assert said.startswith("Need comma-separated list of rows and columns (")


def test_slice_out_of_range(ask, table):
    path = f"table/{table}/slice"
    assert error(ask(path, rows="5", columns="0")) == "Rows out of range"
    assert error(ask(path, rows="0", columns="5")) == "Columns out of range"
    said = error(ask("table/987654/slice", rows="0", columns="0"))
    assert said == "Table 987654 not found"


def test_slice_of_a_broken_table(ask, add_table):
    from pathlib import Path

    file = add_table().file
    path = Path(file.path)
    path.write_bytes(path.read_bytes()[:60])
    said = error(ask(f"table/{file.pk}/slice", rows="0", columns="0"))
    assert said.startswith("Error slicing table (")
    assert str(path.parent) not in said
    said = error(ask(f"table/{file.pk}/query", query="*"))
    assert said == "Error executing query: *"
    assert str(path.parent) not in error(ask(f"table/{file.pk}/metadata"))
