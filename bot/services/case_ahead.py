"""Seeing ahead (未诉先办): so many alike in one grid and some days open one proactive case, once, with its causes linked.

How many, in how many days and how alike is a table (data/district/proactive.csv); nobody's own case is changed by it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from bot.cases.alike import gathered
from bot.cases.numbers import case_number
from bot.cases.roles import Role
from bot.cases.standing import Act
from bot.cases.status import EventKind
from bot.cases.timing import LOCAL
from bot.services.case_flow import Flow
from bot.services.dispatch import Dispatcher
from bot.services.ports import Clock
from bot.services.views import NewCase
from bot.store.case_tables import CaseLinkRow, CaseRow
from bot.store.database import Database, Work
from bot.store.rows import read_rows


@dataclass(frozen=True)
class AlikeRule:
    """From how many cases on, in how many days, and how alike (0 to 1), a proactive case is opened."""

    category: str
    count: int
    days: float
    likeness: float


class Ahead:
    """Looks whether the newest cases of a grid are one matter."""

    def __init__(self, database: Database, dispatcher: Dispatcher, flow: Flow, clock: Clock) -> None:
        self.database, self.dispatcher, self.flow, self.clock = database, dispatcher, flow, clock
        rows = read_rows(flow.district.folder / "proactive.csv")
        self.rules = [AlikeRule(r["category"], int(r["count"]), float(r["days"]), float(r["likeness"])) for r in rows]
        self._seen = 0

    def once(self) -> int:
        """Look at the cases filed since the last look; answers how many proactive cases were opened."""
        return self.database.run(self._look)

    def _look(self, work: Work) -> int:
        now = self.clock.now()
        recent = work.cases.filed_after(self._seen, now - timedelta(days=max(rule.days for rule in self.rules)))
        opened = sum(self._open(work, row) for row in recent)
        self._seen = max((row.id for row in recent), default=self._seen)
        return opened

    def _open(self, work: Work, row: CaseRow) -> bool:
        """Open a proactive case for `row` and those like it; where there is one already, count `row` among its causes."""
        rule = max((r for r in self.rules if row.category_code.startswith(r.category)), key=lambda r: len(r.category))
        since = row.opened_at - timedelta(days=rule.days)
        uncounted = self.flow.district.natures.uncounted  # 表扬, 举报: no want of the neighbourhood
        if row.nature in uncounted:
            return False
        same = work.cases.same_place(row.grid_code, row.category_code, since) if row.grid_code else ()
        near = [one for one in same if one.nature not in uncounted]
        linked = work.cases.causes(row.grid_code or "", row.category_code)
        if len(near) < rule.count or row.id in linked:
            return False
        alike = set(
            gathered({one.id: one.description for one in near} | {row.id: row.description}, row.id, least=rule.likeness)
        )
        ours = next((case for case in (linked.get(one) for one in alike) if case is not None), None)
        if ours is not None:
            work.session.add(CaseLinkRow(case_id=ours, other_id=row.id, kind="cause"))
            work.session.flush()
            return False
        causes = [one for one in near if one.id in alike and one.id not in linked]
        return len(causes) >= rule.count and self._file(work, row, causes)

    def _file(self, work: Work, row: CaseRow, causes: list[CaseRow]) -> bool:
        day = self.clock.now().astimezone(LOCAL).date()
        number = case_number(day, work.cases.next_running(day))  # holds the counter: another worker waits here …
        if row.id in work.cases.causes(row.grid_code or "", row.category_code):
            return False  # … and finds what we have opened
        now = self.clock.now()
        text = self.flow.texts("proactive", count=len(causes), description=row.description[:200])
        area = work.district.area(row.grid_code)
        new = NewCase("report", text, area.name if area else "", category_code=row.category_code)
        sent = self.dispatcher.dispatch(work, new, now)
        case = CaseRow(
            number=number, resident_id=row.resident_id,
            conversation_id=row.conversation_id, ordinal=0, kind="report", category_code=row.category_code, status="filed",
            description=text, location=new.location, grid_code=row.grid_code, community_code=row.community_code,
            unit_code=row.unit_code, dispatch_reason=sent.reason | {"category": "proactive"}, urgent=row.urgent,
            filed_by="clock", proactive=True, opened_at=now, contact_due=sent.contact_due, resolve_due=sent.resolve_due,
            updated_at=now,
        )  # fmt: skip
        due = {"category": case.category_code, "clocks": {k: v for k, v in sent.limits.items() if k not in RESIDENTS}}
        filed = Act(EventKind.FILED, Role.CLOCK, "clock", now, "", due | {"resolve_due": sent.resolve_due.isoformat()})
        unit = {"unit": row.unit_code, "return_until": self.flow.return_until(case, now)}
        self.flow.begin(work, case, [filed, Act(EventKind.ASSIGNED, Role.CLOCK, "clock", now, sent.unit.name, unit)])
        work.session.add_all(CaseLinkRow(case_id=case.id, other_id=one.id, kind="cause") for one in causes)
        work.staff.audit("clock", "proactive_case", case.number, now, causes=len(causes))
        return True


#: Clocks of a promise to a resident; a proactive case has none to promise to.
RESIDENTS = frozenset({"contact", "waiting", "silence"})
