"""Wrong passwords are counted: page, JSON API, HTTP Basic, query."""

import re
from datetime import timedelta

import pytest
from tests.web.conftest import new_client
from tests.web.test_login import LOGIN, basic, log_in

PICTURES = "/webgateway/proj/list/"
RIGHT = "bob's secret words"


@pytest.fixture(autouse=True)
def _three(configured, catalog):
    configured(failed_logins=3)


def api(client, name, password):
    token = client.get("/api/v0/token/").json()["data"]
    fields = {"username": name, "password": password, "server": 1}
    return client.post("/api/v0/login/", fields, HTTP_X_CSRFTOKEN=token)


def by_page(client, name, password):
    token = client.get(LOGIN).cookies["csrftoken"].value
    fields = {"username": name, "password": password, "csrfmiddlewaretoken": token}
    return client.post(LOGIN, fields)


def by_basic(client, name, password):
    from graticule.web.principal import forget_principals

    forget_principals()  # wrong ones are remembered for rights_age
    return client.get(PICTURES, **basic(name, password))


# A way in, its statuses for right, wrong and too many.
WAYS = {
    "page": (by_page, 302, 403, 429),
    "api": (api, 200, 403, 403),
    "basic": (by_basic, 200, 401, 429),
}


def is_refused(answer):
    return "Too many wrong passwords" in answer.content.decode()


@pytest.mark.parametrize("way", WAYS)
def test_the_right_password_is_not_looked_at_any_more(client, cast, way):
    enter, right, wrong, too_many = WAYS[way]
    name = cast.bob.username
    for _ in range(3):
        answer = enter(client, name, "wrong")
        assert answer.status_code == wrong
        assert not is_refused(answer)
    for password in ("wrong", RIGHT):
        answer = enter(client, name, password)
        assert answer.status_code == too_many
        assert is_refused(answer)
        assert 0 < int(answer["Retry-After"]) <= 15 * 60
        assert "graticule user link" in answer.content.decode()  # the remedy
        assert "sessionid" not in answer.cookies
    assert (
        enter(client, cast.alice.username, "alice's secret words").status_code == right
    )


def test_all_ways_count_together(client, cast):
    name = cast.bob.username
    by_page(client, name, "wrong")
    api(client, name, "wrong")
    by_basic(client, name, "wrong")
    assert is_refused(by_page(client, name, RIGHT))


def test_success_begins_anew(client, cast):
    name = cast.bob.username
    for _ in range(3):
        by_page(client, name, "wrong")
        by_page(client, name, "wrong")
        assert by_page(client, name, RIGHT).status_code == 302


def test_the_window_passes(client, cast):
    from django.db.models import F

    from graticule.catalog.models import LoginAttempt

    name = cast.bob.username
    for _ in range(4):
        by_page(client, name, "wrong")
    past = timedelta(minutes=15, seconds=1)
    LoginAttempt.objects.update(tried=F("tried") - past)
    assert by_page(client, name, RIGHT).status_code == 302
    assert not LoginAttempt.objects.exists()  # nothing is kept


def test_what_is_refused_does_not_prolong_it(client, cast):
    from graticule.catalog.models import LoginAttempt

    for _ in range(6):
        by_page(client, cast.bob.username, "wrong")
    assert LoginAttempt.objects.count() == 3


def test_other_addresses_are_not_locked_out(client, cast):
    name = cast.bob.username
    for _ in range(4):
        by_page(client, name, "wrong")
    elsewhere = new_client()
    elsewhere.defaults["REMOTE_ADDR"] = "192.0.2.7"
    assert by_page(elsewhere, name, RIGHT).status_code == 302


@pytest.mark.parametrize("behind_proxy", [True, False])
def test_behind_a_proxy_its_last_word_counts(client, cast, configured, behind_proxy):
    """Contract 2.3: the last entry of X-Forwarded-For, where the proxy is believed."""
    configured(behind_proxy=behind_proxy)
    name = cast.bob.username
    for number in range(3):
        client.defaults["HTTP_X_FORWARDED_FOR"] = f"10.0.0.{number}, 192.0.2.1"
        by_page(client, name, "wrong")
    client.defaults["HTTP_X_FORWARDED_FOR"] = "10.0.0.9, 192.0.2.1"
    assert is_refused(by_page(client, name, RIGHT))
    client.defaults["HTTP_X_FORWARDED_FOR"] = "192.0.2.1, 192.0.2.2"
    assert is_refused(by_page(client, name, RIGHT)) is not behind_proxy


def test_it_does_not_tell_who_there_is(client, cast):
    """The same words for people, and for names that nobody has."""

    def said(name):
        answers = [by_page(client, name, "wrong") for _ in range(4)]
        hide = re.compile(f'{name}|value="[A-Za-z0-9]{{64}}"')
        return [(a.status_code, hide.sub("", a.content.decode())) for a in answers]

    inactive = cast.alice
    inactive.is_active = False
    inactive.save()
    expected = said("nobody-at-all")
    assert said(cast.bob.username) == expected
    assert said(inactive.username) == expected


def test_wrong_names_take_as_long(client, cast, monkeypatch):
    """A password is hashed whether there is such a person or not."""
    from django.contrib.auth.hashers import MD5PasswordHasher

    hashed = []
    encode = MD5PasswordHasher.encode

    def counted(self, password, salt):
        hashed.append(password)
        return encode(self, password, salt)

    monkeypatch.setattr(MD5PasswordHasher, "encode", counted)
    counts = []
    for name in (cast.bob.username, "nobody-at-all"):
        hashed.clear()
        by_page(client, name, "wrong")
        counts.append(len(hashed))
    assert counts == [1, 1]


def test_no_limit(client, cast, configured):
    configured(failed_logins=0)
    for _ in range(12):
        assert by_page(client, cast.bob.username, "wrong").status_code == 403
    assert by_page(client, cast.bob.username, RIGHT).status_code == 302


def test_many_at_once_are_no_way_around_it(cast):
    """An attempt counts before the password is looked at."""
    from graticule.catalog.login_attempts import TooManyLoginsError, begin_attempt

    window = timedelta(minutes=1)
    for _ in range(3):
        begin_attempt("bob", "192.0.2.1", 3, window)  # still being looked at
    with pytest.raises(TooManyLoginsError):
        begin_attempt("bob", "192.0.2.1", 3, window)


def test_tokens_are_no_wrong_passwords(client, cast):
    from graticule.catalog.models import LoginAttempt
    from graticule.catalog.tokens import make_token

    secret = make_token(cast.bob, "script")
    for _ in range(5):
        assert by_basic(client, "token", secret).status_code == 200
    assert not LoginAttempt.objects.exists()


def test_login_links_work_all_the_same(client, cast):
    from graticule.catalog.tokens import make_login_link

    for _ in range(4):
        by_page(client, cast.bob.username, "wrong")
    link = f"/login/{make_login_link(cast.bob)}/"
    client.get(link)
    token = client.cookies["csrftoken"].value
    assert client.post(link, {"csrfmiddlewaretoken": token}).status_code == 302


@pytest.mark.parametrize("way", WAYS)
def test_guest(client, cast, way):
    """Contract 2.2: cannot log in through the web, should there be one."""
    from graticule.catalog.models import Person

    Person.objects.create_user("guest", password="guest's secret words")
    enter, _, wrong, _ = WAYS[way]
    answer = enter(client, "guest", "guest's secret words")
    assert answer.status_code == wrong
    if way != "basic":
        assert b"Guest account is not supported." in answer.content


def test_half_a_character_is_in_no_name(client, cast):
    """JSON can say it, and no database can look for it."""
    token = client.get("/api/v0/token/").json()["data"]
    body = '{"username": "\\ud800", "password": "\\udfff", "server": 1}'
    answer = client.post(
        "/api/v0/login/", body, "application/json", HTTP_X_CSRFTOKEN=token
    )
    assert answer.status_code == 403
    assert answer.json()["message"].startswith("Connection not available")


class TestInTheQuery:
    """Contract 2.3, rules 1 and 2: an option."""

    @pytest.fixture
    def hidden(self, cast):
        from graticule.catalog.models import Project

        row = Project.objects.create(name="x", owner=cast.alice, group=cast.group)
        return f"/webgateway/proj/{row.pk}/detail/"

    @pytest.fixture
    def switched_on(self, configured):
        configured(credentials_in_query=True)

    def said(self, cast, password=RIGHT):
        return {"username": cast.bob.username, "password": password}

    def test_off_by_default(self, client, cast, hidden):
        assert client.get(hidden, self.said(cast)).status_code == 500
        log_in(client, cast.bob)
        key = client.cookies["sessionid"].value
        assert new_client().get(hidden, {"bsession": key}).status_code == 500

    def test_a_password(self, client, cast, hidden, switched_on):
        answer = client.get(hidden, self.said(cast))
        assert answer.status_code == 200
        key = answer.cookies["sessionid"].value
        assert client.get(hidden).status_code == 200  # remembered
        again = client.get(hidden, self.said(cast))
        assert "sessionid" not in again.cookies  # the same session
        assert key == client.cookies["sessionid"].value

    def test_a_session(self, client, cast, hidden, switched_on):
        log_in(client, cast.bob)
        key = client.cookies["sessionid"].value
        other = new_client()
        assert other.get(hidden, {"bsession": key}).status_code == 200
        assert other.get(hidden).status_code == 200

    @pytest.mark.parametrize("key", ["", "x", "a" * 3000, "a\0b"])
    def test_no_such_session(self, client, hidden, switched_on, key):
        # as if not logged in, though there is a public person
        assert client.get(hidden, {"bsession": key}).status_code == 302
        assert client.get(PICTURES, {"bsession": key}).status_code == 302
        assert client.get(PICTURES).status_code == 200

    def test_wrong_ones_count(self, client, cast, hidden, switched_on):
        for _ in range(3):
            answer = client.get(hidden, self.said(cast, "wrong"))
            assert answer.status_code == 302
        answer = client.get(hidden, self.said(cast))
        assert answer.status_code == 429
        assert is_refused(answer)

    def test_half_of_them_is_none(self, client, switched_on):
        assert client.get(PICTURES, {"username": "x"}).status_code == 200

    def test_csrf_still_counts(self, client, cast, switched_on):
        from urllib.parse import urlencode

        query = urlencode(self.said(cast))
        answer = client.post(f"/webgateway/resetRDef/?{query}", {"toids": 1})
        assert answer.status_code == 403
        assert answer.json()["message"].startswith("CSRF Failed: ")
