"""Bookings, as rows."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.store.case_tables import CaseRow
from bot.store.resident_tables import BookingRow, MediationRow


class BookingStore:
    """Repository of bookings and of requests for mediation."""

    def __init__(self, session: Session) -> None:
        self.session = session

    def of_case(self, case_id: int) -> BookingRow | None:
        """What a case has booked, cancelled or not."""
        return self.session.scalar(select(BookingRow).filter_by(case_id=case_id))

    def case(self, case_id: int) -> CaseRow | None:
        """The case of a booking."""
        return self.session.get(CaseRow, case_id)

    def held(self, service: str, day: date, period: str) -> list[tuple[BookingRow, str]]:
        """Bookings that hold a place, each with the status of its case."""
        rows = self.session.execute(
            select(BookingRow, CaseRow.status)
            .join(CaseRow, CaseRow.id == BookingRow.case_id)
            .where(BookingRow.service == service, BookingRow.day == day, BookingRow.period == period)
            .where(BookingRow.seat.is_not(None))
        )
        return [(row[0], row[1]) for row in rows]

    def seats(self, service: str, since: date, ended: Collection[str]) -> dict[tuple[date, str], set[int]]:
        """(day, period) → places that somebody holds whose case has not ended."""
        rows = self.session.execute(
            select(BookingRow.day, BookingRow.period, BookingRow.seat)
            .join(CaseRow, CaseRow.id == BookingRow.case_id)
            .where(BookingRow.service == service, BookingRow.day >= since)
            .where(BookingRow.seat.is_not(None), CaseRow.status.not_in(ended))
        )
        found: dict[tuple[date, str], set[int]] = {}
        for day, period, seat in rows:
            found.setdefault((day, period), set()).add(seat)
        return found

    def add(self, row: BookingRow | MediationRow) -> None:
        """Write a new row."""
        self.session.add(row)
        self.session.flush()

    def flush(self) -> None:
        """Let the database refuse now what it would refuse at the end."""
        self.session.flush()

    def mediation(self, case_id: int) -> MediationRow | None:
        """The request for mediation of a case."""
        return self.session.get(MediationRow, case_id)
