"""Cases and their events."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from bot.store.case_said import said
from bot.store.case_search import fetch_names
from bot.store.case_tables import CaseClockRow, CaseEventRow, CaseLinkRow, CasePartRow, CasePhotoRow, CaseRow, CounterRow
from bot.store.desk_tables import CorrectionRow


class CaseStore:
    """Repository of cases. Events are only ever added."""

    def __init__(self, session: Session) -> None:
        self.session = session

    def next_running(self, day: date) -> int:
        """The next running number of a day; the counter's row is held until the transaction ends."""
        row = self.session.scalar(select(CounterRow).filter_by(day=day).with_for_update())
        if row is None:
            row = CounterRow(day=day, value=0)
            self.session.add(row)
        row.value += 1
        self.session.flush()
        return row.value

    def add(self, row: CaseRow) -> None:
        """Write a new case and learn its id."""
        self.session.add(row)
        self.session.flush()

    def add_event(self, event: CaseEventRow) -> None:
        """Write the next event of a case; one that brings its place along is written with the rest of its transaction."""
        if event.sequence is not None:
            self.session.add(event)
            return
        highest = self.session.scalar(select(func.max(CaseEventRow.sequence)).filter_by(case_id=event.case_id))
        event.sequence = (highest or 0) + 1
        self.session.add(event)
        self.session.flush()

    def of_inbox(self, inbox_id: int, ordinal: int) -> CaseRow | None:
        """The case a message has filed."""
        return self.session.scalar(select(CaseRow).filter_by(inbox_id=inbox_id, ordinal=ordinal))

    def by_number(self, number: str, *, lock: bool = False) -> CaseRow | None:
        """A case by its whole number."""
        query = select(CaseRow).filter_by(number=number)
        return self.session.scalar(query.with_for_update() if lock else query)

    def by_id(self, case_id: int) -> CaseRow | None:
        """A case by its id."""
        return self.session.get(CaseRow, case_id)

    def of_resident(self, resident_id: str, tail: str | None = None, limit: int = 50) -> Sequence[CaseRow]:
        """A resident's cases, newest first; `tail`: only those whose number ends so."""
        query = select(CaseRow).filter_by(resident_id=resident_id, proactive=False)
        if tail:
            query = query.where(CaseRow.number.endswith(tail, autoescape=True))
        return self._listed(query.order_by(CaseRow.id.desc()).limit(limit))

    def search(self, status: str | None, text: str | None, resident_id: str | None, limit: int) -> Sequence[CaseRow]:
        """Cases for the desk, newest first; `text` is looked for in number, description and place (masked)."""
        query = select(CaseRow)
        if status:
            query = query.filter_by(status=status)
        if resident_id:
            query = query.filter_by(resident_id=resident_id)
        if text:
            query = query.where(*said(text, self.session))
        return self._listed(query.order_by(CaseRow.id.desc()).limit(limit))

    def _listed(self, query: Select[tuple[CaseRow]]) -> Sequence[CaseRow]:
        rows = self.session.scalars(query).all()
        fetch_names(self.session, rows)
        return rows

    def events(self, case_id: int) -> Sequence[CaseEventRow]:
        """The events of a case in order."""
        return self.session.scalars(select(CaseEventRow).filter_by(case_id=case_id).order_by(CaseEventRow.sequence)).all()

    def parts(self, case_id: int) -> Sequence[CasePartRow]:
        """The co-units of a case."""
        return self.session.scalars(select(CasePartRow).filter_by(case_id=case_id).order_by(CasePartRow.unit_code)).all()

    def keep(self, part: CasePartRow) -> CasePartRow:
        """Add a co-unit."""
        self.session.add(part)
        return part

    def photos(self, case_id: int) -> Sequence[CasePhotoRow]:
        """Photos staff took of a case, oldest first."""
        return self.session.scalars(select(CasePhotoRow).filter_by(case_id=case_id).order_by(CasePhotoRow.id)).all()

    def clocks(self, case_id: int) -> Sequence[CaseClockRow]:
        """The clocks of a case."""
        return self.session.scalars(select(CaseClockRow).filter_by(case_id=case_id).order_by(CaseClockRow.clock)).all()

    def clock(self, case_id: int, clock: str) -> CaseClockRow | None:
        """One clock of a case."""
        return self.session.get(CaseClockRow, (case_id, clock))

    def with_due_clock(self, now: datetime, limit: int) -> Sequence[CaseRow]:
        """Cases with a clock whose next point has come, each held by this transaction.

        The case is held, not the clock: whoever moves a case holds it first too, so nobody waits in a circle. Cases another
        worker holds are passed over; on SQLite there is one writer anyway.
        """
        due = select(CaseClockRow.case_id).where(CaseClockRow.next_at.is_not(None), CaseClockRow.next_at <= now)
        first = due.order_by(CaseClockRow.next_at).limit(limit * 3).scalar_subquery()
        return self.session.scalars(
            select(CaseRow).where(CaseRow.id.in_(first)).limit(limit).with_for_update(skip_locked=True, of=CaseRow)
        ).all()

    def filed_after(self, last_id: int, since: datetime, limit: int = 500) -> Sequence[CaseRow]:
        """Residents' cases with a higher id, filed since a time, oldest first."""
        query = select(CaseRow).where(CaseRow.id > last_id, CaseRow.opened_at >= since, CaseRow.proactive.is_(False))
        return self.session.scalars(query.order_by(CaseRow.id).limit(limit)).all()

    def same_place(self, grid: str, category: str, since: datetime) -> Sequence[CaseRow]:
        """Residents' cases of one category in one grid since a time, taken back or refused ones left out."""
        return self.session.scalars(
            select(CaseRow)
            .filter_by(grid_code=grid, category_code=category, proactive=False)
            .where(CaseRow.opened_at >= since, CaseRow.status.not_in(("withdrawn", "rejected")))
            .order_by(CaseRow.id)
        ).all()

    def causes(self, grid: str, category: str) -> dict[int, int | None]:
        """Cases proactive ones of this grid and category were opened for: id → the proactive case, None when that is over."""
        query = (
            select(CaseLinkRow.other_id, CaseRow.id, CaseRow.status)
            .join(CaseRow, CaseLinkRow.case_id == CaseRow.id)
            .where(CaseLinkRow.kind == "cause", CaseRow.category_code == category, CaseRow.grid_code == grid)
        )
        over = ("closed", "withdrawn", "rejected")
        return {other: None if status in over else case for other, case, status in self.session.execute(query)}

    def linked(self, case_id: int, kind: str) -> Sequence[CaseRow]:
        """Cases a case leads to by links of a kind."""
        others = select(CaseLinkRow.other_id).filter_by(case_id=case_id, kind=kind)
        return self.session.scalars(select(CaseRow).where(CaseRow.id.in_(others)).order_by(CaseRow.id)).all()

    def corrections(self, limit: int = 100_000) -> Sequence[CorrectionRow]:
        """What the machine took words for and what they were, oldest first."""
        return self.session.scalars(select(CorrectionRow).order_by(CorrectionRow.id).limit(limit)).all()

    def followers(self, case_id: int) -> Sequence[CaseRow]:
        """Cases merged into this one."""
        return self.session.scalars(select(CaseRow).filter_by(master_id=case_id).order_by(CaseRow.id)).all()
