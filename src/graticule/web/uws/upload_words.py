"""``UPLOAD=name,param:part``: files as DALI sends them (contract uws U57).

The name is that of a parameter of the service that takes a file, the part one of the
same multipart request. Knows no file.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from graticule.errors import RequestError
from graticule.services.tasks.task import UPLOADED, Task, is_file

NAME = "UPLOAD"
_ONE = re.compile(r"\s*([A-Za-z]\w*)\s*,\s*(\S+)\s*", re.ASCII)
_HERE = "param:"
_THERE = ("http:", "https:")


def parts_named(task: Task, texts: Iterable[str]) -> dict[str, str]:
    """Read which part of the request is which parameter.

    Returns
    -------
    dict
        Names of parts by outward names of parameters, or by names of uploads where
        the service takes any; of a name that is given twice, the last one counts.

    Raises
    ------
    graticule.errors.RequestError
        If it cannot be understood, names no parameter that takes a file, or means a
        file elsewhere.
    """
    takes = [name for name, info in task.fields.items() if is_file(info)]
    found: dict[str, str] = {}
    for text in (one for each in texts for one in each.split(";") if one.strip()):
        match = _ONE.fullmatch(text)
        if match is None:
            raise RequestError(f"UPLOAD is name,param:part, not {text[:80]!r}.")
        name, where = match[1].upper(), match[2]
        if task.takes_uploads:
            name = UPLOADED + match[1].lower()
        elif name not in takes:
            raise RequestError(
                f"UPLOAD: {task.name} takes no file {match[1][:80]}, only "
                f"{', '.join(takes) or 'none at all'}."
            )
        if task.takes_uploads and where.lower().startswith(_THERE):
            continue
        if not where.startswith(_HERE):
            raise RequestError(
                f"UPLOAD: files are sent along as parts of the form "
                f"({match[1]},param:part)"
                f" and not fetched from {where[:80]!r}."
            )
        found[name] = where.removeprefix(_HERE)
    return found


def addresses_named(task: Task, texts: Iterable[str]) -> dict[str, str]:
    """Read which uploads are fetched when the job runs, by the names of parameters."""
    found: dict[str, str] = {}
    if task.takes_uploads:
        for text in (one for each in texts for one in each.split(";")):
            match = _ONE.fullmatch(text)
            if match is not None and match[2].lower().startswith(_THERE):
                found[UPLOADED + match[1].lower()] = match[2]
    return found
