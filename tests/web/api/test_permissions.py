"""Who sees what and may do what: every kind, level and role (contract 1, 4)."""

import pytest
from tests.web.api.conftest import M, checked
from tests.web.api.test_urls import BY_NAME, SINGLE
from tests.web.conftest import XHR

ALL = {"canAnnotate", "canDelete", "canEdit", "canLink"}
NONE = frozenset()

# What each may do with Alice's, by level; None: they do not even see it.
RIGHTS = {
    "rw----": {
        "alice": ALL,
        "bob": None,
        "charlie": None,
        "group_owner": NONE,
        "administrator": ALL,
    },
    "rwr---": {
        "alice": ALL,
        "bob": NONE,
        "charlie": None,
        "group_owner": ALL,
        "administrator": ALL,
    },
    "rwra--": {
        "alice": ALL,
        "bob": {"canAnnotate"},
        "charlie": None,
        "group_owner": ALL,
        "administrator": ALL,
    },
    "rwrw--": {
        "alice": ALL,
        "bob": ALL,
        "charlie": None,
        "group_owner": ALL,
        "administrator": ALL,
    },
}
OWNED = {path: name for path, name in SINGLE.items() if "experimenter" not in path}
CASES = [(level, who) for level, row in RIGHTS.items() for who in row]


def listed(client, path):
    return [row["@id"] for row in client.get(f"{M}{path}/").json()["data"]]


@pytest.mark.parametrize("anonymous_access", [True, False])
@pytest.mark.parametrize(("level", "who"), CASES)
def test_every_kind(make_things, logged_in, configured, level, who, anonymous_access):
    configured(anonymous_access=anonymous_access)
    things = make_things(level)
    client = logged_in(getattr(things.cast, who))
    expected = RIGHTS[level][who]
    for path, name in OWNED.items():
        thing = getattr(things, name)
        answer = client.get(f"{M}{path}/{thing.pk}/")
        if path != "plateacquisitions":
            assert (thing.pk in listed(client, path)) == (expected is not None), path
        if expected is None:
            body = checked(answer, "error", 404)
            assert body["message"] == f"{BY_NAME[name]} {thing.pk} not found"
            continue
        permissions = answer.json()["data"]["omero:details"]["permissions"]
        allowed = {key for key, on in permissions.items() if on is True} & ALL
        assert allowed == expected, path
        assert permissions["perm"] == level
        assert permissions["isGroupRead"] == (level != "rw----")
        assert permissions["isGroupAnnotate"] == (level in {"rwra--", "rwrw--"})
        assert permissions["isGroupWrite"] == (level == "rwrw--")


@pytest.mark.parametrize("level", RIGHTS)
def test_the_public_sees_none_of_it(make_things, client, level):
    things = make_things(level)
    for path, name in SINGLE.items():
        thing = getattr(things, name)
        assert client.get(f"{M}{path}/{thing.pk}/").status_code == 404
        if path != "plateacquisitions":
            assert thing.pk not in listed(client, path)


def test_the_public_sees_what_is_public_and_may_do_nothing(client, things, catalog):
    things.image.group = catalog.public_group
    things.image.save()
    answer = client.get(f"{M}images/{things.image.pk}/")
    permissions = answer.json()["data"]["omero:details"]["permissions"]
    assert not any(permissions[key] for key in ALL)


@pytest.mark.parametrize("headers", [{}, XHR])
@pytest.mark.parametrize("path", SINGLE)
def test_nobody_is_told_to_log_in(client, things, configured, path, headers):
    configured(anonymous_access=False)
    paths = [f"{M}{path}/1/"] + [f"{M}{path}/"] * (path != "plateacquisitions")
    for url in paths:
        answer = client.get(url, **headers)
        assert checked(answer, "message", 403) == {"message": "Not logged in"}
        assert "X-OMERO-ApiVersion" not in answer


@pytest.mark.parametrize(
    ("level", "who", "sees"),
    [
        ("rw----", "bob", False),
        ("rw----", "group_owner", True),
        ("rwr---", "bob", True),
        ("rwr---", "charlie", False),
        ("rw----", "administrator", True),
        ("rw----", "alice", True),
    ],
)
def test_people_are_seen_by_those_who_see_their_things(
    make_cast, logged_in, level, who, sees
):
    cast = make_cast(level)
    client = logged_in(getattr(cast, who))
    assert (cast.alice.pk in listed(client, "experimenters")) == sees
    answer = client.get(f"{M}experimenters/{cast.alice.pk}/")
    assert answer.status_code == (200 if sees else 404)


def test_groups_are_seen_by_their_members(cast, logged_in):
    for person in cast:
        found = listed(logged_in(person), "experimentergroups")
        assert (cast.group.pk in found) == (person != cast.charlie)


def test_tokens_work_as_logins(client, things):
    from graticule.catalog.tokens import make_token

    secret = make_token(things.cast.alice, "script")
    answer = client.get(
        f"{M}images/{things.image.pk}/", HTTP_AUTHORIZATION=f"Bearer {secret}"
    )
    assert answer.status_code == 200


def test_what_nobody_foresaw_is_json(alice, things, monkeypatch):
    from graticule.web.api import views

    def fail(*args, **kwargs):
        raise RuntimeError("secret")

    monkeypatch.setattr(views, "list_objects", fail)
    answer = alice.get(f"{M}projects/")
    body = checked(answer, "error", 500)
    assert "secret" not in body["message"]
