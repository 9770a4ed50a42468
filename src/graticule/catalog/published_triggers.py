"""Triggers that count every change of what is published as tables.

They catch what no code could be trusted to tell: bulk writes, cascades, other
programs. :class:`PublishedChange` holds the counts; whoever keeps a copy of rows
looks there whether it is still true. On SQLite a row is counted up, as writers come
one after the other there anyway; on PostgreSQL each statement adds a row. Taken away
before migrations and made anew afterwards, as those of the search index are.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.core.management.color import no_style
from django.db import DEFAULT_DB_ALIAS, connections, models, transaction
from django.db.models import Count, Max, Sum

from graticule.catalog.models import PublishedChange

_COUNTS = "catalog_publishedchange"
_MOST_ROWS = 200
_RIGHTS = ("owner_id", "group_id")
_NAMED = ("name", "description", "created", *_RIGHTS)


@dataclass(frozen=True, slots=True)
class Watched:
    """A kind of change: of these columns of a table, and its rows coming and going.

    Without columns any change counts; ``only_updates`` leaves coming and going out.
    """

    table: str
    columns: tuple[str, ...] = ()
    only_updates: bool = False


WATCHED: Mapping[str, Watched] = {
    "image": Watched(
        "catalog_image",
        (
            *(*_NAMED, "fileset_id", "key", "pixel_type", "dimension_order"),
            *("size_x", "size_y", "size_z", "size_c", "size_t", "acquired"),
            *("pixel_width_um", "pixel_height_um", "pixel_depth_um"),
            *("time_increment", "nominal_magnification"),
        ),
    ),
    "channel": Watched("catalog_channel"),
    "project": Watched("catalog_project", _NAMED),
    "dataset": Watched("catalog_dataset", _NAMED),
    "screen": Watched("catalog_screen", _NAMED),
    "plate": Watched(
        "catalog_plate", (*_NAMED, "rows", "columns", "external_identifier")
    ),
    "plate_run": Watched("catalog_plateacquisition"),
    "well": Watched("catalog_well"),
    "well_image": Watched("catalog_wellsample"),
    "roi": Watched("catalog_roi", (*_NAMED, "image_id")),
    "shape": Watched("catalog_shape"),
    "annotation": Watched("catalog_annotation"),
    "annotation_link": Watched("catalog_annotationlink"),
    "dataset_image": Watched("catalog_dataset_images"),
    "project_dataset": Watched("catalog_project_datasets"),
    "screen_plate": Watched("catalog_screen_plates"),
    "observation": Watched("catalog_observation"),
    "file": Watched("catalog_originalfile", ("name", "size_bytes", "fileset_id")),
    # Who sees a thing, for copies of what hangs on it.
    **{
        f"{kind}_rights": Watched(f"catalog_{kind}", _RIGHTS, only_updates=True)
        for kind in (
            *("image", "project", "dataset", "screen", "plate", "well", "roi"),
            *("annotation", "plateacquisition"),
        )
    },
    "format": Watched("catalog_fileset", ("format",), only_updates=True),
    "person_name": Watched("catalog_person", ("username",), only_updates=True),
    "group_name": Watched("catalog_group", ("name",), only_updates=True),
}
"""What is counted, by name."""


def counts() -> dict[str, str]:
    """Say how far each kind has been counted: another text after every change."""
    rows = PublishedChange.objects.order_by().values_list("name")
    found = rows.annotate(Sum("number"), Count("pk"), Max("pk"))
    return {name: f"{total}.{many}.{last}" for name, total, many, last in found}


def gather() -> None:
    """Put one row where many have come together (PostgreSQL).

    Its id is higher than any before, so that no text of :func:`counts` comes twice.
    """
    rows = PublishedChange.objects.order_by().values_list("name")
    for name, many in rows.annotate(Count("pk")):
        if many > _MOST_ROWS:
            with transaction.atomic():
                there = PublishedChange.objects.filter(name=name)
                ids = list(there.values_list("pk", flat=True))
                PublishedChange.objects.create(name=name)
                there.filter(pk__in=ids).delete()


def install(using: str = DEFAULT_DB_ALIAS) -> None:
    """Make all triggers anew; what was copied before is not believed any more."""
    connection = connections[using]
    remove(using)
    PublishedChange.objects.using(using).all().delete()
    begin = int(time.time() * 1000)
    PublishedChange.objects.using(using).bulk_create(
        PublishedChange(pk=place, name=name, number=begin)
        for place, name in enumerate(WATCHED, 1)
    )
    make = _sqlite if connection.vendor == "sqlite" else _postgresql
    with connection.cursor() as cursor:
        if connection.vendor != "sqlite":
            # The rows above have taken the first ids.
            model: type[models.Model] = PublishedChange
            for text in connection.ops.sequence_reset_sql(no_style(), [model]):
                cursor.execute(text)
        for place, (name, watched) in enumerate(WATCHED.items(), 1):
            for event in _events(watched):
                for statement in make(place, name, watched, event):
                    cursor.execute(statement)


def remove(using: str = DEFAULT_DB_ALIAS) -> None:
    """Take all triggers away, those of tables that are not there yet too."""
    connection = connections[using]
    with connection.cursor() as cursor:
        there = set(connection.introspection.table_names(cursor))
        for name, watched in WATCHED.items():
            if watched.table in there:
                for event in _events(watched):
                    on = "" if connection.vendor == "sqlite" else f" ON {watched.table}"
                    cursor.execute(f"DROP TRIGGER IF EXISTS {_name(name, event)}{on}")


def _events(watched: Watched) -> tuple[str, ...]:
    return ("UPDATE",) if watched.only_updates else ("INSERT", "UPDATE", "DELETE")


def _name(name: str, event: str) -> str:
    return f"published_{name}_{event}".lower()


def _quoted(columns: tuple[str, ...]) -> list[str]:
    # ``rows`` and ``columns`` are words of SQL, too.
    return [f'"{column}"' for column in columns]


def _after(watched: Watched, event: str) -> str:
    of = ""
    if event == "UPDATE" and watched.columns:
        of = f" OF {', '.join(_quoted(watched.columns))}"
    return f"AFTER {event}{of} ON {watched.table}"


def _sqlite(place: int, name: str, watched: Watched, event: str) -> list[str]:
    when = ""
    if event == "UPDATE" and watched.columns:
        changed = " OR ".join(
            f"OLD.{each} IS NOT NEW.{each}" for each in _quoted(watched.columns)
        )
        when = f" WHEN {changed}"
    body = (
        f"INSERT INTO {_COUNTS} (id, name, number) VALUES ({place}, '{name}', 1) "  # noqa: S608 -- our own names
        "ON CONFLICT (id) DO UPDATE SET number = number + 1"
    )
    trigger = f"CREATE TRIGGER {_name(name, event)} {_after(watched, event)}"
    return [f"{trigger} FOR EACH ROW{when} BEGIN {body}; END"]


def _postgresql(place: int, name: str, watched: Watched, event: str) -> list[str]:
    del place
    trigger = _name(name, event)
    body = f"INSERT INTO {_COUNTS} (name, number) VALUES ('{name}', 1)"  # noqa: S608 -- our own names
    function = f"FUNCTION {trigger}()"
    does = f"$$ BEGIN {body}; RETURN NULL; END $$"
    after = _after(watched, event)
    return [
        f"CREATE OR REPLACE {function} RETURNS trigger LANGUAGE plpgsql AS {does}",
        f"CREATE TRIGGER {trigger} {after} FOR EACH STATEMENT EXECUTE {function}",
    ]


def before_migrations(using: str, **_kwargs: Any) -> None:
    """Clear the way, when Django says that it will migrate."""
    remove(using)


def after_migrations(using: str, **_kwargs: Any) -> None:
    """Make the triggers again."""
    with connections[using].cursor() as cursor:
        there = connections[using].introspection.table_names(cursor)
    if _COUNTS in there:  # else the catalogue went back to before
        install(using)
