"""Who sees which rows: by the one rule, before anything else, and at once."""

import pytest


@pytest.fixture
def sky(make_image):
    return make_image("M31", place=(10.68, 41.27))


def test_the_owner_sees_her_image_with_all_that_was_said(ask, sky, cast):
    (row,) = ask("SELECT * FROM ivoa.obscore", cast.alice)
    assert row["obs_id"] == "M31"
    assert float(row["s_ra"]) == 10.68
    assert row["obs_publisher_did"] == f"ivo://graticule.invalid/images?image/{sky.pk}"
    assert row["access_url"] == (
        "http://localhost/datalink/links?ID="
        f"ivo%3A%2F%2Fgraticule.invalid%2Fimages%3Fimage%2F{sky.pk}"
    )
    assert row["access_format"] == "application/x-votable+xml;content=datalink"
    (row,) = ask("SELECT image_id, name, size_x FROM graticule.images", cast.alice)
    assert row == {"image_id": str(sky.pk), "name": "M31", "size_x": "100"}


@pytest.mark.parametrize(
    "query",
    [
        "SELECT count(*) AS n FROM ivoa.obscore",
        "SELECT count(*) AS n FROM graticule.images",
        "SELECT count(*) AS n FROM graticule.channels",
        "SELECT count(*) AS n FROM graticule.images AS i "  # noqa: ISC004
        "JOIN graticule.channels AS c ON i.image_id = c.image_id",
    ],
)
def test_a_member_sees_it_others_not_even_in_a_count(ask, sky, cast, query):
    for person, seen in [
        (cast.alice, "1"),
        (cast.bob, "1"),
        (cast.group_owner, "1"),
        (cast.administrator, "1"),
        (cast.charlie, "0"),
        (None, "0"),
    ]:
        assert ask(query, person) == [{"n": seen}], person


def test_what_becomes_private_is_gone_from_the_next_answer(ask, sky, cast):
    from graticule.catalog.models import Group, Permissions

    query = "SELECT obs_id FROM ivoa.obscore"
    assert len(ask(query, cast.bob)) == 1
    Group.objects.filter(pk=cast.group.pk).update(permissions=Permissions.PRIVATE)
    assert ask(query, cast.bob) == []
    assert len(ask(query, cast.alice)) == 1
    assert len(ask(query, cast.group_owner)) == 1


def test_links_show_where_both_ends_are_seen(ask, sky, cast):
    from graticule.catalog.models import Dataset, Group

    elsewhere = Group.objects.get(name__startswith="elsewhere")
    hidden = Dataset.objects.create(name="d", owner=cast.charlie, group=elsewhere)
    shown = Dataset.objects.create(name="e", owner=cast.alice, group=cast.group)
    hidden.images.add(sky)
    shown.images.add(sky)
    query = "SELECT dataset_id, image_id FROM graticule.dataset_images"
    row = {"dataset_id": str(shown.pk), "image_id": str(sky.pk)}
    assert ask(query, cast.alice) == [row]
    assert ask(query, cast.charlie) == []
    assert len(ask(query, cast.administrator)) == 2


def test_annotations_are_seen_as_the_pages_show_them(ask, sky, cast):
    from graticule.catalog.models import Annotation, AnnotationLink, Group

    elsewhere = Group.objects.get(name__startswith="elsewhere")
    tag = Annotation.objects.create(
        kind="tag", text="spiral", owner=cast.alice, group=cast.group
    )
    other = Annotation.objects.create(
        kind="tag", text="secret", owner=cast.charlie, group=elsewhere
    )
    for each in (tag, other):
        AnnotationLink.objects.create(annotation=each, target=sky, owner=cast.alice)
    query = (
        "SELECT a.text_value, l.image_id FROM graticule.annotations AS a "
        "JOIN graticule.image_annotations AS l ON a.annotation_id = l.annotation_id"
    )
    assert ask(query, cast.bob) == [
        {"text_value": "spiral", "image_id": str(sky.pk)},
    ]
    assert ask(query, cast.charlie) == []  # his tag, but not his image
    words = ask("SELECT text_value FROM graticule.annotations", cast.charlie)
    assert words == [{"text_value": "secret"}]


def test_whoever_holds_a_link_sees_that_one_thing(door, make_image, cast):
    from datetime import timedelta

    from django.utils import timezone

    from graticule.catalog.models import Person, Share
    from graticule.services.published.answering import Question, answered

    one, _ = make_image("shared", place=(1, 1)), make_image("kept", place=(2, 2))
    holder = Person(username="holder")
    holder.share = Share(
        kind="image",
        thing_id=one.pk,
        owner=cast.alice,
        expires=timezone.now() + timedelta(days=1),
    )

    def ids(text):
        question = Question(text, "ADQL", 10, "", 20)
        with answered(holder, question) as found:
            return list(found)

    assert ids("SELECT obs_id FROM ivoa.obscore") == [("shared",)]
    assert ids("SELECT image_id FROM graticule.channels") == [(one.pk,)]
    holder.share.expires = timezone.now() - timedelta(seconds=1)
    assert ids("SELECT obs_id FROM ivoa.obscore") == []
