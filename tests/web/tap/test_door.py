"""The door of TAP: formats, limits, errors, uploads, what it says of itself."""

import csv
import io
import json

import pytest
from tests.web.conftest import new_client

NAMESPACE = "{http://www.ivoa.net/xml/VOTable/v1.3}"


@pytest.fixture
def images(make_image, cast, catalog):
    """Twelve images, of which every other one is nowhere on the sky."""
    public = catalog.public_group
    return [
        make_image(
            f"image {n:02}", cast.administrator, public, (n, -n) if n % 2 else None
        )
        for n in range(12)
    ]


def body_of(answer):
    return b"".join(answer) if answer.streaming else answer.content


def sync(query, **more):
    return new_client().post("/tap/sync", {"LANG": "ADQL", "QUERY": query, **more})


def read(answer):
    from astropy.io.votable import parse_single_table

    return parse_single_table(io.BytesIO(body_of(answer))).to_table()


QUERY = "SELECT image_id, name, size_x, pixel_width FROM graticule.images ORDER BY name"


@pytest.mark.parametrize(
    ("word", "media_type"),
    [
        ("votable", "application/x-votable+xml"),
        ("votable/td", "application/x-votable+xml;serialization=tabledata"),
        (
            "application/x-votable+xml;serialization=binary2",
            "application/x-votable+xml;serialization=binary2",
        ),
        ("text/xml", "text/xml"),
    ],
)
def test_votables_hold_the_same_rows_however_written(images, word, media_type):
    answer = sync(QUERY, RESPONSEFORMAT=word)
    assert answer["Content-Type"] == media_type
    table = read(answer)
    assert list(table["name"]) == [image.name for image in images]
    assert list(table["image_id"]) == [image.pk for image in images]
    assert table["pixel_width"].mask.all()
    assert str(table["pixel_width"].unit) == "um"


def test_other_formats_hold_the_same_rows(images, tmp_path):
    import duckdb
    from astropy.io import fits

    names = [image.name for image in images]
    answer = sync(QUERY, FORMAT="csv")
    assert answer["Content-Type"] == "text/csv;header=present"
    rows = list(csv.DictReader(io.StringIO(body_of(answer).decode())))
    assert [row["name"] for row in rows] == names
    assert rows[0]["pixel_width"] == ""
    answer = sync(QUERY, FORMAT="tsv")
    lines = body_of(answer).decode().splitlines()
    assert lines[0].split("\t") == ["image_id", "name", "size_x", "pixel_width"]
    assert [line.split("\t")[1] for line in lines[1:]] == names
    found = json.loads(body_of(sync(QUERY, FORMAT="json")))
    assert [row[1] for row in found["data"]] == names
    assert found["overflow"] is False
    path = tmp_path / "answer"
    path.write_bytes(body_of(sync(QUERY, FORMAT="fits")))
    with fits.open(path) as units:
        units.verify("exception")
        assert list(units[1].data["name"]) == names
        assert list(units[1].data["size_x"]) == [100] * len(names)
    path.write_bytes(body_of(sync(QUERY, FORMAT="parquet")))
    rows = duckdb.execute(f"SELECT name FROM read_parquet('{path}')").fetchall()
    assert [row[0] for row in rows] == names


def test_more_rows_than_asked_for_are_told_after_the_table(images):
    text = body_of(sync(QUERY, MAXREC=5, FORMAT="votable/td")).decode()
    assert text.count("<TR>") == 5
    assert text.index('value="OVERFLOW"') > text.index("</TABLE>")
    text = body_of(sync(QUERY, MAXREC=12, FORMAT="votable/td")).decode()
    assert text.count("<TR>") == 12
    assert "OVERFLOW" not in text
    text = body_of(sync(QUERY, MAXREC=0, FORMAT="votable/td")).decode()
    assert text.count("<FIELD") == 4
    assert text.count("<TR>") == 0
    assert "OVERFLOW" in text
    text = body_of(sync(QUERY.replace("SELECT", "SELECT TOP 3"), FORMAT="votable/td"))
    assert text.count(b"<TR>") == 3
    assert b"OVERFLOW" not in text


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"QUERY": "SELECT nonsense FROM graticule.images"}, "line 1, column 8"),
        ({"QUERY": "SELECT * FROM graticule.secret"}, "graticule.secret"),
        ({"LANG": "PQL"}, "LANG"),
        ({"FORMAT": "papyrus"}, "papyrus"),
        ({"MAXREC": "-1"}, "MAXREC"),
        ({"QUERY": ""}, "QUERY is required"),
        ({"UPLOAD": "mine,param:none"}, "UPLOAD"),
        ({"UPLOAD": "mine,ftp://example.org/a"}, "UPLOAD"),
        ({"UPLOAD": "mine,http://127.0.0.1:1/a"}, "tap_uploads_inside"),
    ],
)
def test_mistakes_are_said_in_a_votable(door, given, said):
    import xml.etree.ElementTree as ET

    answer = new_client().post("/tap/sync", {"LANG": "ADQL", "QUERY": QUERY, **given})
    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/x-votable+xml"
    root = ET.fromstring(body_of(answer))
    info = root.find(f".//{NAMESPACE}RESOURCE/{NAMESPACE}INFO")
    assert info.attrib == {"name": "QUERY_STATUS", "value": "ERROR"}
    assert said in info.text
    assert root.find(f".//{NAMESPACE}TABLE") is None


def test_what_is_not_known_changes_nothing(images):
    answer = sync(
        QUERY, REQUEST="doQuery", VERSION="1.0", SPURIOUS="yes", BASE="http://x"
    )
    assert answer.status_code == 200
    (row, *_) = read(sync("SELECT access_url FROM ivoa.obscore", BASE="http://evil"))
    assert row["access_url"].startswith("http://localhost/datalink/links?ID=")


def upload(text, query, name="mine"):
    file = io.BytesIO(text.encode())
    file.name = "mine.vot"
    return new_client().post(
        "/tap/sync",
        {"LANG": "ADQL", "QUERY": query, "UPLOAD": f"{name},param:p", "p": file},
    )


MINE = (
    '<VOTABLE version="1.4" xmlns="http://www.ivoa.net/xml/VOTable/v1.3"><RESOURCE>'
    '<TABLE><FIELD name="flag" datatype="boolean"/><FIELD name="tiny" '
    'datatype="unsignedByte"/><FIELD name="few" datatype="short"/>'
    '<FIELD name="n" datatype="int"/><FIELD name="many" datatype="long"/>'
    '<FIELD name="f" datatype="float"/><FIELD name="d" datatype="double"/>'
    '<FIELD name="c" datatype="char" arraysize="*"/>'
    '<FIELD name="u" datatype="unicodeChar" arraysize="*"/>'
    '<FIELD name="pair" datatype="double" arraysize="2"/>'
    '<FIELD name="some" datatype="int" arraysize="*"/><DATA><TABLEDATA>'
    "<TR><TD>T</TD><TD>200</TD><TD>-7</TD><TD>70000</TD><TD>9007199254740993</TD>"
    "<TD>0.5</TD><TD>1e-300</TD><TD>a&amp;b</TD><TD>µ</TD><TD>1.5 2.5</TD>"
    "<TD>1 2 3</TD></TR>"
    "<TR><TD/><TD/><TD/><TD/><TD/><TD/><TD/><TD/><TD/><TD/><TD/></TR>"
    "</TABLEDATA></DATA></TABLE></RESOURCE></VOTABLE>"
)


def test_an_upload_comes_back_as_it_was(door):
    table = read(upload(MINE, "SELECT * FROM TAP_UPLOAD.mine"))
    first, second = table
    assert bool(first["flag"]) is True
    assert [int(first[name]) for name in ("tiny", "few", "n", "many")] == [
        *(200, -7, 70000, 9007199254740993),
    ]
    assert first["f"] == 0.5
    assert first["d"] == 1e-300
    assert (first["c"], first["u"]) == ("a&b", "µ")
    assert list(first["pair"]) == [1.5, 2.5]
    assert list(first["some"]) == [1, 2, 3]
    kinds = [table[name].dtype.str[1:] for name in ("tiny", "few", "n", "many", "f")]
    assert kinds == ["u1", "i2", "i4", "i8", "f4"]
    for name in ("tiny", "few", "n", "many"):
        assert second[name] is __import__("numpy").ma.masked


def test_an_upload_is_joined_with_what_is_here(images):
    query = (
        "SELECT o.obs_id FROM TAP_UPLOAD.mine AS m JOIN ivoa.obscore AS o "
        "ON o.s_ra = m.n WHERE m.n IS NOT NULL"
    )
    text = MINE.replace("70000", "5")
    assert list(read(upload(text, query))["obs_id"]) == ["image 05"]


@pytest.mark.parametrize(
    "text", ["no table at all", "<!DOCTYPE x><VOTABLE/>", "<VOTABLE></VOTABLE>"]
)
def test_what_is_no_votable_is_refused(door, text):
    answer = upload(text, "SELECT * FROM TAP_UPLOAD.mine")
    assert answer.status_code == 400
    assert b"The upload mine" in body_of(answer)


def test_the_tables_are_those_of_tap_schema(images):
    import xml.etree.ElementTree as ET

    root = ET.fromstring(new_client().get("/tap/tables").content)
    told = {
        (table.findtext("name"), column.findtext("name"))
        for table in root.iter("table")
        for column in table.iter("column")
    }
    rows = read(sync("SELECT table_name, column_name FROM tap_schema.columns"))
    assert {(row["table_name"], row["column_name"]) for row in rows} == told
    assert ("tap_schema.columns", '"size"') in told
    one = new_client().get("/tap/tables/ivoa.obscore")
    assert b"obs_publisher_did" in one.content
    assert new_client().get("/tap/tables/ivoa.none").status_code == 404


def test_every_example_runs(images):
    import xml.etree.ElementTree as ET

    page = new_client().get("/tap/examples")
    root = ET.fromstring(page.content.decode().replace("<!DOCTYPE html>", ""))
    queries = [
        each.text
        for each in root.iter("{http://www.w3.org/1999/xhtml}pre")
        if each.get("property") == "query"
    ]
    assert len(queries) > 3
    for query in queries:
        assert sync(query).status_code == 200, query


def test_jobs_have_their_links_at_the_tap(door):
    client = new_client()
    answer = client.post("/services/tap/async", {"LANG": "ADQL", "QUERY": QUERY})
    assert answer.status_code == 303
    assert answer["Location"].startswith("http://localhost/tap/async/")
    path = answer["Location"].removeprefix("http://localhost")
    document = client.get(path).content.decode()
    assert f"{QUERY}</uws:parameter>" in document
    alias = path.replace("/async/", "/uws.xml/")
    assert client.get(alias).status_code == 200


def test_the_page_offers_examples_and_tables(images):
    page = new_client().get("/tap", HTTP_ACCEPT="text/html").content.decode()
    assert "ivoa.obscore" in page
    assert 'action="/tap/sync"' in page
