"""Shapes know their image, and an index finds those in view."""

from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.models import OuterRef, Subquery


def note_images(apps: Apps, _editor: BaseDatabaseSchemaEditor) -> None:
    rois = apps.get_model("catalog", "Roi").objects.filter(pk=OuterRef("roi"))
    shapes = apps.get_model("catalog", "Shape").objects.all()
    shapes.update(on_image=Subquery(rois.values("image")[:1]))


class Migration(migrations.Migration):
    dependencies = [("catalog", "0005_loginattempt")]

    operations = [
        migrations.AddField(
            "shape",
            "on_image",
            models.BigIntegerField(default=0, editable=False),
        ),
        migrations.RunPython(note_images, migrations.RunPython.noop),
        migrations.AddIndex(
            "shape", models.Index(fields=["on_image", "id"], name="shape_of_image")
        ),
        migrations.AddIndex(
            "shape",
            models.Index(
                fields=["on_image", "min_x", "max_x", "min_y", "max_y", "z", "t"],
                name="shape_in_view",
            ),
        ),
    ]
