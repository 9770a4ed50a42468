"""Shared links: whoever holds one sees one thing and what is in it, nothing else."""

import json
import logging
import re
import time
from datetime import timedelta
from pathlib import Path

import jsonschema
import pytest
from django.utils import timezone
from tests.web.conftest import new_client
from tests.web.test_organise import post as post_organise
from tests.web.test_permissions import ENDPOINTS, make_things  # noqa: F401

SCHEMAS = Path(__file__).parents[2] / "src/graticule/web/share/schemas"
# What the holder of a link to each kind of thing may ask about, by what a path names.
SEES = {
    "image": {"image", "roi", "shape"},
    "dataset": {"dataset", "image", "roi", "shape"},
    "project": {"project", "dataset", "image", "roi", "shape"},
    "plate": {"plate", "well", "image", "roi", "shape"},
    "screen": {"screen", "plate", "well", "image", "roi", "shape"},
}
# Asked for by name of a person, or sending originals or much: not below a link.
NEVER = (
    "compatImgRDef",
    "get_image_rdefs_json",
    "img_detail",
    "search",
    "render_ome_tiff",
    "render_movie",
    "download_as",
    "archived_files",
    "original_file_paths",
    "annotations",
    "table",
)
LOOKING = [path for path in ENDPOINTS if not path.startswith(NEVER)]


def post(client, path, body):
    token = client.get("/api/v0/token/").json()["data"]
    return client.post(
        f"/share/{path}/",
        json.dumps(body),
        content_type="application/json",
        HTTP_X_CSRFTOKEN=token,
    )


def checked(answer, schema, status=200):
    assert answer.status_code == status, answer.content[:300]
    rules = json.loads((SCHEMAS / f"{schema}.json").read_text())
    jsonschema.Draft202012Validator(rules).validate(answer.json())
    return answer.json()


def share(client, kind, thing_id, days=7):
    """Make a link over HTTP; give the path that it leads to, without final slash."""
    body = {"thing": {"kind": kind, "id": thing_id}, "days": days}
    made = checked(post(client, "links", body), "made")
    return made["url"].removeprefix("http://localhost").rstrip("/")


@pytest.fixture
def lab(make_things, image, logged_in):  # noqa: F811
    """Alice's private things, each kind with a neighbour that nobody shares."""
    from types import SimpleNamespace

    from graticule.catalog.models import (
        Dataset,
        Image,
        Plate,
        Project,
        Roi,
        Screen,
        Shape,
        Well,
        WellSample,
    )

    cast, _ = make_things("rw----")
    belongs = {"owner": cast.alice, "group": cast.group}
    row = image("uint8.tif")
    dataset = Dataset.objects.get(name="Alice's own")
    project = Project.objects.get(name="Alice's own")
    plate = Plate.objects.get(name="plate")
    screen = Screen.objects.create(name="screen", **belongs)
    screen.plates.add(plate)
    dataset.images.set([row])
    project.datasets.set([dataset])
    # The neighbour: an image beside it in every container there is no link to.
    other = image("int8.tif")
    Image.objects.filter(pk=other.pk).update(name="NEIGHBOUR", **belongs)
    near = {"name": "NEIGHBOUR", **belongs}
    far = Dataset.objects.create(**near)
    far.images.add(other)
    away = Project.objects.create(**near)
    away.datasets.add(far)
    next_plate = Plate.objects.create(**near)
    next_well = Well.objects.create(plate=next_plate, row=0, column=0, **belongs)
    WellSample.objects.create(well=next_well, image=other)
    next_screen = Screen.objects.create(**near)
    next_screen.plates.add(next_plate)
    roi = Roi.objects.create(image=other, **belongs)
    box = {"min_x": 0, "min_y": 0, "max_x": 2, "max_y": 2}
    shape = Shape.objects.create(
        roi=roi,
        kind="Mask",
        geometry={"x": 0, "y": 0, "width": 2, "height": 2},
        mask_bits=b"\xf0",
        **box,
    )
    own_roi = Roi.objects.get(image=row)
    own = {
        "image": row.pk,
        "dataset": dataset.pk,
        "project": project.pk,
        "plate": plate.pk,
        "screen": screen.pk,
        "well": Well.objects.get(plate=plate).pk,
        "roi": own_roi.pk,
        "shape": own_roi.shapes.get().pk,
        "table": 1,
    }
    neighbours = {
        "image": other.pk,
        "dataset": far.pk,
        "project": away.pk,
        "plate": next_plate.pk,
        "screen": next_screen.pk,
        "well": next_well.pk,
        "roi": roi.pk,
        "shape": shape.pk,
        "table": 1,
    }
    return SimpleNamespace(
        cast=cast,
        ids=own,
        neighbours=neighbours,
        alice=logged_in(cast.alice),
        share=lambda kind, **more: share(
            logged_in(cast.alice), kind, own[kind], **more
        ),
    )


def sees(answer, path):
    """Whether an answer shows something; if not, it must say nothing of it."""
    status, body = ENDPOINTS[path]
    # 403 is what the public gets for imgData (contract webgateway 2.4).
    hidden = answer.status_code in {403, 404} or (
        answer.status_code == status and (status != 200 or body in answer.content)
    )
    if hidden:
        assert b"Alice" not in answer.content
        assert b"NEIGHBOUR" not in answer.content
    else:
        assert answer.status_code == 200, (path, answer.status_code)
    return not hidden


@pytest.mark.parametrize("kind", SEES)
def test_what_is_in_it_and_nothing_else(lab, kind):
    base = lab.share(kind)
    holder = new_client()
    for path in LOOKING:
        (named,) = re.findall(r"{(\w+)}", path)[:1]
        own = holder.get(f"{base}/webgateway/{path.format(**lab.ids)}")
        assert sees(own, path) == (named in SEES[kind]), path
        near = holder.get(f"{base}/webgateway/{path.format(**lab.neighbours)}")
        assert not sees(near, path), path
        # Without the link it is as hidden as before.
        assert not sees(holder.get(f"/webgateway/{path.format(**lab.ids)}"), path)


@pytest.mark.parametrize("kind", SEES)
def test_pages(lab, kind):
    base = lab.share(kind)
    holder = new_client()
    first = holder.get(f"{base}/")
    assert first["Location"] == f"{base}/{kind}/{lab.ids[kind]}/"
    for page in ("project", "dataset", "screen", "plate", "well", "image"):
        answer = holder.get(f"{base}/{page}/{lab.ids[page]}/")
        assert (answer.status_code == 200) == (page in SEES[kind]), page
        near = holder.get(f"{base}/{page}/{lab.neighbours[page]}/")
        assert near.status_code == 404
        assert b"NEIGHBOUR" not in near.content
        if answer.status_code == 200:
            text = answer.content.decode()
            assert "NEIGHBOUR" not in text
            addresses = set(re.findall(r'(?:href|src|action|gateway)="(/[^"]*)"', text))
            below = {each for each in addresses if each.startswith(f"{base}/")}
            assert below
            assert all(each.startswith("/static/") for each in addresses - below)
            assert "data-share" not in re.sub("data-shared", "", text)
            assert "archived_files" not in text


@pytest.mark.parametrize("kind", SEES)
def test_what_is_written_onto_things_is_not_shown(lab, kind):
    from graticule.services.annotating.tags import change_tags
    from graticule.services.annotating.targets import Target

    kinds = ("project", "dataset", "screen", "plate", "image")
    things = [Target(each, lab.ids[each]) for each in kinds]
    change_tags(lab.cast.alice, things, ["between us"])
    base = lab.share(kind)
    holder = new_client()
    for each in kinds:
        own = holder.get(f"{base}/annotate/{each}/{lab.ids[each]}/")
        assert (own.status_code == 200) == (each in SEES[kind]), each
        assert b"between us" not in own.content
        near = holder.get(f"{base}/annotate/{each}/{lab.neighbours[each]}/")
        assert near.status_code == 404
    seen = lab.alice.get(f"/annotate/image/{lab.ids['image']}/").content
    assert b"between us" in seen
    for path in ("tags/", "pairs/", f"image/{lab.ids['image']}/original/"):
        assert holder.get(f"{base}/annotate/{path}").status_code == 404


def test_names_above_a_shared_image_are_not_told(lab):
    base = lab.share("image")
    holder = new_client()
    data = holder.get(f"{base}/webgateway/imgData/{lab.ids['image']}/").json()
    meta = data["meta"]
    # The contract's word where there is not exactly one.
    assert meta["projectName"] == meta["datasetName"] == "Multiple"
    assert "projectId" not in meta or meta["projectId"] is None
    assert not any(data["perms"].values())


@pytest.mark.parametrize(
    "path",
    [
        *(
            "account/",
            "account/tokens/",
            "api/v0/m/images/",
            "api/",
            "organise/offers/",
        ),
        *("services/", "openapi.json", "share/", "webclient/login/", "administration/"),
        *("webgateway/proj/list/", "webgateway/search/?text=own", "webgateway/su/x/"),
        *("webgateway/getImgRDef/", "figure/", "iviewer/", "upload/"),
    ],
)
def test_other_doors_are_shut(lab, path):
    base = lab.share("project")
    assert new_client().get(f"{base}/{path}").status_code == 404
    # Not even for somebody who has a key to them.
    assert lab.alice.get(f"{base}/{path}").status_code == 404


@pytest.mark.parametrize("path", [path for path in ENDPOINTS if path.startswith(NEVER)])
def test_originals_tables_and_annotations_are_not_shown(lab, path):
    base = lab.share("project")
    answer = new_client().get(f"{base}/webgateway/{path.format(**lab.ids)}")
    assert answer.status_code == 404


@pytest.mark.parametrize("method", ["post", "put", "delete", "patch", "options"])
def test_nothing_is_changed(lab, method):
    from graticule.catalog.models import RenderingSettings

    base = lab.share("image")
    before = RenderingSettings.objects.count()
    for client in (new_client(), lab.alice):
        for path in (f"saveImgRDef/{lab.ids['image']}/?c=1|0:9$FFF", "resetRDef/"):
            answer = getattr(client, method)(f"{base}/webgateway/{path}")
            assert answer.status_code == 403
    assert RenderingSettings.objects.count() == before


def test_a_login_neither_adds_nor_takes_away(lab, logged_in):
    base = lab.share("image")
    for person in (lab.cast.charlie, lab.cast.administrator):
        client = logged_in(person)
        own = client.get(f"{base}/webgateway/imgData/{lab.ids['image']}/")
        near = client.get(f"{base}/webgateway/imgData/{lab.neighbours['image']}/")
        assert (own.status_code, near.status_code) == (200, 403)


def test_no_cookie_and_nothing_kept(lab):
    base = lab.share("image")
    holder = new_client()
    for path in (
        f"image/{lab.ids['image']}/",
        f"webgateway/imgData/{lab.ids['image']}/",
    ):
        answer = holder.get(f"{base}/{path}")
        assert not answer.cookies
        assert "no-cache" in answer["Cache-Control"]
        assert answer["X-Robots-Tag"] == "noindex"
        assert answer["Referrer-Policy"] == "same-origin"
    assert not holder.cookies


class TestTheEnd:
    @pytest.fixture(autouse=True)
    def remembered(self, configured):
        """What is remembered would show it for an hour more."""
        configured(rights_age=timedelta(hours=1))

    def asked(self, lab, base, client=None, **headers):
        paths = (
            f"webgateway/render_image/{lab.ids['image']}/0/0/",
            f"webgateway/imgData/{lab.ids['image']}/",
            f"webgateway/get_thumbnail/{lab.ids['image']}/",
            f"image/{lab.ids['image']}/",
        )
        client = client or new_client()
        return {
            client.get(f"{base}/{path}", headers=headers).status_code for path in paths
        }

    def test_revoked(self, lab):
        base = lab.share("dataset")
        picture = f"{base}/webgateway/render_image/{lab.ids['image']}/0/0/"
        etag = new_client().get(picture)["ETag"]
        assert (
            new_client().get(picture, headers={"If-None-Match": etag}).status_code
            == 304
        )
        assert self.asked(lab, base) == {200}
        (link,) = checked(lab.alice.get("/share/links/"), "links")["links"]
        assert post(lab.alice, "revoke", {"link": link["id"]}).status_code == 200
        assert 200 not in self.asked(lab, base)
        assert (
            new_client().get(picture, headers={"If-None-Match": etag}).status_code
            == 404
        )
        assert checked(lab.alice.get("/share/links/"), "links") == {"links": []}

    def test_expired(self, lab):
        from graticule.catalog.shares import make_share

        share, secret = make_share(
            lab.cast.alice, "image", lab.ids["image"], timedelta(seconds=3)
        )
        base = f"/share/{secret}"
        assert self.asked(lab, base) == {200}
        while timezone.now() <= share.expires:
            time.sleep(0.05)
        assert 200 not in self.asked(lab, base)
        assert checked(lab.alice.get("/share/links/"), "links") == {"links": []}

    def test_switched_off(self, lab, configured):
        base = lab.share("image")
        assert self.asked(lab, base) == {200}
        configured(share_links=False)
        assert 200 not in self.asked(lab, base)
        body = {"thing": {"kind": "image", "id": lab.ids["image"]}, "days": 1}
        answer = post(lab.alice, "links", body)
        assert answer.status_code == 403
        assert "share_links" in answer.json()["message"]

    @pytest.mark.parametrize("how", ["inactive", "not hers", "gone"])
    def test_no_more_than_its_owner_sees(self, lab, how):
        from graticule.catalog.models import Dataset, Image
        from graticule.services.remembered import forget_all

        base = lab.share("dataset")
        assert self.asked(lab, base) == {200}
        if how == "inactive":
            lab.cast.alice.is_active = False
            lab.cast.alice.save()
        elif how == "not hers":
            Image.objects.filter(pk=lab.ids["image"]).update(owner=lab.cast.bob)
        else:
            Dataset.objects.get(pk=lab.ids["dataset"]).delete()
        forget_all()  # as after rights_age
        assert 200 not in self.asked(lab, base)

    def test_what_is_moved_out_is_out(self, lab):
        base = lab.share("dataset")
        assert self.asked(lab, base) == {200}
        body = {
            "things": [{"kind": "image", "id": lab.ids["image"]}],
            "from": {"kind": "dataset", "id": lab.ids["dataset"]},
        }
        assert post_organise(lab.alice, "remove", body).status_code == 200
        assert 200 not in self.asked(lab, base)


@pytest.mark.parametrize("secret", ["x" * 43, "-" * 43, "short", "a" * 400])
def test_links_that_are_none(catalog, secret):
    answer = new_client().get(f"/share/{secret}/")
    assert answer.status_code == 404
    assert "X-Robots-Tag" in answer or len(secret) != 43


def test_the_secret_is_not_kept(lab, caplog):
    from graticule.catalog.models import Share

    base = lab.share("image")
    secret = base.rpartition("/")[2]
    assert len(secret) == 43
    row = Share.objects.get()
    assert secret not in str(vars(row))
    assert secret not in lab.alice.get("/share/links/").content.decode()
    assert secret not in lab.alice.get("/share/").content.decode()
    with caplog.at_level(logging.INFO, logger="graticule"):
        new_client().get(f"{base}/image/{lab.neighbours['image']}/")
        new_client().get(f"{base}/services/")
    assert len(caplog.messages) == 2
    assert secret not in caplog.text


class TestMaking:
    @pytest.mark.parametrize(
        ("level", "expected"),
        [
            (
                "rw----",
                {"alice": 200, "bob": 404, "charlie": 404, "administrator": 200},
            ),
            (
                "rwr---",
                {"alice": 200, "bob": 403, "charlie": 404, "administrator": 200},
            ),
            (
                "rwra--",
                {"alice": 200, "bob": 403, "charlie": 404, "administrator": 200},
            ),
            (
                "rwrw--",
                {"alice": 200, "bob": 200, "charlie": 404, "administrator": 200},
            ),
        ],
    )
    def test_who_may(self, make_things, image, logged_in, level, expected):  # noqa: F811
        cast, _ = make_things(level)
        body = {"thing": {"kind": "image", "id": image("uint8.tif").pk}, "days": 1}
        for who, status in expected.items():
            answer = post(logged_in(getattr(cast, who)), "links", body)
            assert answer.status_code == status, who
        assert post(new_client(), "links", body).status_code == 401
        assert new_client().get("/share/links/").status_code == 401
        assert new_client().get("/share/").status_code == 302

    def test_everybody_has_their_own(self, lab, logged_in):
        from graticule.catalog.models import Share

        base = lab.share("image")
        charlie = logged_in(lab.cast.charlie)
        assert checked(charlie.get("/share/links/"), "links") == {"links": []}
        link = Share.objects.get()
        assert post(charlie, "revoke", {"link": link.pk}).status_code == 404
        token = charlie.get("/api/v0/token/").json()["data"]
        form = {"link": link.pk, "csrfmiddlewaretoken": token}
        assert charlie.post("/share/", form).status_code == 404
        assert new_client().get(f"{base}/image/{lab.ids['image']}/").status_code == 200

    def test_the_page_revokes(self, lab):
        lab.share("project")
        page = lab.alice.get("/share/").content.decode()
        (link,) = re.findall(r'name="link" value="(\d+)"', page)
        token = lab.alice.get("/api/v0/token/").json()["data"]
        form = {"link": link, "csrfmiddlewaretoken": token}
        assert lab.alice.post("/share/", form)["Location"] == "/share/"
        assert "You have shared nothing" in lab.alice.get("/share/").content.decode()

    def test_only_links_to_one_thing(self, lab):
        lab.share("project")
        lab.share("image")
        query = f"kind=image&id={lab.ids['image']}"
        found = checked(lab.alice.get(f"/share/links/?{query}"), "links")["links"]
        assert [link["kind"] for link in found] == ["image"]
        assert found[0]["name"] == "Alice's own"
        for wrong in ("kind=image", "id=1", "kind=well&id=1", "kind=image&id=x"):
            assert lab.alice.get(f"/share/links/?{wrong}").status_code == 400

    @pytest.mark.parametrize("days", [0, -1, 367, 10**12, "7", None, True, 1.5])
    def test_lifetimes(self, lab, days):
        body = {"thing": {"kind": "image", "id": lab.ids["image"]}, "days": days}
        assert post(lab.alice, "links", body).status_code == 400

    def test_the_limit_is_named(self, lab, configured):
        configured(max_shares=1)
        lab.share("image")
        body = {"thing": {"kind": "image", "id": lab.ids["image"]}, "days": 1}
        answer = post(lab.alice, "links", body)
        assert answer.status_code == 400
        assert "max_shares = 1" in answer.json()["message"]

    def test_tokens_for_reading_make_none(self, lab):
        from graticule.catalog.tokens import make_token

        secret = make_token(lab.cast.alice, "script", scopes=("read",))
        body = {"thing": {"kind": "image", "id": lab.ids["image"]}, "days": 1}
        answer = new_client().post(
            "/share/links/",
            json.dumps(body),
            content_type="application/json",
            HTTP_AUTHORIZATION=f"Bearer {secret}",
        )
        assert answer.status_code == 403


def test_below_a_prefix(lab):
    base = lab.share("image")
    answer = new_client().get(f"{base}/", SCRIPT_NAME="/images")
    assert answer["Location"].endswith(f"{base}/image/{lab.ids['image']}/")


def test_no_table_is_forgotten(catalog):
    """Of every table a holder sees nothing, but for what is in the thing."""
    from django.apps import apps
    from django.db.models import QuerySet

    from graticule.catalog.access import visible_to
    from graticule.catalog.models import Person, Share
    from graticule.catalog.models.people import PUBLIC

    told = set()
    for kind in SEES:
        holder = Person(pk=-1, username=PUBLIC)
        holder.share = Share(
            owner=catalog.administrator,
            kind=kind,
            thing_id=1,
            expires=timezone.now() + timedelta(days=1),
        )
        for model in apps.get_app_config("catalog").get_models():
            query = visible_to(holder, QuerySet(model))
            if not query.query.is_empty():
                told.add(model.__name__)
    assert told == {
        *("Project", "Dataset", "Screen", "Plate", "PlateAcquisition", "Well"),
        *("WellSample", "Image", "Channel", "Observation", "Roi", "Shape"),
    }
