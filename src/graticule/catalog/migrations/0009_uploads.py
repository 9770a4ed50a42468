"""Uploads on their way, and folders whose images belong to a dataset."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("catalog", "0008_notifications"),
    ]

    operations = [
        migrations.AddField(
            model_name="folder",
            name="dataset",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="catalog.dataset",
            ),
        ),
        migrations.CreateModel(
            name="UploadSet",
            fields=[
                (
                    "id",
                    models.CharField(max_length=32, primary_key=True, serialize=False),
                ),
                ("key", models.CharField(blank=True, default="", max_length=128)),
                ("files", models.PositiveIntegerField()),
                ("size_bytes", models.PositiveBigIntegerField()),
                ("begun_files", models.PositiveIntegerField(default=0)),
                ("begun_bytes", models.PositiveBigIntegerField(default=0)),
                ("created", models.DateTimeField(auto_now_add=True)),
                ("touched", models.DateTimeField(db_index=True)),
                ("arrived", models.DateTimeField(blank=True, null=True)),
                ("folder", models.CharField(blank=True, default="", max_length=4096)),
                ("job", models.CharField(blank=True, default="", max_length=64)),
                (
                    "dataset",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="catalog.dataset",
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="UploadFile",
            fields=[
                (
                    "id",
                    models.CharField(max_length=32, primary_key=True, serialize=False),
                ),
                ("path", models.CharField(max_length=1024)),
                ("size_bytes", models.PositiveBigIntegerField()),
                ("metadata", models.TextField(blank=True, default="")),
                ("is_whole", models.BooleanField(default=False)),
                (
                    "set",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="rows",
                        to="catalog.uploadset",
                    ),
                ),
            ],
            options={
                "ordering": ["path"],
            },
        ),
        migrations.AddIndex(
            model_name="uploadset",
            index=models.Index(
                fields=["owner", "dataset", "key"],
                name="catalog_upl_owner_i_05a587_idx",
            ),
        ),
        migrations.AddConstraint(
            model_name="uploadfile",
            constraint=models.UniqueConstraint(
                fields=("set", "path"), name="upload_once_per_path"
            ),
        ),
    ]
