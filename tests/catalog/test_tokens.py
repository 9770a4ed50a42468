"""Tokens, login links and sessions: hashed, scoped, expiring, used once."""

from datetime import timedelta
from hashlib import sha256

import pytest


def test_a_token_is_found_by_its_secret_only(cast):
    from graticule.catalog.models import Token
    from graticule.catalog.tokens import find_token, make_token

    secret = make_token(cast.alice, "laptop", scopes=("read", "write"))
    found = find_token(secret)
    assert found.person == cast.alice
    assert found.scopes == ["read", "write"]
    assert find_token(secret + "x") is None
    assert find_token(found.digest) is None
    row = Token.objects.get()
    assert row.digest == sha256(secret.encode()).hexdigest()
    assert secret not in str(row.__dict__)


def test_an_expired_token_is_not_found(cast):
    from django.utils import timezone

    from graticule.catalog.models import Token
    from graticule.catalog.tokens import find_token, make_token

    secret = make_token(cast.alice, "short", lifetime=timedelta(hours=1))
    assert find_token(secret)
    Token.objects.update(expires=timezone.now() - timedelta(seconds=1))
    assert find_token(secret) is None


def test_the_token_of_an_inactive_person_is_not_found(cast):
    from graticule.catalog.tokens import find_token, make_token

    secret = make_token(cast.alice, "old")
    cast.alice.is_active = False
    cast.alice.save()
    assert find_token(secret) is None


def test_unknown_scopes_are_refused(cast):
    from graticule.catalog.tokens import make_token
    from graticule.errors import RequestError

    with pytest.raises(RequestError, match="fly is no scope"):
        make_token(cast.alice, "x", scopes=("fly",))


def test_use_is_noted(cast):
    from graticule.catalog.models import Token
    from graticule.catalog.tokens import find_token, make_token

    secret = make_token(cast.alice, "x")
    assert Token.objects.get().used is None
    find_token(secret)
    assert Token.objects.get().used is not None


def test_a_login_link_works_once(cast):
    from graticule.catalog.tokens import make_login_link, use_login_link

    secret = make_login_link(cast.bob)
    assert use_login_link("no" + secret) is None
    assert use_login_link(secret) == cast.bob
    assert use_login_link(secret) is None


def test_a_login_link_expires(cast):
    from graticule.catalog.tokens import make_login_link, use_login_link

    secret = make_login_link(cast.bob, timedelta(seconds=-1))
    assert use_login_link(secret) is None


class TestSessions:
    def test_the_table_holds_no_key(self, catalog):
        from django.contrib.sessions.models import Session

        from graticule.catalog.sessions import SessionStore

        store = SessionStore()
        store["n"] = 7
        store.save()
        key = store.session_key
        assert SessionStore(key)["n"] == 7
        assert [row.session_key for row in Session.objects.all()] == [
            sha256(key.encode()).hexdigest()[:40]
        ]

    def test_a_key_read_from_the_table_opens_nothing(self, catalog):
        from django.contrib.sessions.models import Session

        from graticule.catalog.sessions import SessionStore

        store = SessionStore()
        store["n"] = 7
        store.save()
        stolen = Session.objects.get().session_key
        assert SessionStore(stolen).get("n") is None

    def test_save_change_and_delete(self, catalog):
        from django.contrib.sessions.models import Session

        from graticule.catalog.sessions import SessionStore

        store = SessionStore()
        store["n"] = 1
        store.save()
        again = SessionStore(store.session_key)
        again["n"] = 2
        again.save()
        assert SessionStore(store.session_key)["n"] == 2
        assert Session.objects.count() == 1
        again.flush()
        assert Session.objects.count() == 0

    def test_cycling_the_key_keeps_the_data(self, catalog):
        from django.contrib.sessions.models import Session

        from graticule.catalog.sessions import SessionStore

        store = SessionStore()
        store["n"] = 1
        store.save()
        old = store.session_key
        store.cycle_key()
        assert store.session_key != old
        assert SessionStore(store.session_key)["n"] == 1
        assert SessionStore(old).get("n") is None
        assert Session.objects.count() == 1
