"""Where the files of jobs lie: uploads, work in progress, results.

A job's folder is ``jobs/<two letters>/<id>`` in the home folder; each execution
has one of its own beside them. What is whole is moved into place; what is removed
is first moved aside, so that nobody sees half of it, and a sweep finishes what a
crash left (U77). Knows no table.
"""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from itertools import islice
from pathlib import Path
from uuid import NAMESPACE_URL, uuid4, uuid5

from django.conf import settings

_TRASH = "trash"
_WORK = "work"
_UPLOADS = "uploads"
_RESULTS = "results"
# A folder this young may belong to a job that is just being created.
_YOUNG_SECONDS = 600
_ASKED_AT_ONCE = 500

Key = tuple[str, int]
"""A job and the number of an execution of it."""


def root() -> Path:
    """Give the folder of all jobs."""
    home: Path = settings.GRATICULE["home"]
    return home / "jobs"


def bells() -> Path:
    """Give the folder of those who want to know of changes."""
    return root() / "bells"


def folder_of(job_id: str) -> Path:
    """Give a job's folder, there or not."""
    return root() / job_id[:2] / job_id


def working_folder(job_id: str, attempt: int) -> Path:
    """Give the folder that one execution writes to, there or not."""
    return root() / _WORK / f"{job_id}-{attempt}"


def make_working_folder(job_id: str, attempt: int) -> Path:
    """Make the folder that one execution writes to, empty."""
    folder = working_folder(job_id, attempt)
    folder.parent.mkdir(parents=True, exist_ok=True)
    folder.mkdir()
    return folder


def keep_upload(job_id: str, file: Path) -> str:
    """Move an uploaded file to its job, under a name of ours (U96)."""
    return _keep(folder_of(job_id) / _UPLOADS, file, uuid4().hex)


def keep_result(job_id: str, file: Path) -> str:
    """Move a result that is whole to its place; once more does no harm.

    Raises
    ------
    OSError
        If it is neither here nor there, or there is no room.
    """
    return _keep(
        folder_of(job_id) / _RESULTS, file, uuid5(NAMESPACE_URL, str(file)).hex
    )


def keep_only(job_id: str, names: Iterable[str]) -> None:
    """Remove the files of results that are not shown, or never were."""
    shown = set(names)
    for file in _entries_of(folder_of(job_id) / _RESULTS):
        if file.name not in shown:
            with suppress(OSError):
                Path(file.path).unlink()


def upload_path(job_id: str, name: str) -> Path:
    """Give the path of an upload by the name of its row."""
    return folder_of(job_id) / _UPLOADS / name


def result_path(job_id: str, name: str) -> Path:
    """Give the path of a result by the name of its row."""
    return folder_of(job_id) / _RESULTS / name


def _keep(folder: Path, file: Path, name: str) -> str:
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / name).exists():
        file.rename(folder / name)
    return name


def remove_work(job_id: str, attempt: int) -> None:
    """Remove what an execution has left behind."""
    _remove(working_folder(job_id, attempt))


def remove(job_id: str) -> None:
    """Remove all files of a job."""
    _remove(folder_of(job_id))


def _remove(folder: Path) -> None:
    """Move aside, then delete: what cannot be deleted now is swept up later."""
    trash = root() / _TRASH
    aside = trash / uuid4().hex
    try:
        trash.mkdir(parents=True, exist_ok=True)
        folder.rename(aside)
    except FileNotFoundError:
        return
    except OSError:
        # No room even for that: at least what is in it goes.
        aside = folder
    shutil.rmtree(aside, ignore_errors=True)


def sweep(
    known: Callable[[Iterable[str]], set[str]],
    executing: Callable[[Iterable[Key]], set[Key]],
) -> int:
    """Remove folders that no job has, and what is in the trash.

    Parameters
    ----------
    known
        Says which of some ids are those of jobs.
    executing
        Says which of some executions go on.

    Returns
    -------
    int
        How many folders were removed.
    """
    for folder in _entries_of(root() / _TRASH):
        shutil.rmtree(folder.path, ignore_errors=True)
    return _sweep_work(executing) + _sweep_jobs(known)


def _sweep_work(executing: Callable[[Iterable[Key]], set[Key]]) -> int:
    # Listed first: a folder is made after its job is said to be executing.
    keys = []
    for folder in _entries_of(root() / _WORK):
        job_id, _, attempt = folder.name.rpartition("-")
        keys.append((job_id, int(attempt)))
    gone = set(keys) - executing(keys)
    for key in gone:
        remove_work(*key)
    return len(gone)


def _sweep_jobs(known: Callable[[Iterable[str]], set[str]]) -> int:
    count = 0
    for found in _in_parts(_old_folders()):
        for job_id in set(found) - known(found):
            count += 1
            remove(job_id)
    return count


def _in_parts(ids: Iterator[str]) -> Iterator[list[str]]:
    while part := list(islice(ids, _ASKED_AT_ONCE)):
        yield part


def _entries_of(folder: Path) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return list(entries)
    except FileNotFoundError:
        return []


def _old_folders() -> Iterator[str]:
    before = time.time() - _YOUNG_SECONDS
    for shelf in _entries_of(root()):
        if len(shelf.name) != 2 or not shelf.is_dir():
            continue
        for folder in _entries_of(Path(shelf.path)):
            with suppress(FileNotFoundError):
                if folder.stat().st_mtime < before:
                    yield folder.name
