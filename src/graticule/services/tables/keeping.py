"""What whoever runs the server does with stored tables: list, export, delete.

Nothing here asks who may: it is for the command line.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple
from uuid import uuid4

import duckdb
from django.db import transaction

from graticule.catalog.models import Annotation
from graticule.errors import CorruptFileError, NotFoundError, UnsupportedFileError
from graticule.services.attachments import delete_attached
from graticule.services.tables.columns import place
from graticule.services.tables.store import MEDIA_TYPE, Table
from graticule.services.tables.workshop import Tell, workshop
from graticule.services.versions import tell_change, wait_until_known


class StoredTable(NamedTuple):
    """A table and what it is on, such as ``Plate:5``."""

    file_id: int
    name: str
    size_bytes: int
    on: list[str]


def all_tables() -> Iterator[StoredTable]:
    """List all tables, oldest first."""
    annotations = Annotation.objects.filter(file__media_type=MEDIA_TYPE)
    found = annotations.select_related("file").prefetch_related("links__target_type")
    for annotation in found.order_by("file"):
        file = annotation.file
        assert file is not None
        on = [
            f"{link.target_type.model_class().__name__}:{link.target_id}"  # type: ignore[union-attr]
            for link in annotation.links.all()
        ]
        yield StoredTable(file.pk, file.name, file.size_bytes, on)


def export_table(table: Table, path: Path, tell: Tell) -> None:
    """Write a table as CSV or Parquet, by the name of the file.

    Parquet keeps kinds and notes: importing it again gives the same table.

    Raises
    ------
    graticule.errors.UnsupportedFileError
        If the name ends otherwise, or the format cannot tell two columns apart.
    graticule.errors.CorruptFileError
        If it cannot be written there.
    """
    kind = path.suffix.lower().lstrip(".")
    if kind not in {"csv", "parquet"}:
        raise UnsupportedFileError(path, "name it .csv or .parquet.")
    aside = path.with_name(f".{uuid4().hex}.part")
    names = [column.name.replace('"', '""') for column in table.columns]
    if kind == "parquet" and len({name.lower() for name in names}) < len(names):
        raise UnsupportedFileError(
            path, "two columns differ in upper and lower case only: export CSV."
        )
    selected = ", ".join(
        f'{place(index)} AS "{name}"' for index, name in enumerate(names)
    )
    question = f"SELECT {selected} FROM read_parquet(?)"  # noqa: S608 -- names are quoted
    try:
        with workshop(tell) as shop:
            given = [shop.named(table.path)]
            if kind == "parquet":
                shop.write(question, given, aside, table.columns, table.metadata)
            else:
                target = str(aside).replace("'", "''")
                copy = f"COPY ({question}) TO '{target}' (FORMAT csv, HEADER)"
                shop.run("writing", copy, given)
        aside.rename(path)
    except (duckdb.IOException, OSError) as error:
        said = str(error).partition("\n")[0]
        raise CorruptFileError(path, f"it cannot be written: {said}") from None
    finally:
        aside.unlink(missing_ok=True)


def delete_table(file_id: int) -> None:
    """Delete a table with all its links.

    Raises
    ------
    graticule.errors.NotFoundError
        If there is none.
    """
    annotations = Annotation.objects.filter(
        file=file_id, file__media_type=MEDIA_TYPE
    ).select_related("file")
    with transaction.atomic():
        found = list(annotations)
        if not found:
            raise NotFoundError(
                f"There is no table {file_id}; see `graticule table list`."
            )
        for annotation in found:
            delete_attached(annotation)
        tell_change()
    wait_until_known()
