"""Counts of changes of what is published as tables; triggers write them."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("catalog", "0011_observation")]

    operations = [
        migrations.CreateModel(
            name="PublishedChange",
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
                ("name", models.CharField(max_length=32)),
                ("number", models.PositiveBigIntegerField(default=1)),
            ],
        ),
    ]
