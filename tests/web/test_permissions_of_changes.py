"""Who may change what, and that no endpoint is left out (contract webgateway 2.2).

The reading half of the table is :mod:`tests.web.test_permissions`.
"""

import re

import pytest
from tests.web.conftest import new_client
from tests.web.test_permissions import ENDPOINTS, WHO, make_things  # noqa: F401

# Who may annotate what is Alice's, by the level of her group.
SAVES = {
    "rw----": {"alice", "administrator"},
    "rwr---": {"alice", "group_owner", "administrator"},
    "rwra--": {"alice", "bob", "group_owner", "administrator"},
    "rwrw--": {"alice", "bob", "group_owner", "administrator"},
}
# Endpoints that show no object of somebody's, or change something.
WITHOUT_OBJECT = {
    "webgateway",
    "webgateway_listProjects_json",  # test_lists_hold_what_is_seen
    "webgateway_get_image_rdef_json",  # one's own clipboard
    "webgateway_listLuts_json",
    "webgateway_luts_png",
    "webgateway_open_with_options",
    "webgateway_su",  # tests/web/test_su.py
}
CHANGES = {
    "webgateway_save_image_rdef_json",
    "webgateway_copy_image_rdef_json",
    "reset_rdef_json",
    "reset_owners_rdef_json",
}


def post(client, path, form=None):
    """Send a form as the clients do, with the token of the cookie."""
    token = client.get("/api/v0/token/").json()["data"]
    url = f"/webgateway/{path}"
    return client.post(url, form or {}, HTTP_X_CSRFTOKEN=token)


def twin_of(image_id):
    """Make another image like one, in the same group, of the same owner."""
    from graticule.catalog.models import Channel, Image, RenderingSettings

    row = Image.objects.get(pk=image_id)
    channels = list(row.channels.all())
    at_import = RenderingSettings.objects.get(image=row, person=None)
    row.pk, row.key = None, "twin"
    row.save()
    for channel in channels:
        Channel.objects.create(image=row, index=channel.index)
    at_import.pk, at_import.image = None, row
    at_import.save()
    return row.pk


def saved(image_id, person):
    from graticule.catalog.models import RenderingSettings

    return RenderingSettings.objects.filter(image=image_id, person=person).exists()


def image_id_of(urls):
    return int(re.search(r"imgData/(\d+)/", urls["imgData/{image}/"])[1])


def test_no_endpoint_is_left_out(catalog):
    from django.urls import Resolver404, resolve

    from graticule.web.gateway.urls import urlpatterns

    reached = set()
    for path in ENDPOINTS:
        numbers = re.sub(r"{\w+}", "1", path).partition("?")[0]
        try:
            match = resolve(f"/webgateway/{numbers}")
        except Resolver404:
            pytest.fail(f"{path} leads nowhere")
        reached.add(match.url_name or match.func.__name__)
    everything = {pattern.name or pattern.callback.__name__ for pattern in urlpatterns}
    assert reached | WITHOUT_OBJECT | CHANGES == everything
    assert not reached & (WITHOUT_OBJECT | CHANGES)


@pytest.mark.parametrize("level", SAVES)
def test_saving_settings(make_things, logged_in, level):  # noqa: F811
    cast, urls = make_things(level)
    image = image_id_of(urls)
    for who in WHO:
        client = logged_in(getattr(cast, who))
        answer = post(client, f"saveImgRDef/{image}/?c=1|0:9$FF0000&m=c")
        # 9.1: true proves nothing; only an image that is not there is false.
        assert answer.json() == (who in {"alice", *SAVES[level]} or sees(level, who))
        assert saved(image, getattr(cast, who)) == (who in SAVES[level]), who


def sees(level, who):
    return who == "group_owner" or (who == "bob" and level != "rw----")


@pytest.mark.parametrize("level", SAVES)
@pytest.mark.parametrize("endpoint", ["resetRDef", "applyOwnersRDef"])
def test_going_back(make_things, logged_in, level, endpoint):  # noqa: F811
    cast, urls = make_things(level)
    image = image_id_of(urls)
    alice = logged_in(cast.alice)
    post(alice, f"saveImgRDef/{image}/?c=1|0:9$FF0000&m=c")
    for who in WHO:
        client = logged_in(getattr(cast, who))
        form = {"to_type": "image", "toids": image}
        answer = post(client, f"{endpoint}/", form)
        changed = [image] if who in SAVES[level] else []
        assert (answer.json() if answer.status_code == 200 else []) == changed, who


@pytest.mark.parametrize("level", SAVES)
def test_pasting(make_things, logged_in, level):  # noqa: F811
    cast, urls = make_things(level)
    source = image_id_of(urls)
    target = twin_of(source)
    for who in WHO:
        client = logged_in(getattr(cast, who))
        form = {"to_type": "image", "toids": target}
        answer = post(client, f"copyImgRDef/?fromid={source}", form)
        allowed = who in SAVES[level]
        # 9.2: false where the source may not be annotated.
        assert answer.json() == ({"true": [target], "false": []} if allowed else False)
        assert saved(target, getattr(cast, who)) == allowed, who


@pytest.mark.parametrize("level", SAVES)
def test_the_public_changes_nothing(make_things, level):  # noqa: F811
    from graticule.catalog.models import RenderingSettings

    _, urls = make_things(level)
    image = image_id_of(urls)
    before = list(RenderingSettings.objects.order_by("pk").values())
    client = new_client()
    form = {"to_type": "image", "toids": image}
    post(client, f"saveImgRDef/{image}/?c=1|0:9$FF0000&m=c")
    for endpoint in ("resetRDef", "applyOwnersRDef", "copyImgRDef"):
        post(client, f"{endpoint}/?fromid={image}", form)
    assert list(RenderingSettings.objects.order_by("pk").values()) == before
