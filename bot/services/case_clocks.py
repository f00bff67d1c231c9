"""What falls due on cases: each point of a clock is acted on once, however many workers look and whenever one dies.

A point is acted on and marked in one transaction that holds the case, so it happens whole or not at all.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from bot.cases.errors import MoveNotAllowed
from bot.cases.roles import Role
from bot.cases.standing import Act
from bot.cases.status import EventKind
from bot.cases.timing import Point
from bot.services.case_flow import Flow
from bot.services.ports import Clock
from bot.store.case_tables import CaseClockRow, CaseRow
from bot.store.database import Database, Work

#: Cases taken in one transaction: enough to be quick, few enough that nobody who moves a case waits long.
AT_ONCE = 50


class CaseClocks:
    """Acts on what has fallen due."""

    def __init__(self, database: Database, flow: Flow, clock: Clock) -> None:
        self.database, self.flow, self.clock = database, flow, clock

    def once(self) -> int:
        """Act on what is due now, one transaction's worth; answers how many points that were."""
        return self.database.run(self._sweep)

    def all_due(self) -> int:
        """Act on everything that is due now; answers how many points that were."""
        total = 0
        while found := self.once():
            total += found
        return total

    def _sweep(self, work: Work) -> int:
        now = self.clock.now()
        rows = work.cases.with_due_clock(now, AT_ONCE)
        return sum(self._act_on(work, row, now) for row in rows)

    def _act_on(self, work: Work, row: CaseRow, now: datetime) -> int:
        """Every point of this case that has come, in the order of time."""
        acted = 0
        while coming := self._next(work, row, now):
            stored, point = coming
            stored.passed = point.percent
            self._happen(work, row, point, stored.next_at or now, now)
            acted += 1
        return acted

    def _next(self, work: Work, row: CaseRow, now: datetime) -> tuple[CaseClockRow, Point] | None:
        due = [clock for clock in work.cases.clocks(row.id) if clock.next_at is not None and clock.next_at <= now]
        if not due:
            return None
        first = min(due, key=lambda clock: clock.next_at or now)
        rule = next(rule for rule in self.flow.district.timing.rules if rule.name == first.clock)
        percent = next(percent for percent in rule.points if percent > first.passed)
        return first, self.flow.district.timing.point(first.clock, percent)

    def _happen(self, work: Work, row: CaseRow, point: Point, due_at: datetime, now: datetime) -> None:
        """Write what the table says for this point; the resident is told only what concerns them."""
        unit = work.district.unit(row.unit_code)
        above = work.district.unit(unit.parent) if unit and unit.parent else unit
        told = above if point.tells == "above" else unit
        name = told.name if told else row.unit_code
        text = self.flow.texts(point.text, number=row.number, unit=name)
        detail = {
            "clock": point.clock, "percent": point.percent, "tells": point.tells, "to": told.code if told else row.unit_code,
            "due": due_at.isoformat(),
        }  # fmt: skip
        act = Act(point.event, Role.CLOCK, "clock", now, text, detail)
        try:
            self.flow.happen(work, row, act)
        except MoveNotAllowed:  # an order lies on it, say: a person has to look, and nothing stops the other cases
            self.flow.happen(work, row, replace(act, kind=EventKind.WARNED))
        if point.tells == "resident" and point.event in QUIET:
            self.flow.tell(work, row, point.text, Act(point.event, Role.CLOCK, "clock", now))


#: Events the table of moves has no sentence for.
QUIET = frozenset({EventKind.WARNED, EventKind.ESCALATED})
