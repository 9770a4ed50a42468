"""Compressed answers (contract webgateway 16.2)."""

import gzip
import json

import pytest
from tests.web.conftest import new_client

LONG = "/webgateway/luts/?rgb=true"
GZIP = {"HTTP_ACCEPT_ENCODING": "gzip, deflate, br"}


@pytest.fixture
def switched_on(configured):
    configured(gzip=True)


def answered(answer, method="GET", path="/", cookies=None, **headers):
    """Send a made-up answer through the middleware."""
    from django.test import RequestFactory

    from graticule.web.gzip import gzip_middleware

    for name in cookies or ():
        answer.set_cookie(name, "x")
    request = RequestFactory().generic(method, path, **(GZIP | headers))
    return gzip_middleware(lambda _request: answer)(request)


def text(length, kind="text/plain", **more):
    from django.http import HttpResponse

    return HttpResponse("x" * length, content_type=kind, **more)


def test_off_by_default(client):
    answer = client.get(LONG, **GZIP)
    assert len(answer.content) > 8192
    assert "Content-Encoding" not in answer
    assert "Accept-Encoding" not in answer["Vary"]


def test_it_works(client, switched_on):
    plain = client.get(LONG)
    assert "Content-Encoding" not in plain
    packed = client.get(LONG, **GZIP)
    assert packed["Content-Encoding"] == "gzip"
    assert int(packed["Content-Length"]) == len(packed.content)
    assert len(packed.content) < len(plain.content) / 2
    assert gzip.decompress(packed.content) == plain.content
    assert json.loads(gzip.decompress(packed.content))["luts"]
    for answer in (plain, packed):  # also where the client cannot take it
        assert "Accept-Encoding" in answer["Vary"]
        assert "Cookie" in answer["Vary"]


def test_the_length_is_padded_at_random(client, switched_on):
    """So that lengths tell little (BREACH)."""
    lengths = {len(client.get(LONG, **GZIP).content) for _ in range(12)}
    assert len(lengths) > 1


@pytest.mark.parametrize(
    ("length", "kind", "packed"),
    [
        (8192, "text/plain", True),
        (8191, "text/plain", False),
        (9000, "text/html; charset=utf-8", True),
        (9000, "text/css", True),
        (9000, "application/javascript", True),
        (9000, "application/json", True),  # REC
        (9000, "image/jpeg", False),
        (9000, "image/png", False),
        (9000, "application/zip", False),
        (9000, "application/octet-stream", False),
    ],
)
def test_what_is_worth_it(switched_on, length, kind, packed):
    answer = answered(text(length, kind))
    assert answer.has_header("Content-Encoding") == packed
    assert ("Accept-Encoding" in answer.get("Vary", "")) == packed


@pytest.mark.parametrize("status", [201, 206, 304, 404, 500])
def test_only_200(switched_on, status):
    assert "Content-Encoding" not in answered(text(9000, status=status))


def test_not_twice(switched_on):
    before = text(9000)
    before["Content-Encoding"] = "br"
    assert answered(before).content == b"x" * 9000


def test_no_streams(switched_on):
    from django.http import StreamingHttpResponse

    answer = answered(StreamingHttpResponse(["x" * 9000], content_type="text/csv"))
    assert "Content-Encoding" not in answer
    assert answer.getvalue() == b"x" * 9000


@pytest.mark.parametrize("accepted", ["", "identity", "br", "xgzip"])
def test_clients_that_take_none(switched_on, accepted):
    answer = answered(text(9000), HTTP_ACCEPT_ENCODING=accepted)
    assert "Content-Encoding" not in answer
    assert answer["Vary"] == "Accept-Encoding"


def test_old_browsers(switched_on):
    old = {"HTTP_USER_AGENT": "Mozilla/4.0 (compatible; MSIE 6.0)"}
    script = answered(text(9000, "application/javascript"), **old)
    assert "Content-Encoding" not in script
    assert "Content-Encoding" in answered(text(9000), **old)


class TestSecrets:
    def test_pages_with_a_token(self, switched_on, image, monkeypatch):
        """Not for being short: the smallest that is compressed is made smaller."""
        from graticule.web import gzip as ours

        monkeypatch.setattr(ours, "SMALLEST_BYTES", 10)
        client = new_client()
        detail = f"/webgateway/img_detail/{image('cells.ome.tif').pk}/"
        pages = ("/webclient/login/", "/api/v0/token/", detail)
        for path in (*pages, *pages):  # again, when the cookie is there already
            answer = client.get(path, **GZIP)
            assert answer.status_code == 200
            assert "Content-Encoding" not in answer, path
        assert client.get("/webgateway/luts/", **GZIP)["Content-Encoding"] == "gzip"

    def test_answers_that_set_a_cookie(self, switched_on):
        answer = answered(text(9000), cookies=["sessionid"])
        assert "Content-Encoding" not in answer

    @pytest.mark.parametrize("name", ["password", "bsession"])
    def test_answers_to_passwords_in_the_query(self, switched_on, name):
        answer = answered(text(9000), path=f"/?{name}=secret")
        assert "Content-Encoding" not in answer
