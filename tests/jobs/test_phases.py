"""The phase machine against the tables of the contract, written down again (uws 4)."""

import itertools

import pytest

from graticule.jobs.phases import (
    ACTIVE,
    ENDED,
    Phase,
    Reaction,
    Request,
    may_move,
    react,
)

# The table of legal transitions, row by row.
LEGAL = {
    "PENDING": "QUEUED HELD ERROR ABORTED",
    "QUEUED": "EXECUTING ABORTED ERROR HELD",
    "HELD": "QUEUED EXECUTING ABORTED ERROR",
    "EXECUTING": "COMPLETED ERROR ABORTED SUSPENDED HELD QUEUED",
    "SUSPENDED": "EXECUTING ABORTED ERROR",
    "COMPLETED": "ARCHIVED",
    "ERROR": "ARCHIVED",
    "ABORTED": "ARCHIVED",
    "ARCHIVED": "",
}

# U24, row by row: the status of the answer and whether anything happens.
ANSWERS = {
    Request.RUN: "PENDING HELD: do; QUEUED EXECUTING SUSPENDED: nothing; "
    "COMPLETED ERROR ABORTED ARCHIVED: refuse",
    Request.ABORT: "PENDING HELD QUEUED EXECUTING SUSPENDED: do; "
    "COMPLETED ERROR ABORTED: nothing; ARCHIVED: refuse",
    Request.SET_PARAMETERS: "PENDING: do; HELD QUEUED EXECUTING SUSPENDED COMPLETED "
    "ERROR ABORTED ARCHIVED: refuse",
    Request.SET_DURATION: "PENDING HELD QUEUED EXECUTING SUSPENDED: do; "
    "COMPLETED ERROR ABORTED ARCHIVED: refuse",
    Request.SET_DESTRUCTION: "PENDING HELD QUEUED EXECUTING SUSPENDED COMPLETED ERROR "
    "ABORTED: do; ARCHIVED: refuse",
    Request.DELETE: "PENDING HELD QUEUED EXECUTING SUSPENDED COMPLETED ERROR ABORTED "
    "ARCHIVED: do",
}


def expected_answers():
    for request, row in ANSWERS.items():
        for part in row.split("; "):
            phases, reaction = part.split(": ")
            for phase in phases.split():
                yield request, Phase(phase), Reaction(reaction)


@pytest.mark.parametrize(("old", "new"), list(itertools.product(LEGAL, LEGAL)))
def test_moves(old, new):
    assert may_move(Phase(old), Phase(new)) == (new in LEGAL[old].split())


def test_what_cannot_be_read_resolves_to_a_real_phase():
    for phase in set(Phase) - {Phase.UNKNOWN}:
        assert may_move(phase, Phase.UNKNOWN)
        assert may_move(Phase.UNKNOWN, phase)
    assert not may_move(Phase.UNKNOWN, Phase.UNKNOWN)


@pytest.mark.parametrize(("request_", "phase", "reaction"), list(expected_answers()))
def test_requests(request_, phase, reaction):
    assert react(request_, phase) is reaction


def test_the_names_are_the_standards():
    assert len(Phase) == 10
    assert {"PENDING", "QUEUED", "EXECUTING"} == ACTIVE
    assert {"COMPLETED", "ERROR", "ABORTED"} == ENDED


def test_no_request_turns_a_job_at_work_or_at_its_end_into_an_error():
    # Contract 4: the peer did.
    assert {reaction for _, _, reaction in expected_answers()} == set(Reaction)
    assert not any("ERROR" in LEGAL[phase].split() for phase in ENDED)
