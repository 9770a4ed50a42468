"""What the addresses of jobs do, for the OpenAPI document; knows no view.

The parameters of the services themselves stand in the answer of ``/services/``.
"""

from __future__ import annotations

from typing import Any

from graticule.jobs.phases import Phase
from graticule.web.openapi.model import TEXT, Answer, Door, Operation, Parameter

_PHASES: dict[str, Any] = {"type": "string", "enum": [phase.value for phase in Phase]}
_ANYTHING: dict[str, Any] = {"type": "object"}
_XML = Answer("application/xml", "As UWS 1.1 writes it.")
_JSON = Answer("application/json", "The same as JSON.", body=_ANYTHING)
_PAGE = Answer("text/html", "A page, for browsers.")
_PLAIN = Answer("text/plain", "One word or number; empty where there is none.")
_LOOK = Answer("", "Done; look there.", status=303)
_FILE = (
    Answer("application/octet-stream", "The file, of its own media type."),
    Answer("text/plain", "A text."),
    Answer("application/octet-stream", "The part that Range asked for.", status=206),
    Answer("", "The client has it already.", status=304),
    Answer("application/octet-stream", "There is no such part.", status=416),
)
_ERRORS = tuple(
    Answer(kind, words, status=status)
    for status, words in (
        (400, "Something cannot be understood."),
        (401, "A login is needed, or was wrong."),
        (403, "Not permitted, or too late in this phase."),
        (404, "There is no such thing."),
        (405, "Not this verb."),
        (413, "Too large."),
        (415, "No form."),
        (503, "Busy; try again in a moment."),
    )
    for kind in (
        "application/x-votable+xml",
        "text/plain",
        "text/html",
        "application/json",
    )
)
_RUN_ID = Parameter("RUNID", {**TEXT, "maxLength": 64}, "A name of your own for it.")
_DURATION = Parameter(
    "EXECUTIONDURATION",
    {"type": "number", "minimum": 0},
    "Seconds it may execute; 0 for as many as are allowed.",
)
_DESTRUCTION = Parameter(
    "DESTRUCTION", TEXT, "When it is destroyed, in UTC.", example="2100-01-01T00:00:00Z"
)
_FILTERS = (
    Parameter(
        "PHASE", {"type": "array", "items": _PHASES}, "Only jobs in these phases."
    ),
    Parameter("AFTER", TEXT, "Only jobs created later, in UTC.", example="2026-01-01"),
    Parameter("LAST", {"type": "integer", "minimum": 1}, "So many, the newest."),
)


_SYNC = (
    *_FILE,
    _LOOK,
    Answer("application/x-votable+xml", "It takes too long.", status=408),
)
_SYNC_WORDS = (
    _RUN_ID,
    Parameter("RESPONSEFORMAT", TEXT, "The media type wanted."),
)


def _read(summary: str, *answers: Answer) -> Operation:
    return Operation(summary, answers)


def _post(summary: str, *form: Parameter) -> Operation:
    return Operation(summary, (_LOOK,), method="POST", form=form)


DOOR = Door(
    name="jobs",
    help=(
        "Work that takes long, as UWS 1.1 has it. Each service has a list of jobs, "
        "`async` (also called `uws.xml`), and `sync` for what is quickly done."
    ),
    operations={
        "uws_services": (_read("Which services there are", _PAGE, _JSON),),
        "uws_list": (
            Operation(
                "Your jobs of a service, newest first", (_XML, _JSON, _PAGE), _FILTERS
            ),
            _post(
                "Create a job; the service's own parameters go along",
                Parameter("PHASE", {**TEXT, "enum": ["RUN"]}, "RUN queues it at once."),
                _RUN_ID,
                _DURATION,
                _DESTRUCTION,
            ),
        ),
        "uws_job": (
            Operation(
                "A job",
                (_XML, _JSON, _PAGE),
                (
                    Parameter(
                        "WAIT",
                        {"type": "integer"},
                        "Seconds to wait for another phase; -1 for as long as can be.",
                    ),
                    Parameter("PHASE", _PHASES, "Wait only if it is in this phase."),
                ),
            ),
            _post(
                "Destroy a job",
                Parameter(
                    "ACTION", {**TEXT, "enum": ["DELETE"]}, "DELETE.", required=True
                ),
            ),
            Operation("Destroy a job", (_LOOK,), method="DELETE"),
        ),
        "uws_job_phase": (
            _read("The phase of a job", _PLAIN),
            _post(
                "Run or abort a job",
                Parameter(
                    "PHASE",
                    {**TEXT, "enum": ["RUN", "ABORT"]},
                    "What to do.",
                    required=True,
                ),
            ),
        ),
        "uws_job_executionduration": (
            _read("How long a job may execute, in seconds", _PLAIN),
            _post("Set how long a job may execute", _DURATION),
        ),
        "uws_job_destruction": (
            _read("When a job is destroyed", _PLAIN),
            _post("Set when a job is destroyed", _DESTRUCTION),
        ),
        "uws_job_quote": (_read("When a job will be done, if known", _PLAIN),),
        "uws_job_owner": (_read("Whose job it is", _PLAIN),),
        "uws_job_starttime": (_read("When a job began", _PLAIN),),
        "uws_job_parameters": (
            _read("The parameters of a job", _XML, _JSON),
            _post("Add or replace parameters before it runs", _RUN_ID),
        ),
        "uws_job_value": (
            _read("The value of a parameter, or an uploaded file", *_FILE),
            Operation(
                "Replace a parameter by the body, a text in UTF-8",
                (_LOOK,),
                method="PUT",
            ),
        ),
        "uws_job_results": (_read("The results of a job", _XML, _JSON),),
        "uws_job_result": (
            _read(
                "A result",
                *_FILE,
                Answer("text/plain", "It is archived: gone.", status=410),
                Answer("application/x-votable+xml", "The same.", status=410),
            ),
        ),
        "uws_job_error": (
            _read(
                "Why a job failed or was aborted",
                Answer("application/x-votable+xml", "A DALI document."),
                Answer("text/xml", "The same, for browsers."),
                _PLAIN,
            ),
        ),
        "uws_sync": (
            Operation("Do a job and answer with its result", _SYNC, _SYNC_WORDS),
            Operation(
                "Do a job and answer with its result",
                _SYNC,
                method="POST",
                form=_SYNC_WORDS,
            ),
        ),
        "uws_availability": (_read("Whether jobs are done here now (VOSI)", _XML),),
        "uws_capabilities": (_read("Which standards are spoken (VOSI)", _XML),),
        "uws_examples": (
            _read(
                "What can be asked, where a service shows it (DALI)",
                Answer("application/xhtml+xml", "For people and programs."),
            ),
        ),
    },
    path_parameters={
        "service": "The service.",
        "job_id": "The job.",
        "name": "The parameter.",
        "key": "The result.",
    },
    errors=_ERRORS,
)
