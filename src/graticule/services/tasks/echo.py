"""Does nothing useful, on purpose: for validators, benchmarks and fault tests."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from shutil import copyfile

from pydantic import Field

from graticule.catalog.models import Person
from graticule.errors import RequestError
from graticule.jobs.executors.pieces import Piece
from graticule.jobs.executors.work import Work
from graticule.services.tasks.sharing import map_for
from graticule.services.tasks.task import Parameters, Task

_STEP_SECONDS = 0.1
_PAGE_BYTES = 4096


class EchoParameters(Parameters):
    """What the echo can be made to do."""

    text: list[str] = Field([], description="Written to the result, one a line.")
    seconds: float = Field(0, ge=0, le=86_400, description="How long it takes.")
    fail: str = Field("", description="Fail at the end, with these words.")
    cpu: bool = Field(default=False, description="Compute all the time, don't sleep.")
    file: Path | None = Field(None, description="A file to give back as it is.")
    memory_bytes: int = Field(0, ge=0, description="Memory to take and fill.")
    parts: int = Field(
        0,
        ge=0,
        le=100_000,
        description="Do it so many times; on a cluster, several at once. Each adds "
        "a line with its number.",
    )


def run(work: Work, asked: EchoParameters, person: Person) -> None:
    """Take time and memory as asked, and write the text."""
    if asked.parts:
        take_part = partial(_take_part, asked)
        parts = map_for(work, person, take_part, range(asked.parts), what="part")
        lines = [*asked.text, *parts]
    else:

        def tell(done: float, total: float) -> None:
            work.report(done, total, "echoing")
            work.check_time()

        _spend(asked, tell)
        lines = asked.text
    if asked.fail:
        raise RequestError(asked.fail)
    with work.result("result", "echo.txt", "text/plain; charset=utf-8") as path:
        path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    if asked.file is not None:
        with work.result("file", "echo.bin", "application/octet-stream") as path:
            copyfile(asked.file, path)
    work.report(1, 1)


def _take_part(asked: EchoParameters, piece: Piece, person: Person, number: int) -> str:
    del person
    _spend(asked, piece.report)
    return f"part {number}"


def _spend(asked: EchoParameters, tell: Callable[[float, float], None]) -> None:
    """Take time and memory."""
    filled = bytearray(asked.memory_bytes)
    for position in range(0, len(filled), _PAGE_BYTES):
        filled[position] = 1
    begun = time.monotonic()
    while (passed := time.monotonic() - begun) < asked.seconds:
        tell(passed, asked.seconds)
        if asked.cpu:
            sum(range(100_000))
        else:
            time.sleep(min(_STEP_SECONDS, asked.seconds - passed))


TASK = Task(
    name="echo",
    title="Echo",
    help="Does nothing useful, on purpose: for validators, benchmarks and tests.",
    parameters=EchoParameters,
    run=run,
)
