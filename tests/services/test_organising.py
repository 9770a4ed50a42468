"""Arranging things: every change as a whole, and back exactly as it was."""

import json
from datetime import timedelta

import numpy as np
import pytest
import tifffile
from django.core import serializers
from django.utils import timezone


@pytest.fixture
def models(catalog):
    from graticule.catalog import models

    return models


@pytest.fixture
def organising(catalog):
    """The services under one name each."""
    from types import SimpleNamespace

    from graticule.services.organising import (
        containers,
        placing,
        targets,
        things,
        undoing,
    )

    return SimpleNamespace(
        thing=things.Thing,
        create=containers.create,
        describe=containers.describe,
        delete=containers.delete,
        plan=containers.plan_deletion,
        move=placing.move,
        copy=placing.copy,
        remove=placing.remove,
        targets=targets,
        undo=undoing.undo,
    )


class Lab:
    """A project with two datasets and five images, all Alice's; a screen, a plate."""

    def __init__(self, models, cast, thing):
        self.thing = thing
        belongs = {"owner": cast.alice, "group": cast.group}
        self.belongs, self.models = belongs, models
        self.project = models.Project.objects.create(
            name="Embryos", description="All of them", **belongs
        )
        self.first, self.second = (
            models.Dataset.objects.create(name=name, **belongs)
            for name in ("Day 1", "Day 2")
        )
        self.project.datasets.add(self.first, self.second)
        self.images = [self.image(f"{n}.tif") for n in range(5)]
        self.first.images.add(*self.images)
        self.screen = models.Screen.objects.create(name="Drugs", **belongs)
        self.plate = models.Plate.objects.create(name="P1", **belongs)
        self.screen.plates.add(self.plate)

    def image(self, name, **belongs):
        return self.models.Image.objects.create(
            name=name,
            pixel_type="uint8",
            size_x=4,
            size_y=4,
            size_z=1,
            size_c=1,
            size_t=1,
            levels=[[4, 4, 4, 4]],
            **(belongs or self.belongs),
        )

    def of(self, *rows):
        return [self.thing(type(row).__name__.lower(), row.pk) for row in rows]

    def everything(self):
        """All rows that arranging may touch, as text, in a fixed order."""
        m = self.models
        kinds = (
            m.Project,
            m.Dataset,
            m.Screen,
            m.Plate,
            m.Annotation,
            m.AnnotationLink,
        )
        rows = [row for kind in kinds for row in kind.objects.order_by("pk")]
        linked = [
            sorted(through.objects.values_list(left, right))
            for through, left, right in (
                (m.Project.datasets.through, "project", "dataset"),
                (m.Dataset.images.through, "dataset", "image"),
                (m.Screen.plates.through, "screen", "plate"),
            )
        ]
        gone = sorted(m.DeletedSource.objects.values_list("kind", "source"))
        texts = json.loads(serializers.serialize("json", rows))
        for text in texts:
            # Lists of links are told in order above.
            for name in ("datasets", "images", "plates"):
                text["fields"].pop(name, None)
        return texts, linked, gone


@pytest.fixture
def lab(models, cast, organising):
    return Lab(models, cast, organising.thing)


@pytest.fixture
def tagged(cast, models):
    """Put tags on things as Alice."""

    def put(rows, *texts):
        for text in texts:
            tag = models.Annotation.objects.create(
                kind="tag", text=text, owner=cast.alice, group=cast.group
            )
            for row in rows:
                models.AnnotationLink.objects.create(
                    annotation=tag, target=row, owner=cast.alice
                )

    return put


def names(query):
    return sorted(query.values_list("name", flat=True))


class TestMaking:
    def test_it_works(self, lab, cast, organising, models):
        done = organising.create(
            cast.alice, "dataset", "Day 3", parent=lab.of(lab.project)[0]
        )
        made = models.Dataset.objects.get(pk=done.things[0].id)
        assert (made.name, made.owner, made.group) == ("Day 3", cast.alice, cast.group)
        assert names(lab.project.datasets) == ["Day 1", "Day 2", "Day 3"]
        assert "Day 3" in done.said

    def test_back(self, lab, cast, organising):
        before = lab.everything()
        done = organising.create(
            cast.alice, "dataset", "Day 3", parent=lab.of(lab.project)[0]
        )
        assert lab.everything() != before
        organising.undo(cast.alice, done.token)
        assert lab.everything() == before

    @pytest.mark.parametrize("used", ["images", "project", "tag", "name"])
    def test_not_back_once_it_is_used(
        self, lab, cast, organising, models, tagged, used
    ):
        from graticule.services.organising.facts import ChangedMeanwhileError

        done = organising.create(cast.alice, "dataset", "Day 3")
        made = models.Dataset.objects.get(pk=done.things[0].id)
        if used == "images":
            made.images.add(lab.images[0])
        elif used == "project":
            lab.project.datasets.add(made)
        elif used == "tag":
            tagged([made], "mine")
        else:
            models.Dataset.objects.filter(pk=made.pk).update(name="Day 4")
        with pytest.raises(ChangedMeanwhileError, match="cannot be undone any more"):
            organising.undo(cast.alice, done.token)
        assert models.Dataset.objects.filter(pk=made.pk).exists()

    def test_only_where_one_is_a_member(self, lab, cast, organising, models):
        from graticule.errors import NotFoundError, NotPermittedError

        with pytest.raises(NotFoundError):
            organising.create(cast.charlie, "project", "X", group_id=cast.group.pk)
        with pytest.raises(NotPermittedError):
            organising.create(cast.bob, "dataset", "X", parent=lab.of(lab.project)[0])
        with pytest.raises(NotPermittedError):
            organising.create(cast.public, "project", "X")
        assert not models.Project.objects.filter(name="X").exists()

    def test_a_project_is_in_nothing(self, lab, cast, organising):
        from graticule.errors import RequestError

        with pytest.raises(RequestError, match="holds no project"):
            organising.create(cast.alice, "project", "X", parent=lab.of(lab.project)[0])


class TestDescribing:
    def test_there_and_back(self, lab, cast, organising):
        before = lab.everything()
        thing = lab.of(lab.project)[0]
        done = organising.describe(cast.alice, thing, "Larvae", None)
        lab.project.refresh_from_db()
        assert (lab.project.name, lab.project.description) == ("Larvae", "All of them")
        organising.undo(cast.alice, done.token)
        texts, *_ = lab.everything()
        for old, new in zip(before[0], texts, strict=True):
            old["fields"].pop("modified", None)
            new["fields"].pop("modified", None)
            assert old == new

    def test_what_another_wrote_meanwhile_stays(self, lab, cast, organising):
        from graticule.services.organising.facts import ChangedMeanwhileError

        thing = lab.of(lab.project)[0]
        first = organising.describe(cast.alice, thing, "Larvae", None)
        organising.describe(cast.administrator, thing, "Pupae", None)
        with pytest.raises(ChangedMeanwhileError, match="was changed"):
            organising.undo(cast.alice, first.token)
        lab.project.refresh_from_db()
        assert lab.project.name == "Pupae"

    def test_the_other_field_does_not_matter(self, lab, cast, organising):
        thing = lab.of(lab.project)[0]
        first = organising.describe(cast.alice, thing, "Larvae", None)
        organising.describe(cast.alice, thing, None, "None of them")
        organising.undo(cast.alice, first.token)
        lab.project.refresh_from_db()
        assert (lab.project.name, lab.project.description) == (
            "Embryos",
            "None of them",
        )

    def test_nothing_to_do_needs_no_undo(self, lab, cast, organising, models):
        done = organising.describe(cast.alice, lab.of(lab.project)[0], "Embryos", None)
        assert not done.token
        assert not models.OrganisedChange.objects.exists()


class TestMoving:
    def test_images_there_and_back(self, lab, cast, organising):
        before = lab.everything()
        first, second = lab.of(lab.first, lab.second)
        done = organising.move(cast.alice, lab.of(*lab.images[:3]), second, first)
        assert done.said == "3 images moved to “Day 2”."
        assert names(lab.first.images) == ["3.tif", "4.tif"]
        assert names(lab.second.images) == ["0.tif", "1.tif", "2.tif"]
        organising.undo(cast.alice, done.token)
        assert lab.everything() == before

    def test_out_of_everywhere_when_no_origin_is_named(self, lab, cast, organising):
        third = lab.models.Dataset.objects.create(name="Day 3", **lab.belongs)
        third.images.add(lab.images[0])
        before = lab.everything()
        (second,) = lab.of(lab.second)
        done = organising.move(cast.alice, lab.of(lab.images[0]), second)
        assert names(lab.images[0].datasets) == ["Day 2"]
        organising.undo(cast.alice, done.token)
        assert lab.everything() == before

    def test_what_is_there_already_is_not_doubled(self, lab, cast, organising):
        lab.second.images.add(lab.images[0])
        before = lab.everything()
        first, second = lab.of(lab.first, lab.second)
        done = organising.move(cast.alice, lab.of(*lab.images[:2]), second, first)
        assert names(lab.second.images) == ["0.tif", "1.tif"]
        organising.undo(cast.alice, done.token)
        assert lab.everything() == before

    @pytest.mark.parametrize("what", ["dataset", "plate"])
    def test_datasets_and_plates(self, lab, cast, organising, what):
        before = lab.everything()
        kind, row = (
            (lab.models.Project, lab.first)
            if what == "dataset"
            else (lab.models.Screen, lab.plate)
        )
        other = kind.objects.create(name="Other", **lab.belongs)
        between = lab.everything()
        done = organising.move(cast.alice, lab.of(row), *lab.of(other))
        held = other.datasets if what == "dataset" else other.plates
        assert held.get() == row
        organising.undo(cast.alice, done.token)
        assert lab.everything() == between != before

    def test_linked_also_and_removed(self, lab, cast, organising):
        before = lab.everything()
        second, first = lab.of(lab.second, lab.first)
        images = lab.of(*lab.images[:2])
        copied = organising.copy(cast.alice, images, second)
        assert names(lab.images[0].datasets) == ["Day 1", "Day 2"]
        removed = organising.remove(cast.alice, images, first)
        assert names(lab.images[0].datasets) == ["Day 2"]
        for done in (removed, copied):
            organising.undo(cast.alice, done.token)
        assert lab.everything() == before

    def test_undone_in_the_wrong_order(self, lab, cast, organising):
        from graticule.services.organising.facts import ChangedMeanwhileError

        second, first = lab.of(lab.second, lab.first)
        images = lab.of(*lab.images[:2])
        copied = organising.copy(cast.alice, images, second)
        organising.move(cast.alice, images, first, second)
        after = lab.everything()
        with pytest.raises(ChangedMeanwhileError, match="image was moved"):
            organising.undo(cast.alice, copied.token)
        assert lab.everything() == after

    def test_an_undo_is_good_once_and_for_its_person(self, lab, cast, organising):
        from graticule.errors import NotFoundError

        (second,) = lab.of(lab.second)
        done = organising.copy(cast.alice, lab.of(lab.images[0]), second)
        for person in (cast.bob, cast.administrator):
            with pytest.raises(NotFoundError, match="cannot be undone"):
                organising.undo(person, done.token)
        organising.undo(cast.alice, done.token)
        with pytest.raises(NotFoundError, match="cannot be undone"):
            organising.undo(cast.alice, done.token)

    def test_old_changes_are_forgotten(self, lab, cast, organising, models, configured):
        from graticule.errors import NotFoundError

        configured(undo_time=timedelta(seconds=90))
        (second,) = lab.of(lab.second)
        done = organising.copy(cast.alice, lab.of(lab.images[0]), second)
        assert done.expires - timezone.now() < timedelta(seconds=91)
        models.OrganisedChange.objects.update(expires=timezone.now())
        with pytest.raises(NotFoundError, match="too long ago"):
            organising.undo(cast.alice, done.token)
        later = organising.copy(cast.alice, lab.of(lab.images[1]), second)
        assert [row.token for row in models.OrganisedChange.objects.all()] == [
            later.token
        ]

    def test_no_undo_once_the_right_is_gone(self, lab, cast, organising, models):
        from graticule.errors import NotPermittedError

        (second,) = lab.of(lab.second)
        done = organising.copy(cast.alice, lab.of(lab.images[0]), second)
        models.Dataset.objects.filter(pk=lab.second.pk).update(owner=cast.bob)
        with pytest.raises(NotPermittedError):
            organising.undo(cast.alice, done.token)
        assert lab.second.images.exists()

    def test_what_fits_nowhere(self, lab, cast, organising):
        from graticule.errors import RequestError

        before = lab.everything()
        image, project, dataset, screen = lab.of(
            lab.images[0], lab.project, lab.first, lab.screen
        )
        for things, to in (
            ([image], project),
            ([dataset], screen),
            ([project], dataset),
            ([image, dataset], project),
            ([], dataset),
        ):
            with pytest.raises(RequestError):
                organising.move(cast.alice, things, to)
        assert lab.everything() == before

    def test_groups_do_not_mix(self, lab, cast, organising, models):
        from graticule.errors import RequestError

        other = models.Group.objects.create(name="other lab")
        models.Membership.objects.create(person=cast.alice, group=other)
        image = lab.image("x.tif", owner=cast.alice, group=other)
        before = lab.everything()
        with pytest.raises(RequestError, match="of one group"):
            organising.move(
                cast.alice, lab.of(lab.images[0], image), *lab.of(lab.second)
            )
        assert lab.everything() == before


WHO = {
    "rw----": {"alice", "administrator"},
    "rwr---": {"alice", "group_owner", "administrator"},
    "rwra--": {"alice", "group_owner", "administrator"},
    "rwrw--": {"alice", "bob", "group_owner", "administrator"},
}


@pytest.mark.parametrize("level", WHO)
def test_who_may(make_cast, models, organising, level):
    from graticule.errors import NotFoundError, NotPermittedError

    cast = make_cast(level)
    lab = Lab(models, cast, organising.thing)
    first, second, project = lab.of(lab.first, lab.second, lab.project)
    images = lab.of(*lab.images)
    calls = {
        "describe": lambda who: organising.describe(who, project, "New", None),
        "move": lambda who: organising.move(who, images, second, first),
        "copy": lambda who: organising.copy(who, images, second),
        "remove": lambda who: organising.remove(who, images, first),
        "delete": lambda who: organising.delete(who, [project], contents=True),
    }
    for name in ("alice", "bob", "charlie", "group_owner", "administrator", "public"):
        who = getattr(cast, name)
        for call in calls.values():
            before = lab.everything()
            if name in WHO[level]:
                organising.undo(who, call(who).token)
            else:
                sees = (name == "bob" and level != "rw----") or name == "group_owner"
                error = NotPermittedError if sees else NotFoundError
                with pytest.raises(error):
                    call(who)
                assert lab.everything() == before, name
    assert names(lab.first.images) == [f"{n}.tif" for n in range(5)]


def test_all_or_nothing(lab, cast, organising, models):
    """One image among many that is not hers: none is moved."""
    from graticule.errors import NotFoundError, NotPermittedError

    before = lab.everything()
    bobs = lab.image("bob.tif", owner=cast.bob, group=cast.group)
    (second,) = lab.of(lab.second)
    with pytest.raises(NotPermittedError, match="may not move"):
        organising.copy(cast.alice, lab.of(*lab.images, bobs), second)
    hidden = organising.thing("image", 987_654)
    with pytest.raises(NotFoundError, match="987654"):
        organising.copy(cast.alice, [*lab.of(*lab.images), hidden], second)
    assert lab.everything() == before


def test_the_limit_is_named(lab, cast, organising, configured):
    from graticule.errors import LimitError

    configured(max_organised=4)
    before = lab.everything()
    with pytest.raises(LimitError, match="max_organised = 4"):
        organising.move(cast.alice, lab.of(*lab.images), *lab.of(lab.second))
    # Few things, but many links.
    with pytest.raises(LimitError, match="max_organised = 4"):
        organising.delete(cast.alice, lab.of(lab.first), contents=False)
    assert lab.everything() == before


class TestDeleting:
    def test_what_is_in_it_stays(self, lab, cast, organising, models):
        done = organising.delete(cast.alice, lab.of(lab.first), contents=False)
        assert done.said == (
            "1 dataset deleted. 5 images stay, in no container; files are not touched."
        )
        assert names(models.Dataset.objects) == ["Day 2"]
        assert models.Image.objects.filter(datasets=None).count() == 5

    def test_back_with_the_same_id_tags_and_times(self, lab, cast, organising, tagged):
        tagged([lab.first, lab.project], "good", "late")
        before = lab.everything()
        done = organising.delete(
            cast.alice, lab.of(lab.project, lab.second), contents=True
        )
        assert lab.everything() != before
        organising.undo(cast.alice, done.token)
        assert lab.everything() == before

    def test_datasets_go_with_their_only_project(self, lab, cast, organising, models):
        other = models.Project.objects.create(name="Other", **lab.belongs)
        other.datasets.add(lab.second)
        plan = organising.plan(cast.alice, lab.of(lab.project), contents=True)
        assert plan.taken == {"project": [lab.project.pk], "dataset": [lab.first.pk]}
        assert plan.orphans == {"image": 5}
        assert models.Project.objects.count() == 2  # a plan changes nothing
        organising.delete(cast.alice, lab.of(lab.project), contents=True)
        assert names(models.Dataset.objects) == ["Day 2"]
        assert names(other.datasets) == ["Day 2"]

    def test_without_contents_datasets_stay(self, lab, cast, organising, models):
        plan = organising.plan(cast.alice, lab.of(lab.project), contents=False)
        assert plan.inside == {"dataset": [lab.first.pk, lab.second.pk]}
        organising.delete(cast.alice, lab.of(lab.project), contents=False)
        assert names(models.Dataset.objects) == ["Day 1", "Day 2"]

    def test_contents_of_others_refuse(self, lab, cast, organising, models):
        from graticule.errors import NotPermittedError

        models.Dataset.objects.filter(pk=lab.second.pk).update(owner=cast.bob)
        with pytest.raises(NotPermittedError, match="Day 2"):
            organising.delete(cast.alice, lab.of(lab.project), contents=True)
        assert models.Project.objects.filter(pk=lab.project.pk).exists()

    def test_images_and_plates_are_what_files_hold(self, lab, cast, organising):
        from graticule.errors import RequestError

        for row in (lab.images[0], lab.plate):
            with pytest.raises(RequestError, match="what files hold"):
                organising.delete(cast.alice, lab.of(row), contents=True)

    def test_an_image_lost_meanwhile(self, lab, cast, organising, models):
        from graticule.services.organising.facts import ChangedMeanwhileError

        done = organising.delete(cast.alice, lab.of(lab.first), contents=False)
        models.Image.objects.filter(pk=lab.images[0].pk).delete()
        with pytest.raises(ChangedMeanwhileError, match="image was deleted"):
            organising.undo(cast.alice, done.token)
        assert names(models.Dataset.objects) == ["Day 2"]


class TestScans:
    """What people deleted stays so in scans, and what they undid stays, too."""

    @pytest.fixture
    def root(self, tmp_path):
        root = tmp_path / "images"
        (root / "day 1" / "dish").mkdir(parents=True)
        self.picture(root / "day 1" / "dish" / "a.tif")
        return root

    @staticmethod
    def picture(path):
        tifffile.imwrite(path, np.zeros((4, 5), np.uint8))

    def test_undone_before_the_next(self, run_scan, root, organising, models, catalog):
        run_scan(root)
        project = models.Project.objects.get()
        thing = organising.thing("project", project.pk)
        who = catalog.administrator
        done = organising.delete(who, [thing], contents=True)
        self.picture(root / "day 1" / "dish" / "b.tif")
        run_scan(root)
        assert not models.Project.objects.exists()
        assert not models.Dataset.objects.exists()
        organising.undo(who, done.token)
        assert not models.DeletedSource.objects.exists()
        self.picture(root / "day 1" / "dish" / "c.tif")
        run_scan(root)
        assert models.Project.objects.get().pk == project.pk
        assert names(models.Image.objects.filter(datasets__projects=project)) == [
            "a.tif",
            "c.tif",
        ]

    def test_files_stay(self, run_scan, root, organising, models, catalog):
        run_scan(root)
        before = sorted(path for path in root.rglob("*"))
        thing = organising.thing("project", models.Project.objects.get().pk)
        organising.delete(catalog.administrator, [thing], contents=True)
        assert sorted(path for path in root.rglob("*")) == before
        assert models.Image.objects.get().vanished is None


def test_tags_of_a_selection(lab, cast, organising, tagged):
    tagged(lab.images, "mitosis")
    tagged(lab.images[:1], "meiosis", "late")
    borne = organising.targets.tags_of(cast.alice, lab.of(*lab.images[:2]))
    assert [(tag.text, tag.count) for tag in borne] == [
        ("mitosis", 2),
        ("late", 1),
        ("meiosis", 1),
    ]
    assert organising.targets.tags_of(cast.charlie, lab.of(*lab.images)) == []


class TestTargets:
    def test_only_where_one_may(self, lab, cast, organising, models):
        models.Dataset.objects.create(name="Bob's", owner=cast.bob, group=cast.group)
        found = organising.targets.targets(cast.alice, lab.of(lab.images[0]))
        assert [(each.name, each.within) for each in found.targets] == [
            ("Day 1", ("Embryos",)),
            ("Day 2", ("Embryos",)),
        ]
        assert found.complete
        found = organising.targets.targets(cast.administrator, lab.of(lab.images[0]))
        assert [each.name for each in found.targets] == ["Bob's", "Day 1", "Day 2"]

    @pytest.mark.parametrize(
        ("text", "expected"),
        [("day 2", ["Day 2"]), ("embry", ["Day 1", "Day 2"]), ("nothing", [])],
    )
    def test_searched(self, lab, cast, organising, text, expected):
        found = organising.targets.targets(cast.alice, lab.of(lab.images[0]), text)
        assert [each.name for each in found.targets] == expected
