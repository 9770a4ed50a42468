"""Triggers that note every change of what can be searched for.

They catch what no code could be trusted to tell: bulk writes, cascades, other
programs. Each writes one short row (:class:`SearchChange`); what follows from it
is worked out by :mod:`graticule.services.search`. They are taken away before
migrations, because SQLite refuses to rename a table under a trigger, and made
again afterwards.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper

SEARCHED = ("project", "dataset", "screen", "plate", "image")
"""What can be searched for, by the names of the models; each has an index."""

_NAMED = ("name", "description", "owner_id", "group_id")
_ANNOTATION = (
    *("kind", "namespace", "description", "text", "pairs"),
    *("file_id", "owner_id", "group_id"),
)
_LINK = ("annotation_id", "target_type_id", "target_id")


@dataclass(frozen=True, slots=True)
class _Trigger:
    """One trigger: ``select`` gives kind and id; ``columns`` are for updates."""

    table: str
    event: str
    select: str
    columns: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        return f"search_{self.table}_{self.event}".lower()


def _triggers() -> Iterator[_Trigger]:
    for kind in SEARCHED:
        table = f"catalog_{kind}"
        columns = (*_NAMED, "fileset_id") if kind == "image" else _NAMED
        yield _Trigger(table, "INSERT", f"SELECT '{kind}', NEW.id")
        yield _Trigger(table, "UPDATE", f"SELECT '{kind}', NEW.id", columns)
        yield _Trigger(table, "DELETE", f"SELECT '{kind}', OLD.id")
    link = "catalog_annotationlink"
    yield _Trigger(link, "INSERT", _target("NEW"))
    yield _Trigger(link, "UPDATE", f"{_target('NEW')} UNION {_target('OLD')}", _LINK)
    yield _Trigger(link, "DELETE", _target("OLD"))
    annotation = "SELECT 'annotation', NEW.id"
    yield _Trigger("catalog_annotation", "UPDATE", annotation, _ANNOTATION)
    file = "catalog_originalfile"
    files = ("name", "fileset_id")
    yield _Trigger(file, "INSERT", _file("NEW"))
    attached = "SELECT 'annotation', id FROM catalog_annotation WHERE file_id = NEW.id"
    renamed = " UNION ".join((_file("NEW"), _file("OLD"), attached))
    yield _Trigger(file, "UPDATE", renamed, files)
    yield _Trigger(file, "DELETE", _file("OLD"))
    entry = "SELECT 'fileset', NEW.id"
    yield _Trigger("catalog_fileset", "UPDATE", entry, ("entry",))
    level = "SELECT 'group', NEW.id"
    yield _Trigger("catalog_group", "UPDATE", level, ("permissions",))


def _target(row: str) -> str:
    kinds = ", ".join(f"'{kind}'" for kind in SEARCHED)
    return (
        f"SELECT model, {row}.target_id FROM django_content_type "  # noqa: S608 -- our own names
        f"WHERE id = {row}.target_type_id AND app_label = 'catalog' "
        f"AND model IN ({kinds})"
    )


def _file(row: str) -> str:
    return f"SELECT 'fileset', {row}.fileset_id WHERE {row}.fileset_id IS NOT NULL"


def install(using: str = DEFAULT_DB_ALIAS) -> None:
    """Make all triggers anew."""
    connection = connections[using]
    remove(using)
    make = _sqlite if connection.vendor == "sqlite" else _postgresql
    with connection.cursor() as cursor:
        for trigger in _triggers():
            for statement in make(trigger):
                cursor.execute(statement)


def remove(using: str = DEFAULT_DB_ALIAS) -> None:
    """Take all triggers away, those of tables that are not there yet too."""
    connection = connections[using]
    with connection.cursor() as cursor:
        there = set(connection.introspection.table_names(cursor))
        for trigger in _triggers():
            if trigger.table in there:
                cursor.execute(_drop(connection, trigger))


def note_everything(using: str = DEFAULT_DB_ALIAS) -> None:
    """Note everything as changed: the index is made anew bit by bit."""
    with connections[using].cursor() as cursor:
        for kind in SEARCHED:
            cursor.execute(_insert(f"SELECT '{kind}', id FROM catalog_{kind}"))  # noqa: S608 -- our own names


def _drop(connection: BaseDatabaseWrapper, trigger: _Trigger) -> str:
    where = "" if connection.vendor == "sqlite" else f" ON {trigger.table}"
    return f"DROP TRIGGER IF EXISTS {trigger.name}{where}"


def _insert(select: str) -> str:
    return f"INSERT INTO catalog_searchchange (kind, target_id) {select}"


def _when(trigger: _Trigger) -> str:
    """Give timing, table and condition; unchanged columns are no change."""
    columns = ", ".join(trigger.columns)
    of = f" OF {columns}" if columns else ""
    return f"AFTER {trigger.event}{of} ON {trigger.table} FOR EACH ROW"


def _sqlite(trigger: _Trigger) -> list[str]:
    changed = " OR ".join(f"OLD.{name} IS NOT NEW.{name}" for name in trigger.columns)
    when = f" WHEN {changed}" if changed else ""
    body = _insert(trigger.select)
    return [
        f"CREATE TRIGGER {trigger.name} {_when(trigger)}{when} BEGIN {body}; END",
    ]


def _postgresql(trigger: _Trigger) -> list[str]:
    changed = " OR ".join(
        f"OLD.{name} IS DISTINCT FROM NEW.{name}" for name in trigger.columns
    )
    when = f" WHEN ({changed})" if changed else ""
    body = _insert(trigger.select)
    function = f"FUNCTION {trigger.name}()"
    does = f"$$ BEGIN {body}; RETURN NULL; END $$"
    return [
        f"CREATE OR REPLACE {function} RETURNS trigger LANGUAGE plpgsql AS {does}",
        f"CREATE TRIGGER {trigger.name} {_when(trigger)}{when} EXECUTE {function}",
    ]


def before_migrations(using: str, **_kwargs: Any) -> None:
    """Clear the way, when Django says that it will migrate."""
    remove(using)


def after_migrations(
    using: str, plan: Iterable[tuple[Any, bool]] = (), **_kwargs: Any
) -> None:
    """Make the triggers again; what migrations changed may be anything."""
    migrated = {migration.app_label for migration, _backwards in plan}
    with connections[using].cursor() as cursor:
        there = connections[using].introspection.table_names(cursor)
    if "catalog_searchchange" not in there:  # went back to before the index
        return
    install(using)
    if "catalog" in migrated:
        note_everything(using)
