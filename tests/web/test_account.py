"""Accounts: details, passwords, tokens, groups; each person's own alone."""

import re

import pytest
from tests.web.conftest import new_client

PAGES = ("/account/", "/account/tokens/", "/account/groups/")


def posting(client, url, **form):
    """Post a form as a page of ours does, with its token."""
    client.get("/account/")
    token = client.cookies["csrftoken"].value
    return client.post(url, {"csrfmiddlewaretoken": token, **form})


def bearer(secret):
    return {"HTTP_AUTHORIZATION": f"Bearer {secret}"}


def token_of(answer):
    return re.search(r"<code>(grt_[\w-]+)</code>", answer.content.decode())[1]


@pytest.mark.parametrize("page", PAGES)
def test_only_people_who_logged_in(client, cast, logged_in, page):
    answer = client.get(page)
    assert answer.status_code == 302
    assert answer["Location"].startswith("/webclient/login/?url=")
    shown = logged_in(cast.alice).get(page)
    assert shown.status_code == 200
    assert shown["Cache-Control"] == "no-store"


@pytest.mark.parametrize("page", PAGES)
def test_never_by_a_token(cast, page):
    from graticule.catalog.tokens import make_token

    secret = make_token(cast.alice, "script", scopes=("read", "write"))
    answer = new_client().get(page, **bearer(secret))
    assert answer.status_code == 403
    assert b"not changed by tokens" in answer.content
    form = {"name": "another", "scopes": "write"}
    assert new_client().post(page, form, **bearer(secret)).status_code == 403
    assert cast.alice.tokens.count() == 1


class TestDetails:
    def test_they_are_saved(self, cast, logged_in):
        client = logged_in(cast.alice)
        fields = {"first_name": "Alice", "last_name": "<Adams>", "email": "a@b.org"}
        answer = posting(client, "/account/", **fields, default_group=cast.group.pk)
        assert (answer.status_code, answer["Location"]) == (302, "/account/?saved=1")
        cast.alice.refresh_from_db()
        assert cast.alice.full_name == "Alice <Adams>"
        assert cast.alice.default_group == cast.group
        page = client.get("/account/").content.decode()
        assert "Alice &lt;Adams&gt;" in page

    @pytest.mark.parametrize(
        ("field", "value", "said"),
        [
            ("email", "nowhere", "valid email"),
            ("first_name", "x" * 200, "at most 150"),
            ("first_name", "a\0b", "Null characters"),
        ],
    )
    def test_what_is_wrong_is_said_beside_it(self, cast, logged_in, field, value, said):
        answer = posting(logged_in(cast.alice), "/account/", **{field: value})
        assert answer.status_code == 400
        assert said in answer.content.decode()
        cast.alice.refresh_from_db()
        assert getattr(cast.alice, field) == ""

    def test_no_group_of_others(self, make_cast, logged_in):
        cast, other = make_cast("rwr---"), make_cast("rw----")
        form = {"default_group": other.group.pk}
        answer = posting(logged_in(cast.alice), "/account/", **form)
        assert answer.status_code == 400
        cast.alice.refresh_from_db()
        assert cast.alice.default_group is None

    def test_nobody_makes_himself_administrator(self, cast, logged_in):
        form = {"is_superuser": "on", "username": "root"}
        posting(logged_in(cast.alice), "/account/", **form)
        cast.alice.refresh_from_db()
        assert not cast.alice.is_superuser
        assert cast.alice.username == "alice-rwr---"


class TestPassword:
    OLD = "alice's secret words"

    def change(self, client, old, new, again=None):
        return posting(
            client,
            "/account/",
            change="password",
            old_password=old,
            new_password1=new,
            new_password2=again or new,
        )

    def test_the_others_are_logged_out(self, cast, logged_in):
        here, there = logged_in(cast.alice), logged_in(cast.alice)
        assert there.get("/account/").status_code == 200
        answer = self.change(here, self.OLD, "a much better one")
        assert answer.status_code == 302
        assert here.get("/account/").status_code == 200
        assert there.get("/account/").status_code == 302
        cast.alice.refresh_from_db()
        assert cast.alice.check_password("a much better one")

    @pytest.mark.parametrize(
        ("old", "new", "again"),
        [
            ("wrong", "a much better one", None),
            (OLD, "short", None),
            (OLD, "password", None),
            (OLD, "a much better one", "another one yet"),
        ],
    )
    def test_refused(self, cast, logged_in, old, new, again):
        answer = self.change(logged_in(cast.alice), old, new, again)
        assert answer.status_code == 400
        cast.alice.refresh_from_db()
        assert cast.alice.check_password(self.OLD)


class TestTokens:
    def test_made_shown_once_used_revoked(self, cast, logged_in):
        client = logged_in(cast.alice)
        form = {"name": "notebook", "scopes": ["read", "write"], "days": "7"}
        secret = token_of(posting(client, "/account/tokens/", **form))
        assert secret not in client.get("/account/tokens/").content.decode()
        row = cast.alice.tokens.get()
        assert (row.name, row.scopes) == ("notebook", ["read", "write"])
        assert (row.expires - row.created).days in {6, 7}
        url = "/api/v0/m/projects/"
        assert new_client().get(url, **bearer(secret)).status_code == 200
        answer = posting(client, "/account/tokens/", REVOKE=row.pk)
        assert answer.status_code == 302
        assert new_client().get(url, **bearer(secret)).status_code == 401

    @pytest.mark.parametrize(
        "form",
        [
            {"name": "", "scopes": "read"},
            {"name": "x"},
            {"name": "x", "scopes": "everything"},
            {"name": "x", "scopes": "admin"},  # she is none
            {"name": "x", "scopes": "read", "days": "-1"},
            {"name": "a\0b", "scopes": "read"},
        ],
    )
    def test_refused(self, cast, logged_in, form):
        answer = posting(logged_in(cast.alice), "/account/tokens/", **form)
        assert answer.status_code == 400
        assert cast.alice.tokens.count() == 0

    def test_nobody_revokes_what_is_of_others(self, cast, logged_in):
        from graticule.catalog.tokens import make_token

        make_token(cast.alice, "hers")
        row = cast.alice.tokens.get()
        for person in (cast.bob, cast.administrator):
            client = logged_in(person)
            assert posting(client, "/account/tokens/", REVOKE=row.pk).status_code == 404
        assert cast.alice.tokens.count() == 1

    def test_only_over_a_form_of_ours(self, cast, logged_in):
        answer = logged_in(cast.alice).post("/account/tokens/", {"name": "forged"})
        assert answer.status_code == 403
        assert cast.alice.tokens.count() == 0


class TestGroups:
    def members(self, group):
        rows = group.memberships.values_list("person__username", "is_owner")
        return {(name.split("-")[0], owner) for name, owner in rows}

    def test_members_see_who_else(self, cast, logged_in):
        page = f"/account/groups/{cast.group.pk}/"
        shown = logged_in(cast.bob).get(page)
        assert cast.alice.username in shown.content.decode()
        assert b"Take out" not in shown.content
        assert logged_in(cast.charlie).get(page).status_code == 404
        assert b"Take out" in logged_in(cast.group_owner).get(page).content

    def test_owners_put_in_and_take_out(self, cast, logged_in):
        page = f"/account/groups/{cast.group.pk}/"
        owner = logged_in(cast.group_owner)
        name = cast.charlie.username
        # Known at once, though rights are remembered.
        charlie = logged_in(cast.charlie)
        assert charlie.get(page).status_code == 404
        assert posting(owner, page, MEMBER=name).status_code == 302
        assert charlie.get(page).status_code == 200
        assert ("charlie", False) in self.members(cast.group)
        posting(owner, page, OWNER=name)
        assert ("charlie", True) in self.members(cast.group)
        posting(owner, page, REMOVE=name)
        assert charlie.get(page).status_code == 404
        assert self.members(cast.group) == {
            ("alice", False),
            ("bob", False),
            ("group_owner", True),
        }

    @pytest.mark.parametrize("who", ["alice", "charlie"])
    @pytest.mark.parametrize("verb", ["MEMBER", "OWNER", "REMOVE"])
    def test_others_may_not(self, cast, logged_in, who, verb):
        before = self.members(cast.group)
        person = getattr(cast, who)
        page = f"/account/groups/{cast.group.pk}/"
        answer = posting(logged_in(person), page, **{verb: cast.bob.username})
        assert answer.status_code == (404 if who == "charlie" else 403)
        assert self.members(cast.group) == before

    def test_administrators_may(self, cast, logged_in):
        page = f"/account/groups/{cast.group.pk}/"
        admin = logged_in(cast.administrator)
        assert posting(admin, page, REMOVE=cast.bob.username).status_code == 302
        assert ("bob", False) not in self.members(cast.group)

    @pytest.mark.parametrize(
        ("form", "said"),
        [
            ({"MEMBER": "nobody"}, "There is nobody called"),
            ({"MEMBER": "public"}, "There is nobody called"),
            ({"MEMBER": "a\0b"}, "There is nobody called"),
            ({"REMOVE": "group_owner-rwr---"}, "lock yourself out"),
            ({"MEMBER": "group_owner-rwr---"}, "lock yourself out"),
            ({"REMOVE": "charlie-rwr---"}, "is not in"),
            ({}, "Post MEMBER"),
        ],
    )
    def test_refused_with_a_sentence(self, cast, logged_in, form, said):
        before = self.members(cast.group)
        page = f"/account/groups/{cast.group.pk}/"
        answer = posting(logged_in(cast.group_owner), page, **form)
        assert answer.status_code == 400
        assert said in answer.content.decode()
        assert self.members(cast.group) == before

    def test_no_number_is_too_large(self, cast, logged_in):
        page = f"/account/groups/{10**30}/"
        assert logged_in(cast.alice).get(page).status_code == 404
