"""Claims jobs, has them executed, and sees to it that each one ends.

One loop in one thread: it hears the bell and its executor, and looks at the tables
from time to time. Several runners on several machines may share the tables. Knows
no HTTP and no task.
"""

from __future__ import annotations

import logging
import select
import shutil
import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from django.db import DatabaseError, close_old_connections

from graticule.jobs import attempts, folders
from graticule.jobs.bell import Bell
from graticule.jobs.executors.base import (
    Ended,
    Event,
    Executor,
    Given,
    Order,
    Progress,
    Written,
)
from graticule.jobs.identity import is_dead, own_identity
from graticule.jobs.models import Job, JobEvent, JobParameter
from graticule.jobs.times import now

logger = logging.getLogger(__name__)
_POLL_SECONDS = 0.25
_LOOK_AFTER_SECONDS = 2.0
_SWEEP_SECONDS = 3600.0
_EVENTS_KEPT = timedelta(days=7)


@dataclass
class _Execution:
    job: Job
    killed: bool = False


class Runner:
    """Runs jobs until told to stop.

    Parameters
    ----------
    executor
        Where they are executed.
    lease
        How long others believe that it lives without a sign.
    """

    def __init__(self, executor: Executor, lease: timedelta) -> None:
        self.identity = own_identity()
        self._executor = executor
        self._lease_seconds = lease.total_seconds()
        self._bell = Bell(folders.bells())
        self._executions: dict[tuple[str, int], _Execution] = {}
        self._served: dict[int | None, float] = {}
        self._renewed = 0.0
        self._looked = 0.0
        self._swept = 0.0
        self._stopping = False

    def stop(self) -> None:
        """Take no more jobs; :meth:`run` returns when :attr:`drain` has passed."""
        self._stopping = True

    def run(self, drain: timedelta = timedelta(0)) -> None:
        """Run jobs until :meth:`stop` is called.

        Parameters
        ----------
        drain
            How long what is executing then may go on; afterwards it is given up.
        """
        try:
            while not self._stopping:
                self._turn(_POLL_SECONDS)
            deadline = time.monotonic() + drain.total_seconds()
            while self._executions and time.monotonic() < deadline:
                self._turn(_POLL_SECONDS)
        finally:
            self._leave()

    def _turn(self, timeout_seconds: float) -> None:
        """Wait for something to happen, and deal with it."""
        select.select([self._bell, *self._executor.filenos()], [], [], timeout_seconds)
        self._bell.clear()
        try:
            close_old_connections()
            for event in self._executor.events():
                self._handle(event)
            self._renew()
            self._supervise()
            self._look_after_others()
            if not self._stopping:
                self._claim()
        except DatabaseError:
            # Locked, full or away: jobs stay as they are until it is back.
            logger.exception("The job tables cannot be used now; trying again.")
            time.sleep(_POLL_SECONDS)

    def _claim(self) -> None:
        while self._executor.free > 0:
            lease = attempts.lease_until(now())
            job = attempts.claim(self.identity, lease, self._served)
            if job is None:
                return
            self._served[job.owner_id] = time.monotonic()
            self._executions[job.pk, job.attempt] = _Execution(job)
            logger.info("Job %s (%s) begins %s", job.pk, job.run_id, job.service)
            try:
                self._executor.start(_order_of(job))
            except OSError as error:
                # No room for its folder: its turn is over, the runner's is not.
                del self._executions[job.pk, job.attempt]
                attempts.fail(
                    job.pk,
                    job.attempt,
                    Job.Fault.TRANSIENT,
                    f"The job could not be started: {error.strerror}.",
                )

    def _handle(self, event: Event) -> None:
        key = event.job_id, event.attempt
        execution = self._executions.get(key)
        if execution is None:
            return
        if isinstance(event, Progress):
            attempts.report(
                *key,
                done=event.done,
                total=event.total,
                message=event.message,
                log=event.log,
            )
        elif isinstance(event, Written):
            self._show(event)
        else:
            self._end(event)

    def _show(self, written: Written) -> None:
        result = attempts.NewResult(
            key=written.key,
            path=written.path,
            name=written.name,
            media_type=written.media_type,
            final=written.final,
        )
        attempts.add_result(written.job_id, written.attempt, result)

    def _end(self, ended: Ended) -> None:
        """Write how an execution ended, unless that was decided before."""
        key = ended.job_id, ended.attempt
        logger.info("Job %s ends: %s", ended.job_id, ended.message or "well")
        if ended.lost:
            attempts.lose(*key, ended.message)
        elif ended.message:
            fault = Job.Fault.TRANSIENT if ended.transient else Job.Fault.FATAL
            attempts.fail(*key, fault, ended.message, ended.detail)
        else:
            attempts.complete(*key)
        del self._executions[key]
        folders.remove_work(*key)
        if not Job.objects.filter(pk=ended.job_id).exists():
            folders.remove(ended.job_id)

    def _supervise(self) -> None:
        """Kill what was aborted or destroyed, and what takes too long."""
        if not self._executions:
            return
        mine = attempts.executing(self.identity)
        moment = now()
        for key, execution in self._executions.items():
            job = mine.get(key[0])
            if job is None or job.attempt != key[1]:
                self._kill(execution)
                continue
            execution.job = job
            limit = job.duration
            if limit and job.started and moment - job.started > limit:
                attempts.time_out(job)
                self._kill(execution)

    def _kill(self, execution: _Execution) -> None:
        if not execution.killed:
            execution.killed = True
            self._executor.kill(execution.job.pk, execution.job.attempt)

    def _renew(self) -> None:
        moment = time.monotonic()
        if self._executions and moment - self._renewed > self._lease_seconds / 3:
            self._renewed = moment
            attempts.renew(self.identity, attempts.lease_until(now()))

    def _look_after_others(self) -> None:
        """Give up what dead runners left, destroy what is due, sweep."""
        moment = time.monotonic()
        if moment - self._looked < _LOOK_AFTER_SECONDS:
            return
        self._looked = moment
        dead = [runner for runner in attempts.runners() if runner and is_dead(runner)]
        for job in attempts.lost(dead):
            if (job.pk, job.attempt) in self._executions:
                continue
            attempts.lose(job.pk, job.attempt, attempts.LOST)
        attempts.destroy_due(now())
        if moment - self._swept > _SWEEP_SECONDS or not self._swept:
            self._swept = moment
            folders.sweep(_known)
            JobEvent.objects.filter(time__lt=now() - _EVENTS_KEPT).delete()

    def _leave(self) -> None:
        """Kill what still executes; it is lost, or tried again elsewhere."""
        self._executor.close()
        for key in list(self._executions):
            attempts.lose(*key, "The server was stopped")
        self._executions.clear()
        self._bell.close()


def _known(job_ids: Iterable[str]) -> set[str]:
    rows = Job.objects.filter(pk__in=list(job_ids)).order_by()
    return set(rows.values_list("pk", flat=True))


def _order_of(job: Job) -> Order:
    """Put together what an executor needs to know."""
    folder = folders.working_folder(job.pk, job.attempt)
    # What an attempt before left there is not its own.
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    left = None
    if job.duration and job.started:
        left = job.started + job.duration - now()
    return Order(
        job_id=job.pk,
        attempt=job.attempt,
        service=job.service,
        folder=folder,
        given=tuple(map(_given, job.parameters.all())),
        run_id=job.run_id,
        owner_id=job.owner_id,
        time_left=left,
    )


def _given(row: JobParameter) -> Given:
    file = ""
    if row.file:
        file = str(folders.upload_path(row.job_id, row.file))
    return Given(row.name, row.value, file, row.media_type)
