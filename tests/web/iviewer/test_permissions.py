"""Who sees and changes what behind this door: every level, every role."""

import json

import pytest
from tests.web.conftest import XHR, new_client
from tests.web.iviewer.test_persist_rois import body_of, drawn, send
from tests.web.test_permissions import SEES, WHO

READS = (
    "image_data/{image}/",
    "image_data/{image}/delta_t/",
    "roi/{roi}/image_data/",
    "shape/{shape}/image_data/",
    "roi/{roi}/page_data/",
    "shape/{shape}/page_data/",
    "rois_by_plane/{image}/0/0/",
    "plane_shape_counts/{image}/",
    "well_images/?id={well}",
    "get_intensity/?image={image}&z=0&t=0&x=1&y=1&c=0",
    "shape_stats/?ids={shape}&z=0&t=0&cs=0",
)
# What each may do on Alice's image: draw, change her shapes, delete them.
ALL = {"new", "modified", "deleted"}
WRITES = {
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
def make_things(image, make_cast, draw):
    """Give an image with a ROI of two shapes, and a well, to Alice."""
    from graticule.catalog.models import Plate, Well, WellSample

    def make(level):
        cast = make_cast(level)
        belongs = {"owner": cast.alice, "group": cast.group}
        row = image("uint8.tif")
        row.owner, row.group, row.name = cast.alice, cast.group, "Alice's own"
        row.save()
        plate = Plate.objects.create(name="plate", **belongs)
        well = Well.objects.create(plate=plate, row=0, column=0, **belongs)
        WellSample.objects.create(well=well, image=row)
        roi = draw((0, 0), (None, None), image=row, **belongs)
        ids = {
            "image": row.pk,
            "well": well.pk,
            "roi": roi.pk,
            "shape": roi.shapes.first().pk,
        }
        return (
            cast,
            row,
            roi,
            {path: f"/iviewer/{path.format(**ids)}" for path in READS},
        )

    return make


def sees(answer):
    """Whether an answer shows the thing; if not, it must say nothing of it."""
    if answer.status_code == 200 and answer.json() != {}:
        return True
    assert b"Alice" not in answer.content
    if answer.status_code == 200:  # shapes that are not seen are left out
        return False
    assert answer.status_code == 404, answer.content
    assert "not found" in answer.json()["message"]
    return False


@pytest.mark.parametrize("anonymous_access", [True, False])
@pytest.mark.parametrize("level", SEES)
def test_every_reading(make_things, logged_in, configured, level, anonymous_access):
    configured(anonymous_access=anonymous_access)
    cast, _, _, urls = make_things(level)
    for who in WHO:
        client = logged_in(getattr(cast, who))
        found = {path: sees(client.get(url)) for path, url in urls.items()}
        assert found == dict.fromkeys(urls, who in SEES[level]), who


@pytest.mark.parametrize("level", SEES)
def test_the_public_sees_none_of_it(make_things, client, level):
    _, _, _, urls = make_things(level)
    assert not any(sees(client.get(url)) for url in urls.values())


def test_nobody_sees_even_what_is_public(make_things, configured):
    configured(anonymous_access=False)
    _, _, _, urls = make_things("rwr---")
    client = new_client()
    for url in [*urls.values(), "/iviewer/"]:
        answer = client.get(url)
        assert answer.status_code == 302
        assert answer["Location"].startswith("/webclient/login/?url=")
        assert client.get(url, **XHR).status_code == 403  # contract clients 1.2


@pytest.mark.parametrize("level", WRITES)
@pytest.mark.parametrize("who", WHO)
def test_every_writing(make_things, logged_in, level, who):
    from graticule.catalog.models import Roi, Shape

    cast, row, roi, _ = make_things(level)
    first, second = (f"{roi.pk}:{shape.pk}" for shape in roi.shapes.order_by("pk"))
    body = body_of(
        row,
        new=[drawn("Point", "-1:-1")],
        modified=[drawn("Rectangle", first)],
        deleted={str(roi.pk): [second]},
    )
    answer = send(logged_in(getattr(cast, who)), body)
    if who not in WRITES[level]:
        assert answer.status_code == 404
        assert b"Alice" not in answer.content
        done = set()
    else:
        assert answer.status_code == 200, answer.content
        done = {
            name
            for name, key in (
                ("new", "-1:-1"),
                ("modified", first),
                ("deleted", second),
            )
            if key in answer.json()["ids"]
        }
        assert done == WRITES[level][who]
        assert len(answer.json().get("errors", ())) == 3 - len(done)
    changed = Shape.objects.get(pk=first.split(":")[1]).geometry["x"] != 1
    assert changed == ("modified" in done)
    assert Shape.objects.filter(pk=second.split(":")[1]).exists() != ("deleted" in done)
    assert Roi.objects.filter(image=row).count() == 1 + ("new" in done)


@pytest.mark.parametrize("level", WRITES)
def test_the_public_writes_nothing(make_things, client, level):
    from graticule.catalog.models import Roi

    _, row, _, _ = make_things(level)
    answer = send(client, body_of(row, new=[drawn("Point")]))
    assert answer.status_code == 404
    assert Roi.objects.filter(image=row).count() == 1


def test_the_public_draws_not_even_on_what_it_sees(client, cells, draw):
    from graticule.catalog.models import Roi

    roi = draw((0, 0))
    key = f"{roi.pk}:{roi.shapes.get().pk}"
    changes = {"modified": [drawn("Rectangle", key)], "deleted": {"1": [key]}}
    answer = send(client, body_of(cells, new=[drawn("Point")], **changes))
    assert answer.json()["ids"] == {}
    assert len(answer.json()["errors"]) == 3
    assert Roi.objects.filter(image=cells).count() == 1


def test_tokens_for_reading_write_nothing(make_things, client):
    from graticule.catalog.tokens import make_token

    cast, row, _, _ = make_things("rwrw--")
    for scopes, status in ((("read",), 403), (("read", "write"), 200)):
        secret = make_token(cast.alice, "test", scopes=scopes)
        answer = client.post(
            "/iviewer/persist_rois/",
            json.dumps(body_of(row, new=[drawn("Point")])),
            content_type="application/json",
            headers={"Authorization": f"Bearer {secret}"},
        )
        assert answer.status_code == status, answer.content
