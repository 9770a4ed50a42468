"""The worker of this installation: a runner with the executor that is configured.

Knows no command line.
"""

from __future__ import annotations

import os

from django.conf import settings

from graticule.jobs.executors.process import ProcessExecutor
from graticule.jobs.runner import Runner
from graticule.services.tasks.registry import TARGET

_MOST_SLOTS = 4
PRELOAD = ("graticule.services.tasks.warm",)


def make_runner(slots: int | None = None) -> Runner:
    """Make the runner that executes this installation's jobs.

    Parameters
    ----------
    slots
        Jobs at once; by default what the settings say.
    """
    values = settings.GRATICULE
    count = slots or values["job_slots"] or min(_MOST_SLOTS, os.cpu_count() or 1)
    executor = ProcessExecutor(
        TARGET,
        slots=count,
        preload=PRELOAD,
        kill_grace=values["kill_grace"],
        memory_bytes=values["job_memory_bytes"],
    )
    return Runner(executor, values["job_lease"])
