"""What the task ``tap`` does: reads uploads, asks, writes the answer."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings

from graticule.catalog.models import Person
from graticule.errors import LimitError, RequestError
from graticule.jobs.executors.inline import TookTooLongError
from graticule.jobs.executors.work import Work
from graticule.services.outside import OutsideError, fetch
from graticule.services.published.answering import (
    UPLOADED,
    Question,
    TimeOverError,
    Uploaded,
    answered,
)
from graticule.services.published.formats import format_for
from graticule.services.published.model import PublishedTable
from graticule.services.tasks.task import uploads_in
from graticule.services.votable.reading import read_votable

if TYPE_CHECKING:
    from graticule.services.tasks.tap import TapParameters

_RESULT = "result"


def answer(work: Work, asked: TapParameters, person: Person) -> None:
    """Answer a question; the result is called ``result`` (T2)."""
    values = settings.GRATICULE
    form, media_type = format_for(asked.responseformat or asked.format)
    wanted = values["tap_rows"] if asked.maxrec is None else asked.maxrec
    left = work.seconds_left
    question = Question(
        asked.query,
        asked.lang,
        min(wanted, values["max_tap_rows"]),
        (values["public_url"] or asked.base).rstrip("/"),
        values["max_job_duration"].total_seconds() if left is None else max(left, 0),
        tuple(_uploaded(work)),
        None if work.asker_waits else _spill(work),
    )

    def tell(share: float) -> None:
        work.report(share, 1, "asking")

    try:
        with (
            answered(person, question, None if work.asker_waits else tell) as found,
            work.result(_RESULT, f"result.{form.suffix}", media_type) as path,
        ):
            count = form.write(found, path, asked.query)
    except TimeOverError as error:
        raise TookTooLongError(str(error)) from None
    more = ", and there are more" if found.overflows else ""
    work.report(1, 1, f"{count:,} rows{more}")


def _spill(work: Work) -> Path:
    folder = work.folder / "spill"
    folder.mkdir(exist_ok=True)
    return folder


def _fetched(work: Work, name: str, url: str) -> Path:
    """Fetch an upload from where it is (U95)."""
    values = settings.GRATICULE
    path = work.folder / f"fetched-{name}.vot"
    inside = values["tap_uploads_inside"]
    refusal = "nothing is fetched (setting tap_uploads_inside)."
    try:
        most = values["max_upload_bytes"]
        fetch(url, path, most, inside=inside, refusal=refusal)
    except OutsideError as error:
        raise RequestError(f"UPLOAD {name}: {error}") from None
    return path


def _uploaded(work: Work) -> Iterator[Uploaded]:
    most: int = settings.GRATICULE["max_tap_upload_rows"]
    names = set()
    for name, sent, url in uploads_in(work.given):
        path = Path(sent) if sent else _fetched(work, name, url)
        if name.lower() in names:
            raise RequestError(f"UPLOAD: there are two tables {name}.")
        names.add(name.lower())
        table = read_votable(path, name)
        if table.row_count > most:
            raise LimitError(
                *("max_tap_upload_rows", most, table.row_count),
                f"the rows of the upload {name}",
            )
        published = PublishedTable(UPLOADED, name, table.columns, "Came with the query")
        yield Uploaded(published, table.parts)
