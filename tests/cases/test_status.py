"""The whole space of moves, not three samples."""

from __future__ import annotations

from contextlib import nullcontext

import pytest

from bot.cases.errors import MoveNotAllowed
from bot.cases.roles import Role
from bot.cases.status import BESIDE, MOVES, OPEN, CaseStatus, EventKind, moves_open_to, next_status, status_after


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("event", EventKind)
@pytest.mark.parametrize("current", CaseStatus)
def test_only_moves_in_the_tables_are_allowed(current, event, role):
    if event in BESIDE:
        allowed = role in BESIDE[event][0] and current in BESIDE[event][1]
    else:
        allowed = role in MOVES.get((current, event), (None, frozenset()))[1]
    with nullcontext() if allowed else pytest.raises(MoveNotAllowed):
        next_status(current, event, role)
    assert (event in moves_open_to(role, current)) == allowed


def test_a_withdrawn_or_rejected_case_stays_so():
    assert not [move for move in MOVES if move[0] in (CaseStatus.WITHDRAWN, CaseStatus.REJECTED)]


def test_no_unit_closes_its_own_case():
    closers = [roles for (_, event), (target, roles) in MOVES.items() if target is CaseStatus.CLOSED]
    assert all(roles <= {Role.RESIDENT, Role.CLOCK} for roles in closers)


def test_a_resident_may_withdraw_any_open_case():
    assert all(EventKind.WITHDRAWN in moves_open_to(Role.RESIDENT, status) for status in OPEN)


@pytest.mark.parametrize(
    ("events", "status"),
    [
        (["filed"], "filed"),
        (["filed", "assigned", "signed", "started", "answered", "confirmed"], "closed"),
        (["filed", "assigned", "urged", "supplemented"], "assigned"),
        (["filed", "assigned", "signed", "returned", "assigned"], "assigned"),
        (["filed", "assigned", "signed", "answered", "reopened"], "assigned"),
    ],
)
def test_the_status_follows_from_the_events(events, status):
    assert status_after(map(EventKind, events)) == status


@pytest.mark.parametrize("events", [[], ["assigned"], ["filed", "confirmed"], ["filed", "withdrawn", "assigned"]])
def test_an_impossible_list_of_events_is_refused(events):
    with pytest.raises(MoveNotAllowed):
        status_after(map(EventKind, events))
