"""Attached tables in queries: for who sees them, by names that can be written."""

import pytest


@pytest.fixture
def attached(make_image, cast, tmp_path):
    from graticule.services.tables.importing import import_table

    image = make_image("cells")
    path = tmp_path / "feldspar.csv"
    path.write_text(
        "Image,Area,Cell Size (µm),size,label\n"
        f"{image.pk},1.5,2.5,3,µ\n{image.pk},,4.5,6,b\n"
    )
    made = import_table(cast.alice, path, image, tell=lambda *_: None)
    return made.file


def test_rows_are_seen_by_who_sees_the_table(ask, attached, cast):
    query = f'SELECT "Area", Cell_Size_m, "size", label FROM tables.t_{attached.pk}'
    rows = [
        {"Area": "1.5", "Cell_Size_m": "2.5", "size": "3", "label": "µ"},
        {"Area": "", "Cell_Size_m": "4.5", "size": "6", "label": "b"},
    ]
    for person in (cast.alice, cast.bob, cast.administrator):
        assert ask(query, person) == rows


def test_others_do_not_even_learn_its_name(ask, attached, cast, logged_in):
    name = f"tables.t_{attached.pk}"
    listed = f"SELECT description FROM tap_schema.tables WHERE table_name = '{name}'"
    (row,) = ask(listed, cast.bob)
    assert row["description"] == "feldspar.csv, 2 rows"
    assert ask(listed, cast.charlie) == []
    assert ask(listed) == []
    client = logged_in(cast.charlie)
    assert b"feldspar" not in client.get("/tap/tables").content
    assert client.get(f"/tap/tables/{name}").status_code == 404
    answers = [
        client.post("/tap/sync", {"LANG": "ADQL", "QUERY": f"SELECT * FROM {each}"})
        for each in (name, "tables.t_987654321")
    ]
    assert [answer.status_code for answer in answers] == [400, 400]
    said = [
        answer.content.replace(b"t_987654321", b"").replace(name[7:].encode(), b"")
        for answer in answers
    ]
    assert said[0] == said[1]


def test_columns_are_told_as_queries_write_them(ask, attached, cast):
    rows = ask(
        "SELECT column_name, datatype, description FROM tap_schema.columns "
        f"WHERE table_name = 'tables.t_{attached.pk}' ORDER BY column_index",
        cast.alice,
    )
    assert [row["column_name"] for row in rows] == [
        *("Image", '"Area"', "Cell_Size_m", '"size"', "label"),
    ]
    assert rows[2]["description"] == "Cell Size (µm)"
    assert [row["datatype"] for row in rows][:2] == ["long", "double"]
