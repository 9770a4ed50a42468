"""``graticule worker``: execute jobs."""

from __future__ import annotations

import ctypes
import os
import signal
from threading import Thread

import click

from graticule.cli.main import set_up

_PR_SET_PDEATHSIG = 1


@click.command("worker")
@click.option("--slots", type=int, help="Jobs at once. [default: one per core, max 4]")
@click.option(
    "--drain",
    type=float,
    default=0.0,
    show_default=True,
    metavar="SECONDS",
    help="When stopped, let jobs go on for so long before they are given up.",
)
@click.option("--embedded", type=int, metavar="PID", hidden=True)
def command(*, slots: int | None, drain: float, embedded: int | None) -> None:
    """Execute jobs until stopped.

    `graticule serve` starts a worker of its own. Start more of them where there is
    more to do: on this machine, or on others that share the PostgreSQL database
    and the home folder.

    \b
    Examples:
      graticule worker                  as many jobs at once as there are cores
      graticule worker --slots 8        eight at once
      graticule worker --drain 600      when stopped, finish what takes < 10 min
    """  # noqa: D301 -- click wants the single \b
    from datetime import timedelta  # noqa: PLC0415

    if embedded is not None:
        _leave_with(embedded)
    set_up()
    from graticule.services.job_worker import make_runner  # noqa: PLC0415
    from graticule.services.notifying.outbox import Postman  # noqa: PLC0415

    runner = make_runner(slots)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: runner.stop())
    if embedded is None:
        click.echo(f"Executing jobs as {runner.identity}. Stop with Ctrl-C.")
    postman = Postman()
    # What it sends may take long, and what it leaves is sent by the next.
    Thread(target=postman.run, name="postman", daemon=True).start()
    try:
        runner.run(timedelta(seconds=drain))
    finally:
        postman.stop()


def _leave_with(server: int) -> None:
    """Stop when the server that started this is gone, however it went."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != server:
        raise SystemExit(0)
