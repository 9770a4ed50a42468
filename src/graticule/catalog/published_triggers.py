"""Triggers that count every change of what is published as tables, piece by piece.

They catch what no code could be trusted to tell: bulk writes, cascades, other
programs. Rows belong to pieces by a key, their own number or that of what they hang
on; :class:`PublishedChange` holds the counts of each piece, so whoever keeps copies
of rows looks there which are still true. Nobody who writes waits for anybody else:
where a count is being changed (PostgreSQL), another row counts beside it. Taken away
before migrations and made anew afterwards, as those of the search index are.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Sum

from graticule.catalog.models import PublishedChange

PIECE_BITS = 15
"""Keys that differ in no higher bits are in one piece: 32,768 of them."""
SLOT_BITS = 10
"""Of more than 1,024 pieces, some are counted together."""
BEGIN = "begin"
"""The name that tells since when changes are counted."""

Counts = Mapping[tuple[str, int], int]
"""How far each piece has been counted, by name and slot."""

_COUNTS = "catalog_publishedchange"
_PREFIX = "published_"
_RIGHTS = ("owner_id", "group_id")
_NAMED = ("name", "description", "created", *_RIGHTS)


@dataclass(frozen=True, slots=True)
class Reached:
    """Rows of another table: those whose column ``by`` is the changed row's key.

    Their own ``key`` says which pieces are touched.
    """

    table: str
    by: str
    key: str = "id"


@dataclass(frozen=True, slots=True)
class Watched:
    """A kind of change: of these columns of a table, and its rows coming and going.

    Attributes
    ----------
    columns
        Without any, every change counts.
    key
        The column that says which piece a row is in; empty if all are touched.
    only_updates
        Leaves coming and going out.
    reached
        What is touched instead, where that is in another table.
    """

    table: str
    columns: tuple[str, ...] = ()
    key: str = "id"
    only_updates: bool = False
    reached: Reached | None = None

    @property
    def events(self) -> tuple[str, ...]:
        """What happens to rows that counts."""
        return ("UPDATE",) if self.only_updates else ("INSERT", "UPDATE", "DELETE")

    @property
    def may_move(self) -> bool:
        """Whether an update may take a row from one piece to another."""
        return self.key not in {"", "id"} and self.key in (self.columns or (self.key,))


_OF_FILESET = Reached("catalog_image", "fileset_id")

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
    "channel": Watched("catalog_channel", key="image_id"),
    "project": Watched("catalog_project", _NAMED),
    "dataset": Watched("catalog_dataset", _NAMED),
    "screen": Watched("catalog_screen", _NAMED),
    "plate": Watched(
        "catalog_plate", (*_NAMED, "rows", "columns", "external_identifier")
    ),
    "plate_run": Watched("catalog_plateacquisition"),
    "well": Watched("catalog_well"),
    "well_image": Watched("catalog_wellsample", key="image_id"),
    "roi": Watched("catalog_roi", (*_NAMED, "image_id")),
    "shape": Watched("catalog_shape", key="roi_id"),
    "annotation": Watched("catalog_annotation"),
    "annotation_link": Watched("catalog_annotationlink", key="target_id"),
    "dataset_image": Watched("catalog_dataset_images", key="image_id"),
    "project_dataset": Watched("catalog_project_datasets", key="dataset_id"),
    "screen_plate": Watched("catalog_screen_plates", key="plate_id"),
    "observation": Watched("catalog_observation", key="image_id"),
    # Who sees a thing, for copies of what hangs on it: by the number of the thing …
    "image_rights": Watched(
        "catalog_image", (*_RIGHTS, "fileset_id"), only_updates=True
    ),
    **{
        f"{kind}_rights": Watched(f"catalog_{kind}", _RIGHTS, only_updates=True)
        for kind in (
            *("project", "dataset", "screen", "plate", "well", "roi"),
            "plateacquisition",
        )
    },
    # … and by that of what is in it.
    "image_dataset": Watched(
        "catalog_dataset",
        ("name", *_RIGHTS),
        only_updates=True,
        reached=Reached("catalog_dataset_images", "dataset_id", "image_id"),
    ),
    "dataset_project": Watched(
        "catalog_project",
        _RIGHTS,
        only_updates=True,
        reached=Reached("catalog_project_datasets", "project_id", "dataset_id"),
    ),
    "plate_screen": Watched(
        "catalog_screen",
        _RIGHTS,
        only_updates=True,
        reached=Reached("catalog_screen_plates", "screen_id", "plate_id"),
    ),
    "image_well": Watched(
        "catalog_well",
        _RIGHTS,
        only_updates=True,
        reached=Reached("catalog_wellsample", "well_id", "image_id"),
    ),
    "linked_annotation": Watched(
        "catalog_annotation",
        _RIGHTS,
        only_updates=True,
        reached=Reached("catalog_annotationlink", "annotation_id", "target_id"),
    ),
    "image_file": Watched(
        "catalog_originalfile",
        ("size_bytes", "fileset_id"),
        key="fileset_id",
        reached=_OF_FILESET,
    ),
    "annotation_file": Watched(
        "catalog_originalfile",
        ("name",),
        only_updates=True,
        reached=Reached("catalog_annotation", "file_id"),
    ),
    "image_format": Watched(
        "catalog_fileset", ("format",), only_updates=True, reached=_OF_FILESET
    ),
    # What stands in rows everywhere.
    "person_name": Watched("catalog_person", ("username",), key="", only_updates=True),
    "group_name": Watched("catalog_group", ("name",), key="", only_updates=True),
    "group_level": Watched(
        "catalog_group", ("permissions",), key="", only_updates=True
    ),
}
"""What is counted, by name."""


def slot_of(key: int) -> int:
    """Say where changes of a row with this key are counted."""
    return (key >> PIECE_BITS) & ((1 << SLOT_BITS) - 1)


def counts(names: Iterable[str]) -> Counts:
    """Say how far some kinds have been counted; after every change further."""
    rows = PublishedChange.objects.filter(name__in=[BEGIN, *names]).order_by()
    found = rows.values_list("name", "piece").annotate(Sum("number"))
    return {(name, piece): total for name, piece, total in found}


def install(using: str = DEFAULT_DB_ALIAS) -> None:
    """Make all triggers anew; what was copied before is not believed any more."""
    connection = connections[using]
    remove(using)
    changes = PublishedChange.objects.using(using)
    changes.all().delete()
    changes.create(name=BEGIN, piece=0, number=int(time.time() * 1000))
    make = _sqlite if connection.vendor == "sqlite" else _postgresql
    with connection.cursor() as cursor:
        for place, (name, watched) in enumerate(WATCHED.items(), 1):
            for event in watched.events:
                for statement in make(place, name, watched, event):
                    cursor.execute(statement)


def remove(using: str = DEFAULT_DB_ALIAS) -> None:
    """Take all triggers away, those of earlier versions too."""
    connection = connections[using]
    with connection.cursor() as cursor:
        for name, table in list(_installed(connection)):
            if connection.vendor == "sqlite":
                cursor.execute(f"DROP TRIGGER {name}")
            else:
                cursor.execute(f"DROP TRIGGER {name} ON {table}")
                cursor.execute(f"DROP FUNCTION IF EXISTS {name}()")


def _installed(connection: BaseDatabaseWrapper) -> Iterator[tuple[str, str]]:
    """Find our triggers and their tables."""
    sql = "SELECT name, tbl_name FROM sqlite_master WHERE type = 'trigger'"
    if connection.vendor != "sqlite":
        sql = "SELECT tgname, tgrelid::regclass::text FROM pg_trigger"
    with connection.cursor() as cursor:
        cursor.execute(sql)
        for name, table in cursor.fetchall():
            if name.startswith(_PREFIX):
                yield name, table


def _name(name: str, event: str) -> str:
    return f"{_PREFIX}{name}_{event}".lower()


def _slot(column: str) -> str:
    return f"(({column} >> {PIECE_BITS}) & {(1 << SLOT_BITS) - 1})"


def _quoted(columns: tuple[str, ...]) -> list[str]:
    # ``rows`` and ``columns`` are words of SQL, too.
    return [f'"{column}"' for column in columns]


def _sqlite(place: int, name: str, watched: Watched, event: str) -> list[str]:
    when = of = ""
    if event == "UPDATE" and watched.columns:
        quoted = _quoted(watched.columns)
        of = f" OF {', '.join(quoted)}"
        changed = " OR ".join(f"OLD.{each} IS NOT NEW.{each}" for each in quoted)
        when = f" WHEN {changed}"
    rows = ["OLD" if event == "DELETE" else "NEW"]
    if event == "UPDATE" and watched.may_move:
        rows.append("OLD")
    body = " ".join(f"{_counted_up(place, name, watched, row)};" for row in rows)
    after = f"AFTER {event}{of} ON {watched.table} FOR EACH ROW{when}"
    return [f"CREATE TRIGGER {_name(name, event)} {after} BEGIN {body} END"]


def _counted_up(place: int, name: str, watched: Watched, row: str) -> str:
    """Write the counting of one row's piece, or of those that it reaches (SQLite).

    The number of each count follows from name and piece.
    """
    if not watched.key:
        touched, where = "SELECT 0 AS piece", "TRUE"
    elif watched.reached is None:
        touched = f"SELECT {_slot(f'{row}.{watched.key}')} AS piece"
        where = f"{row}.{watched.key} IS NOT NULL"
    else:
        to = watched.reached
        touched = (
            f"SELECT DISTINCT {_slot(to.key)} AS piece FROM {to.table} "  # noqa: S608 -- our own names
            f"WHERE {to.by} = {row}.{watched.key}"
        )
        where = "piece IS NOT NULL"
    return (
        f"INSERT INTO {_COUNTS} (id, name, piece, number) "  # noqa: S608 -- our own names
        f"SELECT {place << SLOT_BITS} + piece, '{name}', piece, 1 "
        f"FROM ({touched}) WHERE {where} "
        "ON CONFLICT (id) DO UPDATE SET number = number + 1"
    )


def _postgresql(place: int, name: str, watched: Watched, event: str) -> list[str]:
    del place
    trigger = _name(name, event)
    tables = {"INSERT": ("NEW",), "UPDATE": ("NEW", "OLD"), "DELETE": ("OLD",)}[event]
    given = " ".join(f"{each} TABLE AS {each.lower()}_rows" for each in tables)
    free = (
        f"SELECT id FROM {_COUNTS} WHERE name = '{name}' AND piece = touched "  # noqa: S608 -- our own names
        "ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED"
    )
    body = (
        f"FOR touched IN {_touched(watched, event)} LOOP "  # noqa: S608 -- our own names
        f"UPDATE {_COUNTS} SET number = number + 1 WHERE id = ({free}); "
        f"IF NOT FOUND THEN INSERT INTO {_COUNTS} (name, piece, number) "
        f"VALUES ('{name}', touched, 1); END IF; END LOOP; RETURN NULL;"
    )
    function = f"FUNCTION {trigger}()"
    does = f"$$ DECLARE touched bigint; BEGIN {body} END $$"
    after = f"AFTER {event} ON {watched.table} REFERENCING {given}"
    return [
        f"CREATE OR REPLACE {function} RETURNS trigger LANGUAGE plpgsql AS {does}",
        f"CREATE TRIGGER {trigger} {after} FOR EACH STATEMENT EXECUTE {function}",
    ]


def _touched(watched: Watched, event: str) -> str:
    """Write the question which pieces a statement touched (PostgreSQL)."""
    rows = "old_rows" if event == "DELETE" else "new_rows"
    found = f"{rows} AS r"
    where = "TRUE"
    if event == "UPDATE" and watched.columns:
        found = "new_rows AS r JOIN old_rows AS o ON o.id = r.id"
        new, old = (
            ", ".join(f"{row}.{each}" for each in _quoted(watched.columns))
            for row in ("r", "o")
        )
        where = f"ROW({new}) IS DISTINCT FROM ROW({old})"
    if not watched.key:
        return f"SELECT 0 FROM {found} WHERE {where} LIMIT 1"  # noqa: S608 -- our own names
    keys = f"SELECT r.{watched.key} AS key FROM {found} WHERE {where}"  # noqa: S608 -- our own names
    if event == "UPDATE" and watched.may_move:
        if not watched.columns:
            keys += f" UNION SELECT {watched.key} FROM old_rows"  # noqa: S608 -- our own names
        else:
            keys += f" UNION SELECT o.{watched.key} FROM {found} WHERE {where}"  # noqa: S608 -- our own names
    if watched.reached is not None:
        to = watched.reached
        keys = (
            f"SELECT {to.table}.{to.key} AS key FROM {to.table} "  # noqa: S608 -- our own names
            f"JOIN ({keys}) AS k ON k.key = {to.table}.{to.by}"
        )
    return f"SELECT DISTINCT {_slot('key')} FROM ({keys}) AS t WHERE key IS NOT NULL"  # noqa: S608 -- our own names


def before_migrations(using: str, **_kwargs: Any) -> None:
    """Clear the way, when Django says that it will migrate."""
    remove(using)


def after_migrations(using: str, **_kwargs: Any) -> None:
    """Make the triggers again."""
    connection = connections[using]
    with connection.cursor() as cursor:
        there = connection.introspection.table_names(cursor)
        if _COUNTS not in there:  # the catalogue went back to before
            return
        described = connection.introspection.get_table_description(cursor, _COUNTS)
    if "piece" in {each.name for each in described}:
        install(using)
