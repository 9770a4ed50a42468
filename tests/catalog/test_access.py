"""The one rule of visibility, for every level, role and kind of thing."""

import pytest

# What each may do with something of Alice's, by group level: see, annotate, edit.
# "-" is nothing; OMERO's four levels as its users know them.
TABLE = {
    "rw----": {
        "alice": "sae",
        "bob": "-",
        "charlie": "-",
        "group_owner": "s",
        "administrator": "sae",
        "public": "-",
    },
    "rwr---": {
        "alice": "sae",
        "bob": "s",
        "charlie": "-",
        "group_owner": "sae",
        "administrator": "sae",
        "public": "-",
    },
    "rwra--": {
        "alice": "sae",
        "bob": "sa",
        "charlie": "-",
        "group_owner": "sae",
        "administrator": "sae",
        "public": "-",
    },
    "rwrw--": {
        "alice": "sae",
        "bob": "sae",
        "charlie": "-",
        "group_owner": "sae",
        "administrator": "sae",
        "public": "-",
    },
}
CASES = [(level, who) for level, row in TABLE.items() for who in row]


def make_image(cast):
    from graticule.catalog.models import Channel, Dataset, Image, Project, Roi, Shape

    belongs = {"owner": cast.alice, "group": cast.group}
    image = Image.objects.create(
        name="cells",
        pixel_type="uint8",
        size_x=2,
        size_y=2,
        size_z=1,
        size_c=1,
        size_t=1,
        levels=[[2, 2, 2, 2]],
        **belongs,
    )
    channel = Channel.objects.create(image=image, index=0)
    dataset = Dataset.objects.create(name="run", **belongs)
    dataset.images.add(image)
    project = Project.objects.create(name="work", **belongs)
    roi = Roi.objects.create(image=image, **belongs)
    shape = Shape.objects.create(
        roi=roi, kind="Point", geometry={}, min_x=0, min_y=0, max_x=0, max_y=0
    )
    return [image, channel, dataset, project, roi, shape]


@pytest.mark.parametrize(("level", "who"), CASES)
def test_everything_of_alices(make_cast, level, who):
    from graticule.catalog.access import Verb, may, visible_to

    cast = make_cast(level)
    person, allowed = getattr(cast, who), TABLE[level][who]
    for thing in make_image(cast):
        seen = visible_to(person, type(thing).objects.filter(pk=thing.pk)).exists()
        assert seen == ("s" in allowed), type(thing)
        if hasattr(thing, "owner_id"):
            assert may(person, Verb.ANNOTATE, thing) == ("a" in allowed)
            for verb in (Verb.EDIT, Verb.DELETE, Verb.LINK):
                assert may(person, verb, thing) == ("e" in allowed)


def test_nobody_sees_nothing(cast):
    from graticule.catalog.access import Verb, may, visible_to

    for thing in make_image(cast):
        assert not visible_to(None, type(thing).objects.all()).exists()
    assert not may(None, Verb.EDIT, make_image(cast)[0])


def test_an_inactive_person_sees_nothing(cast):
    from graticule.catalog.access import Verb, may, visible_to

    image = make_image(cast)[0]
    for person in (cast.alice, cast.administrator):
        person.is_active = False
        assert not visible_to(person, type(image).objects.all()).exists()
        assert not may(person, Verb.ANNOTATE, image)


def test_the_public_sees_what_is_shared_with_it_and_changes_nothing(cast, catalog):
    from graticule.catalog.access import Verb, may, visible_to
    from graticule.catalog.models import Image, Membership

    image = make_image(cast)[0]
    Membership.objects.create(person=cast.public, group=cast.group)
    cast.group.permissions = "rwrw--"
    cast.group.save()
    assert visible_to(cast.public, Image.objects.all()).get() == image
    assert not any(may(cast.public, verb, image) for verb in Verb)


def test_a_member_of_two_groups_sees_each_thing_once(cast, make_cast):
    from graticule.catalog.access import visible_to
    from graticule.catalog.models import Image, Membership

    make_image(cast)
    other = make_cast("rwra--")
    make_image(other)
    Membership.objects.create(person=cast.bob, group=other.group)
    assert visible_to(cast.bob, Image.objects.all()).count() == 2


def test_a_table_without_a_rule_is_refused(cast):
    from graticule.catalog.access import visible_to
    from graticule.catalog.models import Token

    with pytest.raises(TypeError):
        visible_to(cast.bob, Token.objects.all())


def test_every_owned_table_is_covered(catalog):
    """Things of all tables with an owner can be asked for by the rule."""
    from django.apps import apps

    from graticule.catalog.access import visible_to
    from graticule.catalog.models.owned import Owned

    owned = [
        model
        for model in apps.get_app_config("catalog").get_models()
        if issubclass(model, Owned)
    ]
    assert len(owned) >= 9
    for model in owned:
        assert visible_to(catalog.administrator, model.objects.all()).count() >= 0


def test_rights_are_looked_up_once_for_many(make_cast):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from graticule.catalog.access import Verb, may, rights_of
    from graticule.catalog.models import Project

    cast = make_cast("rwra--")
    things = [
        Project.objects.create(owner=owner, group=cast.group)
        for owner in (cast.alice, cast.bob, cast.group_owner)
    ]
    for person in (*cast, cast.public, None):
        with CaptureQueriesContext(connection) as queries:
            rights = rights_of(person)
            found = [rights.may(verb, thing) for thing in things for verb in Verb]
        assert len(queries) == (0 if person is None else 1)
        assert found == [may(person, verb, thing) for thing in things for verb in Verb]
