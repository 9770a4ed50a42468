"""A file becomes a table at ``/annotate/<kind>/<id>/tables/``: whose may, and what."""

import csv
import io

import pytest
from tests.web.conftest import new_client
from tests.web.test_annotate import LEVELS, WHO, make_images, said, value
from tests.web.test_annotate_thing import stage, state

__all__ = ["make_images", "stage"]
ROWS = [("Well", "Area", "Note"), ("A1", "1.5", "a, b"), ("B2", "2.25", "ü")]


def text(rows):
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue().encode()


def send(client, on, content, name="cells.csv"):
    answer = client.get("/api/v0/token/").json()
    return client.post(
        f"/annotate/{on.url}tables/",
        content,
        content_type="application/octet-stream",
        query_params={"name": name},
        HTTP_X_CSRFTOKEN=answer["data"],
    )


def tables():
    from graticule.catalog.models import OriginalFile

    return OriginalFile.objects.filter(name="cells.csv").count()


def kept():
    """All files that lie among the attachments, or aside."""
    from django.conf import settings

    attachments = settings.GRATICULE["home"] / "attachments"
    return {path for path in attachments.rglob("*") if path.is_file()}


def test_it_works(stage):
    on = stage()
    (file,) = value(send(on.alice, on, text(ROWS)), "thing")["files"]
    assert file["name"] == "cells.csv"
    about = on.alice.get(f"{file['table']}columns/").json()
    assert [column["name"] for column in about["columns"]] == list(ROWS[0])
    page = on.alice.get(f"{file['table']}page/").json()
    assert page["rows"] == [["A1", 1.5, "a, b"], ["B2", 2.25, "ü"]]


@pytest.mark.parametrize("level", LEVELS)
def test_who_may(stage, level):
    on = stage(level)
    for who in WHO:
        before = tables()
        may = who in LEVELS[level]
        status = send(getattr(on, who), on, text(ROWS)).status_code
        assert (status == 200) is may, (who, status)
        assert tables() == before + may


def test_nobody_without_a_login_or_a_token(stage):
    on = stage()
    path = f"/annotate/{on.url}tables/?name=cells.csv"
    body = {"data": text(ROWS), "content_type": "application/octet-stream"}
    assert new_client().post(path, **body).status_code in {401, 403}
    assert on.alice.post(path, **body).status_code == 403
    assert tables() == 0


@pytest.mark.parametrize(
    ("content", "name", "why"),
    [
        (text([*ROWS, ("C3", "1")]), "cells.csv", "cells.csv: line 4"),
        (b"", "cells.csv", "no row with the names of columns"),
        (b"a,a\n1,2\n", "cells.csv", "cells.csv: line 1"),
        ("Größe\nä\n".encode("latin-1"), "cells.csv", "save it so"),
        (b"\x89PNG\r\n\x1a\n", "cells.png", "neither HDF5 nor Parquet"),
        (text(ROWS), "/", "has no name"),
    ],
)
def test_what_is_no_table_is_refused_and_leaves_nothing(stage, content, name, why):
    on = stage()
    before = kept()
    assert why in said(send(on.alice, on, content, name), 400)
    assert state(on.alice, on)["files"] == []
    assert tables() == 0
    assert kept() == before


def test_a_limit_is_named(stage, configured):
    configured(max_table_upload_bytes=20)
    on = stage()
    assert "max_table_upload_bytes" in said(send(on.alice, on, text(ROWS)), 400)
    assert tables() == 0
