"""The DuckDB of one process: reads the attached tables, and nothing else.

It is locked before the first question: no other files, no network, no
extensions, no change of its settings; memory and threads are bounded and every
question has a deadline. Each question has a cursor of its own, so threads do not
meet. What is asked is never made of what people sent: that goes along as
parameters.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import numpy.typing as npt
from django.conf import settings

from graticule.errors import CorruptFileError, LimitError, MissingFileError
from graticule.services.tables.condition import ConditionError

Arrays = dict[str, npt.NDArray[Any]]

_AGAIN_SECONDS = 0.02

_lock = threading.Lock()
_opened: dict[Path, duckdb.DuckDBPyConnection] = {}


def fetch_rows(
    path: Path, sql: str, parameters: Sequence[Any] = ()
) -> list[tuple[Any, ...]]:
    """Ask a question of one table and get rows.

    Parameters
    ----------
    path
        The file; ``{table}`` in the question is its rows, ``file_row_number``
        theirs from 0.

    Raises
    ------
    graticule.errors.LimitError
        If it takes too long or too much memory.
    graticule.services.tables.condition.ConditionError
        If numbers grow beyond 64 bits on the way.
    graticule.errors.FileError
        If the file is not there or broken.
    """
    with _asked(path, sql, parameters, {}) as answer:
        rows: list[tuple[Any, ...]] = answer.fetchall()
        return rows


def fetch_arrays(
    path: Path,
    sql: str,
    parameters: Sequence[Any] = (),
    given: Mapping[str, npt.NDArray[np.int64]] | None = None,
) -> Arrays:
    """Ask as :func:`fetch_rows` does, and get one array a column.

    Parameters
    ----------
    given
        Columns of the view ``given`` that the question may use.
    """
    with _asked(path, sql, parameters, given or {}) as answer:
        arrays: Arrays = answer.fetchnumpy()
        return arrays


@contextmanager
def _asked(
    path: Path,
    sql: str,
    parameters: Sequence[Any],
    given: Mapping[str, npt.NDArray[np.int64]],
) -> Iterator[duckdb.DuckDBPyConnection]:
    if not path.is_file():
        raise MissingFileError(path, "the attached table is gone.")
    cursor = _database().cursor()
    seconds: float = settings.GRATICULE["table_query_timeout"].total_seconds()
    source = "read_parquet(?, file_row_number = true)"
    try:
        with deadline(cursor, seconds):
            if given:
                cursor.register("given", dict(given))
            question = sql.replace("{table}", source)
            yield cursor.execute(question, [str(path), *parameters])
    except duckdb.InterruptException:
        limit = round(seconds)
        raise LimitError(
            "table_query_timeout", limit, limit + 1, "a table query, in seconds,"
        ) from None
    except duckdb.OutOfMemoryException:
        limit = settings.GRATICULE["table_memory_bytes"]
        raise LimitError(
            "table_memory_bytes", limit, limit + 1, "a table query's memory"
        ) from None
    except (duckdb.OutOfRangeException, duckdb.ConversionException) as error:
        said = str(error).partition("\n")[0]
        raise ConditionError(f"A value cannot be calculated: {said}") from None
    except duckdb.Error as error:
        cause = str(error).partition("\n")[0].replace(str(path), path.name)
        raise CorruptFileError(path, f"the table cannot be read: {cause}") from None
    finally:
        cursor.close()


@contextmanager
def deadline(cursor: duckdb.DuckDBPyConnection, seconds: float) -> Iterator[None]:
    """Interrupt what still runs after so many seconds."""
    done = threading.Event()

    def watch() -> None:
        wait = seconds
        # Between two steps of a question an interruption goes unheard.
        while not done.wait(wait):
            cursor.interrupt()
            wait = _AGAIN_SECONDS

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield
    finally:
        done.set()
        watcher.join()


def _database() -> duckdb.DuckDBPyConnection:
    home: Path = settings.GRATICULE["home"]
    with _lock:
        if home not in _opened:
            _opened[home] = locked_down([home / "attachments"])
        return _opened[home]


def locked_down(
    folders: Sequence[Path], spill: Path | None = None
) -> duckdb.DuckDBPyConnection:
    """Open a DuckDB that reads files of some folders, and nothing else.

    Parameters
    ----------
    spill
        A folder for what does not fit into memory; without one that is refused.
    """
    values = settings.GRATICULE
    database = duckdb.connect(":memory:")
    options: dict[str, Any] = {
        "memory_limit": f"{values['table_memory_bytes']}B",
        "threads": values["table_threads"],
        "temp_directory": "" if spill is None else str(spill),
        "parquet_metadata_cache": True,
        "python_enable_replacements": False,
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
        "allowed_directories": [f"{folder}/" for folder in folders],
        "enable_external_access": False,
        "lock_configuration": True,
    }
    for name, value in options.items():
        database.execute(f"SET {name} = {_quoted(value)}")
    return database


def _quoted(value: Any) -> str:
    """Write the value of an option, which takes no parameters."""
    if isinstance(value, list):
        return f"[{', '.join(map(_quoted, value))}]"
    if isinstance(value, str):
        escaped = value.replace("'", "''")
        return f"'{escaped}'"
    return str(value).lower()
