"""Who sees and changes shapes behind this door: every level, every role."""

import re

import pytest
from tests.web.conftest import XHR, new_client
from tests.web.regions.conftest import rectangle, send
from tests.web.test_permissions import SEES, WHO

READS = {
    "{image}/": "regions",
    "{image}/view/?z=0&t=0&x0=0&y0=0&x1=99&y1=99&pixel=1": "regions_view",
    "{image}/list/": "regions_list",
    "{image}/place/?shape={shape}": "regions_place",
    "{image}/shapes/?ids={shape}": "regions_shapes",
    "{image}/measures/?ids={shape}&z=0&t=0&channels=0": "regions_measures",
    "{image}/file.csv?intensities=true": "regions_file",
    "{image}/file.json": "regions_file",
    "{image}/file.geojson": "regions_file",
}
WRITES = {"regions_save"}
ALL = {"new", "changed", "deleted"}
MAY = {
    "rw----": {"alice": ALL, "group_owner": set(), "administrator": ALL},
    "rwr---": {
        "alice": ALL,
        "bob": set(),
        "group_owner": ALL,
        "administrator": ALL,
    },
    "rwra--": {
        "alice": ALL,
        "bob": {"new"},
        "group_owner": ALL,
        "administrator": ALL,
    },
    "rwrw--": {"alice": ALL, "bob": ALL, "group_owner": ALL, "administrator": ALL},
}


@pytest.fixture
def make_things(image, make_cast, logged_in):
    """Give an image with two ROIs to Alice; she drew them."""

    def make(level):
        cast = make_cast(level)
        row = image("uint8.tif")
        row.owner, row.group, row.name = cast.alice, cast.group, "Alice's own"
        row.save()
        new = [
            {"key": str(n), "shape": rectangle(n, n, text="Alice's mark")}
            for n in (1, 5)
        ]
        answer = send(logged_in(cast.alice), row.pk, new=new)
        return cast, row, answer.json()["saved"]

    return make


def test_no_address_is_left_out(catalog):
    from graticule.web.regions.urls import urlpatterns

    assert {pattern.name for pattern in urlpatterns} == set(READS.values()) | WRITES


def urls_of(row, places):
    ids = {"image": row.pk, "shape": places[0]["id"]}
    return [f"/regions/{path.format(**ids)}" for path in READS]


@pytest.mark.parametrize("anonymous_access", [True, False])
@pytest.mark.parametrize("level", SEES)
def test_every_reading(make_things, logged_in, configured, level, anonymous_access):
    configured(anonymous_access=anonymous_access)
    cast, row, places = make_things(level)
    for who in (*WHO, "public"):
        client = logged_in(getattr(cast, who)) if who != "public" else new_client()
        for url in urls_of(row, places):
            answer = client.get(url)
            if who in SEES[level]:
                assert answer.status_code == 200, (who, url)
                continue
            assert answer.status_code in {401, 404}, (who, url)
            assert b"Alice" not in answer.content


def test_a_roi_of_another_group_is_not_seen_with_the_image(
    make_things, make_cast, logged_in
):
    from graticule.catalog.models import Roi

    cast, row, places = make_things("rwr---")
    hidden = make_cast("rw----")
    Roi.objects.filter(pk=places[0]["roi"]).update(
        owner=hidden.alice, group=hidden.group
    )
    client = logged_in(cast.bob)
    for url in urls_of(row, places):
        answer = client.get(url)
        body = answer.content
        assert not re.search(rb'"id": %d\b' % places[0]["id"], body), url
        assert not re.search(rb"(?m)^%d," % places[0]["id"], body), url
    view = client.get(urls_of(row, places)[1]).json()
    assert [shape["id"] for shape in view["shapes"]] == [places[1]["id"]]
    assert client.get(urls_of(row, places)[0]).json()["total"] == 1


def test_nobody_sees_even_what_is_public(make_things, configured):
    configured(anonymous_access=False)
    _, row, places = make_things("rwr---")
    client = new_client()
    for url in urls_of(row, places):
        assert client.get(url).status_code == 401
        assert client.get(url, **XHR).status_code == 401


@pytest.mark.parametrize("level", MAY)
@pytest.mark.parametrize("who", [*WHO, "public"])
def test_every_writing(make_things, logged_in, level, who):
    from graticule.catalog.models import Roi, Shape

    cast, row, (first, second) = make_things(level)
    client = logged_in(getattr(cast, who)) if who != "public" else new_client()
    answer = send(
        client,
        row.pk,
        new=[{"key": "a", "shape": rectangle(9, 9)}],
        changed=[{"id": first["id"], "roi": first["roi"], "shape": rectangle(20, 20)}],
        deleted=[{"id": second["id"], "roi": second["roi"]}],
    )
    if who not in MAY[level]:
        assert answer.status_code == 404
        assert b"Alice" not in answer.content
        done = set()
    else:
        assert answer.status_code == 200, answer.content
        done = MAY[level][who]
        assert len(answer.json()["refused"]) == 3 - len(done)
    moved = Shape.objects.get(pk=first["id"]).geometry["x"] == 20
    assert moved == ("changed" in done)
    assert Shape.objects.filter(pk=second["id"]).exists() != ("deleted" in done)
    assert Roi.objects.filter(image=row).count() == (
        2 + ("new" in done) - ("deleted" in done)
    )


@pytest.mark.parametrize("level", ["rwr---", "rwra--"])
def test_what_one_may_is_told(make_things, logged_in, level):
    cast, row, places = make_things(level)
    for who in ("alice", "bob"):
        client = logged_in(getattr(cast, who))
        about = client.get(f"/regions/{row.pk}/").json()
        assert about["may_draw"] == ("new" in MAY[level][who])
        assert ("reason" in about) != about["may_draw"]
        shapes = client.get(urls_of(row, places)[1]).json()["shapes"]
        for name, right in (("may_edit", "changed"), ("may_delete", "deleted")):
            told = {shape.get(name, False) for shape in shapes}
            assert told == {right in MAY[level][who]}


def test_a_token_for_reading_saves_nothing(make_things):
    from graticule.catalog.tokens import make_token

    cast, row, _ = make_things("rwrw--")
    token = make_token(cast.alice, "reads", scopes=("read",))
    answer = new_client().post(
        f"/regions/{row.pk}/save/",
        "{}",
        content_type="application/json",
        headers={"Authorization": f"Bearer {token}"},
    )
    assert answer.status_code == 403
