"""The way in: addresses, token, servers, login (contract json-api 2)."""

import json

import pytest
from tests.web.api.conftest import checked
from tests.web.conftest import new_client

V0 = "/api/v0/"
REQUIRED = "This field is required."


@pytest.fixture
def token(client):
    return client.get(f"{V0}token/").json()["data"]


@pytest.fixture
def send(client, token):
    """Send fields as clients do, with the token."""

    def send(fields, **more):
        return client.post(f"{V0}login/", fields, HTTP_X_CSRFTOKEN=token, **more)

    return send


def said(name="bob", **fields):
    right = {
        "username": f"{name}-rwr---",
        "password": f"{name}'s secret words",
        "server": "1",
    }
    return right | fields


@pytest.mark.parametrize("anonymous_access", [True, False])
def test_entry_points_need_no_login(client, configured, anonymous_access):
    configured(anonymous_access=anonymous_access)
    for path, schema in {
        "/api/": "versions",
        V0: "base",
        f"{V0}token/": "token",
        f"{V0}servers/": "servers",
    }.items():
        answer = client.get(path)
        checked(answer, schema)
        assert answer["X-OMERO-ApiVersion"] == "0.2"
        assert "Cookie" in answer["Vary"]


def test_a_missing_slash_is_added(client):
    answer = client.get("/api/v0?x=1")
    assert (answer.status_code, answer["Location"]) == (301, "/api/v0/?x=1")


@pytest.mark.parametrize(
    ("host", "server"),
    [
        ("localhost", ("localhost", 80)),
        ("localhost:8017", ("localhost", 8017)),
        ("[::1]:8017", ("::1", 8017)),
    ],
)
def test_the_server_is_called_as_it_was_asked(client, settings_hosts, host, server):
    [found] = client.get(f"{V0}servers/", HTTP_HOST=host).json()["data"]
    assert (found["host"], found["port"]) == server


@pytest.fixture
def settings_hosts(monkeypatch):
    from django.conf import settings

    monkeypatch.setattr(settings, "ALLOWED_HOSTS", ["*"])


def test_tokens_are_masked_anew_and_stay_valid(client, cast):
    first = client.get(f"{V0}token/").json()["data"]
    assert "csrftoken" in client.cookies
    assert client.get(f"{V0}token/").json()["data"] != first
    answer = client.post(f"{V0}login/", said(csrfmiddlewaretoken=first))
    assert answer.status_code == 200


class TestLogin:
    def test_it_works(self, client, cast, send):
        answer = send(said())
        context = checked(answer, "login")["eventContext"]
        assert "X-OMERO-ApiVersion" not in answer
        assert context["userId"] == cast.bob.pk
        assert context["userName"] == "bob-rwr---"
        assert context["groupName"] == "lab rwr---"
        assert context["groupId"] == cast.group.pk
        assert context["memberOfGroups"] == [cast.group.pk]
        assert context["leaderOfGroups"] == []
        assert context["isAdmin"] is False
        [person] = client.get(
            f"{V0}m/experimenters/{cast.bob.pk}/experimentergroups/"
        ).json()["data"]
        assert person["Name"] == "lab rwr---"

    def test_json(self, cast, send):
        answer = send(json.dumps(said(server=1)), content_type="application/json")
        assert checked(answer, "login")["eventContext"]["userId"] == cast.bob.pk

    def test_owners_of_groups(self, cast, send):
        answer = send(said("group_owner"))
        context = checked(answer, "login")["eventContext"]
        assert context["leaderOfGroups"] == [cast.group.pk]

    def test_the_session_stays_secret(self, client, cast, send):
        answer = send(said())
        key = client.cookies["sessionid"].value
        assert key.encode() not in answer.content
        assert client.cookies["sessionid"]["httponly"]

    def test_again_with_nothing(self, client, cast, send):
        first = send(said()).json()
        token = client.get(f"{V0}token/").json()["data"]
        url = f"{V0}login/"
        for fields in ({}, {"csrfmiddlewaretoken": token}):
            answer = client.post(url, fields, HTTP_X_CSRFTOKEN=token)
            assert checked(answer, "login") == first

    def test_the_public_with_nothing(self, send):
        body = checked(send({}), "message", 403)
        assert body["message"] == (
            f"Username: {REQUIRED} Password: {REQUIRED} Server: {REQUIRED}"
        )

    @pytest.mark.parametrize(
        "body", ["{", "[]", "null", '"x"', "[" * 100_000, b"\xff\xfe"]
    )
    def test_json_that_says_nothing_counts_as_empty(self, send, body):
        answer = send(body, content_type="application/json")
        assert checked(answer, "message", 403)["message"].count(REQUIRED) == 3

    @pytest.mark.parametrize(
        ("wrong", "message"),
        [
            ({"username": ""}, f"Username: {REQUIRED}"),
            ({"username": "guest"}, "Username: Guest account is not supported."),
            ({"username": "x" * 256}, "Username: Ensure this value has at most 255"),
            ({"username": "a\0b"}, "Username: Null characters are not allowed."),
            ({"server": "2"}, "Server: Select a valid choice."),
            ({"server": "x"}, "Server: Select a valid choice."),
            ({"password": "wrong"}, "Connection not available, please check your"),
            ({"password": " bob's secret words"}, "Connection not available"),
            ({"username": "nobody"}, "Connection not available"),
            ({"username": "public"}, "Connection not available"),
        ],
    )
    def test_refusals(self, client, cast, send, wrong, message):
        body = checked(send(said(**wrong)), "message", 403)
        assert body["message"].startswith(message)
        assert "sessionid" not in client.cookies

    def test_spaces_of_passwords_are_kept(self, cast, send):
        cast.bob.set_password(" with spaces ")
        cast.bob.save()
        assert send(said(password=" with spaces ")).status_code == 200

    def test_who_was_switched_off(self, cast, send):
        cast.bob.is_active = False
        cast.bob.save()
        assert send(said()).status_code == 403

    def test_without_token(self, cast):
        answer = new_client().post(f"{V0}login/", said())
        body = checked(answer, "message", 403)
        assert body["message"].startswith("CSRF Failed: ")

    @pytest.mark.parametrize("method", ["get", "head"])
    def test_only_post(self, client, method):
        answer = getattr(client, method)(f"{V0}login/")
        assert answer.status_code == 405
        assert answer["Allow"] == "POST"
        if method == "get":
            assert checked(answer, "message", 405)["message"] == (
                "POST only with username, password, server and csrftoken"
            )

    def test_people_without_groups(self, cast, send):
        cast.bob.memberships.all().delete()
        context = checked(send(said()), "login")["eventContext"]
        assert (context["groupId"], context["groupName"]) == (-1, "")
