"""What falls due: first contact and answer of cases. A clock that runs out writes an event and moves the case up the ladder."""

from __future__ import annotations

from bot.cases.status import CaseStatus, EventKind
from bot.services.case_views import ENDED
from bot.services.ports import Clock
from bot.services.texts import Texts
from bot.store.case_tables import CaseEventRow, CaseRow
from bot.store.database import Database, Work
from bot.store.tables import TimerRow

#: For each kind of timer: the event that makes it pointless, and the sentence for the timeline.
KINDS = {
    "case_contact": (EventKind.CONTACTED, "case_overdue_contact"),
    "case_resolve": (EventKind.ANSWERED, "case_overdue_resolve"),
}


class Clocks:
    """Acts on timers that have fallen due."""

    def __init__(self, database: Database, texts: Texts, clock: Clock) -> None:
        self.database, self.texts, self.clock = database, texts, clock

    def once(self) -> int:
        """Act on what is due now; answers how much there was."""
        return self.database.run(self._sweep)

    def _sweep(self, work: Work) -> int:
        due = work.timers.due(self.clock.now(), KINDS)
        for timer in due:
            if timer.kind in KINDS:
                self._overdue(work, timer)
            timer.done_at = self.clock.now()
        return len(due)

    def _overdue(self, work: Work, timer: TimerRow) -> None:
        """Escalate one level, unless what was promised has happened or the case has ended."""
        row = work.cases.by_id(int(timer.subject))
        done, sentence = KINDS[timer.kind]
        if row is None or CaseStatus(row.status) in ENDED or any(item.kind == done for item in work.cases.events(row.id)):
            return
        unit = work.district.unit(row.unit_code)
        upper = work.district.unit(unit.parent) if unit and unit.parent else None
        text = self.texts(sentence, number=row.number, unit=upper.name if upper else (unit.name if unit else ""))
        self._write(work, row, text, {"clock": timer.kind, "to": upper.code if upper else None})

    def _write(self, work: Work, row: CaseRow, text: str, detail: dict[str, str | None]) -> None:
        work.cases.add_event(
            CaseEventRow(case_id=row.id, kind=EventKind.ESCALATED, actor="clock", at=self.clock.now(), text=text, detail=detail)
        )
