"""Who is asking: form, one-time link, session, token, password, public (2.2-2.5)."""

import base64
from datetime import timedelta
from urllib.parse import quote

import pytest
from tests.web.conftest import XHR, checked, new_client

from graticule.services.remembered import forget_all

LOGIN = "/webclient/login/"
LOGOUT = "/webclient/logout/"


@pytest.fixture
def hidden(image, cast):
    """An image that Alice, Bob and the administrator see: its imgData."""
    row = image("cells.ome.tif")
    row.owner, row.group = cast.alice, cast.group
    row.save()
    return f"/webgateway/imgData/{row.pk}/"


def log_in(client, person, password=None, **more):
    token = client.get(LOGIN).cookies["csrftoken"].value
    password = (
        f"{person.username.split('-')[0]}'s secret words"
        if password is None
        else password
    )
    form = {
        "username": person.username,
        "password": password,
        "csrfmiddlewaretoken": token,
        **more,
    }
    return client.post(LOGIN, form)


def bearer(secret):
    return {"HTTP_AUTHORIZATION": f"Bearer {secret}"}


def basic(name, password):
    code = base64.b64encode(f"{name}:{password}".encode()).decode()
    return {"HTTP_AUTHORIZATION": f"Basic {code}"}


class TestForm:
    def test_it_works(self, client, cast, hidden):
        assert client.get(hidden).status_code == 403
        answer = log_in(client, cast.bob)
        assert (answer.status_code, answer["Location"]) == (302, "/")
        checked(client.get(hidden), "image_data")
        cookie = answer.cookies["sessionid"]
        # 2.5
        assert cookie["httponly"]
        assert cookie["samesite"] == "Lax"
        assert cookie["max-age"] == ""  # ends with the browser

    @pytest.mark.parametrize("password", ["", "wrong", "nul\0", "bob's secret words "])
    def test_a_wrong_password(self, client, cast, hidden, password):
        answer = log_in(client, cast.bob, password)
        assert answer.status_code == 403
        assert b"User name or password is wrong." in answer.content
        assert client.get(hidden).status_code == 403

    @pytest.mark.parametrize("name", ["nobody", "", "public", "a\0b", "x" * 5000])
    def test_a_wrong_name(self, client, cast, name):
        token = client.get(LOGIN).cookies["csrftoken"].value
        form = {"username": name, "password": "x", "csrfmiddlewaretoken": token}
        answer = client.post(LOGIN, form)
        assert answer.status_code == 403
        assert "sessionid" not in answer.cookies

    def test_somebody_inactive(self, client, cast):
        cast.bob.is_active = False
        cast.bob.save()
        assert log_in(client, cast.bob).status_code == 403

    def test_back_to_where_one_came_from(self, client, cast, hidden):
        assert log_in(client, cast.bob, url=hidden)["Location"] == hidden

    @pytest.mark.parametrize(
        "url",
        [
            "https://evil.example/",
            "//evil.example/",
            "javascript:alert(1)",
            "/\\evil.example",
        ],
    )
    def test_never_to_somewhere_else(self, client, cast, url):
        assert log_in(client, cast.bob, url=url)["Location"] == "/"
        assert url.encode() not in client.get(LOGIN, {"url": url}).content

    def test_no_token_no_login(self, client, cast):
        # 2.5
        form = {"username": cast.bob.username, "password": "bob's secret words"}
        answer = client.post(LOGIN, form)
        assert answer.status_code == 403
        assert answer["Content-Type"] == "application/json"
        assert answer.json()["message"].startswith("CSRF Failed: ")

    def test_another_person_in_the_same_browser(self, client, cast, hidden):
        log_in(client, cast.charlie)
        assert client.get(hidden).status_code == 404
        log_in(client, cast.bob)
        assert client.get(hidden).status_code == 200
        log_in(client, cast.charlie)
        assert client.get(hidden).status_code == 404

    def test_a_planted_session_is_not_taken_over(self, client, cast):
        client.cookies["sessionid"] = "planted"
        log_in(client, cast.bob)
        assert client.cookies["sessionid"].value != "planted"


class TestLogout:
    def log_out(self, client):
        token = client.cookies["csrftoken"].value
        return client.post(LOGOUT, HTTP_X_CSRFTOKEN=token)

    def test_it_works(self, client, cast, hidden):
        log_in(client, cast.bob)
        assert client.get(hidden).status_code == 200
        session = client.cookies["sessionid"].value
        assert self.log_out(client)["Location"] == "/"
        assert client.get(hidden).status_code == 403
        # Whoever kept the cookie is nobody at once, not after rights_age.
        client.cookies["sessionid"] = session
        assert client.get(hidden).status_code == 403

    def test_only_by_post(self, client):
        answer = client.get(LOGOUT)
        assert (answer.status_code, answer["Allow"]) == (405, "POST")
        assert answer.content == b""

    def test_not_from_other_pages(self, client, cast, hidden):
        log_in(client, cast.bob)
        assert client.post(LOGOUT).status_code == 403
        assert client.get(hidden).status_code == 200


class TestLink:
    def make(self, person, **options):
        from graticule.catalog.tokens import make_login_link

        return f"/login/{make_login_link(person, **options)}/"

    def follow(self, client, link):
        page = client.get(link)
        assert page.status_code == 200
        token = client.cookies["csrftoken"].value
        return client.post(link, {"csrfmiddlewaretoken": token})

    def test_it_works_once(self, client, cast, hidden):
        link = self.make(cast.bob)
        assert client.get(link).status_code == 200
        client.head(link)  # mail scanners look, too
        assert client.get(hidden).status_code == 403
        assert self.follow(client, link)["Location"] == "/"
        assert client.get(hidden).status_code == 200
        again = self.follow(new_client(), link)
        assert again.status_code == 403
        assert b"has been used" in again.content

    @pytest.mark.parametrize("secret", ["x", "a" * 3000, "%00"])
    def test_no_link(self, client, secret):
        assert self.follow(client, f"/login/{secret}/").status_code == 403

    def test_expired(self, client, cast):
        link = self.make(cast.bob, lifetime=timedelta(seconds=-1))
        assert self.follow(client, link).status_code == 403

    def test_the_link_needs_a_click_on_its_own_page(self, client, cast):
        assert client.post(self.make(cast.bob)).status_code == 403


class TestToken:
    @pytest.fixture
    def secret(self, cast):
        from graticule.catalog.tokens import make_token

        return make_token(cast.bob, "script")

    def test_it_works(self, client, hidden, secret):
        checked(client.get(hidden, **bearer(secret)), "image_data")
        assert client.get(hidden).status_code == 403

    def test_it_comes_before_the_session(self, logged_in, cast, hidden, secret):
        charlie = logged_in(cast.charlie)
        assert charlie.get(hidden).status_code == 404
        assert charlie.get(hidden, **bearer(secret)).status_code == 200

    def test_no_csrf_token_is_needed(self, client, image, hidden, secret):
        # browsers do not send it by themselves
        url = hidden.replace("imgData", "render_image")
        assert client.post(url).status_code == 403
        assert client.post(url, **bearer(secret)).status_code == 200

    @pytest.mark.parametrize("wrong", ["", "x", "grt_nothing", "é\xff"])
    def test_a_wrong_one(self, client, hidden, wrong):
        answer = client.get(hidden, **bearer(wrong))
        assert answer.status_code == 401
        assert "Bearer" in answer["WWW-Authenticate"]

    def test_a_wrong_one_spares_nobody_csrf(self, client, hidden):
        url = hidden.replace("imgData", "render_image")
        assert client.post(url, **bearer("x")).status_code in {401, 403}

    def test_expired(self, client, cast, hidden):
        from graticule.catalog.tokens import make_token

        secret = make_token(cast.bob, "old", lifetime=timedelta(seconds=-1))
        assert client.get(hidden, **bearer(secret)).status_code == 401

    def test_of_somebody_inactive(self, client, cast, hidden, secret):
        cast.bob.is_active = False
        cast.bob.save()
        assert client.get(hidden, **bearer(secret)).status_code == 401


class TestBasic:
    def test_a_password(self, client, cast, hidden):
        who = basic(cast.bob.username, "bob's secret words")
        assert client.get(hidden, **who).status_code == 200

    def test_a_token_in_place_of_the_password(self, client, cast, hidden):
        from graticule.catalog.tokens import make_token

        who = basic("token", make_token(cast.bob, "script"))
        assert client.get(hidden, **who).status_code == 200

    def test_csrf_still_counts(self, client, cast, hidden):
        # browsers send a password they know to whoever asks
        who = basic(cast.bob.username, "bob's secret words")
        url = hidden.replace("imgData", "render_image")
        assert client.post(url, **who).status_code == 403

    @pytest.mark.parametrize(
        ("name", "password"), [("bob", "x"), ("", ""), ("a\0", "\0"), ("é", "ü" * 999)]
    )
    def test_wrong(self, client, cast, hidden, name, password):
        answer = client.get(hidden, **basic(name, password))
        assert answer.status_code == 401
        assert "Basic" in answer["WWW-Authenticate"]

    @pytest.mark.parametrize("code", ["", "!!!", "4pyTw", "/w=="])
    def test_no_base64(self, client, hidden, code):
        answer = client.get(hidden, HTTP_AUTHORIZATION=f"Basic {code}")
        assert answer.status_code == 401

    def test_other_schemes_mean_nothing(self, client):
        answer = client.get("/webgateway/proj/list/", HTTP_AUTHORIZATION="Digest x")
        assert answer.status_code == 200


class TestNobody:
    """2.2: not logged in, and no public person."""

    @pytest.fixture(autouse=True)
    def _no_public(self, configured):
        configured(anonymous_access=False)

    @pytest.mark.parametrize(
        "path",
        [
            "/webgateway/render_image/1/0/0/?c=1|0:9$F00&maps=[{}]",
            "/webgateway/render_image_region/1/0/0/",
            "/webgateway/render_image_rdef/1/",
            "/webgateway/render_image_region_rdef/1/0/0/",
            "/webgateway/render_thumbnail/1/?z=x",
            "/webgateway/render_birds_eye_view/1/",
            "/webgateway/get_thumbnail/1/?z=x",
            "/webgateway/get_thumbnails/?id=1",
            "/webgateway/imgData/1/?callback=f",
            "/webgateway/proj/list/",
            "/webgateway/proj/1/detail/",
            "/webgateway/proj/1/children/",
            "/webgateway/dataset/1/detail/",
            "/webgateway/dataset/1/children/",
            "/webgateway/well/1/children/?run=x",
            "/webgateway/wellData/1/",
            "/webgateway/histogram_json/1/channel/0/",
            "/webgateway/img_detail/1/",
            "/",
        ],
    )
    def test_sent_to_the_login_page(self, client, path):
        answer = client.get(path)
        assert answer.status_code == 302
        where, _, asked = answer["Location"].partition("?url=")
        assert where == LOGIN
        assert "/" not in asked  # percent-encoded
        assert "?" not in asked
        answer = client.get(path, **XHR)
        assert (answer.status_code, answer.content) == (403, b"")

    def test_a_url_of_the_request_is_passed_on(self, client):
        answer = client.get("/webgateway/proj/list/?url=/a%3Fb")
        assert answer["Location"] == f"{LOGIN}?url={quote('/a?b', safe='')}"

    def test_an_empty_one_is_not(self, client):
        answer = client.get("/webgateway/proj/list/?url=")
        assert quote("/webgateway/proj/list/", safe="") in answer["Location"]

    def test_login_and_back(self, client, cast, hidden):
        client.get(hidden)
        answer = log_in(client, cast.bob, url=hidden)
        checked(client.get(answer["Location"]), "image_data")


class TestRightsAge:
    """What a worker remembers, it remembers for rights_age only."""

    @pytest.fixture
    def clock(self, monkeypatch):
        from types import SimpleNamespace

        from graticule.services import remembered

        clock = SimpleNamespace(now=1000.0)
        fake = SimpleNamespace(monotonic=lambda: clock.now)
        monkeypatch.setattr(remembered, "time", fake)
        return clock

    def test_a_right_ends(self, logged_in, cast, hidden, clock):
        from graticule.catalog.models import Membership

        bob = logged_in(cast.bob)
        picture = hidden.replace("imgData", "render_image")
        tag = bob.get(picture)["ETag"]
        Membership.objects.filter(person=cast.bob).delete()
        clock.now += 5.1
        assert bob.get(hidden).status_code == 404
        # visibility is asked before any cache
        assert bob.get(picture).status_code == 404
        assert bob.get(picture, HTTP_IF_NONE_MATCH=tag).status_code == 404

    def test_a_person_ends(self, logged_in, cast, hidden, clock):
        bob = logged_in(cast.bob)
        assert bob.get(hidden).status_code == 200
        cast.bob.is_active = False
        cast.bob.save()
        clock.now += 5.1
        assert bob.get(hidden).status_code == 403

    def test_a_new_password_ends_sessions(self, logged_in, cast, hidden, clock):
        bob = logged_in(cast.bob)
        assert bob.get(hidden).status_code == 200
        cast.bob.set_password("something else entirely")
        cast.bob.save()
        clock.now += 5.1
        assert bob.get(hidden).status_code == 403

    def test_nothing_is_looked_up_within(self, logged_in, cast, hidden, clock):
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        bob = logged_in(cast.bob)
        bob.get(hidden)
        picture = hidden.replace("imgData", "render_image")
        bob.get(picture)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert bob.get(hidden).status_code == 200
            assert bob.get(picture).status_code == 200
        assert len(queries) == 0

    def test_one_person_never_gets_what_is_remembered_for_another(
        self, logged_in, cast, hidden
    ):
        assert logged_in(cast.bob).get(hidden).status_code == 200
        assert logged_in(cast.charlie).get(hidden).status_code == 404
        assert new_client().get(hidden).status_code == 403
        forget_all()
        assert logged_in(cast.charlie).get(hidden).status_code == 404


def test_session_keys_are_stored_as_hashes(client, cast):
    from django.contrib.sessions.models import Session

    log_in(client, cast.bob)
    key = client.cookies["sessionid"].value
    assert not Session.objects.filter(session_key=key).exists()
    assert key not in str(list(Session.objects.values()))


@pytest.mark.parametrize("cookie", ["x", "a" * 5000, "é", "\x7f"])
def test_odd_cookies_are_nobodys(client, cookie):
    client.cookies["sessionid"] = cookie
    assert client.get("/webgateway/proj/list/").status_code == 200
