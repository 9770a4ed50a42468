"""What the whole site says of itself (contract uws 18)."""

import io

import pytest
from django.db import connection
from pyvo.io import vosi
from tests.web.uws.documents import said
from tests.web.vosi.schemas import valid

HERE = "http://localhost"
STD = "ivo://ivoa.net/std/"


def told(client, path="/capabilities"):
    """Addresses by standard, as pyvo reads them; the schema is kept."""
    answer = client.get(path)
    assert answer.status_code == 200
    assert answer["Content-Type"] == "application/xml"
    valid(answer.content)
    found = {}
    for row in vosi.parse_capabilities(io.BytesIO(answer.content)):
        for interface in row.interfaces:
            (url,) = interface.accessurls
            found.setdefault(row.standardid, []).append(url.content)
    return found


def test_it_works(client):
    found = told(client)
    assert found[f"{STD}VOSI#capabilities"] == [f"{HERE}/capabilities"]
    assert found[f"{STD}VOSI#availability"] == [f"{HERE}/availability"]
    assert f"{HERE}/tables" in found[f"{STD}VOSI#tables-1.1"]


def test_tables_are_those_of_tap(client):
    body = client.get("/tables").content
    valid(body)
    names = [table.name for table in vosi.parse_tables(io.BytesIO(body)).iter_tables()]
    assert "ivoa.obscore" in {name.lower() for name in names}
    assert body == client.get("/tap/tables").content
    root = valid(client.get("/tables/ivoa.obscore").content)
    assert root.findtext("name").lower() == "ivoa.obscore"
    said(client.get("/tables/ivoa.nothing"), 404)


def test_every_address_that_is_told_is_there(client):
    for addresses in told(client).values():
        for address in addresses:
            path = address.removeprefix(HERE)
            answer = client.options(path)
            assert answer.status_code == 204, (path, answer)
            assert "GET" in answer["Allow"]


def test_what_each_service_says_stands_at_the_root_too(client):
    from graticule.services.tasks.registry import tasks

    everything = told(client)
    for name in tasks():
        index = client.get("/services/").json()["services"]
        (row,) = [each for each in index if each["name"] == name]
        beside = row["async"].removeprefix(HERE).rpartition("/")[0] + "/capabilities"
        for standard, addresses in told(client, beside).items():
            if standard is None or "VOSI" not in standard:
                assert set(addresses) <= set(everything[standard]), name


def test_both_are_for_everybody(client, configured):
    configured(anonymous_access=False)
    for path in ("/capabilities", "/availability"):
        assert client.get(path).status_code == 200
        assert client.head(path).status_code == 200
        said(client.post(path), 405)


def test_without_a_login_is_told_truthfully(client, configured):
    def methods(path):
        body = client.get(path).content
        rows = vosi.parse_capabilities(io.BytesIO(body))
        (jobs,) = [row for row in rows if row.standardid == f"{STD}UWS#rest-1.1"]
        (interface,) = jobs.interfaces
        return [method.standardid for method in interface.securitymethods]

    path = "/services/echo/capabilities"
    assert None in methods(path)
    for closed in (
        {"anonymous_jobs": "none"},
        {"public_get_only": True},
        {"anonymous_access": False},
        {"service_groups": (("echo", "Imaging"),)},
    ):
        configured(**closed)
        assert None not in methods(path), closed
        configured(
            anonymous_jobs="all",
            public_get_only=False,
            anonymous_access=True,
            service_groups=(),
        )


def test_availability_looks(client):
    body = client.get("/availability").content
    valid(body)
    found = vosi.parse_availability(io.BytesIO(body))
    # Nobody executes jobs in these tests; on SQLite that is sure, and on PostgreSQL
    # nothing waits that would show it.
    nobody_works = connection.vendor == "sqlite"
    assert found.available is not nobody_works
    assert any("worker" in str(note) for note in found.notes) is nobody_works


@pytest.mark.parametrize("path", ["/capabilities", "/availability"])
def test_options(client, path):
    answer = client.options(path)
    assert answer.status_code == 204
    assert answer["Allow"] == "GET, HEAD, OPTIONS"
