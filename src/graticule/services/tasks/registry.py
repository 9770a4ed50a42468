"""Which kinds of jobs there are, and the function that does any of them."""

from __future__ import annotations

from importlib import import_module

from django.conf import settings
from django.db import close_old_connections

from graticule.catalog.models import Person
from graticule.catalog.models.people import PUBLIC
from graticule.errors import NotFoundError, NotPermittedError
from graticule.jobs.executors.work import Work
from graticule.services.tasks.task import Task

# Modules of this package; each has a TASK.
_MODULES = (
    "echo",
    "echo_inline",
    "ome_tiff",
    "ome_zarr",
    "archive",
    "rendered_images",
    "scan_upload",
    "cutout",
    "cutouts",
    "datalink",
    "movie",
    "projection",
    "pyramid",
    "statistics",
    "table_query",
    "tap",
    "thumbnails",
)
ECHOES = frozenset({"echo", "echo_inline"})
"""Modules of what does nothing useful: on where the setting echo_service says so."""

TARGET = "graticule.services.tasks.registry:do_in_process"


def tasks() -> dict[str, Task]:
    """Give the kinds of jobs that are on, by name."""
    found = {}
    for name in _MODULES:
        if name in ECHOES and not settings.GRATICULE["echo_service"]:
            continue
        task: Task = import_module(f"graticule.services.tasks.{name}").TASK
        found[task.name] = task
    return found


def task_named(name: str) -> Task:
    """Find a kind of job.

    Raises
    ------
    graticule.errors.NotFoundError
        If there is none of that name, or it is switched off.
    """
    found = tasks().get(name)
    if found is None:
        raise NotFoundError(f"There is no service {name}.")
    return found


def do(work: Work) -> None:
    """Do the work of a job, whatever its kind; called where it is executed.

    Raises
    ------
    graticule.errors.GraticuleError
        With a sentence for the user, if it cannot be done.
    """
    task = task_named(work.service)
    task.run(work, task.parse(work.given), person_of(work.owner_id))


def do_in_process(work: Work) -> None:
    """Do the work of a job in a process that is used for many of them."""
    # The server of the tables may have gone meanwhile.
    close_old_connections()
    do(work)


def person_of(owner_id: int | None) -> Person:
    """Find the person whose rights a job has: its owner's, or the public's.

    Raises
    ------
    graticule.errors.NotPermittedError
        If they may not do anything any more.
    """
    people = Person.objects.filter(is_active=True)
    mine = people.filter(pk=owner_id) if owner_id else people.filter(username=PUBLIC)
    found = mine.first()
    if found is None or (
        owner_id is None and not settings.GRATICULE["anonymous_access"]
    ):
        raise NotPermittedError("The owner of the job may not use this server now.")
    return found
