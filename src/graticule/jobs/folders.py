"""Where the files of jobs lie: uploads, work in progress, results.

A job's folder is ``jobs/<two letters>/<id>`` in the home folder. What is whole is
moved into place; what is removed is first moved aside, so that nobody sees half of
it, and a sweep finishes what a crash left (U77). Knows no table.
"""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from uuid import uuid4

from django.conf import settings

_TRASH = "trash"
_UPLOADS = "uploads"
_RESULTS = "results"
# A folder this young may belong to a job that is just being created.
_YOUNG_SECONDS = 600


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
    """Make the folder that one execution writes to."""
    folder = folder_of(job_id) / f"attempt-{attempt}"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def keep_upload(job_id: str, file: Path) -> str:
    """Move an uploaded file to its job, under a name of ours (U96)."""
    return _keep(folder_of(job_id) / _UPLOADS, file)


def keep_result(job_id: str, file: Path) -> str:
    """Move a result that is whole to its place."""
    return _keep(folder_of(job_id) / _RESULTS, file)


def upload_path(job_id: str, name: str) -> Path:
    """Give the path of an upload by the name of its row."""
    return folder_of(job_id) / _UPLOADS / name


def result_path(job_id: str, name: str) -> Path:
    """Give the path of a result by the name of its row."""
    return folder_of(job_id) / _RESULTS / name


def _keep(folder: Path, file: Path) -> str:
    folder.mkdir(parents=True, exist_ok=True)
    name = uuid4().hex
    file.rename(folder / name)
    return name


def remove_work(job_id: str, attempt: int) -> None:
    """Remove what an execution has left behind."""
    _remove(folder_of(job_id) / f"attempt-{attempt}")


def remove(job_id: str) -> None:
    """Remove all files of a job."""
    _remove(folder_of(job_id))


def _remove(folder: Path) -> None:
    """Move aside, then delete: what cannot be deleted now is swept up later."""
    trash = root() / _TRASH
    trash.mkdir(parents=True, exist_ok=True)
    aside = trash / uuid4().hex
    try:
        folder.rename(aside)
    except FileNotFoundError:
        return
    shutil.rmtree(aside, ignore_errors=True)


def sweep(known: Callable[[Iterable[str]], set[str]]) -> int:
    """Remove folders that no job has, and what is in the trash.

    Parameters
    ----------
    known
        Says which of some ids are those of jobs.

    Returns
    -------
    int
        How many folders were removed.
    """
    shutil.rmtree(root() / _TRASH, ignore_errors=True)
    found = list(_old_folders())
    there = known(found)
    gone = [job_id for job_id in found if job_id not in there]
    for job_id in gone:
        remove(job_id)
    return len(gone)


def _old_folders() -> Iterator[str]:
    before = time.time() - _YOUNG_SECONDS
    with suppress(FileNotFoundError):
        for shelf in os.scandir(root()):
            if len(shelf.name) != 2 or not shelf.is_dir():
                continue
            for folder in os.scandir(shelf.path):
                if folder.stat().st_mtime < before:
                    yield folder.name
