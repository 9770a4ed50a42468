"""Examples of services (contract uws Y7): each is asked as it stands."""

import xml.etree.ElementTree as ET
from types import SimpleNamespace

import pytest
from tests.web.conftest import new_client
from tests.web.uws.documents import said

HERE = "http://localhost"
STANDARDS = "ivo://ivoa.net/std/"
# Of each service: where it is asked, what it speaks, how many examples there are of
# an image of the sky alone.
SERVICES = {
    "/services/cutout": ("/services/cutout/sync", "SODA#sync-1.0"),
    "/datalink": ("/datalink/links", "DataLink#links-1.1"),
    "/sia2": ("/sia2/query", "SIA#query-2.0"),
    "/tap": ("/tap/sync", "TAP"),
}
OF_IMAGES = ("/services/cutout", "/datalink")


def read(answer):
    """The examples of a document: id, name, capability, parameters, address."""
    assert answer.status_code == 200, answer.content
    assert answer["Content-Type"].startswith("application/xhtml+xml")
    body = answer.content.decode().replace("<!DOCTYPE html>", "")
    root = ET.fromstring(body)
    assert root.tag == "{http://www.w3.org/1999/xhtml}html"
    (within,) = root.findall(".//*[@vocab]")
    assert within.get("vocab") == "http://www.ivoa.net/rdf/examples#"
    return [_example(each) for each in within.findall(".//*[@typeof='example']")]


def _example(element):
    pairs = element.findall(".//*[@property='generic-parameter']")
    assert {each.get("typeof") for each in pairs} == {"keyval"}
    assert element.get("resource") == f"#{element.get('id')}"
    return SimpleNamespace(
        id=element.get("id"),
        name=element.findtext(".//*[@property='name']"),
        capability=element.find(".//*[@property='capability']").get("resource"),
        parameters=[
            tuple(each.findtext(f"*[@property='{word}']") for word in ("key", "value"))
            for each in pairs
        ],
        address=element.find(".//{http://www.w3.org/1999/xhtml}a").get("href"),
    )


def ask(client, path, example):
    names = dict.fromkeys(name for name, _ in example.parameters)
    sent = {
        name: [value for key, value in example.parameters if key == name]
        for name in names
    }
    return client.get(path, sent)


def body_of(answer):
    return b"".join(answer) if answer.streaming else answer.content


@pytest.mark.parametrize("service", SERVICES)
def test_each_example_is_answered(sky, service):
    client = new_client()
    path, standard = SERVICES[service]
    found = read(client.get(f"{service}/examples"))
    assert len({each.id for each in found}) == len(found) >= 3
    for each in found:
        assert each.name
        assert each.capability == STANDARDS + standard
        assert each.address.startswith(f"{HERE}{path}?")
        answer = ask(client, path, each)
        said = body_of(answer)
        assert answer.status_code == 200, (each, said[:300])
        again = client.get(each.address.removeprefix(HERE))
        assert len(body_of(again)) == len(said)


def test_cutouts_are_small_and_of_what_is_asked(sky):
    import io

    from astropy.io import fits

    client = new_client()
    found = {each.id: each for each in read(client.get("/services/cutout/examples"))}
    assert set(found) == {"circle", "range", "pixels"}
    for each in found.values():
        answer = ask(client, "/services/cutout/sync", each)
        with fits.open(io.BytesIO(body_of(answer))) as units:
            assert 4 <= units[0].data.size <= 1 << 20
            shape = units[0].data.shape
    assert shape[-2:] == (64, 64)  # the last one: of pixels


def test_searches_find_the_image_they_are_made_of(sky):
    client = new_client()
    found = {each.id: each for each in read(client.get("/sia2/examples"))}
    ids = dict(found["one"].parameters)
    for word in ("around", "one"):
        text = body_of(ask(client, "/sia2/query", found[word])).decode()
        assert ids["ID"] in text


@pytest.mark.parametrize("service", OF_IMAGES)
def test_of_whom_nobody_sees_there_is_none(door, observe, cast, logged_in, service):
    place = {"owner": cast.alice, "group": cast.group}
    image = observe('M 31 <&> \x07"', 10.68, 41.27, **place).image
    did = f"ivo://graticule.invalid/images?image/{image.pk}"
    for person in (cast.alice, cast.bob):
        found = read(logged_in(person).get(f"{service}/examples"))
        assert {value for each in found for _, value in each.parameters} >= {did}
        assert 'M 31 <&> \ufffd"' in found[0].name
    for other in (logged_in(cast.charlie), new_client()):
        answer = other.get(f"{service}/examples")
        assert answer.status_code == 404
        assert b"M 31" not in answer.content


def test_searches_need_no_image(door, observe, cast, logged_in):
    observe("M 31", 10.68, 41.27, owner=cast.alice, group=cast.group)
    mine = {each.id for each in read(logged_in(cast.bob).get("/sia2/examples"))}
    found = read(logged_in(cast.charlie).get("/sia2/examples"))
    assert {each.id for each in found} == {"visible-light", "recent"}
    assert mine == {"visible-light", "recent", "around", "one"}


def test_who_must_log_in_is_told_so(client, configured):
    configured(anonymous_access=False)
    for service in SERVICES:
        assert client.get(f"{service}/examples").status_code == 401


def test_others_have_none(client):
    answer = client.get("/services/echo/examples")
    assert "has no examples" in said(answer, 404)


@pytest.mark.parametrize("service", [*SERVICES, ""])
def test_where_they_are_is_told(client, service):
    import io

    from pyvo.io import vosi

    body = client.get(f"{service}/capabilities").content
    told = [
        interface.accessurls[0].content
        for row in vosi.parse_capabilities(io.BytesIO(body))
        if row.standardid == f"{STANDARDS}DALI#examples"
        for interface in row.interfaces
    ]
    whose = [service] if service else SERVICES
    assert sorted(told) == sorted(f"{HERE}{each}/examples" for each in whose)


def test_it_is_only_read(client):
    for service in SERVICES:
        answer = client.post(f"{service}/examples")
        assert answer.status_code == 405
        assert "GET" in answer["Allow"]
