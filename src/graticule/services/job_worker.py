"""The worker of this installation: a runner with the executor that is configured.

Knows no command line.
"""

from __future__ import annotations

import os
from typing import Any

from django.conf import settings

from graticule.jobs.executors.base import Executor
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
    wanted = slots or values["job_slots"]
    rules: dict[str, Any] = {
        "preload": PRELOAD,
        "kill_grace": values["kill_grace"],
        "memory_bytes": values["job_memory_bytes"],
    }
    address = values["dask_scheduler"]
    executor: Executor
    if address:
        # An extra that most installations do without.
        from graticule.jobs.executors.dask import DaskExecutor  # noqa: PLC0415

        executor = DaskExecutor(TARGET, address, slots=wanted, **rules)
    else:
        count = wanted or min(_MOST_SLOTS, os.cpu_count() or 1)
        executor = ProcessExecutor(TARGET, slots=count, **rules)
    return Runner(executor, values["job_lease"])
