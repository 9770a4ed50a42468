"""What a service says of itself (contract uws 18: V1, V2, V4), and the index."""

import io

import pytest
from lxml import etree
from pyvo.io import vosi
from tests.web.uws.conftest import HERE
from tests.web.uws.documents import said

BASE = "/services/echo"
NS = "{http://www.ivoa.net/xml/VOSIAvailability/v1.0}"


@pytest.fixture(autouse=True)
def own_home(request, catalog, configured, tmp_path):
    """A home that no worker of other tests is in, and no job of theirs."""
    from django.db import connection

    from graticule.jobs.models import Job

    if "worker" in request.node.name and connection.vendor != "sqlite":
        pytest.skip("other machines may have workers, too")
    Job.objects.all().delete()  # until the test is over
    configured(home=tmp_path)


def notes(client):
    answer = client.get(f"{BASE}/availability")
    assert answer.status_code == 200
    assert answer["Content-Type"] == "application/xml"
    root = etree.fromstring(answer.content)
    assert root.tag == f"{NS}availability"
    names = [child.tag.removeprefix(NS) for child in root]
    assert names == ["available", "upSince"] + ["note"] * (len(names) - 2)
    found = vosi.parse_availability(io.BytesIO(answer.content))
    said_so = [str(note) for note in found.notes]
    assert found.available is not bool(said_so)
    return said_so


def test_a_worker_is_seen(client, new_job):
    # V1: nobody works, somebody works here, somebody works elsewhere
    from datetime import timedelta

    from graticule.jobs import folders
    from graticule.jobs.bell import Bell
    from graticule.jobs.models import Job
    from graticule.jobs.times import now

    (note,) = notes(client)
    assert "worker" in note
    waits = Bell(folders.bells())  # a server that waits for jobs does none
    assert len(notes(client)) == 1
    worker = Bell(folders.bells(), "worker")
    assert notes(client) == []
    worker.close()
    waits.close()
    assert len(notes(client)) == 1
    job = new_job("EXECUTING")
    Job.objects.filter(pk=job.pk).update(lease=now() + timedelta(seconds=9))
    assert notes(client) == []


def test_a_worker_that_was_killed_is_not_there(client):
    from graticule.jobs import folders
    from graticule.jobs.bell import Bell

    left = Bell(folders.bells(), "worker")
    assert notes(client) == []
    left._socket.close()  # the file stays, nobody hears
    assert len(notes(client)) == 1


def test_capabilities(client):
    # V2: read by pyvo
    answer = client.get(f"{BASE}/capabilities")
    assert answer["Content-Type"] == "application/xml"
    assert answer["Last-Modified"].endswith(" GMT")  # V4
    root = etree.fromstring(answer.content)
    assert root.tag == "{http://www.ivoa.net/xml/VOSICapabilities/v1.0}capabilities"
    assert {child.tag for child in root} == {"capability"}  # unprefixed children
    found = {
        row.standardid: row
        for row in vosi.parse_capabilities(io.BytesIO(answer.content))
    }
    std = "ivo://ivoa.net/std/"
    addresses = {
        f"{std}VOSI#capabilities": "capabilities",
        f"{std}VOSI#availability": "availability",
        f"{std}UWS#rest-1.1": "async",
        None: "sync",
    }
    assert set(found) == set(addresses)
    for standard, name in addresses.items():
        (interface,) = found[standard].interfaces
        (url,) = interface.accessurls
        assert url.content == f"{HERE}{BASE}/{name}"
    methods = found[f"{std}UWS#rest-1.1"].interfaces[0].securitymethods
    assert [method.standardid for method in methods] == [
        None,  # U85: also without a login
        "ivo://ivoa.net/sso#BasicAA",
        "ivo://ivoa.net/sso#OAuth",
        "ivo://ivoa.net/sso#cookie",
    ]


def test_both_are_for_everybody(door, client, configured):
    configured(anonymous_access=False, anonymous_jobs="none")
    for name in ("availability", "capabilities"):
        assert client.get(f"{BASE}/{name}").status_code == 200
        assert client.head(f"{BASE}/{name}").status_code == 200
    assert b"<securityMethod/>" not in client.get(f"{BASE}/capabilities").content


@pytest.mark.parametrize("name", ["availability", "capabilities"])
def test_other_verbs_are_refused(client, name):
    # V4
    for verb in ("POST", "PUT", "DELETE"):
        answer = client.generic(verb, f"{BASE}/{name}")
        said(answer, 405)
        assert answer["Allow"] == "GET, HEAD, OPTIONS"
    assert client.options(f"{BASE}/{name}").status_code == 204
    said(client.get(f"/services/nothing/{name}"), 404)


def test_the_index_lists_services(client):
    answer = client.get("/services/")
    assert answer["Content-Type"] == "application/json"
    rows = {row["name"]: row for row in answer.json()["services"]}
    echo = rows["echo"]
    assert echo["async"] == f"{HERE}{BASE}/async"
    assert echo["sync"] == f"{HERE}{BASE}/sync"
    assert set(echo["parameters"]) >= {"TEXT", "SECONDS", "FAIL"}
    assert echo["parameters"]["SECONDS"]["minimum"] == 0
    page = client.get("/services/", headers={"Accept": "text/html"})
    assert page["Content-Type"].startswith("text/html")
    assert b"/services/echo/async" in page.content
    assert client.post("/services/").status_code == 405
