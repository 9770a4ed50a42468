"""Becoming somebody else (contract webgateway 13.4, number 52)."""

import logging

import pytest
from tests.web.conftest import XHR, checked, new_client

URL = "/webgateway/su/{}/"


@pytest.fixture
def administrator(logged_in, cast):
    return logged_in(cast.administrator)


def become(client, name, **more):
    """Fetch the form and send it, as a person does."""
    url = URL.format(name)
    client.get(url)
    token = client.cookies["csrftoken"].value
    return client.post(url, {"csrfmiddlewaretoken": token}, **more)


def who(client):
    token = client.get("/api/v0/token/").json()["data"]
    answer = client.post("/api/v0/login/", HTTP_X_CSRFTOKEN=token)
    return answer.json()["eventContext"]["userName"]


def test_the_question(administrator, cast):
    answer = administrator.get(URL.format(cast.bob.username))
    assert answer.status_code == 200
    assert answer["Content-Type"].startswith("text/html")
    text = answer.content.decode()
    assert f"Do you want to su to {cast.bob.username}" in text
    assert 'method="post"' in text
    assert "csrfmiddlewaretoken" in text
    assert "<html" not in text  # a fragment
    assert who(administrator) == cast.administrator.username  # nothing happened


def test_names_are_not_mark_up(administrator):
    answer = administrator.get(URL.format("<script>alert(1)<"))
    assert b"<script>" not in answer.content


def test_it_works(administrator, cast, caplog):
    before = administrator.cookies["sessionid"].value
    last_login = cast.bob.last_login
    with caplog.at_level(logging.WARNING, "graticule"):
        assert checked(become(administrator, cast.bob.username), "truth") is True
    assert who(administrator) == cast.bob.username
    after = administrator.cookies["sessionid"].value
    assert after != before
    # The administrator's session is over, and there is no way back.
    old = new_client()
    old.cookies["sessionid"] = before
    assert (
        "eventContext"
        not in old.post(
            "/api/v0/login/",
            HTTP_X_CSRFTOKEN=old.get("/api/v0/token/").json()["data"],
        ).json()
    )
    assert become(administrator, cast.administrator.username).status_code == 404
    # REC: who switched to whom
    [line] = [r.getMessage() for r in caplog.records if "became" in r.getMessage()]
    assert cast.administrator.username in line
    assert cast.bob.username in line
    cast.bob.refresh_from_db()
    assert cast.bob.last_login == last_login  # Bob was not here


def test_all_requests_are_bobs(administrator, make_cast):
    from graticule.catalog.models import Project

    cast = make_cast("rw----")
    project = Project.objects.create(name="x", owner=cast.alice, group=cast.group)
    url = f"/api/v0/m/projects/{project.pk}/"
    assert administrator.get(url).status_code == 200
    become(administrator, cast.bob.username)
    assert administrator.get(url).status_code == 404


def test_the_clipboard_of_the_administrator_is_not_bobs(administrator, cast):
    administrator.get("/webgateway/copyImgRDef/?fromid=7")
    become(administrator, cast.bob.username)
    assert administrator.get("/webgateway/getImgRDef/").json() == {"rdef": None}


@pytest.mark.parametrize("name", ["nobody-of-that-name", "public", "a%00b"])
def test_nobody_to_become(administrator, cast, name):
    # REC: false, as it is documented
    assert checked(become(administrator, name), "truth") is False
    assert who(administrator) == cast.administrator.username


def test_somebody_inactive(administrator, cast):
    cast.bob.is_active = False
    cast.bob.save()
    assert checked(become(administrator, cast.bob.username), "truth") is False
    assert who(administrator) == cast.administrator.username


def test_without_the_token(administrator, cast):
    answer = administrator.post(URL.format(cast.bob.username))
    assert answer.status_code == 403
    assert answer.json()["message"].startswith("CSRF Failed: ")
    assert who(administrator) == cast.administrator.username


@pytest.mark.parametrize("level", ["rw----", "rwrw--"])
def test_others_get_a_404_page(make_cast, logged_in, level):
    cast = make_cast(level)
    url = URL.format(cast.bob.username)
    for person in (cast.alice, cast.bob, cast.charlie, cast.group_owner):
        client = logged_in(person)
        answer = client.get(url)
        assert answer.status_code == 404
        assert b"<html" in answer.content
        client.get("/api/v0/token/")
        assert become(client, cast.bob.username).status_code == 404
        answer = client.get(url, **XHR)
        assert (answer.status_code, answer.content) == (404, b"")
    assert new_client().get(url).status_code == 404  # the public


def test_nobody_is_sent_to_the_login_page(cast, configured):
    configured(anonymous_access=False)
    answer = new_client().get(URL.format(cast.bob.username))
    assert answer.status_code == 302


def test_tokens_have_no_session_to_change(client, cast):
    from graticule.catalog.tokens import make_token

    secret = make_token(cast.administrator, "script")
    answer = client.post(
        URL.format(cast.bob.username), HTTP_AUTHORIZATION=f"Bearer {secret}"
    )
    assert checked(answer, "error", 500)["message"].startswith("su changes a login")
    assert "sessionid" not in answer.cookies
