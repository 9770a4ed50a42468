"""What people put onto things: found in the catalogue as it was meant."""

import pytest


@pytest.fixture
def thing(cast):
    """Make things of Alice's in the group of the cast, or of another person."""
    from graticule.services.annotating.targets import KINDS, Target

    def make(kind, owner=None, group=None, **fields):
        row = KINDS[kind].objects.create(
            owner=owner or cast.alice, group=group or cast.group, **fields
        )
        return Target(kind, row.pk)

    return make


class TestTags:
    def test_one_word_is_a_tag_of_its_own_in_each_group(self, cast, thing, catalog):
        from graticule.catalog.models import Annotation
        from graticule.services.annotating.tags import change_tags

        public = thing("project", group=catalog.public_group)
        ours = [thing("project"), thing("dataset"), thing("screen")]
        changes = change_tags(cast.alice, [public, *ours], ["mine"])
        assert {len(each.targets) for each in changes.added} == {1, 3}
        tags = Annotation.objects.filter(text="mine")
        assert {tag.group_id for tag in tags} == {
            cast.group.pk,
            catalog.public_group.pk,
        }
        for tag in tags:
            for link in tag.links.all():
                assert link.target.group_id == tag.group_id

    def test_the_tag_of_another_is_used_where_that_is_allowed(self, make_cast):
        from graticule.catalog.models import Annotation, Project
        from graticule.services.annotating.tags import change_tags
        from graticule.services.annotating.targets import Target

        for level, owners in (("rwra--", {"alice"}), ("rwr---", {"alice", "bob"})):
            cast = make_cast(level)
            for person in (cast.alice, cast.bob):
                row = Project.objects.create(owner=person, group=cast.group)
                change_tags(person, [Target("project", row.pk)], [f"shared {level}"])
            tags = Annotation.objects.filter(text=f"shared {level}")
            names = {tag.owner.username.partition("-")[0] for tag in tags}
            assert names == owners

    def test_sets_of_tags_are_no_tags(self, cast, thing):
        from graticule.catalog.models import Annotation
        from graticule.services.annotating.tags import TAGSET, change_tags, suggest

        Annotation.objects.create(
            kind="tag", text="set", namespace=TAGSET, owner=cast.alice, group=cast.group
        )
        assert suggest(cast.alice, "se") == []
        (added,) = change_tags(cast.alice, [thing("project")], ["set"]).added
        assert added.tag.namespace == ""

    def test_what_was_asked_for_in_vain_left_nothing(self, cast, thing):
        from graticule.catalog.models import Annotation
        from graticule.errors import NotFoundError
        from graticule.services.annotating.tags import change_tags
        from graticule.services.annotating.targets import Target

        with pytest.raises(NotFoundError, match="no project"):
            change_tags(cast.alice, [thing("dataset"), Target("project", 10**6)], ["x"])
        assert not Annotation.objects.filter(text="x").exists()

    def test_thousands_at_once(self, cast):
        from graticule.catalog.models import AnnotationLink, Dataset
        from graticule.services.annotating.tags import change_tags
        from graticule.services.annotating.targets import Target

        rows = Dataset.objects.bulk_create(
            Dataset(owner=cast.alice, group=cast.group) for _ in range(6_000)
        )
        targets = [Target("dataset", row.pk) for row in rows]
        (added,) = change_tags(cast.alice, targets, ["many"]).added
        assert len(added.targets) == 6_000
        assert AnnotationLink.objects.filter(annotation=added.tag).count() == 6_000
        change_tags(cast.alice, targets, remove=[added.tag.pk])
        assert not AnnotationLink.objects.filter(annotation=added.tag).exists()
