"""What falls due on cases: each point of a clock is acted on once, however many workers look and whenever one dies.

A point is acted on and marked in one transaction that holds the case, so it happens whole or not at all. Points from which
nothing follows but a warning are most of them: they are written for many cases at once, from what is kept with the clock.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

from bot.cases.errors import MoveNotAllowed
from bot.cases.roles import Role
from bot.cases.standing import Act
from bot.cases.status import CaseStatus, EventKind
from bot.cases.timing import TELLING, Point, Timing
from bot.services import case_records
from bot.services.case_flow import Flow
from bot.services.ports import Clock
from bot.store.case_points import DueClock, HeldCase, hold_due, last_sequences, write_passed
from bot.store.case_tables import CaseClockRow, CaseRow, UnitRow
from bot.store.database import Database, Work

#: Cases taken in one transaction: enough to be quick, few enough that nobody who moves a case waits long.
AT_ONCE = 50
#: The same for cases of which somebody is only told: a dozen times as quick.
TOLD_AT_ONCE = 500


class CaseClocks:
    """Acts on what has fallen due."""

    def __init__(self, database: Database, flow: Flow, clock: Clock) -> None:
        self.database, self.flow, self.clock = database, flow, clock

    def once(self) -> int:
        """Act on what is due now, one transaction's worth; answers how many points that were."""
        # two transactions: the first holds ten times as many cases as may be kept waiting by the second
        return self.database.run(self._tell_many) or self.database.run(self._act_singly)

    def all_due(self) -> int:
        """Act on everything that is due now; answers how many points that were."""
        total = 0
        while found := self.once():
            total += found
        return total

    def _tell_many(self, work: Work) -> int:
        now, timing = self.clock.now(), self.flow.district.timing
        plain = [one for one in hold_due(work.session, now, TOLD_AT_ONCE) if _only_tells(timing, one[0], one[1], now)]
        return self._tell(work, timing, plain, now) if plain else 0

    def _act_singly(self, work: Work) -> int:
        now = self.clock.now()
        return sum(self._act_on(work, row, now) for row in work.cases.with_due_clock(now, AT_ONCE))

    def _tell(self, work: Work, timing: Timing, due: list[tuple[HeldCase, list[DueClock]]], now: datetime) -> int:
        """Write every point that has come of cases in which nothing else follows from it, in the order of time."""
        last = last_sequences(work.session, [case.id for case, _ in due])
        units = {unit.code: unit for unit in work.district.units()}
        events: list[dict[str, Any]] = []
        for case, clocks in due:
            come = sorted((at, one.clock, percent) for one in clocks for percent, at in one.ahead if at <= now)
            for sequence, (at, clock, percent) in enumerate(come, start=last.get(case.id, 0) + 1):
                act = self._act(units.get, timing.point(clock, percent), case.number, case.unit, at, now)
                events.append(case_records.columns_of(case.id, act) | {"sequence": sequence})
        moved = [_moved_on(one, now) for _, clocks in due for one in clocks]
        write_passed(work.session, events, moved, {case.id: _warned(case, clocks, now) for case, clocks in due}, now)
        return len(events)

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
        act = self._act(work.district.unit, point, row.number, row.unit_code, due_at, now)
        try:
            self.flow.happen(work, row, act)
        except MoveNotAllowed:  # an order lies on it, say: a person has to look, and nothing stops the other cases
            self.flow.happen(work, row, replace(act, kind=EventKind.WARNED))
        if point.tells == "resident" and point.event in TELLING:  # no sentence of the table of moves
            self.flow.tell(work, row, point.text, Act(point.event, Role.CLOCK, "clock", now))

    def _act(
        self, unit_of: Callable[[str], UnitRow | None], point: Point, number: str, code: str, due_at: datetime, now: datetime
    ) -> Act:
        """What the table says for a point of a case that lies with the unit `code`."""
        unit = unit_of(code)
        above = unit_of(unit.parent) if unit and unit.parent else unit
        told = above if point.tells == "above" else unit
        detail = {
            "clock": point.clock, "percent": point.percent, "tells": point.tells, "to": told.code if told else code,
            "due": due_at.isoformat(),
        }  # fmt: skip
        text = self.flow.texts(point.text, number=number, unit=told.name if told else code)
        return Act(point.event, Role.CLOCK, "clock", now, text, detail)


def _only_tells(timing: Timing, case: HeldCase, clocks: list[DueClock], now: datetime) -> bool:
    """Whether all that has come of a case is only told, and was counted by the tables in force."""
    return all(
        one.counted_by == timing.mark
        and [one.next_at] == [at for _, at in one.ahead[:1]]  # a release without kept points may have moved the clock
        and all(timing.only_tells(one.clock, percent, CaseStatus(case.status)) for percent, at in one.ahead if at <= now)
        for one in clocks
    )


def _moved_on(clock: DueClock, now: datetime) -> dict[str, Any]:
    """How far a clock has come once everything that has come is told."""
    passed = max(percent for percent, at in clock.ahead if at <= now)
    next_at = next((at for percent, at in clock.ahead if percent > passed), None)
    return {"of_case": clock.case_id, "of_clock": clock.clock, "passed": passed, "next_at": next_at}


def _warned(case: HeldCase, clocks: list[DueClock], now: datetime) -> int:
    """How late the most advanced promise of a case is: none of the others has changed."""
    come = [percent for one in clocks if one.clock in case_records.PROMISES for percent, at in one.ahead if at <= now]
    return max([*come, case.warned])
