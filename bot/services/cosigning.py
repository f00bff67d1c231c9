"""我也遇到: a neighbour's case about the same matter is found, and the resident's own goes along with it.

A report is filed first and joined afterwards, so an unanswered question loses nobody's report. What is shown of the
neighbour's case comes from the district's tables only: category, area, day, status, how many; never a neighbour's words.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

from bot.cases.errors import Invalid
from bot.cases.nearness import SAME_FROM, Alike
from bot.cases.roles import Role
from bot.cases.standing import Act
from bot.cases.status import OPEN, CaseStatus, EventKind
from bot.services import case_words
from bot.services.calendar import LOCAL
from bot.services.cases import Cases
from bot.services.views import CaseView
from bot.store.case_past import neighbours
from bot.store.case_tables import CaseRow
from bot.store.database import Work
from bot.store.rows import read_rows

#: A wish, a dispute or a message is somebody's own; only a report can be the neighbours' too.
SHARED_KIND = "report"
#: Words that a case waits for its resident, or that it was answered, are no reason not to join it.
JOINED = frozenset(OPEN) - {CaseStatus.DEFERRED}
NEAREST = 5


@dataclass(frozen=True)
class Neighbour:
    """What may be shown of a neighbour's case. `count`: how many have reported it so far."""

    category: str
    area: str
    day: str
    status: str
    count: int
    likeness: float


@dataclass(frozen=True)
class Span:
    """One row of alike.csv: how far back and in which area alike cases are looked for; the longest beginning of a code wins."""

    category: str
    days: int
    area: str  # grid or community


class Cosigning:
    """Finds what neighbours have reported, and joins."""

    def __init__(self, cases: Cases, folder: Path) -> None:
        self.cases, self.database = cases, cases.database
        self.spans = tuple(Span(r["category"], int(r["days"]), r["area"]) for r in read_rows(folder / "alike.csv"))

    def offer(self, resident_id: str, number: str) -> Neighbour | None:
        """A neighbour's open case that says the same as the resident's own; None where there is none. Raises NoSuchCase."""
        with self.database.reading() as work:
            row = self.cases.own_case(work, resident_id, number)
            found = self._nearest(work, row)
            return self._shown(work, *found) if found else None

    def join(self, resident_id: str, number: str, *, inbox_id: int | None) -> CaseView:
        """Let the resident's case go along with the neighbour's. Raises NoSuchCase, and Invalid(master) where none is left."""
        view = self.database.run(partial(self._join, resident_id, number, inbox_id))
        self.cases.wakeups.wake("desk")
        return view

    def _join(self, resident_id: str, number: str, inbox_id: int | None, work: Work) -> CaseView:
        now = self.cases.clock.now()
        row = self.cases.own_case(work, resident_id, number, lock=True)
        if row.status != CaseStatus.MERGED:
            found = self._nearest(work, row)
            if found is None:
                raise Invalid("master")
            self._follow(work, row, found[1], inbox_id, now)
        return case_words.own(work, row, now, self.cases.texts)

    def _follow(self, work: Work, row: CaseRow, master: CaseRow, inbox_id: int | None, now: datetime) -> None:
        cause = {"master": master.number, "by": "cosigned"}
        self.cases.flow.happen(work, row, Act(EventKind.MERGED, Role.CLOCK, "clock", now, "", cause), inbox_id, tell=False)
        signed = Act(EventKind.COSIGNED, Role.RESIDENT, "resident", now, "", {"number": row.number})
        self.cases.flow.happen(work, master, signed, tell=False)

    def _nearest(self, work: Work, row: CaseRow) -> tuple[float, CaseRow] | None:
        """The most alike earlier case of a neighbour, if it is alike enough. Earlier ones only: two never join each other."""
        span = self._span(row.category_code)
        area = row.grid_code if span.area == "grid" else row.community_code
        secret = self.cases.flow.district.natures.confidential  # what was denounced is no neighbour's to read
        if row.kind != SHARED_KIND or row.nature in secret or area is None:
            return None
        if work.cases.parts(row.id):  # co-units work on it: only a person merges it
            return None
        since = self.cases.clock.now() - timedelta(days=span.days)
        rows = {other.id: other for other in neighbours(work.session, row, area=area, by=span.area, since=since)}
        shared = {key: other for key, other in rows.items() if other.kind == SHARED_KIND and other.nature not in secret}
        joined = {key: other for key, other in shared.items() if other.status in JOINED}
        pool = Alike({key: _words(other) for key, other in joined.items()})
        best = next(iter(pool.nearest(_words(row), 1)), None)
        return (best[0], joined[best[1]]) if best and best[0] >= SAME_FROM else None

    def _span(self, category: str) -> Span:
        fitting = [span for span in self.spans if category.startswith(span.category)]
        return max(fitting, key=lambda span: len(span.category))

    def _shown(self, work: Work, likeness: float, row: CaseRow) -> Neighbour:
        category, area = work.district.category(row.category_code), work.district.area(row.grid_code or row.community_code)
        local = row.opened_at.astimezone(LOCAL)
        return Neighbour(
            category.minor if category else "", area.name if area else "", f"{local.month}月{local.day}日",
            self.cases.texts(f"status_{row.status}"), 1 + len(work.cases.followers(row.id)), likeness,
        )  # fmt: skip


def _words(row: CaseRow) -> str:
    return f"{row.location} {row.description}"
