"""The tables themselves: migrations complete, constraints in force."""

from io import StringIO

import pytest


def test_migrations_are_complete(catalog):
    from django.core.management import call_command

    call_command("makemigrations", "--check", "--dry-run", stdout=StringIO())


def test_sqlite_is_tuned(catalog):
    from django.db import connection

    if connection.vendor != "sqlite":
        pytest.skip("not SQLite")
    with connection.cursor() as cursor:
        values = {
            name: cursor.execute(f"PRAGMA {name}").fetchone()[0]
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        }
    assert values == {
        "journal_mode": "wal",
        "synchronous": 1,
        "foreign_keys": 1,
        "busy_timeout": 20_000,
    }


def test_an_annotation_can_be_linked_to_every_named_thing(cast):
    from django.apps import apps
    from tests.catalog.test_access import make_image

    from graticule.catalog.models import Annotation, AnnotationLink
    from graticule.catalog.models.owned import Named

    named = [
        model
        for model in apps.get_app_config("catalog").get_models()
        if issubclass(model, Named)
    ]
    assert {model.__name__ for model in named} >= {
        "Project", "Dataset", "Image", "Screen", "Plate", "Well", "Roi",
        "PlateAcquisition",
    }  # fmt: skip
    tag = Annotation.objects.create(
        kind="tag", text="mitosis", owner=cast.alice, group=cast.group
    )
    for thing in make_image(cast):
        if isinstance(thing, Named):
            AnnotationLink.objects.create(
                annotation=tag, target=thing, owner=cast.alice
            )
            assert thing.annotation_links.get().annotation == tag
            thing.annotation_links.all().delete()


def test_links_go_with_their_target(cast):
    from graticule.catalog.models import Annotation, AnnotationLink, Dataset

    belongs = {"owner": cast.alice, "group": cast.group}
    dataset = Dataset.objects.create(name="x", **belongs)
    tag = Annotation.objects.create(kind="tag", text="t", **belongs)
    AnnotationLink.objects.create(annotation=tag, target=dataset, owner=cast.alice)
    dataset.delete()
    assert not AnnotationLink.objects.exists()
    assert Annotation.objects.exists()


def test_one_rendering_at_import_and_one_per_person(cast):
    from django.db import IntegrityError, transaction
    from tests.catalog.test_access import make_image

    from graticule.catalog.models import RenderingSettings

    image = make_image(cast)[0]
    for person in (None, cast.alice):
        RenderingSettings.objects.create(image=image, person=person, channels=[])
        with pytest.raises(IntegrityError), transaction.atomic():
            RenderingSettings.objects.create(image=image, person=person, channels=[])
