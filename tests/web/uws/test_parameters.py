"""Parameters and uploads (contract uws 8: U50 to U60)."""

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from tests.web.uws.conftest import HERE, LIST, created, files_below, location, url
from tests.web.uws.documents import UWS, body_of, read, said, values

BYTES = bytes(range(256)) * 9


def upload(name="../../a b<c>.bin", body=BYTES, kind="image/x-raw"):
    return SimpleUploadedFile(name, body, kind)


def test_single_values_are_replaced_and_multiple_appended(client):
    # U50, U51
    path = created(client, {"text": "1", "seconds": "1"})
    more = f"{path}/parameters"
    assert location(client.post(more, {"Text": ["2", "3"], "SECONDS": "2"})) == path
    assert sorted(values(read(client.get(more)))) == [
        ("SECONDS", "2"),
        ("TEXT", "1"),
        ("TEXT", "2"),
        ("TEXT", "3"),
    ]
    texts = [text for name, text in values(read(client.get(more))) if name == "TEXT"]
    assert texts == ["1", "2", "3"]


def test_put_replaces_all_values_of_one(client):
    # U51
    path = created(client, {"TEXT": ["1", "2"], "SECONDS": "1"})
    answer = client.put(
        f"{path}/parameters/text", " new\r\n", content_type="text/plain"
    )
    assert location(answer) == path
    assert client.get(f"{path}/parameters/TEXT").content == b" new\r\n"
    assert client.get(f"{path}/parameters/seconds").content == b"1"
    said(client.put(f"{path}/parameters/none", "x", content_type="text/plain"), 400)
    said(client.put(f"{path}/parameters/TEXT", b"\xff", content_type="text/plain"), 400)
    said(client.put(f"{path}/parameters/TEXT", b"a\0", content_type="text/plain"), 400)
    answer = client.delete(f"{path}/parameters/TEXT")
    said(answer, 405)
    assert client.get(f"{path}/parameters/TEXT").content == b" new\r\n"


def test_unknown_names_are_ignored(client):
    # U54
    path = created(client, {"TEXT": "a", "LANG": "ADQL", "REQUEST": "doQuery"})
    assert values(read(client.get(path))) == [("TEXT", "a")]


def test_uploads_are_given_by_reference(client, door):
    # U58, U96: readable where the document says, under no name of the client's
    path = created(client, {"file": upload(), "TEXT": "t"})
    root = read(client.get(path))
    (row,) = [
        each for each in root.find(UWS + "parameters") if each.get("id") == "FILE"
    ]
    assert row.get("byReference") == "true"
    assert row.text == f"{HERE}{path}/parameters/FILE"
    answer = client.get(row.text)
    assert body_of(answer) == BYTES
    assert answer["Content-Type"] == "image/x-raw"
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert int(answer["Content-Length"]) == len(BYTES)
    (kept,) = files_below(door)
    assert kept.startswith("jobs/")
    assert "a b" not in kept
    found = client.get(path, headers={"Accept": "application/json"}).json()
    assert {
        "id": "FILE",
        "href": f"{HERE}{path}/parameters/FILE",
        "name": "a b<c>.bin",
    } in (found["parameters"])


def test_a_new_upload_replaces_the_old(client):
    path = created(client, {"FILE": upload()})
    location(client.post(f"{path}/parameters", {"FILE": upload(body=b"second")}))
    assert body_of(client.get(f"{path}/parameters/FILE")) == b"second"


def test_a_text_is_never_read_as_a_path(client):
    # U96: /etc/passwd is no upload
    path = created(client, {"FILE": "/etc/passwd", "PHASE": "RUN"})
    assert "FILE is a file" in said(client.get(f"{path}/error"), 200)
    path = created(client, {"TEXT": upload(), "PHASE": "RUN"})
    assert "TEXT is a text" in said(client.get(f"{path}/error"), 200)


def test_uploads_that_are_too_large_leave_nothing(client, door, configured):
    # U94, 413
    configured(max_upload_bytes=100)
    said(client.post(LIST, {"FILE": [upload(body=b"small"), upload()]}), 413)
    assert files_below(door) == []
    path = created(client, {"FILE": upload(body=b"small")})
    said(client.post(f"{path}/parameters", {"FILE": upload()}), 413)
    assert body_of(client.get(f"{path}/parameters/FILE")) == b"small"
    assert len(files_below(door)) == 1


def test_bodies_that_are_far_too_long_are_not_read(client, configured):
    configured(max_upload_bytes=10, max_form_bytes=20)
    said(client.post(LIST, {"FILE": upload()}), 413)


def test_uploads_to_a_job_that_has_begun_leave_nothing(client, new_job, door):
    job = new_job("EXECUTING")
    said(client.post(url(job, "parameters"), {"FILE": upload()}), 403)
    assert files_below(door) == []


def test_values_have_limits(client, configured):
    # U94
    configured(max_job_parameters=3, max_job_parameter_length=10)
    said(client.post(LIST, {"TEXT": "x" * 11}), 413)
    said(client.post(LIST, {"TEXT": list("abcd")}), 413)
    path = created(client, {"TEXT": list("abc")})
    said(
        client.put(f"{path}/parameters/TEXT", "x" * 11, content_type="text/plain"), 413
    )


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"nonsense",
        b"--x\r\n",
        b'--x\r\nContent-Disposition: form-data; name="TEXT"\r\n\r\nab',
        b'--y\r\nContent-Disposition: form-data; name="TEXT"\r\n\r\nab\r\n--y--',
    ],
)
@pytest.mark.parametrize(
    "kind", ["multipart/form-data", "multipart/form-data; boundary=x"]
)
def test_broken_multipart_is_no_failure(client, body, kind):
    # U52
    answer = client.generic("POST", LIST, body, content_type=kind)
    assert answer.status_code in {303, 400}
    if answer.status_code == 400:
        said(answer, 400)


def test_a_form_in_another_charset_is_refused(client):
    kind = "application/x-www-form-urlencoded; charset=utf-16"
    said(client.generic("POST", LIST, "TEXT=a", content_type=kind), 400)


def test_nothing_is_stored_as_a_program(client, door):
    # U60: values are rows of text, files are what was sent
    path = created(client, {"TEXT": "a", "FILE": upload()})
    (kept,) = files_below(door)
    assert (door / kept).read_bytes() == BYTES
    from graticule.jobs.models import JobParameter

    assert set(JobParameter.objects.values_list("value", flat=True)) == {
        "a",
        "a b<c>.bin",
    }
    json.dumps(client.get(path, headers={"Accept": "application/json"}).json())


def sent(client, *words, **parts):
    return client.post(LIST, {"UPLOAD": list(words), **parts})


@pytest.mark.parametrize(
    "words",
    [
        ["FILE,param:x"],
        ["file , param:x"],
        ["FILE,param:y", "FILE,param:x"],
        ["FILE,param:y;file,param:x"],
    ],
)
def test_uploads_as_dali_names_them(client, words):
    # U57: of a name that is given twice the last one counts
    parts = {"x": upload("in.bin"), "y": upload("other", b"other")}
    path = location(sent(client, *words, **parts))
    found = client.get(path, headers={"Accept": "application/json"}).json()
    assert [each["id"] for each in found["parameters"]] == ["FILE"]
    assert body_of(client.get(f"{path}/parameters/FILE")) == BYTES


@pytest.mark.parametrize(
    ("word", "says"),
    [
        ("FILE", "name,param:part"),
        ("FILE,", "name,param:part"),
        ("1,param:x", "name,param:part"),
        ("TEXT,param:x", "only FILE"),
        ("NOTHING,param:x", "only FILE"),
        ("FILE,param:z", "none is sent"),
        ("FILE,http://127.0.0.1/x", "not fetched"),
        ("FILE,file:///etc/passwd", "not fetched"),
    ],
)
def test_uploads_that_make_no_sense_make_no_job(client, door, word, says):
    # U52: at once, with nothing left
    assert says in said(sent(client, word, x=upload()), 400)
    assert files_below(door) == []
    assert b"jobref" not in body_of(client.get(LIST))


def test_storage_has_a_limit(alice, client, configured):
    # U94
    created(alice, {"FILE": upload()})
    configured(max_job_storage_bytes=len(BYTES))
    answer = alice.post(LIST, {"TEXT": "one more"})
    assert "max_job_storage_bytes" in said(answer, 403)
    created(client, {"TEXT": "somebody else's"})
    assert "max_job_storage_bytes" in said(client.post(LIST, {"FILE": upload()}), 403)
    listed = alice.get(LIST, headers={"Accept": "application/json"}).json()
    (path,) = [row["href"] for row in listed["jobs"]]
    alice.delete(path)
    created(alice, {"TEXT": "there is room again"})
