"""What can be made of a thing by a job: the menu of its page.

Knows no kind of job: each declares what it can be started for.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from graticule.catalog.models import Person
from graticule.services.browse import Kind
from graticule.services.tasks.allowed import may_use
from graticule.services.tasks.registry import tasks
from graticule.services.tasks.task import Task

# What the image page can fill in, as it stands on the screen.
_VIEW = ("Z", "T", "C", "MAPS", "M", "P")


def makes(kind: Kind, thing_id: int, person: Person | None) -> list[dict[str, Any]]:
    """List the jobs that fit a thing, each with the address of its filled-in form.

    Only those that the person may use.
    """
    found = []
    for task in tasks().values():
        parameter = task.targets.get(kind.value)
        if parameter is None or not may_use(person, task.name):
            continue
        query = urlencode({parameter: thing_id})
        found.append(
            {
                "title": task.title,
                "help": task.help,
                "url": f"{reverse('uws_list', args=[task.name])}?{query}",
                "takes": " ".join(_taken(task)),
            }
        )
    return found


def _taken(task: Task) -> list[str]:
    """Name the parameters that the page fills in: those that take one value."""
    return [name for name in _VIEW if name in task.fields and name not in task.multiple]
