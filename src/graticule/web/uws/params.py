"""What a request asks of jobs (contract uws 2, 5 to 8).

Names are folded, values are not; control words are set apart from the parameters
of the service. Looks nothing up.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, QueryDict
from django.urls import get_script_prefix

from graticule.errors import LimitError, RequestError
from graticule.jobs.phases import Phase
from graticule.jobs.requests import Value
from graticule.services.attachments import file_aside
from graticule.services.tasks.task import Task
from graticule.web.uws.documents import is_writable
from graticule.web.uws.form_posts import SHOWN, as_meant, shown_in
from graticule.web.uws.upload_words import NAME as UPLOAD
from graticule.web.uws.upload_words import addresses_named, parts_named

CONTROL = frozenset({"PHASE", "RUNID", "EXECUTIONDURATION", "DESTRUCTION", "ACTION"})
_FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")
_LONGEST_TYPE = 128
_TOKEN = "csrfmiddlewaretoken"  # noqa: S105 -- the name of the field
_TIME = re.compile(
    r"(?P<year>\d{4})(?:-?(?P<month>\d\d)-?(?P<day>\d\d)"
    r"(?:[T ](?P<hour>\d\d):?(?P<minute>\d\d)"
    r"(?::?(?P<second>\d\d)(?:\.(?P<part>\d+))?)?)?)?Z?"
)


class UnsupportedBodyError(RequestError):
    """A body that is no form (415)."""


@dataclass(frozen=True, slots=True)
class Sent:
    """What was sent: words of control, and values for the service, in order.

    ``shown`` names the parameters that a form of our pages showed.
    """

    control: dict[str, list[str]]
    values: tuple[Value, ...]
    shown: frozenset[str] = frozenset()

    def one(self, name: str) -> str | None:
        """Give a word of control, if it was sent and is not empty.

        Raises
        ------
        graticule.errors.RequestError
            If it was sent with several values.
        """
        found = [text for text in self.control.get(name, []) if text]
        if len(set(found)) > 1:
            raise RequestError(f"{name} was given {len(found)} values.")
        return found[0] if found else None


@dataclass(frozen=True, slots=True)
class ListFilter:
    """Which jobs a list shall hold (U38 to U41)."""

    phases: frozenset[Phase]
    after: datetime | None
    last: int | None


@dataclass(frozen=True, slots=True)
class Wait:
    """How long to wait for which phase to end (U44 to U47)."""

    timeout: timedelta
    phase: Phase | None


def sent(request: HttpRequest, task: Task, *, unknown_ignored: bool = True) -> Sent:
    """Read query and body of a request that changes something (U6, U7, U50, U54).

    Raises
    ------
    UnsupportedBodyError
        If the body is no form.
    graticule.errors.RequestError
        For a parameter that the service does not know, where it says so.
    """
    kind = (request.content_type or "").lower()
    length = request.headers.get("Content-Length", "0") or "0"
    if "chunked" in request.headers.get("Transfer-Encoding", "").lower():
        raise RequestError("Say the length of the body in Content-Length.")
    if int(length) and kind not in _FORMS:
        raise UnsupportedBodyError(
            f"A body of the type {kind or 'unknown'} is not understood: send "
            f"{' or '.join(_FORMS)}."
        )
    _check_length(int(length))
    control: dict[str, list[str]] = {}
    values: list[Value] = []
    uploads: list[str] = []
    declared = {name.upper(): name for name in task.fields}
    here = declared.pop(task.address_parameter, "")
    for name, text in (*_pairs(request.GET), *_pairs(request.POST)):
        upper = name.upper()
        if upper in CONTROL and upper not in declared:
            control.setdefault(upper, []).append(text)
        elif upper == UPLOAD and upper not in declared:
            uploads.append(text)
        elif upper in declared:
            values.append(Value(declared[upper], text))
        elif name not in {_TOKEN, SHOWN} and not unknown_ignored:
            raise RequestError(f"UsageError: there is no parameter {name}.")
    _check_characters(control, values)
    shown = shown_in(request.POST)
    if shown:
        values = list(as_meant(task, shown, values))
    values += [Value(name, url) for name, url in addresses_named(task, uploads).items()]
    _check_size(values, len(request.FILES))
    if here:
        root = request.build_absolute_uri(get_script_prefix()).rstrip("/")
        values.append(Value(here, root))
    values += _uploads(request, declared, parts_named(task, uploads))
    return Sent(control, tuple(values), shown)


def _pairs(query: QueryDict) -> Iterable[tuple[str, str]]:
    return ((name, text) for name, texts in query.lists() for text in texts)


def _uploads(
    request: HttpRequest, declared: dict[str, str], parts: dict[str, str]
) -> list[Value]:
    for name, part in parts.items():
        if part not in request.FILES:
            raise RequestError(f"UPLOAD: {name} is the file {part[:80]}: none is sent.")
    wanted = [
        (declared[name.upper()], file)
        for name, files in request.FILES.lists()
        if name.upper() in declared and name not in parts.values()
        for file in files
    ] + [(name, request.FILES.getlist(part)[-1]) for name, part in parts.items()]
    most = settings.GRATICULE["max_upload_bytes"]
    for name, file in wanted:  # before any is written
        if (file.size or 0) > most:
            raise LimitError("max_upload_bytes", most, file.size or 0, name)
    return [_upload(name, file) for name, file in wanted]


def forget_uploads(values: Iterable[Value]) -> None:
    """Remove uploads that no job has taken."""
    for value in values:
        if value.file is not None:
            value.file.unlink(missing_ok=True)


def _check_length(length: int) -> None:
    """Refuse bodies that are too long before they are read (U94)."""
    values = settings.GRATICULE
    most = values["max_upload_bytes"] + values["max_form_bytes"]
    if length > most:
        raise LimitError("max_upload_bytes", most, length, "The body")


def _check_characters(control: dict[str, list[str]], values: list[Value]) -> None:
    """Refuse what no database or document can hold.

    Values are given by reference where XML cannot write them (U18); a run id is
    echoed as it is (U37).
    """
    for value in values:
        if "\0" in value.text:
            raise RequestError(f"{value.name} holds a character NUL.")
    if not all(is_writable(text) for text in control.get("RUNID", [])):
        raise RequestError("RUNID holds characters that XML cannot write.")


def _upload(name: str, file: UploadedFile[bytes]) -> Value:
    """Write an uploaded file aside; creating the job moves it into place."""
    with file_aside() as aside:
        # Moved by whoever takes it; what nobody takes is swept up.
        kept = Path(f"{aside}.upload")
        with kept.open("wb") as out:
            for chunk in file.chunks():
                out.write(chunk)
    kind = (file.content_type or "")[:_LONGEST_TYPE] or "application/octet-stream"
    return Value(name, (file.name or "").replace("\0", ""), kept, kind)


def _check_size(values: list[Value], files: int) -> None:
    most, longest = (
        settings.GRATICULE["max_job_parameters"],
        settings.GRATICULE["max_job_parameter_length"],
    )
    count = len(values) + files
    if count > most:
        raise LimitError("max_job_parameters", most, count, "The parameters")
    for value in values:
        if len(value.text) > longest:
            raise LimitError(
                "max_job_parameter_length", longest, len(value.text), value.name
            )


def longest_value() -> int:
    """Say how many characters a value may have."""
    most: int = settings.GRATICULE["max_job_parameter_length"]
    return most


def duration(text: str) -> timedelta:
    """Read seconds; fractions are rounded up later (U33).

    Raises
    ------
    graticule.errors.RequestError
        If it is no number of seconds, or a negative one.
    """
    try:
        seconds = float(text)
    except ValueError:
        seconds = math.nan
    if not 0 <= seconds < math.inf:
        raise RequestError(
            "EXECUTIONDURATION is a number of seconds, zero or more, not "
            f"{text[:40]!r}."
        )
    return timedelta(seconds=min(seconds, 10**9))


def moment(text: str, name: str) -> datetime:
    """Read a time (U14): date only, minutes, seconds, any fraction; always UTC.

    Raises
    ------
    graticule.errors.RequestError
        If it is none, or names another time zone.
    """
    match = _TIME.fullmatch(text.strip())
    if match is None:
        raise RequestError(
            f"{name} is a UTC time such as 2026-03-01T20:15:07Z, not {text[:40]!r}."
        )
    part = ((match["part"] or "") + "000000")[:6]
    try:
        return datetime(
            int(match["year"]),
            int(match["month"] or 1),
            int(match["day"] or 1),
            int(match["hour"] or 0),
            int(match["minute"] or 0),
            int(match["second"] or 0),
            int(part),
            tzinfo=UTC,
        )
    except ValueError as error:
        raise RequestError(f"{name}: {text[:40]!r} is no time.") from error


def phase(text: str) -> Phase:
    """Read the name of a phase; its case counts (U6).

    Raises
    ------
    graticule.errors.RequestError
        If it is none of the ten.
    """
    try:
        return Phase(text)
    except ValueError as error:
        raise RequestError(
            f"PHASE is one of {', '.join(Phase)}, not {text[:40]!r}."
        ) from error


def list_filter(request: HttpRequest) -> ListFilter:
    """Read the filters of a job list (U38 to U41).

    Raises
    ------
    graticule.errors.RequestError
        If one is malformed, or given several times.
    """
    folded = _folded(request.GET)
    after, last = _single(folded, "AFTER"), _single(folded, "LAST")
    return ListFilter(
        phases=frozenset(phase(text) for text in folded.get("PHASE", ())),
        after=None if after is None else moment(after, "AFTER"),
        last=None if last is None else _last(last),
    )


def one_of(request: HttpRequest, name: str) -> str | None:
    """Give the value of a word in query or body that services need not declare.

    Raises
    ------
    graticule.errors.RequestError
        If it was given several times.
    """
    folded = _folded(request.GET)
    for word, texts in _folded(request.POST).items():
        folded.setdefault(word, []).extend(texts)
    return _single(folded, name)


def wait(request: HttpRequest) -> Wait | None:
    """Read how long to wait, if at all (U44 to U47).

    Raises
    ------
    graticule.errors.RequestError
        If it is no integer, or given several times.
    """
    folded = _folded(request.GET)
    text, phase_text = _single(folded, "WAIT"), _single(folded, "PHASE")
    known = None if phase_text is None else phase(phase_text)
    if text is None:
        return None
    if not re.fullmatch(r"[+-]?\d{1,9}", text):
        raise RequestError(f"WAIT is a number of seconds, or -1, not {text[:40]!r}.")
    most: timedelta = settings.GRATICULE["max_wait"]
    seconds = int(text)
    asked = most if seconds < 0 else timedelta(seconds=seconds)
    return Wait(min(asked, most), known)


def _folded(query: QueryDict) -> dict[str, list[str]]:
    """Fold names; empty values count as absent."""
    found: dict[str, list[str]] = {}
    for name, text in _pairs(query):
        if text:
            found.setdefault(name.upper(), []).append(text)
    return found


def _single(folded: dict[str, list[str]], name: str) -> str | None:
    texts = folded.get(name, [])
    if len(texts) > 1:
        raise RequestError(f"{name} was given {len(texts)} times.")
    return texts[0] if texts else None


def _last(text: str) -> int:
    if not re.fullmatch(r"\d{1,9}", text) or not int(text):
        raise RequestError(f"LAST is a number, one or more, not {text[:40]!r}.")
    return int(text)
