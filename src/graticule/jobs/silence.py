"""Who has given no sign for how long, by a clock that nobody sets (contract uws U89).

A sign is a lease that changes. What it says is not compared with the time of day:
that may jump, and differs between machines. Time in which nobody looked (a locked
database, a machine that slept) does not count. Knows no table.
"""

from __future__ import annotations

import time
from collections.abc import Iterable

from graticule.jobs.models import Job


class Silence:
    """How long each execution has been silent, as far as it was watched.

    Parameters
    ----------
    lease_seconds
        After so much silence an execution is lost.
    look_seconds
        How often :meth:`lost` is to be called.
    """

    def __init__(self, lease_seconds: float, look_seconds: float) -> None:
        self._most = max(lease_seconds / 2, lease_seconds - look_seconds)
        self._longest_step = 2 * look_seconds
        self._looked = time.monotonic()
        self._heard: dict[tuple[str, int], tuple[object, float]] = {}

    def lost(self, executing: Iterable[Job]) -> list[Job]:
        """List those that have been silent for too long."""
        moment = time.monotonic()
        step = min(moment - self._looked, self._longest_step)
        self._looked = moment
        heard: dict[tuple[str, int], tuple[object, float]] = {}
        gone = []
        for job in executing:
            key = job.pk, job.attempt
            lease, silent = self._heard.get(key, (None, 0.0))
            silent = silent + step if lease == job.lease else 0.0
            heard[key] = job.lease, silent
            if silent >= self._most:
                gone.append(job)
        self._heard = heard
        return gone
