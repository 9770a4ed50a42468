"""What the public may ask for (contract webgateway 2.4)."""

import re

import pytest
from tests.web.conftest import XHR, new_client

LIST = "/webgateway/proj/list/"


def post(client, path):
    token = client.get("/api/v0/token/").json()["data"]
    return client.post(path, HTTP_X_CSRFTOKEN=token)


def test_get_only(client, configured):
    """Exactly GET: HEAD counts as not allowed."""
    configured(public_get_only=True)
    assert client.get(LIST).status_code == 200
    assert client.head(LIST).status_code == 302
    answer = post(client, LIST)
    assert answer.status_code == 302
    assert answer["Location"].startswith("/webclient/login/?url=")
    assert client.head(LIST, **XHR).status_code == 403


def test_any_method(client):
    """The default: the public changes nothing either way."""
    assert client.head(LIST).status_code == 200
    assert post(client, LIST).status_code == 200


@pytest.mark.parametrize("method", ["get", "head", "post"])
def test_people_are_not_limited(logged_in, cast, configured, method):
    configured(public_url_filter=re.compile("^/nowhere"), public_get_only=True)
    bob = logged_in(cast.bob)
    answer = post(bob, LIST) if method == "post" else getattr(bob, method)(LIST)
    assert answer.status_code == 200


@pytest.mark.parametrize(
    ("pattern", "allowed"),
    [
        ("", True),
        ("^/webgateway", True),
        ("proj", True),  # found anywhere
        ("list/$", True),
        ("^/webgateway/(?!proj)", False),
        ("^list", False),
        ("PROJ", False),
        ("callback", False),  # the path only
    ],
)
def test_the_filter(client, configured, pattern, allowed):
    configured(public_url_filter=re.compile(pattern))
    answer = client.get(LIST, {"callback": "f"})
    assert answer.status_code == (200 if allowed else 302)


def test_the_way_in_is_always_open(configured):
    configured(public_url_filter=re.compile("^/nowhere"))
    client = new_client()
    for path in ("/webclient/login/", "/api/", "/api/v0/", "/api/v0/token/"):
        assert client.get(path).status_code == 200
    answer = client.get("/api/v0/m/projects/")
    assert (answer.status_code, answer.json()) == (403, {"message": "Not logged in"})


@pytest.mark.parametrize("get_only", [True, False])
def test_cuts_of_tables_may_be_posted(configured, get_only):
    """Since 5.33.0, whatever "GET only" says, when the path matches."""
    from django.http import HttpResponse
    from django.test import RequestFactory

    from graticule.web.principal import principal_middleware

    def is_somebody(path, method="POST"):
        request = RequestFactory().generic(method, path)
        principal_middleware(lambda _request: HttpResponse())(request)
        return request.principal.person is not None

    configured(public_get_only=get_only)
    assert is_somebody("/webgateway/table/7/slice/")
    assert is_somebody("/webgateway/table/7/query/") is not get_only
    assert is_somebody("/webgateway/table/7/slice/", "PUT") is not get_only
    configured(public_url_filter=re.compile("image"))
    assert not is_somebody("/webgateway/table/7/slice/")


def test_a_malformed_filter_refuses_to_start():
    from graticule.config.kinds import pattern

    with pytest.raises(ValueError, match="regular expression"):
        pattern("(")
