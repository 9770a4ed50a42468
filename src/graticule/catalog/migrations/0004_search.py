"""The full-text index: a table per kind of thing, in each database's own way."""

from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

KINDS = ("project", "dataset", "screen", "plate", "image")


def make_indexes(_apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    for kind in KINDS:
        table = f"catalog_search_{kind}"
        if editor.connection.vendor == "sqlite":
            # Words come ready: anything that is not ASCII is part of a word.
            editor.execute(
                f"CREATE VIRTUAL TABLE {table} USING fts5(words, tokenize = 'ascii')"
            )
        else:
            editor.execute(
                f"CREATE TABLE {table} (id bigint PRIMARY KEY, "
                "words text NOT NULL, lexemes tsvector NOT NULL)"
            )
            editor.execute(
                f"CREATE INDEX {table}_lexemes ON {table} USING gin (lexemes)"
            )


def drop_indexes(_apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    for kind in KINDS:
        editor.execute(f"DROP TABLE catalog_search_{kind}")


class Migration(migrations.Migration):
    dependencies = [("catalog", "0003_deletedsource")]

    operations = [
        migrations.CreateModel(
            name="SearchChange",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True,
                        primary_key=True,
                        serialize=False,
                        verbose_name="ID",
                    ),
                ),
                ("kind", models.CharField(max_length=32)),
                ("target_id", models.PositiveBigIntegerField()),
            ],
        ),
        migrations.CreateModel(
            name="SearchWord",
            fields=[
                (
                    "word",
                    models.CharField(max_length=64, primary_key=True, serialize=False),
                ),
            ],
        ),
        migrations.RunPython(make_indexes, drop_indexes),
    ]
