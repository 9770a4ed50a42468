"""``graticule jobs``: what is executed, what was, and new work from a terminal."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from graticule.cli.main import set_up
from graticule.errors import NotFoundError, RequestError

if TYPE_CHECKING:
    from graticule.jobs.models import Job
    from graticule.services.home import Home

_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
_ids = click.argument("ids", metavar="ID...", nargs=-1, required=True)


@click.group("jobs")
def command() -> None:
    """List, watch, stop and start jobs.

    ID is a job's id, or as much of its beginning as names one job only.
    """


def _ready() -> Home:
    """Wake the catalogue up; not for ``--help``, which must touch nothing."""
    set_up()
    from graticule.services.home import prepare_home  # noqa: PLC0415

    return prepare_home()


def _find(text: str) -> Job:
    from graticule.jobs.models import Job  # noqa: PLC0415

    rows = Job.objects.select_related("owner")
    found = list(rows.filter(pk__startswith=text.lower())[:2])
    if not found:
        raise NotFoundError(f"There is no job {text}; see `graticule jobs list`.")
    if len(found) > 1:
        raise RequestError(f"Several jobs begin with {text}: write more of the id.")
    return found[0]


@command.command("list")
@click.option("--phase", "phases", multiple=True, help="Only this phase; repeatable.")
@click.option("--service", help="Only jobs of this service.")
@click.option(
    "--last", type=click.IntRange(1), default=50, show_default=True, help="How many."
)
@_json
def list_jobs(
    *, phases: tuple[str, ...], service: str | None, last: int, as_json: bool
) -> None:
    """List jobs, newest first, and count those that wait and execute."""
    _ready()
    from graticule.cli.job_shown import described, line, summary  # noqa: PLC0415
    from graticule.jobs.models import Job  # noqa: PLC0415
    from graticule.jobs.phases import Phase  # noqa: PLC0415

    wanted = [phase.upper() for phase in phases]
    if unknown := set(wanted) - set(Phase):
        raise RequestError(
            f"There is no phase {min(unknown)}; there are {', '.join(Phase)}."
        )
    rows = Job.objects.select_related("owner").order_by("-created", "-id")
    if wanted:
        rows = rows.filter(phase__in=wanted)
    if service:
        rows = rows.filter(service=service)
    found = list(rows[:last])
    if as_json:
        click.echo(json.dumps([described(job) for job in found], indent=2))
        return
    for job in found:
        click.echo(line(job))
    click.echo(summary(), err=True)


@command.command("show")
@click.argument("id_", metavar="ID")
@_json
def show(*, id_: str, as_json: bool) -> None:
    """Show everything about a job: parameters, progress, results, log."""
    _ready()
    from graticule.cli.job_shown import described, whole  # noqa: PLC0415

    job = _find(id_)
    click.echo(json.dumps(described(job), indent=2) if as_json else whole(job))


@command.command("wait")
@click.argument("id_", metavar="ID")
@click.option("--timeout", type=float, metavar="SECONDS", help="Wait no longer.")
@_json
def wait(*, id_: str, timeout: float | None, as_json: bool) -> None:
    """Wait until a job has ended; the exit code is 0 if it is COMPLETED."""
    _ready()
    _wait(_find(id_), timeout, as_json=as_json)


def _wait(job: Job, timeout: float | None, *, as_json: bool) -> None:
    """Wait, say how it ended, and leave with an exit code that says it, too."""
    from graticule.cli.job_shown import described, watch, whole  # noqa: PLC0415
    from graticule.jobs.phases import FINAL, Phase  # noqa: PLC0415

    watch(job, timeout)
    click.echo(json.dumps(described(job), indent=2) if as_json else whole(job))
    if job.phase not in FINAL:
        raise RequestError(f"Job {job.pk} is still {job.phase} after {timeout:g} s.")
    if job.phase != Phase.COMPLETED:
        sys.exit(1)


@command.command("abort")
@_ids
def abort(*, ids: tuple[str, ...]) -> None:
    """Abort jobs; what they have finished so far stays."""
    _ready()
    from graticule.jobs import requests  # noqa: PLC0415

    for job in map(_find, ids):
        requests.abort(job, "aborted by the operator")
        job.refresh_from_db()
        click.echo(f"{job.pk} is {job.phase}.")


@command.command("rm")
@_ids
@click.confirmation_option(prompt="Delete these jobs with their results?")
def remove(*, ids: tuple[str, ...]) -> None:
    """Delete jobs with their results; what executes is stopped."""
    _ready()
    from graticule.jobs import requests  # noqa: PLC0415

    for job in map(_find, ids):
        requests.delete(job.pk, "deleted by the operator")
        click.echo(f"{job.pk} is deleted.")


@command.command("hold")
@_ids
def hold(*, ids: tuple[str, ...]) -> None:
    """Hold jobs back that wait for their turn, until they are resumed."""
    _ready()
    from graticule.jobs import requests  # noqa: PLC0415

    for job in map(_find, ids):
        requests.hold(job, "held by the operator")
        click.echo(f"{job.pk} is HELD.")


@command.command("resume")
@_ids
def resume(*, ids: tuple[str, ...]) -> None:
    """Let jobs that were held back wait for their turn again."""
    _ready()
    from graticule.jobs import requests  # noqa: PLC0415

    for job in map(_find, ids):
        requests.run(job)
        job.refresh_from_db()
        click.echo(f"{job.pk} is {job.phase}.")


@command.command("run", add_help_option=False)
@click.argument("service", required=False)
@click.argument("parameters", metavar="[NAME=VALUE]...", nargs=-1)
@click.option("--wait", "waiting", is_flag=True, help="Wait until it has ended.")
@click.option("--as", "person", help="Whose rights it has. [default: administrator]")
@click.option("--run-id", default="", metavar="TEXT", help="What you call it.")
@click.option(
    "--output",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="Wait, then copy the results there.",
)
@_json
@click.option("--help", "-h", "helped", is_flag=True, help="Also: SERVICE --help.")
@click.pass_context
def run(
    ctx: click.Context,
    *,
    service: str | None,
    parameters: tuple[str, ...],
    waiting: bool,
    person: str | None,
    run_id: str,
    output: Path | None,
    as_json: bool,
    helped: bool,
) -> None:
    """Start a job of SERVICE with these parameters.

    `graticule jobs run SERVICE --help` tells what they are. A name that is given
    several times collects values where the service takes several. NAME=@FILE sends
    a file.

    \b
    Examples:
      graticule jobs run                         which services there are
      graticule jobs run echo TEXT=a SECONDS=2 --wait
    """  # noqa: D301 -- click wants the single \b
    if helped and not service:
        click.echo(ctx.get_help())
        return
    home = _ready()
    from graticule.cli.job_shown import manual, services  # noqa: PLC0415
    from graticule.services.tasks.registry import task_named  # noqa: PLC0415

    if not service:
        click.echo(services())
        return
    task = task_named(service)
    if helped:
        click.echo(manual(task))
        return
    from graticule.cli.job_started import start  # noqa: PLC0415

    job = start(task, parameters, _owner(home, person), run_id)
    if output is not None:
        _wait_and_copy(job, output, as_json=as_json)
    elif waiting:
        _wait(job, None, as_json=as_json)
    else:
        click.echo(json.dumps({"jobId": job.pk}) if as_json else job.pk)


def _owner(home: Home, name: str | None) -> Any:
    from graticule.catalog.models import Person  # noqa: PLC0415

    if name is None:
        return home.administrator
    found = Person.objects.filter(username=name).first()
    if found is None:
        raise NotFoundError(f"There is no {name}; see `graticule user list`.")
    return found


def _wait_and_copy(job: Job, folder: Path, *, as_json: bool) -> None:
    from graticule.jobs import folders  # noqa: PLC0415

    _wait(job, None, as_json=as_json)
    folder.mkdir(parents=True, exist_ok=True)
    for row in job.results.all():
        target = folder / Path(row.name).name
        shutil.copyfile(folders.result_path(job.pk, row.file), target)
        click.echo(f"Wrote {target}.", err=True)
