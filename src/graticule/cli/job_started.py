"""New jobs from NAME=VALUE, as ``graticule jobs run`` takes them."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from graticule.catalog.models import Person
from graticule.errors import RequestError
from graticule.jobs import folders, requests
from graticule.jobs.executors.base import Given
from graticule.jobs.models import Job
from graticule.jobs.requests import Value
from graticule.services.tasks.task import Task


def start(task: Task, words: Sequence[str], owner: Person, run_id: str) -> Job:
    """Create a job and queue it.

    Parameters
    ----------
    words
        ``NAME=VALUE`` each, or ``NAME=@FILE``.

    Raises
    ------
    graticule.errors.RequestError
        With all that is wrong with the parameters; no job is made then.
    """
    root = folders.root()
    root.mkdir(parents=True, exist_ok=True)
    # Beside the jobs: a file is then moved to its job, not copied twice.
    with TemporaryDirectory(dir=root, prefix="upload-") as aside:
        values = [
            _value(task, word, Path(aside) / str(number))
            for number, word in enumerate(words)
        ]
        task.parse(
            Given(value.name, value.text, str(value.file or ""), value.media_type)
            for value in values
        )
        new = requests.NewJob(
            service=task.name,
            owner_id=owner.pk,
            run_id=run_id,
            values=tuple(values),
            multiple=task.multiple,
        )
        job = requests.create(new)
    requests.run(job)
    job.refresh_from_db()
    return job


def _value(task: Task, word: str, aside: Path) -> Value:
    name, equals, text = word.partition("=")
    name = name.upper()
    if not equals or name not in task.fields:
        raise RequestError(
            f"{word!r} is no parameter of {task.name}: write NAME=VALUE with one of "
            f"{', '.join(task.fields)}."
        )
    if not text.startswith("@"):
        return Value(name, text)
    file = Path(text[1:])
    if not file.is_file():
        raise RequestError(f"{name}: there is no file {file}.")
    shutil.copyfile(file, aside)
    return Value(name, file.name, aside, "application/octet-stream")
