"""What a form of our own pages means, which can say less than a program (U10).

It works without scripts: a box of text holds one value a line, a tick that is not
set sends nothing, an empty input stands for the default. Such a form names the
parameters it shows in the field ``_shown``; what programs post has none and stays
as it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from django.http import QueryDict

from graticule.jobs.requests import Value
from graticule.services.tasks.task import Task

SHOWN = "_shown"


def shown_in(query: QueryDict) -> frozenset[str]:
    """Name the parameters that the form showed; none if it is not one of ours."""
    return frozenset(" ".join(query.getlist(SHOWN)).upper().split())


def as_meant(
    task: Task, shown: frozenset[str], values: Iterable[Value]
) -> Iterator[Value]:
    """Give the values as a person meant them who filled the form."""
    seen = set()
    for value in values:
        seen.add(value.name)
        if value.file is not None:
            yield value
        elif value.name in task.multiple:
            lines = value.text.splitlines()
            yield from (Value(value.name, line) for line in lines if line.strip())
        elif value.text:
            # Browsers end the lines of a form by two characters.
            yield Value(value.name, value.text.replace("\r\n", "\n"))
    for name, info in task.fields.items():
        if name in shown and name not in seen and info.default is True:
            yield Value(name, "false")
