"""The counter by which processes tell each other of changes, with its one row."""

from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def make_row(apps: Apps, _editor: BaseDatabaseSchemaEditor) -> None:
    apps.get_model("catalog", "CatalogVersion").objects.create(pk=1, number=1)


class Migration(migrations.Migration):
    dependencies = [("catalog", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="CatalogVersion",
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
                ("number", models.PositiveBigIntegerField(default=1)),
            ],
        ),
        migrations.RunPython(make_row, migrations.RunPython.noop),
    ]
