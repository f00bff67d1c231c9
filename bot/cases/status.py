"""The states of a case, the events that happen to it and the one table of moves between them: `moves.csv` beside this file.

A case is a list of events; `bot.cases.standing` computes where it stands from them. Nothing edits an event.
Words follow the 12345 flow (国办发〔2020〕53号): 受理 → 派单 → 签收 → 办理 → 答复 → 核查、回访 → 办结.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from bot.cases.errors import MoveNotAllowed
from bot.cases.roles import Role

TABLE = Path(__file__).with_name("moves.csv")


class CaseStatus(StrEnum):
    """Where a case stands (工单状态)."""

    FILED = "filed"  # 已提交, or given back by a unit: waits for somebody to send it on
    ASSIGNED = "assigned"  # 已派单
    SIGNED = "signed"  # 已签收
    IN_PROGRESS = "in_progress"  # 办理中
    WAITING = "waiting"  # 待补充: the resident is asked, the clocks stand
    DEFERRED = "deferred"  # 挂账: not to be solved now; counts as unsolved
    ANSWERED = "answered"  # 已答复, waits for the resident's word or a check
    CLOSED = "closed"  # 办结
    MERGED = "merged"  # 并单: goes with its master case
    WITHDRAWN = "withdrawn"  # 本人撤回
    REJECTED = "rejected"  # 不予受理


class EventKind(StrEnum):
    """What can happen to a case. Which of them change its status, and who may bring them about, says the table."""

    FILED = "filed"
    ASSIGNED = "assigned"
    RULED = "ruled"  # 裁定: after two bounces somebody decides whose it is
    RECLASSIFIED = "reclassified"
    CO_ASSIGNED = "co_assigned"  # 加协办
    PART_DONE = "part_done"  # a co-unit has done its part
    SIGNED = "signed"
    CONTACTED = "contacted"  # first contact made
    STARTED = "started"
    PROGRESSED = "progressed"  # 进展
    ASKED = "asked"  # 请居民补充
    RESUMED = "resumed"
    RETURNED = "returned"  # 退单: the unit says it is not responsible
    EXTENSION_ASKED = "extension_asked"
    EXTENSION_GRANTED = "extension_granted"
    EXTENSION_REFUSED = "extension_refused"
    DEFERRED = "deferred"
    SUPERVISED = "supervised"  # 督办
    SUPERVISION_LIFTED = "supervision_lifted"
    ANSWERED = "answered"
    VERIFIED = "verified"  # 核查通过, by somebody who did not do the work
    CONFIRMED = "confirmed"
    CLOSED_SILENTLY = "closed_silently"  # no word from the resident: closed, marked 未回应
    REOPENED = "reopened"
    APPEALED = "appealed"
    MERGED = "merged"
    UNMERGED = "unmerged"
    FOLLOWED = "followed"  # closed because the master case was
    WITHDRAWN = "withdrawn"
    REJECTED = "rejected"
    SUPPLEMENTED = "supplemented"  # 补充
    COSIGNED = "cosigned"  # 我也遇到
    URGED = "urged"  # 催办
    RATED = "rated"
    WARNED = "warned"  # a clock is running out
    ESCALATED = "escalated"  # a clock ran out
    NOTED = "noted"


S, E, R = CaseStatus, EventKind, Role
#: Something is still to be done, and the resident may add, urge and withdraw.
OPEN = (S.FILED, S.ASSIGNED, S.SIGNED, S.IN_PROGRESS, S.WAITING, S.DEFERRED, S.ANSWERED)
#: Nothing more is promised. MERGED is not among them: its promise is the master's.
ENDED = frozenset({S.CLOSED, S.WITHDRAWN, S.REJECTED})
#: States a case comes back from to the one before.
ASIDE = frozenset({S.WAITING, S.DEFERRED, S.MERGED})
SAME, BEFORE = "same", "before"

STATE_GROUPS = {"open": OPEN, "any": tuple(S)}
#: Who has an account and works on cases. Agents may act for a unit that has no account.
ROLE_GROUPS = {
    "staff": frozenset({R.AGENT, R.DISPATCHER, R.HANDLER, R.GRID_WORKER, R.SUPERVISOR, R.ADMIN}),
    "doers": frozenset({R.AGENT, R.HANDLER, R.GRID_WORKER, R.SUPERVISOR, R.ADMIN}),
    "dispatchers": frozenset({R.AGENT, R.DISPATCHER, R.SUPERVISOR, R.ADMIN}),
    "checkers": frozenset({R.AGENT, R.DISPATCHER, R.GRID_WORKER, R.SUPERVISOR, R.ADMIN}),
    "heads": frozenset({R.SUPERVISOR, R.ADMIN}),
}


@dataclass(frozen=True)
class Rule:
    """What a move needs (names of `bot.cases.needs`), where it leads and the key of what the resident is told."""

    next: str
    needs: tuple[str, ...]
    text: str


def _read(path: Path) -> dict[tuple[CaseStatus, EventKind, Role], Rule]:
    """The table by (state, move, role). Raises KeyError or ValueError on a name that does not exist or stands twice."""
    found: dict[tuple[CaseStatus, EventKind, Role], Rule] = {}
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            rule = Rule(row["next"], tuple(name for name in row["needs"].split("|") if name), row["text"])
            if rule.next not in (SAME, BEFORE):
                CaseStatus(rule.next)
            for state in _states(row["states"]):
                for role in _roles(row["roles"]):
                    key = (state, EventKind(row["move"]), role)
                    if key in found:
                        raise ValueError(f"{path.name}: {key} twice")
                    found[key] = rule
    return found


def _states(written: str) -> list[CaseStatus]:
    return [state for name in written.split("|") for state in STATE_GROUPS.get(name) or (CaseStatus(name),)]


def _roles(written: str) -> list[Role]:
    found = {role for name in written.split("|") for role in ROLE_GROUPS.get(name) or {Role(name)}}
    return sorted(found)


#: (state, move, role) → what it needs and where it leads. What is not here cannot happen.
MOVES = _read(TABLE)
#: Moves that never change the status: written beside it.
BESIDE = frozenset(EventKind) - {E.FILED} - {kind for (_, kind, _), rule in MOVES.items() if rule.next != SAME}


def rule_for(current: CaseStatus, event: EventKind, role: Role) -> Rule:
    """The rule of a move. Raises MoveNotAllowed when `role` can never bring it about in `current`."""
    rule = MOVES.get((current, event, role))
    if rule is None:
        raise MoveNotAllowed(f"{role} may not bring about {event} on a case that is {current}")
    return rule


def next_status(current: CaseStatus, before: CaseStatus | None, rule: Rule) -> CaseStatus:
    """The status after a move; `before` is where a case that was set aside comes back to."""
    if rule.next == SAME:
        return current
    if rule.next == BEFORE:
        return before or S.ASSIGNED
    return CaseStatus(rule.next)


def moves_open_to(role: Role, current: CaseStatus) -> list[EventKind]:
    """The events `role` may bring about in a state as far as the table says, in the order of `EventKind`.

    What a single case allows now (bounces, supervision, who did the work) is `bot.cases.needs.moves_now`.
    """
    return [kind for kind in EventKind if (current, kind, role) in MOVES]
