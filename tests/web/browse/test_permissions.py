"""Who sees what through the browse door: every address, every level, every role."""

import re

import pytest
from tests.web.browse.conftest import checked
from tests.web.conftest import new_client

PEOPLE = ("alice", "bob", "charlie", "group_owner", "administrator")
SEES = {
    "rw----": {"alice", "group_owner", "administrator"},
    "rwr---": {"alice", "bob", "group_owner", "administrator"},
    "rwra--": {"alice", "bob", "group_owner", "administrator"},
    "rwrw--": {"alice", "bob", "group_owner", "administrator"},
}
# Address, what makes up its answer, and the status where nothing is seen.
ADDRESSES = {
    "tree/": ("tree", 200),
    "tree/dataset/": ("branches", 200),
    "project/{project}/": ("branches", 404),
    "screen/{screen}/": ("branches", 404),
    "images/?dataset={dataset}": ("images", 404),
    "images/?id={b}": ("images", 200),
    "images/?orphaned=1": ("images", 200),
    "images/?q=tif": ("images", 200),
    "ids/?dataset={dataset}": ("ids", 404),
    "ids/?orphaned=1": ("ids", 200),
    "ids/?q=tif": ("ids", 200),
}


def shows(client, path, ids):
    """Whether an answer holds anything of Alice's."""
    schema, hidden = ADDRESSES[path]
    answer = client.get(f"/browse/{path.format(**ids)}")
    if answer.status_code == hidden != 200:
        assert "Alice" not in answer.content.decode()
        return False
    value = checked(answer, schema)
    if schema == "tree":
        return any(root["branches"] for root in value["roots"]) or value["orphaned"] > 0
    key = {"branches": "branches", "images": "images", "ids": "ids"}[schema]
    assert bool(value["total"]) == bool(value[key])
    return bool(value[key])


@pytest.mark.parametrize("level", SEES)
def test_every_address(make_things, logged_in, level):
    cast, made = make_things(level)
    ids = {name: thing.pk for name, thing in made.items()}
    for who in PEOPLE:
        client = logged_in(getattr(cast, who))
        found = {path: shows(client, path, ids) for path in ADDRESSES}
        assert found == dict.fromkeys(ADDRESSES, who in SEES[level]), who
    found = {path: shows(new_client(), path, ids) for path in ADDRESSES}
    assert found == dict.fromkeys(ADDRESSES, False)


def test_no_address_is_left_out(catalog):
    from django.urls import resolve

    from graticule.web.browse.urls import urlpatterns

    reached = {
        resolve(f"/browse/{re.sub('{.*?}', '1', path).partition('?')[0]}").url_name
        for path in ADDRESSES
    }
    assert reached == {pattern.name for pattern in urlpatterns}


def test_what_is_hidden_is_not_counted(make_things, logged_in):
    from graticule.catalog.models import Dataset, Image

    cast, made = make_things()
    elsewhere = cast.charlie.memberships.get().group
    hide = {"owner": cast.charlie, "group": elsewhere}
    Image.objects.filter(pk=made["b"].pk).update(**hide)
    client = logged_in(cast.bob)
    (branch,) = client.get(f"/browse/project/{made['project'].pk}/").json()["branches"]
    assert branch["children"] == 2
    assert client.get(f"/browse/ids/?dataset={made['dataset'].pk}").json()["total"] == 2
    # Images of a dataset that Bob does not see hang nowhere for him.
    Dataset.objects.filter(pk=made["dataset"].pk).update(**hide)
    lost = client.get("/browse/ids/?orphaned=1").json()["ids"]
    assert lost == [made[name].pk for name in ("A", "c", "lost")]
