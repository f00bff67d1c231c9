"""The states of a case, the events that happen to it and the one table of moves between them.

A case is a list of events; `status_after` computes its state from them. Nothing edits an event.
Words follow the 12345 flow (国办发〔2020〕53号): 受理 → 派单 → 签收 → 办理 → 答复 → 回访 → 办结.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from bot.cases.errors import MoveNotAllowed
from bot.cases.roles import STAFF_ROLES, Role


class CaseStatus(StrEnum):
    """Where a case stands (工单状态)."""

    FILED = "filed"  # 已提交
    ASSIGNED = "assigned"  # 已派单
    SIGNED = "signed"  # 已签收
    IN_PROGRESS = "in_progress"  # 办理中
    ANSWERED = "answered"  # 已答复, waits for the resident's word
    CLOSED = "closed"  # 办结
    WITHDRAWN = "withdrawn"  # 本人撤回
    REJECTED = "rejected"  # 不予受理


class EventKind(StrEnum):
    """What can happen to a case. Those in MOVES change its status; the others are written beside it."""

    FILED = "filed"
    ASSIGNED = "assigned"
    SIGNED = "signed"
    STARTED = "started"
    ANSWERED = "answered"
    CONFIRMED = "confirmed"
    REOPENED = "reopened"
    WITHDRAWN = "withdrawn"
    REJECTED = "rejected"
    CLOSED_SILENTLY = "closed_silently"  # no word from the resident: closed, marked 未回应
    RETURNED = "returned"  # 退单: the unit says it is not responsible
    SUPPLEMENTED = "supplemented"  # 补充
    URGED = "urged"  # 催办
    CONTACTED = "contacted"  # first contact made
    RATED = "rated"
    APPEALED = "appealed"
    ESCALATED = "escalated"  # a clock ran out
    NOTED = "noted"


S, E, R = CaseStatus, EventKind, Role
RESIDENT, CLOCK, STAFF = frozenset({R.RESIDENT}), frozenset({R.CLOCK}), STAFF_ROLES
OPEN = (S.FILED, S.ASSIGNED, S.SIGNED, S.IN_PROGRESS, S.ANSWERED)

#: (status, event) → (next status, who may). The desk draws its buttons from this table.
MOVES: dict[tuple[CaseStatus, EventKind], tuple[CaseStatus, frozenset[Role]]] = {
    (S.FILED, E.ASSIGNED): (S.ASSIGNED, STAFF | CLOCK),
    (S.FILED, E.REJECTED): (S.REJECTED, STAFF),
    (S.ASSIGNED, E.ASSIGNED): (S.ASSIGNED, STAFF),
    (S.ASSIGNED, E.SIGNED): (S.SIGNED, STAFF),
    (S.ASSIGNED, E.RETURNED): (S.FILED, STAFF),
    (S.SIGNED, E.RETURNED): (S.FILED, STAFF),
    (S.SIGNED, E.STARTED): (S.IN_PROGRESS, STAFF),
    (S.SIGNED, E.ANSWERED): (S.ANSWERED, STAFF),
    (S.IN_PROGRESS, E.ANSWERED): (S.ANSWERED, STAFF),
    # The unit that did the work cannot close: the resident does, or a clock after silence.
    (S.ANSWERED, E.CONFIRMED): (S.CLOSED, RESIDENT),
    (S.ANSWERED, E.CLOSED_SILENTLY): (S.CLOSED, CLOCK),
    (S.ANSWERED, E.REOPENED): (S.ASSIGNED, RESIDENT | STAFF),
    (S.CLOSED, E.REOPENED): (S.ASSIGNED, RESIDENT),
    **{(status, E.WITHDRAWN): (S.WITHDRAWN, RESIDENT) for status in OPEN},
}

#: Events that leave the status alone: who may write them, and in which states.
BESIDE: dict[EventKind, tuple[frozenset[Role], tuple[CaseStatus, ...]]] = {
    E.SUPPLEMENTED: (RESIDENT | STAFF, OPEN),
    E.URGED: (RESIDENT, OPEN),
    E.CONTACTED: (STAFF, OPEN),
    E.RATED: (RESIDENT, (S.ANSWERED, S.CLOSED)),
    E.APPEALED: (RESIDENT, (S.ANSWERED, S.CLOSED)),
    E.ESCALATED: (CLOCK, OPEN),
    E.NOTED: (STAFF | CLOCK, tuple(S)),
}


def next_status(current: CaseStatus, event: EventKind, role: Role) -> CaseStatus:
    """The status after `event`. Raises MoveNotAllowed unless `role` may bring it about in `current`."""
    if event in BESIDE:
        roles, states = BESIDE[event]
        if role in roles and current in states:
            return current
        raise MoveNotAllowed(f"{role} may not write {event} on a case that is {current}")
    target, roles = MOVES.get((current, event), (current, frozenset()))
    if role not in roles:
        raise MoveNotAllowed(f"{role} may not bring about {event} on a case that is {current}")
    return target


def status_after(events: Iterable[EventKind]) -> CaseStatus:
    """The status a list of events leads to; the first must be FILED. Raises MoveNotAllowed on an impossible list."""
    status: CaseStatus | None = None
    for event in events:
        if status is None:
            if event is not E.FILED:
                raise MoveNotAllowed(f"a case begins with filed, not {event}")
            status = S.FILED
        elif event not in BESIDE:
            if (status, event) not in MOVES:
                raise MoveNotAllowed(f"{event} cannot happen to a case that is {status}")
            status = MOVES[status, event][0]
    if status is None:
        raise MoveNotAllowed("a case has at least one event")
    return status


def moves_open_to(role: Role, current: CaseStatus) -> list[EventKind]:
    """The events `role` may bring about now, in the table's order."""
    moving = [event for (status, event), (_, roles) in MOVES.items() if status is current and role in roles]
    beside = [event for event, (roles, states) in BESIDE.items() if role in roles and current in states]
    return moving + beside
