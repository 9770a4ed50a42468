"""One mount of a service: its name, its addresses, its parameters (uws 1, 16).

The same for every service and every alias, with no special cases by address.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import quote

from django.http import HttpRequest
from django.urls import get_script_prefix

from graticule.jobs.models import Job
from graticule.services.tasks.registry import task_named
from graticule.services.tasks.task import Task
from graticule.web.uws.places import path_of


@dataclass(frozen=True, slots=True)
class Mount:
    """Where the jobs of one service are.

    ``base`` is the absolute address of the job list, by its canonical name (U5).
    """

    task: Task
    base: str

    @classmethod
    def of(cls, request: HttpRequest, service: str) -> Mount:
        """Find the mount of a service.

        Raises
        ------
        graticule.errors.NotFoundError
            If there is no such service.
        """
        task = task_named(service)
        path = _path(service, get_script_prefix())
        return cls(task, request.build_absolute_uri(path))

    def address(self, job: Job | str, *segments: str) -> str:
        """Give the absolute address of a job, or of something below it."""
        job_id = job if isinstance(job, str) else job.pk
        return "/".join(
            (self.base, job_id, *(quote(part, safe="") for part in segments))
        )


@lru_cache(maxsize=256)
def _path(service: str, prefix: str) -> str:
    """Give the path of a job list; what it is below is not always the same."""
    del prefix
    return path_of("uws_list", service)
