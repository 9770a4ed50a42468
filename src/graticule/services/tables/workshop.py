"""Where tables are made: a DuckDB with a folder of its own, gone afterwards.

Memory is bounded; what does not fit goes to the folder. Knows no format and no
catalogue.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb
import numpy.typing as npt
from django.conf import settings

from graticule.services.tables.columns import ARRAY_KINDS, Column, Kind, place, to_json
from graticule.services.tables.store import COLUMNS_KEY, METADATA_KEY

Tell = Callable[[str, float | None], None]
"""Is told what is done now, and how much of it: 0 to 1, or nothing."""

_LOOK_SECONDS = 0.2


class Workshop:
    """A place to make one table.

    Parameters
    ----------
    folder
        For what does not fit into memory.
    tell
        Is told of progress.
    """

    def __init__(self, folder: Path, tell: Tell) -> None:
        self.folder = folder
        self._tell = tell
        self.database = duckdb.connect(str(folder / "stage.duckdb"))
        values = settings.GRATICULE
        spill = str(folder / "spill").replace("'", "''")
        for text in (
            f"SET memory_limit = '{values['table_memory_bytes']}B'",
            f"SET threads = {values['table_threads']}",
            f"SET temp_directory = '{spill}'",
            "SET autoinstall_known_extensions = false",
            "SET autoload_known_extensions = false",
        ):
            self.database.execute(text)

    def named(self, path: Path) -> str:
        """Give a file a name in which nothing is a pattern or an address."""
        link = self.folder / f"source{len(list(self.folder.glob('source*')))}"
        link.symlink_to(path.resolve())
        return str(link)

    def run(
        self, phase: str, sql: str, parameters: Sequence[Any] = ()
    ) -> list[tuple[Any, ...]]:
        """Run one statement to its end, telling how far it is."""
        with self._watched(phase):
            rows: list[tuple[Any, ...]] = self.database.execute(
                sql, list(parameters)
            ).fetchall()
        return rows

    def insert(self, batch: dict[str, npt.NDArray[Any]]) -> None:
        """Append rows to the table ``stage``: its columns by their place."""
        self.database.register("batch", batch)
        places = ", ".join(batch)
        self.database.execute(f"INSERT INTO stage SELECT {places} FROM batch")  # noqa: S608 -- text of ours alone
        self.database.unregister("batch")

    def tell(self, phase: str, share: float | None = None) -> None:
        """Pass on what is done now."""
        self._tell(phase, share)

    def write(
        self,
        selected: str,
        parameters: Sequence[Any],
        path: Path,
        columns: Sequence[Column],
        metadata: Mapping[str, Any],
    ) -> None:
        """Write the rows of a question as a table that can be attached.

        Parameters
        ----------
        selected
            A SELECT of all columns by their place, none of them null.
        path
            Where to write.
        """
        # The notes go by way of variables, as nothing else may be a parameter here.
        for name, text in (
            ("noted_columns", to_json(columns)),
            ("noted_metadata", json.dumps(dict(metadata))),
        ):
            self.database.execute(f"SET VARIABLE {name} = ?", [text])
        target = str(path).replace("'", "''")
        self.run(
            "writing",
            f"COPY ({selected}) TO '{target}' (FORMAT parquet, COMPRESSION snappy, "
            f"KV_METADATA {{'{COLUMNS_KEY}': getvariable('noted_columns'), "
            f"'{METADATA_KEY}': getvariable('noted_metadata')}})",
            parameters,
        )

    @contextmanager
    def _watched(self, phase: str) -> Iterator[None]:
        done = threading.Event()

        def watch() -> None:
            while not done.wait(_LOOK_SECONDS):
                percent = self.database.query_progress()
                self._tell(phase, percent / 100 if percent >= 0 else None)

        self._tell(phase, None)
        watcher = threading.Thread(target=watch, daemon=True)
        watcher.start()
        try:
            yield
        finally:
            done.set()
            watcher.join()


@contextmanager
def workshop(tell: Tell) -> Iterator[Workshop]:
    """Open a workshop; its folder is removed afterwards, whatever happens."""
    aside = settings.GRATICULE["home"] / "attachments" / "aside"
    aside.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix="table-", dir=aside) as folder:
        shop = Workshop(Path(folder), tell)
        try:
            yield shop
        finally:
            shop.database.close()


def stage(columns: Sequence[Column]) -> str:
    """Make the statement that makes an empty table ``stage`` with these columns."""
    fields = ", ".join(
        f"{place(index)} {column.stored}" for index, column in enumerate(columns)
    )
    return f"CREATE TABLE stage ({fields})"


def filled(c: str, column: Column) -> str:
    """Make the stored value of ``c``, with something in place of what is missing.

    DuckDB takes NaN of NumPy for missing; here missing numbers are NaN.
    """
    cast = f"CAST({c} AS {column.stored})"
    if column.kind == Kind.DOUBLE:
        return f"coalesce({cast}, 'NaN'::DOUBLE)"
    if column.kind == Kind.STRING:
        return f"coalesce({cast}, '')"
    if column.kind in ARRAY_KINDS:
        filler = "0" if column.kind == Kind.LONG_ARRAY else "'NaN'"
        item = column.stored.removesuffix("[]")
        items = f"list_transform({cast}, lambda x: coalesce(x, {filler}::{item}))"
        return f"coalesce({items}, [])"
    return cast
