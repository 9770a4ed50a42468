"""Changes are counted piece by piece; observations tell who named their collection."""

from typing import Any

from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

_KEYWORD = "SURVEY"
_BATCH = 1000


def _is_told(facts: dict[str, Any]) -> bool:
    lines = str(facts.get("header", "")).split("\n")
    if any(line[:8].rstrip() == _KEYWORD for line in lines):
        return True
    said = (facts.get(_KEYWORD), (facts.get("inherited") or {}).get(_KEYWORD))
    return any(isinstance(each, str) and each.strip() for each in said)


def look_up(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Ask the headers that stand in the catalogue; no file is opened."""
    observations = apps.get_model("catalog", "Observation").objects.using(
        schema_editor.connection.alias
    )
    rows = observations.order_by().values_list("pk", "image__facts")
    told = [pk for pk, facts in rows.iterator(_BATCH) if _is_told(facts)]
    for start in range(0, len(told), _BATCH):
        chunk = told[start : start + _BATCH]
        observations.filter(pk__in=chunk).update(is_collection_told=True)


class Migration(migrations.Migration):
    dependencies = [("catalog", "0012_publishedchange")]

    operations = [
        migrations.AddField(
            "publishedchange",
            "piece",
            models.PositiveSmallIntegerField(default=0),
            preserve_default=False,
        ),
        migrations.AddIndex(
            "publishedchange",
            models.Index(fields=["name", "piece"], name="catalog_pub_name_0d541a_idx"),
        ),
        migrations.AddField(
            "observation",
            "is_collection_told",
            models.BooleanField(default=False),
        ),
        migrations.RunPython(look_up, migrations.RunPython.noop),
    ]
