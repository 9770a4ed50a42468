"""The search index over migrations: made from what is there, and never in the way."""

import os
import subprocess
import sys

import pytest

CODE = """
import os, sys
os.environ["DJANGO_SETTINGS_MODULE"] = "graticule.config.django"
import django
django.setup()
from django.apps import apps
from django.core.management import call_command
from django.db import connection, migrations, models

def migrate(*where):
    call_command("migrate", *where, interactive=False, verbosity=0)

def triggers():
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM sqlite_master WHERE type = 'trigger'")
        return cursor.fetchone()[0]

# A catalogue from before the index.
migrate("catalog", "0003")
assert triggers() == 0
with connection.cursor() as cursor:
    cursor.execute("INSERT INTO catalog_group (id, name, description, permissions, "
        "created) VALUES (1, 'g', '', 'rwr---', '2026-01-01')")
    cursor.execute("INSERT INTO catalog_person (id, username, password, first_name, "
        "last_name, middle_name, institution, email, is_superuser, is_staff, "
        "is_active, date_joined) VALUES (1, 'ada', '', '', '', '', '', '', 1, 1, 1, "
        "'2026-01-01')")
    cursor.execute("INSERT INTO catalog_project (id, name, description, created, "
        "modified, owner_id, group_id) VALUES (1, 'old things', '', '2026-01-01', "
        "'2026-01-01', 1, 1)")
migrate()
assert triggers() > 20

from graticule.catalog.models import Person, Project
from graticule.services.search.asking import find
from graticule.services.search.query import parse

def found(text):
    ada = Person.objects.get(username="ada")
    return [p.name for p in find(ada, parse(text), images_only=False).projects]

assert found("things") == ["old things"]

# A migration that makes a table anew, as SQLite must for most changes.
from django.db.models.signals import post_migrate, pre_migrate
config = apps.get_app_config("catalog")
pre_migrate.send(sender=config, using="default", plan=[], apps=apps,
    app_config=config, verbosity=0, interactive=False)
assert triggers() == 0
with connection.schema_editor() as editor:
    old = Project._meta.get_field("name")
    new = models.CharField(max_length=2000, default="", blank=True)
    new.set_attributes_from_name("name")
    new.model = Project
    editor.alter_field(Project, old, new)
Project.objects.update(name="renamed meanwhile")
migration = migrations.Migration("0999_any", "catalog")
post_migrate.send(sender=config, using="default", plan=[(migration, False)],
    apps=apps, app_config=config, verbosity=0, interactive=False)
assert found("meanwhile") == ["renamed meanwhile"]
Project.objects.update(name="renamed afterwards")
assert (found("meanwhile"), found("afterwards")) == ([], ["renamed afterwards"])

# Back to before the index, and forth.
migrate("catalog", "0003")
assert triggers() == 0
migrate()
assert found("afterwards") == ["renamed afterwards"]
print("all well")
"""


@pytest.mark.slow
def test_made_from_what_is_there(tmp_path):
    environment = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("GRATICULE_", "DJANGO_"))
    }
    done = subprocess.run(
        [sys.executable, "-c", CODE],
        env=environment | {"GRATICULE_HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.stdout == "all well\n", done.stderr[-3000:]
