"""Who sees and who changes what: every address, every level, every role."""

import json

import pytest
from tests.web.conftest import XHR, new_client
from tests.web.figure.conftest import checked, figure_of, post, save
from tests.web.reference import decoded

PEOPLE = ("alice", "bob", "charlie", "group_owner", "administrator")
# What is Alice's, by the level of her group.
SEES = {
    "rw----": {"alice", "group_owner", "administrator"},
    "rwr---": {"alice", "bob", "group_owner", "administrator"},
    "rwra--": {"alice", "bob", "group_owner", "administrator"},
    "rwrw--": {"alice", "bob", "group_owner", "administrator"},
}
# Group owners merely see what is in a private group.
CHANGES = {
    "rw----": {"alice", "administrator"},
    "rwr---": {"alice", "group_owner", "administrator"},
    "rwra--": {"alice", "group_owner", "administrator"},
    "rwrw--": {"alice", "bob", "group_owner", "administrator"},
}
OF_IMAGES = {
    "imgData/{image}/": 404,
    "roiCount/{image}/": 404,
    "roiRectangles/{image}/": 404,
    "render_scaled_region/{image}/0/0/?region=0,0,9,9": 404,
    "max_projection_range_exceeded/{image}/0/0/": 404,
    # Those of images that are not seen are left out, or grey.
    "timestamps/?image={image}": b"{}",
    "z_scale/?image={image}": b"{}",
    "pixels_type/?image={image}": b"{}",
    "images_details/?image={image}": b'{"data": []}',
    "render_thumbnail/{image}/": "grey",
}


@pytest.fixture
def things(image, make_cast, logged_in):
    """An image and a figure of Alice's in a group of some level, and who there is."""

    def make(level):
        cast = make_cast(level)
        row = image("uint8.tif")
        row.owner, row.group = cast.alice, cast.group
        row.save()
        for person in (cast.alice, cast.bob, cast.group_owner):
            person.default_group = cast.group
            person.save()
        number = save(logged_in(cast.alice), figure_of(row.pk, name="Alice's"))
        return cast, row, number

    return make


def hidden(answer, sign):
    """Whether an answer is that of something which is not there."""
    if sign == "grey":
        picture = decoded(answer)
        return abs(picture - 221).max() <= 4
    if isinstance(sign, int):
        assert answer.status_code in {200, sign}
        return answer.status_code == sign
    assert answer.status_code == 200
    return answer.content == sign


@pytest.mark.parametrize("anonymous_access", [True, False])
@pytest.mark.parametrize("level", SEES)
def test_images(things, logged_in, configured, level, anonymous_access):
    configured(anonymous_access=anonymous_access)
    cast, row, _ = things(level)
    for who in PEOPLE:
        client = logged_in(getattr(cast, who))
        for path, sign in OF_IMAGES.items():
            answer = client.get(f"/figure/{path.format(image=row.pk)}")
            seen = not hidden(answer, sign)
            assert seen == (who in SEES[level]), (who, path)


@pytest.mark.parametrize("level", SEES)
def test_the_public_sees_none_of_it(things, level):
    _, row, number = things(level)
    client = new_client()
    for path, sign in OF_IMAGES.items():
        assert hidden(client.get(f"/figure/{path.format(image=row.pk)}"), sign), path
    assert client.get("/figure/list_web_figures/").json() == []
    assert client.get(f"/figure/load_web_figure/{number}/").status_code == 404


@pytest.mark.parametrize("level", SEES)
def test_figures(things, logged_in, level):
    cast, _, number = things(level)
    for who in PEOPLE:
        client = logged_in(getattr(cast, who))
        listed = checked(client.get("/figure/list_web_figures/"), "figure_list")
        assert [entry["id"] for entry in listed] == (
            [number] if who in SEES[level] else []
        ), who
        answer = client.get(f"/figure/load_web_figure/{number}/")
        if who not in SEES[level]:
            said = checked(answer, "error", 404)
            assert said == {"message": f"Figure:{number} not found"}
            continue
        may_edit = who in CHANGES[level]
        assert checked(answer, "figure")["canEdit"] == may_edit, who
        assert listed[0]["canEdit"] == may_edit, who


@pytest.mark.parametrize("level", SEES)
@pytest.mark.parametrize("name", ["save_web_figure", "delete_web_figure"])
def test_changing_a_figure(things, logged_in, level, name):
    cast, row, number = things(level)
    text = json.dumps(figure_of(row.pk, name="changed"))
    # Who may not comes first: nothing may have happened by then.
    for who in sorted(PEOPLE, key=lambda who: who in CHANGES[level]):
        client = logged_in(getattr(cast, who))
        answer = post(client, name, fileId=number, figureJSON=text)
        if who in CHANGES[level]:
            assert answer.status_code == 200, who
            if name == "delete_web_figure":
                number = save(logged_in(cast.alice), figure_of(row.pk, name="Alice's"))
            continue
        checked(answer, "error", 403 if who in SEES[level] else 404)
        found = logged_in(cast.alice).get(f"/figure/load_web_figure/{number}/").json()
        assert found["figureName"] == "Alice's", who


@pytest.mark.parametrize("level", SEES)
def test_moving_a_figure(things, logged_in, level):
    """Owners and administrators; who may merely edit takes no figure away."""
    from graticule.catalog.models import Group, Membership

    cast, _, number = things(level)
    other = Group.objects.create(name="other", permissions="rwrw--")
    for who in PEOPLE:
        Membership.objects.create(person=getattr(cast, who), group=other)
    for who in ("bob", "charlie", "group_owner", "administrator", "alice"):
        client = logged_in(getattr(cast, who))
        answer = post(client, "chgrp", ann_id=number, group_id=other.pk)
        if who in {"alice", "administrator"}:
            checked(answer, "done")
            back = post(client, "chgrp", ann_id=number, group_id=cast.group.pk)
            checked(back, "done")
        else:
            checked(answer, "error", 403 if who in SEES[level] else 404)


@pytest.mark.parametrize("level", SEES)
def test_saving_beside_an_image(things, logged_in, level):
    """Nobody saves in a group they are not in, whatever images they name."""
    cast, row, _ = things(level)
    for who in PEOPLE:
        client = logged_in(getattr(cast, who))
        number = save(client, figure_of(row.pk, name=who))
        group = client.get(f"/figure/load_web_figure/{number}/").json()["group"]
        assert (group["id"] == cast.group.pk) == (who != "charlie"), who


@pytest.mark.parametrize("name", ["save_web_figure", "delete_web_figure", "chgrp"])
def test_the_public_changes_nothing(image, logged_in, database, name):
    """The figure lies in the public group: everybody sees it."""
    row = image("uint8.tif")
    number = save(logged_in(database.administrator), figure_of(row.pk, name="shown"))
    client = new_client()
    found = client.get(f"/figure/load_web_figure/{number}/")
    assert checked(found, "figure")["canEdit"] is False
    forms = [{"fileId": number, "figureJSON": "{}"}]
    if name == "chgrp":
        forms = [{"ann_id": number, "group_id": database.public_group.pk}]
    if name == "save_web_figure":
        forms.append({"figureJSON": json.dumps(figure_of(row.pk))})
    for form in forms:
        checked(post(client, name, **form), "error", 403)
    listed = client.get("/figure/list_web_figures/").json()
    assert [entry["name"] for entry in listed] == ["shown"]


def test_nobody_is_sent_to_log_in(image, configured):
    # 1.2
    configured(anonymous_access=False)
    number = image("uint8.tif").pk
    client = new_client()
    paths = [path.format(image=number) for path in OF_IMAGES]
    paths += [
        "",
        "list_web_figures/",
        "load_web_figure/1/",
        "unit_conversion/1/METER/METER/",
    ]
    for path in paths:
        answer = client.get(f"/figure/{path}")
        assert answer.status_code == 302, path
        assert answer["Location"].startswith("/webclient/login/?url="), path
        answer = client.get(f"/figure/{path}", **XHR)
        assert (answer.status_code, answer.content) == (403, b""), path
    for name in ("save_web_figure", "delete_web_figure", "chgrp"):
        assert post(client, name, fileId=1, figureJSON="{}").status_code == 302
