"""The phase machine of UWS 1.1: pure values (contract uws 4).

Says which moves are legal and what a client's request means in each phase. Knows
no table, no clock and no process.
"""

from __future__ import annotations

from enum import Enum, StrEnum


class Phase(StrEnum):
    """Where a job is in its life."""

    PENDING = "PENDING"
    QUEUED = "QUEUED"
    EXECUTING = "EXECUTING"
    COMPLETED = "COMPLETED"
    ERROR = "ERROR"
    ABORTED = "ABORTED"
    UNKNOWN = "UNKNOWN"
    HELD = "HELD"
    SUSPENDED = "SUSPENDED"
    ARCHIVED = "ARCHIVED"


ACTIVE = frozenset({Phase.PENDING, Phase.QUEUED, Phase.EXECUTING})
"""Phases in which somebody may wait for the next one (U45)."""

ENDED = frozenset({Phase.COMPLETED, Phase.ERROR, Phase.ABORTED})
"""Phases that set the end time (U22)."""

FINAL = ENDED | {Phase.ARCHIVED}
"""Phases that a job no longer leaves by itself, archiving apart."""

_P = Phase
MOVES: dict[Phase, frozenset[Phase]] = {
    _P.PENDING: frozenset({_P.QUEUED, _P.HELD, _P.ERROR, _P.ABORTED}),
    _P.QUEUED: frozenset({_P.EXECUTING, _P.ABORTED, _P.ERROR, _P.HELD}),
    _P.HELD: frozenset({_P.QUEUED, _P.EXECUTING, _P.ABORTED, _P.ERROR}),
    _P.EXECUTING: frozenset(
        {_P.COMPLETED, _P.ERROR, _P.ABORTED, _P.SUSPENDED, _P.HELD, _P.QUEUED}
    ),
    _P.SUSPENDED: frozenset({_P.EXECUTING, _P.ABORTED, _P.ERROR}),
    _P.COMPLETED: frozenset({_P.ARCHIVED}),
    _P.ERROR: frozenset({_P.ARCHIVED}),
    _P.ABORTED: frozenset({_P.ARCHIVED}),
    _P.ARCHIVED: frozenset(),
    # What cannot be read now resolves to what it really is.
    _P.UNKNOWN: frozenset(set(Phase) - {_P.UNKNOWN}),
}


def may_move(old: Phase, new: Phase) -> bool:
    """Say whether a job may go from one phase to another.

    Any phase may become UNKNOWN; nothing else is legal that is not in the table
    of contract section 4.
    """
    return new in MOVES[old] or (new is Phase.UNKNOWN and old is not Phase.UNKNOWN)


class Request(Enum):
    """What a client may ask of a job (U24)."""

    RUN = "run"
    ABORT = "abort"
    SET_PARAMETERS = "set parameters"
    SET_DURATION = "set the execution duration"
    SET_DESTRUCTION = "set the destruction time"
    DELETE = "delete"


class Reaction(Enum):
    """What the answer to a request is."""

    DO = "do"
    NOTHING = "nothing"
    REFUSE = "refuse"


def react(request: Request, phase: Phase) -> Reaction:
    """Look up what a request means in a phase (U24).

    Returns
    -------
    Reaction
        ``DO`` and ``NOTHING`` are both answered by 303, ``REFUSE`` by 403.
    """
    return _REACTIONS[request][_column(phase)]


_D, _N, _R = Reaction.DO, Reaction.NOTHING, Reaction.REFUSE
# The columns of U24: pending, held, at work, ended well or badly, aborted, archived.
_REACTIONS = {
    Request.RUN: (_D, _D, _N, _R, _R, _R),
    Request.ABORT: (_D, _D, _D, _N, _N, _R),
    Request.SET_PARAMETERS: (_D, _R, _R, _R, _R, _R),
    Request.SET_DURATION: (_D, _D, _D, _R, _R, _R),
    Request.SET_DESTRUCTION: (_D, _D, _D, _D, _D, _R),
    Request.DELETE: (_D, _D, _D, _D, _D, _D),
}
_COLUMNS = {
    Phase.PENDING: 0,
    Phase.HELD: 1,
    Phase.COMPLETED: 3,
    Phase.ERROR: 3,
    Phase.ABORTED: 4,
    Phase.ARCHIVED: 5,
}


def _column(phase: Phase) -> int:
    return _COLUMNS.get(phase, 2)
