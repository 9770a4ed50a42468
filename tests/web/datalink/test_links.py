"""Documents of links: L1 to L5 (contract uws 19)."""

import hashlib
import re
import subprocess
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest
from tests.web.conftest import new_client
from tests.web.datalink.conftest import (
    DATALINK,
    DID,
    HERE,
    LINKS,
    did,
    document,
    rows,
)
from tests.web.uws.documents import said


def by_semantics(found):
    sorted_ = {}
    for row in found:
        sorted_.setdefault(row["semantics"], []).append(row)
    return sorted_


def path_of(row):
    return row["access_url"].removeprefix(HERE)


def test_it_works(ask, image, catalogued):
    row = image("uint8.tif")
    found = by_semantics(rows(ask(row)))
    (this,) = found["#this"]
    file = catalogued / "types" / "uint8.tif"
    assert this["ID"] == did(row)
    assert this["content_type"] == "image/tiff"
    assert this["content_length"] == file.stat().st_size
    assert this["link_auth"] == "false"
    assert this["link_authorized"] is True
    assert this["local_semantics"] == "original"
    assert this["content_qualifier"] == "#image"


def test_every_link_leads_where_it_says(ask, image, client):
    for name in ("uint8.tif", "cells.ome.tif"):
        for row in rows(ask(image(name))):
            if "access_url" not in row:
                continue
            answer = client.get(path_of(row))
            assert answer.status_code == 200, row
            kind = answer["Content-Type"].partition(";")[0]
            assert kind == row["content_type"], row
            if "content_length" in row:
                assert int(answer["Content-Length"]) == row["content_length"]


def test_the_original_is_the_file(ask, image, client, catalogued):
    (this,) = by_semantics(rows(ask(image("cells.ome.tif"))))["#this"]
    answer = client.get(path_of(this))
    body = b"".join(answer.streaming_content)
    path = catalogued / "embryos" / "day 1" / "cells.ome.tif"
    assert hashlib.sha256(body).digest() == hashlib.sha256(path.read_bytes()).digest()
    assert "cells.ome.tif" in answer["Content-Disposition"]
    part = client.get(path_of(this), headers={"Range": "bytes=2-5"})
    assert part.status_code == 206
    assert b"".join(part.streaming_content) == body[2:6]


def test_each_row_has_one_way(ask, image):
    # L2: exactly one of address, service and error
    for row in rows(ask(image("cells.ome.tif"), "nothing")):
        ways = {"access_url", "service_def", "error_message"} & set(row)
        assert len(ways) == 1, row
        assert row["ID"]
        assert row["semantics"].startswith("#")
        assert "description" in row or "error_message" in row


def test_fields_and_infos(ask, image):
    # L2, with the UCDs of the standard
    found = document(ask(image("uint8.tif")))
    resource = found.resources[0]
    assert resource.type == "results"
    infos = {info.name: info.value for info in resource.infos}
    assert infos == {
        "QUERY_STATUS": "OK",
        "standardID": "ivo://ivoa.net/std/DataLink#links-1.1",
    }
    fields = {field.name: field for field in found.get_first_table().fields}
    assert {name: field.ucd for name, field in fields.items()} == {
        "ID": "meta.id;meta.main",
        "access_url": "meta.ref.url",
        "service_def": "meta.ref",
        "error_message": "meta.code.error",
        "semantics": "meta.code",
        "description": "meta.note",
        "content_type": "meta.code.mime",
        "content_length": "phys.size;meta.file",
        "content_qualifier": None,
        "local_semantics": "meta.id.assoc",
        "link_auth": "meta.code",
        "link_authorized": "meta.code",
    }
    assert fields["content_length"].datatype == "long"
    assert str(fields["content_length"].unit) == "byte"
    assert fields["link_authorized"].datatype == "boolean"


def test_services_are_described(ask, image):
    # L5
    found = document(ask(image("cells.ome.tif")))
    named = [resource.name for resource in found.resources[1:]]
    assert len(set(named)) == len(named)
    services = {
        resource.ID: resource
        for resource in found.resources
        if resource.utype == "adhoc:service"
    }
    used = {
        row["service_def"]
        for row in rows(ask(image("cells.ome.tif")))
        if "service_def" in row
    }
    assert used == set(services)
    for resource in services.values():
        assert resource.type == "meta"
        assert resource.description
        params = {param.name: param.value for param in resource.params}
        at = ("/services/", "/datalink/dlasync")
        assert params["accessURL"].removeprefix(HERE).startswith(at)
        (group,) = resource.groups
        assert group.name == "inputParams"
        (by_ref,) = [param for param in group.entries if param.ref]
        assert (by_ref.name, by_ref.ref) == ("ID", "ID")


def test_only_what_makes_sense_is_offered(ask, image):
    def offered(name):
        return {row.get("local_semantics") for row in rows(ask(image(name)))}

    assert offered("cells.ome.tif") - offered("uint8.tif") == {"movie", "movie-async"}


def test_itself_is_described(client):
    # L3: also without an ID
    answer = client.get(LINKS)
    assert rows(answer) == []
    (this,) = [
        resource
        for resource in document(client.get(LINKS)).resources
        if resource.utype == "adhoc:this"
    ]
    params = {param.name: param.value for param in this.params}
    assert params == {
        "accessURL": f"{HERE}{LINKS}",
        "standardID": "ivo://ivoa.net/std/DataLink#links-1.1",
    }
    names = [param.name for param in this.groups[0].entries]
    assert names == ["ID", "RESPONSEFORMAT"]


def test_many_in_order_and_each_once(ask, image):
    # L3: rows of one ID are consecutive; the ID is as it was asked for
    first, second = image("uint8.tif"), image("int8.tif")
    short = f"image/{second.pk}"
    found = [row["ID"] for row in rows(ask(first, short, "nothing", first))]
    order = [text for n, text in enumerate(found) if n == 0 or text != found[n - 1]]
    assert order == [did(first), short, "nothing"]


def test_by_post_and_in_any_case(client, image):
    one, two = image("uint8.tif"), image("int8.tif")
    body = f"id={did(one)}&Id={did(two)}"
    form = "application/x-www-form-urlencoded"
    found = rows(client.post(LINKS, body, content_type=form))
    assert {row["ID"] for row in found} == {did(one), did(two)}
    parts = rows(client.post(f"{LINKS}?iD=nothing", {"ID": did(one)}))
    assert {row["ID"] for row in parts} == {did(one), "nothing"}
    said(client.post(LINKS, "{}", content_type="application/json"), 415)


def test_faults_are_rows(ask, image):
    # L4: status 200; others are not harmed
    bad = [f"{DID}image/999999", "ivo://elsewhere/x?image/1", "image/0", "<&>"]
    found = rows(ask(*bad, image("uint8.tif")))
    faults = {row["ID"]: row for row in found if "error_message" in row}
    assert list(faults) == bad
    for row in faults.values():
        assert row["error_message"].startswith("NotFoundFault: ")
        assert row["semantics"] == "#this"
    assert any(row["ID"] == did(image("uint8.tif")) for row in found)


def test_unknown_and_invisible_are_alike(image, cast, logged_in, private, configured):
    from datetime import timedelta

    configured(rights_age=timedelta(0))
    row = image("uint8.tif")
    row.owner, row.group = cast.alice, cast.group
    row.save()
    unknown = f"{DID}image/999999"

    def fault(who, asked):
        (found,) = rows(logged_in(who).get(LINKS, {"ID": asked}))
        return found["error_message"].replace(asked, "…")

    seen = rows(logged_in(cast.alice).get(LINKS, {"ID": did(row)}))
    assert all(each["link_auth"] == "true" for each in seen)
    assert len(seen) > 5
    # Bob shares the group, Charlie must see nothing.
    assert len(rows(logged_in(cast.bob).get(LINKS, {"ID": did(row)}))) > 5
    assert fault(cast.charlie, did(row)) == fault(cast.charlie, unknown)
    original = f"/datalink/dlget?ID={did(row)}"
    assert logged_in(cast.bob).get(original).status_code == 200
    for who, status in ((logged_in(cast.charlie), 404), (new_client(), 404)):
        assert who.get(original).status_code == status
        assert who.get(f"/datalink/dlget?ID={unknown}").status_code == status


def test_files_with_others_in_them_are_not_given(image, cast, logged_in, client):
    """Two images in one file, one of them somebody else's."""
    from graticule.catalog.models import Image

    row = image("uint8.tif")
    other = Image.objects.get(pk=row.pk)
    other.pk, other.key, other.owner, other.group = None, "2", cast.alice, cast.group
    other.save()
    this = rows(client.get(LINKS, {"ID": did(row)}))[0]
    assert (this["link_authorized"], this["link_auth"]) == (False, "true")
    assert client.get(path_of(this)).status_code == 403
    other = logged_in(cast.administrator)
    mine = rows(other.get(LINKS, {"ID": did(row)}))[0]
    assert (mine["link_authorized"], mine["link_auth"]) == (True, "true")
    assert other.get(path_of(mine)).status_code == 200


def test_files_that_have_vanished_are_said(ask, image):
    from django.utils import timezone

    row = image("uint8.tif")
    row.fileset.vanished = timezone.now()
    row.fileset.save()
    first = rows(ask(row))[0]
    assert first["error_message"].startswith("FatalFault: ")


def test_the_limit_never_cuts_within_one(ask, image, configured):
    # L3
    configured(max_datalink_ids=2)
    names = ("uint8.tif", "int8.tif", "int16.tif")
    whole = {name: len(rows(ask(image(name)))) for name in names}
    answer = ask(*map(image, names))
    found = rows(answer)
    assert {row["ID"] for row in found} == {did(image(n)) for n in names[:2]}
    assert len(found) == whole["uint8.tif"] + whole["int8.tif"]
    table_end = answer.content.index(b"</TABLE>")
    overflow = answer.content.index(b'value="OVERFLOW"')
    assert table_end < overflow < answer.content.index(b"</RESOURCE>")
    assert b"OVERFLOW" not in ask(*map(image, names[:2])).content


@pytest.mark.parametrize(
    "text",
    ["votable", "application/x-votable+xml", DATALINK, "VOTable", "text/xml"],
)
def test_formats(client, text):
    for accept in ("*/*", "text/html"):
        answer = client.get(LINKS, {"RESPONSEFORMAT": text}, headers={"Accept": accept})
        assert answer["Content-Type"] == DATALINK


@pytest.mark.parametrize(
    "query", ["RESPONSEFORMAT=fits", "RESPONSEFORMAT=votable&responseformat=votable"]
)
def test_other_formats_are_refused(client, query):
    text = said(client.get(f"{LINKS}?{query}"), 400)
    assert text.startswith("UsageFault: ")


def test_verbs(client):
    assert client.head(LINKS).status_code == 200
    assert client.options(LINKS)["Allow"] == "GET, HEAD, POST, OPTIONS"
    said(client.delete(LINKS), 405)
    said(client.post("/datalink/dlget", {"ID": "image/1"}), 405)


def test_nobody_without_a_login(client, configured):
    from datetime import timedelta

    configured(anonymous_access=False, rights_age=timedelta(0))
    answer = new_client().get(LINKS, {"ID": "image/1"})
    assert answer.status_code == 401
    assert "Basic" in answer["WWW-Authenticate"]


def test_attached_files_and_tables(ask, image, cast, logged_in, tmp_path):
    from graticule.catalog.models import Annotation, AnnotationLink
    from graticule.services.tables.importing import import_table

    row = image("uint8.tif")
    row.owner, row.group = cast.alice, cast.group
    row.save()
    path = tmp_path / "cells.csv"
    path.write_text("n,m\n1,2\n3,4\n")
    table = import_table(cast.alice, path, row, tell=print)
    assert AnnotationLink.objects.filter(annotation__file=table.file_id).exists()
    found = by_semantics(rows(logged_in(cast.alice).get(LINKS, {"ID": did(row)})))
    (link,) = [row for row in found["#auxiliary"] if row["local_semantics"] == "table"]
    assert link["content_type"] == "application/x-votable+xml"
    assert "cells" in link["description"]
    query = parse_qs(urlsplit(link["access_url"]).query)
    assert query == {"TABLE": [str(table.file_id)], "FORMAT": ["votable"]}
    assert Annotation.objects.filter(file=table.file_id).exists()
    # Who does not see the annotation does not hear of it.
    Annotation.objects.update(owner=cast.alice, group=cast.group)
    assert cast.group.permissions
    other = logged_in(cast.charlie).get(LINKS, {"ID": did(row)})
    assert all(each["semantics"] != "#auxiliary" for each in rows(other))


def test_a_page_for_people(client, image):
    row = image("cells.ome.tif")
    answer = client.get(
        LINKS, {"ID": did(row)}, headers={"Accept": "text/html,*/*;q=0.8"}
    )
    assert answer["Content-Type"].startswith("text/html")
    assert "Accept" in answer["Vary"]
    text = answer.content.decode()
    assert did(row) in text
    assert "Original file cells.ome.tif" in text
    assert "RESPONSEFORMAT=votable" in text
    (form,) = re.findall(r'href="([^"]*/services/cutout/async[^"]*)"', text)
    path = unescape(form).removeprefix(HERE)
    asked = client.get(path, headers={"Accept": "text/html"}).content.decode()
    assert did(row) in asked
    assert "/services/cutout/sync" not in text
    empty = client.get(LINKS, headers={"Accept": "text/html"}).content.decode()
    assert "?ID=image/12" in empty
    evil = client.get(LINKS, {"ID": "<b>x"}, headers={"Accept": "text/html"})
    assert b"<b>x" not in evil.content


def test_services_take_identifiers(door, image, cast):
    from graticule.errors import RequestError
    from graticule.jobs.executors.base import Given
    from graticule.services.tasks.registry import task_named
    from graticule.services.tasks.selection import selected_images

    row = image("uint8.tif")
    for name in ("ome-tiff", "ome-zarr"):
        task = task_named(name)
        asked = task.parse([Given("ID", did(row)), Given("IMAGE", "77")])
        assert asked.image == [77, row.pk]
        asked = task.parse([Given("ID", f"image/{row.pk}")])
        assert selected_images(cast.administrator, asked) == [row.pk]
        assert task.parse([Given("ID", "plate/5")]).plate == [5]
        with pytest.raises(RequestError, match="names nothing here"):
            task.parse([Given("ID", "nonsense")])
    movie = task_named("movie")
    assert movie.parse([Given("ID", did(row))]).image == row.pk
    with pytest.raises(RequestError, match="no image"):
        movie.parse([Given("ID", "plate/5")])
    with pytest.raises(RequestError, match="IMAGE is required"):
        movie.parse([])


@pytest.mark.stilts
@pytest.mark.parametrize("names", [[], ["uint8.tif"], ["uint8.tif", "cells.ome.tif"]])
def test_stilts_finds_nothing_wrong(ask, image, names, tmp_path):
    answer = ask(*map(image, names), *(["nothing"] if names else []))
    path = tmp_path / "links.vot"
    path.write_bytes(answer.content)
    for check in (["datalinklint"], ["votlint"]):
        done = subprocess.run(
            ["stilts", *check, f"votable={path}"],
            check=True,
            capture_output=True,
            text=True,
        )
        told = f"{done.stdout}{done.stderr}".splitlines()
        wrong = [
            line
            for line in told
            if line.startswith(("E-", "W-", "F-", "ERROR", "WARNING"))
        ]
        assert wrong == [], done.stdout
        if check == ["datalinklint"]:
            assert "Totals: Errors: 0; Warnings: 0" in done.stdout
