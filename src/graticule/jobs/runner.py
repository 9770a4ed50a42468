"""Claims jobs, has them executed, and sees to it that each one ends.

One loop in one thread: it hears the bell and its executor, and looks at the tables
from time to time. Several runners on several machines may share the tables. Knows
no HTTP and no task.
"""

from __future__ import annotations

import logging
import select
import time
from collections import deque
from dataclasses import dataclass
from datetime import timedelta

from django.db import (
    DatabaseError,
    InterfaceError,
    OperationalError,
    close_old_connections,
)

from graticule.jobs import attempts, folders
from graticule.jobs.bell import WORKER, Bell
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
from graticule.jobs.silence import Silence
from graticule.jobs.times import now

logger = logging.getLogger(__name__)
_POLL_SECONDS = 0.25
_LOOK_AFTER_SECONDS = 2.0
_SWEEP_SECONDS = 3600.0
_EVENTS_KEPT = timedelta(days=7)


@dataclass
class _Execution:
    """``begun`` is by the clock that nobody sets; tries before it count, too."""

    job: Job
    begun: float
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
        self._bell = Bell(folders.bells(), WORKER)
        self._executions: dict[tuple[str, int], _Execution] = {}
        self._served: dict[int | None, float] = {}
        self._renewed = 0.0
        self._looked = 0.0
        self._swept = 0.0
        self._supervised = 0.0
        self._stopping = False
        # What the executor has said and the tables do not know yet.
        self._said: deque[Event] = deque()
        self._silence = Silence(lease.total_seconds(), _LOOK_AFTER_SECONDS)

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
        sources = [self._bell, *self._executor.filenos()]
        ready, _, _ = select.select(sources, [], [], timeout_seconds)
        rung = self._bell in ready
        self._bell.clear()
        try:
            close_old_connections()
            self._listen()
            self._renew()
            self._supervise(rung=rung)
            self._look_after_others()
            if not self._stopping:
                self._claim()
        except (OperationalError, InterfaceError, OSError) as error:
            # Locked, full or away: jobs stay as they are until it is back.
            logger.error(  # noqa: TRY400 -- it will be said many times
                "Jobs cannot be looked after now; trying again: %s", error
            )
            time.sleep(_POLL_SECONDS)

    def _listen(self) -> None:
        """Write down what the executor says; nothing is forgotten before it is."""
        self._said.extend(self._executor.events())
        while self._said:
            event = self._said[0]
            try:
                self._handle(event)
            except (OperationalError, InterfaceError):
                raise
            except (DatabaseError, OSError) as error:
                logger.exception("Job %s cannot go on", event.job_id)
                self._spoil(event, f"What it has made cannot be kept: {error}.")
            self._said.popleft()

    def _claim(self) -> None:
        while self._executor.free > 0:
            lease = attempts.lease_until(now())
            job = attempts.claim(self.identity, lease, self._served)
            if job is None:
                return
            self._served[job.owner_id] = time.monotonic()
            logger.info("Job %s (%s) begins %s", job.pk, job.run_id, job.service)
            self._start(job)

    def _start(self, job: Job) -> None:
        """Begin a job; until that has worked it counts as lost."""
        key = job.pk, job.attempt
        spent = max(timedelta(0), now() - (job.started or now()))
        try:
            self._executor.start(_order_of(job, spent))
        except OSError as error:
            # No room for its folder: its turn is over, the runner's is not.
            message = f"The job could not be started: {error.strerror}."
            attempts.fail(*key, Job.Fault.TRANSIENT, message)
            folders.remove_work(*key)
            return
        begun = time.monotonic() - spent.total_seconds()
        self._executions[key] = _Execution(job, begun)

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
        if ended.lost:
            moved = attempts.lose(*key, ended.message)
        elif ended.message:
            fault = Job.Fault.TRANSIENT if ended.transient else Job.Fault.FATAL
            moved = attempts.fail(*key, fault, ended.message, ended.detail)
        else:
            moved = attempts.complete(*key)
        if not moved and not attempts.known([ended.job_id]):
            folders.remove(ended.job_id)
        logger.info("Job %s ends: %s", ended.job_id, ended.message or "well")
        folders.remove_work(*key)
        del self._executions[key]

    def _spoil(self, event: Event, message: str) -> None:
        """End a job in ERROR because of what it has said."""
        key = event.job_id, event.attempt
        attempts.fail(*key, Job.Fault.TRANSIENT, message)
        if isinstance(event, Ended):
            self._executions.pop(key, None)
            folders.remove_work(*key)
        elif key in self._executions:
            self._kill(self._executions[key])

    def _supervise(self, *, rung: bool) -> None:
        """Kill what was aborted or destroyed, and what takes too long."""
        moment = time.monotonic()
        soon = moment - self._supervised < _POLL_SECONDS
        if not self._executions or (soon and not rung):
            return
        self._supervised = moment
        mine = attempts.executing(self.identity)
        for key, execution in self._executions.items():
            limit = mine.get(key)
            if limit is None:
                self._kill(execution)
            elif limit and moment - execution.begun > limit.total_seconds():
                execution.job.duration = limit
                attempts.time_out(execution.job)
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
        executing = attempts.executing_anywhere()
        gone = {(job.pk, job.attempt) for job in self._silence.lost(executing)}
        runners = {job.runner for job in executing} - {self.identity}
        dead = {runner for runner in runners if is_dead(runner)} | {self.identity}
        for job in executing:
            key = job.pk, job.attempt
            if (key in gone or job.runner in dead) and key not in self._executions:
                logger.warning("Job %s was lost by %s", job.pk, job.runner)
                attempts.lose(*key, attempts.LOST)
        attempts.destroy_due(now())
        if moment - self._swept > _SWEEP_SECONDS or not self._swept:
            self._swept = moment
            folders.sweep(attempts.known, attempts.going_on)
            JobEvent.objects.filter(time__lt=now() - _EVENTS_KEPT).delete()

    def _leave(self) -> None:
        """Kill what still executes; it is lost, or tried again elsewhere."""
        try:
            self._listen()
            self._executor.close()
            for key in list(self._executions):
                attempts.lose(*key, "The server was stopped")
        except DatabaseError:
            # The next runner finds them.
            logger.exception("What still executed cannot be given up now.")
            self._executor.close()
        self._executions.clear()
        self._bell.close()


def _order_of(job: Job, spent: timedelta) -> Order:
    """Put together what an executor needs to know."""
    return Order(
        job_id=job.pk,
        attempt=job.attempt,
        service=job.service,
        folder=folders.make_working_folder(job.pk, job.attempt),
        given=tuple(map(_given, job.parameters.all())),
        run_id=job.run_id,
        owner_id=job.owner_id,
        time_left=job.duration - spent if job.duration else None,
    )


def _given(row: JobParameter) -> Given:
    file = ""
    if row.file:
        file = str(folders.upload_path(row.job_id, row.file))
    return Given(row.name, row.value, file, row.media_type)
