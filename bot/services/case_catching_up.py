"""Clocks for cases filed before clocks were kept: they run from the filing on, and what is over by now is not told again.

One event a case says so; nothing that was written is changed. Safe to run twice: a case that has clocks is left alone.
"""

from __future__ import annotations

import logging
from datetime import datetime

from bot.cases.clocks import Running
from bot.cases.errors import MoveNotAllowed
from bot.cases.roles import Role
from bot.cases.standing import Act
from bot.cases.status import OPEN, EventKind
from bot.cases.timing import TELLING
from bot.services import case_records
from bot.services.case_flow import Flow
from bot.services.ports import Clock
from bot.store.case_past import without_clocks
from bot.store.case_tables import CaseClockRow, CaseRow
from bot.store.database import Database, Work

log = logging.getLogger(__name__)
#: Cases taken in one transaction.
AT_ONCE = 200


def start_missing_clocks(database: Database, flow: Flow, clock: Clock) -> int:
    """Start the clocks of every open case that has none; answers how many cases that were."""
    total, last = 0, 0
    while True:
        started, last = database.run(lambda work, behind=last: _next(work, flow, clock.now(), behind))  # type: ignore[misc]
        if not last:
            return total
        total += started


def _next(work: Work, flow: Flow, now: datetime, behind: int) -> tuple[int, int]:
    """The next cases without clocks; answers how many were started and the last id, 0 where none was left."""
    rows = without_clocks(work.session, tuple(map(str, OPEN)), behind, AT_ONCE)
    return sum(_start(work, flow, row, now) for row in rows), max((row.id for row in rows), default=0)


def _start(work: Work, flow: Flow, row: CaseRow, now: datetime) -> bool:
    category = work.district.category(row.category_code)
    if category is None:
        return False
    timing = flow.district.timing
    limits = timing.limits_of(
        row.category_code, category.contact_hours, category.resolve_hours, working=category.working,
        emergency=category.emergency or row.urgent,
    )  # fmt: skip
    try:
        case_records.history(work, row, timing)
    except (MoveNotAllowed, ValueError):  # written under another table of moves: a person has to look
        log.warning("case %s keeps no clocks: its events do not fit the table of moves", row.number)
        return False
    detail = {"clocks": limits, case_records.SINCE_FILING: True}
    case_records.write(work, row, Act(EventKind.NOTED, Role.CLOCK, "clock", now, flow.texts("clocks_started"), detail))
    standing, clocks = case_records.history(work, row, timing)
    case_records.project(work, row, standing, clocks, timing, now)
    kept = work.cases.clocks(row.id)
    for stored in kept:
        _let_go(flow, stored, clocks[stored.clock], now)
    row.warned = case_records.warned(kept, clocks)
    return True


def _let_go(flow: Flow, stored: CaseClockRow, clock: Running, now: datetime) -> None:
    """Count points that are over by now as told. What ends a wait or closes a case still happens."""
    timing = flow.district.timing
    coming = timing.next_point(clock, stored.passed)
    while coming and coming[1] <= now and timing.point(stored.clock, coming[0]).event in TELLING:
        stored.passed = coming[0]
        coming = timing.next_point(clock, stored.passed)
    stored.next_at = coming[1] if coming else None
