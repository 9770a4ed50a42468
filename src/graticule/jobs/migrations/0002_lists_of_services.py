"""Indexes for the lists of administrators, and of browsers that see their own."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("jobs", "0001_initial")]

    operations = [
        migrations.AddIndex(
            model_name="job",
            index=models.Index(
                fields=["service", "-created", "-id"], name="jobs_of_service"
            ),
        ),
        migrations.AddIndex(
            model_name="job",
            index=models.Index(
                fields=["service", "browser", "-created", "-id"],
                name="jobs_of_browser",
            ),
        ),
    ]
