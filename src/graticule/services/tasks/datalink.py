"""Originals or cutouts of what identifiers name, as one job (contract uws 16, 20).

What an identifier in a document of links can be asked for, many at a time. Values may
be written as in PQL: ``BAND=4e-7/5e-7,6e-7/``. The work is in
:mod:`graticule.services.tasks.making_originals` and in the task of cutouts.
"""

from __future__ import annotations

from pathlib import Path

from pydantic import Field, model_validator

from graticule.catalog.models import Person
from graticule.errors import RequestError
from graticule.jobs.executors.work import Work
from graticule.services.tasks import cutout
from graticule.services.tasks.cutout import CutoutParameters
from graticule.services.tasks.task import Task

_MOST_BYTES = 10 << 20
_INTERVALS = ("band", "time", "x", "y", "z", "c", "t", "x_um", "y_um", "z_um")
_NOT_A_PART = frozenset({"id", "id_file", "responseformat", "ext"})


class DatalinkParameters(CutoutParameters):
    """Of which images and plates, and which parts; the originals without any."""

    id: list[str] = Field(
        [],
        description="Identifiers of images, and of plates where originals are wanted; "
        "several values, or commas between.",
    )
    id_file: Path | None = Field(
        None, title="Identifiers", description="The same in a file, one on each line."
    )

    @model_validator(mode="after")
    def _something(self) -> DatalinkParameters:
        if not any(text.strip() for text in self.id) and self.id_file is None:
            raise ValueError("say what is wanted, by ID or by ID_FILE")
        return self


def run(work: Work, asked: DatalinkParameters, person: Person) -> None:
    """Give the originals, or cut out what was asked for."""
    named = [*asked.id, *_read(asked.id_file)]
    ids = list(dict.fromkeys(text.strip() for text in named if text.strip()))
    parts = set(type(asked).model_fields) - _NOT_A_PART
    if any(getattr(asked, name) for name in parts):
        cutout.run(work, asked.model_copy(update={"id": ids}), person)
        return
    from graticule.services.tasks.making_originals import make  # noqa: PLC0415

    make(work, ids, person)


def _read(path: Path | None) -> list[str]:
    if path is None:
        return []
    if path.stat().st_size > _MOST_BYTES:
        raise RequestError(f"ID_FILE has more than {_MOST_BYTES:,} bytes.")
    try:
        return path.read_text(encoding="utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        raise RequestError("ID_FILE is no text in UTF-8.") from error


TASK = Task(
    name="datalink",
    title="Originals and cutouts",
    help="Gives the original files of images and plates, many at a time, or cuts parts "
    "out of images: what links lead to, as one job.",
    parameters=DatalinkParameters,
    run=run,
    style="pql",
    intervals=frozenset(name.upper() for name in _INTERVALS),
)
