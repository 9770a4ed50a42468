"""The door for uploads as the protocol has it: tus 1.0, https://tus.io."""

import json
from base64 import b64encode
from hashlib import sha1
from pathlib import Path

import jsonschema
import pytest
from tests.web.conftest import new_client

TUS = {"HTTP_TUS_RESUMABLE": "1.0.0"}
PIECES = "application/offset+octet-stream"
SCHEMAS = Path(__file__).parents[2] / "src" / "graticule" / "web" / "upload" / "schemas"


@pytest.fixture
def uploads(configured, tmp_path):
    configured(upload_dir=str(tmp_path / "up"), upload_reserve_bytes=0)
    return tmp_path / "up"


@pytest.fixture
def dataset(uploads, cast):
    from graticule.catalog.models import Dataset

    return Dataset.objects.create(name="d", owner=cast.alice, group=cast.group)


@pytest.fixture
def alice(logged_in, cast):
    return Sender(logged_in(cast.alice))


def said(**values):
    return ",".join(
        f"{name} {b64encode(str(value).encode()).decode()}"
        for name, value in values.items()
    )


class Sender:
    """A client of the protocol, with the token of its cookie."""

    def __init__(self, client):
        self.client = client
        self.token = client.get("/api/v0/token/").json()["data"]

    def ask(self, method, path, data=b"", kind=PIECES, **headers):
        headers = {"HTTP_X_CSRFTOKEN": self.token} | TUS | headers
        return self.client.generic(method, path, data, kind, **headers)

    def create(self, length, data=b"", **metadata):
        return self.ask(
            "POST",
            "/upload/",
            data,
            PIECES if data else "",
            HTTP_UPLOAD_LENGTH=str(length),
            HTTP_UPLOAD_METADATA=said(**metadata),
        )

    def patch(self, url, offset, data, **headers):
        return self.ask("PATCH", url, data, HTTP_UPLOAD_OFFSET=str(offset), **headers)

    def offset(self, url):
        answer = self.ask("HEAD", url)
        assert answer.status_code == 200, answer
        return int(answer["Upload-Offset"])

    def announce(self, row, /, **changed):
        body = {"dataset": row.pk, "files": 2, "size": 8, "key": "k"} | changed
        return self.ask(
            "POST", "/upload/sets/", json.dumps(body).encode(), "application/json"
        )


def checked(answer, schema, status=200):
    assert answer.status_code == status, answer.content
    rules = json.loads((SCHEMAS / f"{schema}.json").read_text())
    jsonschema.Draft202012Validator.check_schema(rules)
    jsonschema.Draft202012Validator(rules).validate(answer.json())
    return answer.json()


def refused(answer, status, words):
    assert answer["Tus-Resumable"] == "1.0.0"
    message = checked(answer, "error", status)["message"]
    assert words in message, message


def test_it_works(alice, dataset, cast):
    from graticule.jobs.models import Job

    made = alice.create(6, filename="a.tif", dataset=dataset.pk)
    assert (made.status_code, made.content) == (201, b"")
    url = made["Location"]
    head = alice.ask("HEAD", url)
    assert head["Upload-Offset"] == "0"
    assert head["Upload-Length"] == "6"
    assert head["Upload-Metadata"] == said(filename="a.tif", dataset=dataset.pk)
    assert head["Cache-Control"] == "no-store"
    assert head["Upload-Expires"].endswith("GMT")
    first = alice.patch(url, 0, b"abc")
    assert (first.status_code, first["Upload-Offset"]) == (204, "3")
    assert not Job.objects.exists()
    last = alice.patch(url, 3, b"def")
    assert (last.status_code, last["Upload-Offset"]) == (204, "6")
    job = Job.objects.get()
    assert (job.service, job.owner, job.phase) == ("import", cast.alice, "QUEUED")
    # An answer that got lost: the client asks where to go on.
    assert alice.offset(url) == 6
    assert Job.objects.count() == 1


def test_options_say_what_is_possible(client, uploads, configured):
    configured(max_image_upload_bytes=1234)
    answer = client.options("/upload/")
    assert answer.status_code == 204
    assert answer["Tus-Version"] == answer["Tus-Resumable"] == "1.0.0"
    assert answer["Tus-Max-Size"] == "1234"
    assert set(answer["Tus-Extension"].split(",")) == {
        *("creation", "creation-with-upload", "termination", "expiration"),
        "checksum",
    }
    assert "sha1" in answer["Tus-Checksum-Algorithm"].split(",")


def test_bytes_with_the_creation(alice, dataset, uploads):
    made = alice.create(6, b"abc", filename="a.tif", dataset=dataset.pk)
    assert (made.status_code, made["Upload-Offset"]) == (201, "3")
    assert alice.offset(made["Location"]) == 3
    alice.patch(made["Location"], 3, b"def")
    (found,) = uploads.rglob("a.tif")
    assert found.read_bytes() == b"abcdef"


def test_a_creation_whose_answer_got_lost(alice, dataset):
    made = checked(alice.announce(dataset), "set")
    first = alice.create(5, b"ab", set=made["id"], filename="a.tif")
    again = alice.create(5, b"abc", set=made["id"], filename="a.tif")
    assert (again.status_code, again["Upload-Offset"]) == (201, "2")
    assert again["Location"] == first["Location"]


def test_other_places_are_409(alice, dataset):
    url = alice.create(6, filename="a.tif", dataset=dataset.pk)["Location"]
    alice.patch(url, 0, b"abc")
    for offset in (0, 2, 4):
        refused(alice.patch(url, offset, b"xyz"), 409, "3 bytes are here")
    assert alice.offset(url) == 3


def test_termination(alice, dataset, uploads):
    url = alice.create(6, filename="a.tif", dataset=dataset.pk)["Location"]
    alice.patch(url, 0, b"abc")
    assert alice.ask("DELETE", url).status_code == 204
    assert alice.ask("HEAD", url).status_code == 404
    refused(alice.patch(url, 3, b"def"), 404, "Start anew")
    assert not [path for path in uploads.rglob("*") if path.is_file()]


def test_checksums(alice, dataset):
    url = alice.create(6, filename="a.tif", dataset=dataset.pk)["Location"]
    digest = b64encode(sha1(b"abc").digest()).decode()
    header = {"HTTP_UPLOAD_CHECKSUM": f"sha1 {digest}"}
    refused(alice.patch(url, 0, b"abd", **header), 460, "sha1")
    assert alice.offset(url) == 0
    assert alice.patch(url, 0, b"abc", **header).status_code == 204
    wrong = {"HTTP_UPLOAD_CHECKSUM": "crc32 AAAA"}
    refused(alice.patch(url, 3, b"def", **wrong), 400, "sha256")


def test_a_set_of_files(alice, dataset, uploads):
    made = checked(alice.announce(dataset), "set")
    assert made["begun"] == []
    names = {"set": made["id"], "filename": "a.tif"}
    first = alice.create(3, b"abc", relativePath="x/a.tif", **names)["Location"]
    second = alice.create(5, b"ab", relativePath="x/b.tif", **names)["Location"]
    # Somebody comes back, on another machine perhaps, with the same files.
    known = checked(alice.announce(dataset), "set")
    assert known["id"] == made["id"]
    assert known["begun"] == [
        {"path": "x/a.tif", "size": 3, "offset": 3, "url": first},
        {"path": "x/b.tif", "size": 5, "offset": 2, "url": second},
    ]
    refused(alice.ask("POST", f"{made['url']}finish/"), 409, "1 of 2 files")
    alice.patch(second, 2, b"cde")
    job = checked(alice.ask("POST", f"{made['url']}finish/"), "job")
    assert checked(alice.ask("POST", f"{made['url']}finish/"), "job") == job
    assert job["url"] == f"/services/import/async/{job['job']}"
    assert checked(alice.ask("GET", made["url"]), "set")["arrived"] is True
    found = {path.name: path.read_bytes() for path in uploads.rglob("x/*")}
    assert found == {"a.tif": b"abc", "b.tif": b"abcde"}
    refused(alice.ask("DELETE", made["url"]), 409, "abort it first")


def test_a_set_can_be_given_up(alice, dataset, uploads):
    made = checked(alice.announce(dataset), "set")
    alice.create(5, b"ab", set=made["id"], filename="a")
    assert alice.ask("DELETE", made["url"]).status_code == 204
    refused(alice.ask("GET", made["url"]), 404, "Start anew")
    assert not [path for path in uploads.rglob("*") if path.is_file()]


@pytest.mark.parametrize(
    ("headers", "status", "words"),
    [
        ({"HTTP_TUS_RESUMABLE": "0.2.2"}, 412, "Tus-Resumable: 1.0.0"),
        ({"HTTP_TUS_RESUMABLE": ""}, 412, "Tus-Resumable: 1.0.0"),
        ({"HTTP_UPLOAD_LENGTH": "-1"}, 400, "Upload-Length"),
        ({"HTTP_UPLOAD_LENGTH": "9" * 19}, 400, "Upload-Length"),
        ({"HTTP_UPLOAD_LENGTH": "1_0"}, 400, "Upload-Length"),
        ({"HTTP_UPLOAD_DEFER_LENGTH": "1"}, 400, "Upload-Length"),
        ({"HTTP_UPLOAD_METADATA": "filename ###"}, 400, "base64"),
        ({"HTTP_UPLOAD_METADATA": "filename gA=="}, 400, "base64"),
        ({"HTTP_UPLOAD_METADATA": "a YQ==,a YQ=="}, 400, "twice"),
        ({"HTTP_UPLOAD_METADATA": "a " + "Y" * 9000}, 400, "8,192"),
        ({"HTTP_UPLOAD_METADATA": said(filename="a")}, 400, "which dataset"),
        ({"HTTP_UPLOAD_METADATA": said(filename="a", dataset="x")}, 400, "number"),
        ({"HTTP_UPLOAD_METADATA": said(filename="a", dataset=9**15)}, 404, "no data"),
        ({"HTTP_UPLOAD_METADATA": said(filename="a", dataset=9**18)}, 404, "no data"),
        ({"HTTP_UPLOAD_METADATA": said(filename="a", set="0")}, 404, "no such"),
        ({"HTTP_UPLOAD_METADATA": said(dataset="1")}, 400, "path"),
        ({"HTTP_UPLOAD_METADATA": said(filename="../a", dataset=1)}, 400, "rename"),
        ({"HTTP_UPLOAD_METADATA": said(filename="/a", dataset=1)}, 400, "no path"),
    ],
)
def test_creations_that_make_no_sense(alice, uploads, headers, status, words):
    given = {"HTTP_UPLOAD_LENGTH": "3"} | headers
    refused(alice.ask("POST", "/upload/", kind="", **given), status, words)
    assert not uploads.exists()


def test_too_large_is_413(alice, dataset, configured):
    configured(max_image_upload_bytes=5)
    answer = alice.create(6, filename="a", dataset=dataset.pk)
    refused(answer, 413, "max_image_upload_bytes = 5")


def test_no_room_is_507(alice, dataset, configured):
    configured(upload_quota_bytes=5)
    answer = alice.create(6, filename="a", dataset=dataset.pk)
    refused(answer, 507, "upload_quota_bytes = 5")


def test_pieces_that_make_no_sense(alice, dataset):
    url = alice.create(6, filename="a.tif", dataset=dataset.pk)["Location"]
    refused(alice.ask("PATCH", url, b"abc", "text/plain"), 415, PIECES)
    refused(alice.ask("PATCH", url, b"abc"), 400, "Upload-Offset")
    refused(alice.patch(url, 0, b"1234567"), 400, "6 bytes as announced")
    chunked = {"HTTP_TRANSFER_ENCODING": "chunked"}
    refused(alice.patch(url, 0, b"a", **chunked), 400, "Content-Length")
    refused(alice.ask("GET", url), 405, "GET")
    assert alice.ask("GET", url)["Allow"] == "OPTIONS, HEAD, PATCH, DELETE"


@pytest.mark.parametrize(
    "changed",
    [
        {"files": 0},
        {"files": "2"},
        {"size": -1},
        {"key": ""},
        {"key": "a b"},
        {"dataset": None},
        {"more": 1},
    ],
)
def test_sets_that_make_no_sense(alice, dataset, changed):
    (name,) = changed
    refused(alice.announce(dataset, **changed), 400, name)
    broken = alice.ask("POST", "/upload/sets/", b"{", "application/json")
    refused(broken, 400, "JSON")


def test_a_post_may_stand_for_another_method(alice, dataset):
    """tus: X-HTTP-Method-Override, for those who can only post."""
    url = alice.create(6, filename="a.tif", dataset=dataset.pk)["Location"]
    patch = {"HTTP_X_HTTP_METHOD_OVERRIDE": "PATCH", "HTTP_UPLOAD_OFFSET": "0"}
    assert alice.ask("POST", url, b"abc", **patch).status_code == 204
    assert alice.offset(url) == 3


def test_pages_of_others_cannot_send(alice, dataset):
    alice.token = "x" * 64
    for method, path in (
        ("POST", "/upload/"),
        ("POST", "/upload/sets/"),
        ("PATCH", "/upload/abc"),
        ("DELETE", "/upload/abc"),
    ):
        answer = alice.ask(method, path, HTTP_UPLOAD_LENGTH="3")
        assert answer.status_code == 403, path
        assert "CSRF" in answer.json()["message"]


class TestWho:
    @pytest.mark.parametrize("level", ["rw----", "rwr---", "rwra--", "rwrw--"])
    def test_who_may(self, uploads, make_cast, logged_in, level):
        from graticule.catalog.models import Dataset

        cast = make_cast(level)
        row = Dataset.objects.create(name="d", owner=cast.alice, group=cast.group)
        expected = {
            "alice": 201,
            "bob": {"rw----": 404, "rwrw--": 201}.get(level, 403),
            "charlie": 404,
            "group_owner": 403 if level == "rw----" else 201,
            "administrator": 201,
        }
        url = ""
        for who, status in expected.items():
            sender = Sender(logged_in(getattr(cast, who)))
            made = sender.create(3, filename="a", dataset=row.pk)
            assert made.status_code == status, who
            announced = sender.announce(row)
            assert announced.status_code == (200 if status == 201 else status), who
            if who == "alice":
                url = made["Location"]
                its_set = announced.json()["url"]
                continue
            for method, path in (
                ("HEAD", url),
                ("PATCH", url),
                ("DELETE", url),
                ("GET", its_set),
                ("DELETE", its_set),
                ("POST", f"{its_set}finish/"),
            ):
                answer = sender.ask(method, path, HTTP_UPLOAD_OFFSET="0")
                assert answer.status_code == 404, (who, method, path)

    def test_nobody_without_login(self, dataset, configured):
        from graticule.web.principal import forget_principals

        sender = Sender(new_client())
        made = sender.create(3, filename="a", dataset=dataset.pk)
        assert made.status_code in {401, 403, 404}
        configured(anonymous_access=False)
        forget_principals()
        for method, path in (
            ("POST", "/upload/"),
            ("HEAD", "/upload/abc"),
            ("POST", "/upload/sets/"),
            ("GET", "/upload/sets/abc/"),
            ("POST", "/upload/sets/abc/finish/"),
        ):
            answer = Sender(new_client()).ask(method, path, HTTP_UPLOAD_LENGTH="3")
            assert answer.status_code == 401, path

    def test_a_token_for_reading_sends_nothing(self, dataset, cast):
        from graticule.catalog.tokens import make_token

        secret = make_token(cast.alice, "t", scopes=["read"])
        client = new_client()
        answer = client.post(
            "/upload/",
            HTTP_UPLOAD_LENGTH="3",
            HTTP_AUTHORIZATION=f"Bearer {secret}",
            HTTP_UPLOAD_METADATA=said(filename="a", dataset=dataset.pk),
            **TUS,
        )
        refused(answer, 403, "reading only")

    def test_a_token_for_writing_needs_no_cookie(self, dataset, cast):
        from graticule.catalog.tokens import make_token

        secret = make_token(cast.alice, "t", scopes=["write"])
        answer = new_client().post(
            "/upload/",
            HTTP_UPLOAD_LENGTH="3",
            HTTP_AUTHORIZATION=f"Bearer {secret}",
            HTTP_UPLOAD_METADATA=said(filename="a", dataset=dataset.pk),
            **TUS,
        )
        assert answer.status_code == 201


def test_only_so_many_at_once(alice, dataset, configured):
    from graticule.web.upload.views import _free

    configured(uploads=1)
    _free.cache_clear()
    try:
        url = alice.create(6, filename="a.tif", dataset=dataset.pk)["Location"]
        assert _free().acquire(blocking=False)
        answer = alice.patch(url, 0, b"abc")
        refused(answer, 503, "setting uploads")
        assert int(answer["Retry-After"]) > 0
        _free().release()
        assert alice.patch(url, 0, b"abc").status_code == 204
    finally:
        _free.cache_clear()
