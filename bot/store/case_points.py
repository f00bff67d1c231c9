"""Points of clocks that have come, many cases at a time: a handful of queries, whatever their number."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, func, insert, select, update
from sqlalchemy.orm import Session

from bot.store.case_tables import CaseClockRow, CaseEventRow, CaseRow

#: Clocks looked at for each case wanted: a case may have several, and others may hold the first ones.
LOOKED_AT = 3


@dataclass(frozen=True)
class DueClock:
    """A clock whose next point has come, with all its points that nobody has acted on, in order; none where none are kept."""

    case_id: int
    clock: str
    next_at: datetime
    counted_by: str | None
    ahead: tuple[tuple[int, datetime], ...]  # per cent, when


@dataclass(frozen=True)
class HeldCase:
    """What a sweep has to know of a case it holds."""

    id: int
    number: str
    status: str
    unit: str
    warned: int


def hold_due(session: Session, now: datetime, limit: int) -> list[tuple[HeldCase, list[DueClock]]]:
    """Cases with a clock whose next point has come, each held by this transaction, with those of their clocks.

    Cases another worker holds are passed over; on SQLite there is one writer anyway. Clocks are read once the case is held:
    what somebody did to it a moment ago is seen.
    """
    come = (CaseClockRow.next_at.is_not(None), CaseClockRow.next_at <= now)
    first = select(CaseClockRow.case_id).where(*come).order_by(CaseClockRow.next_at).limit(limit * LOOKED_AT)
    columns = (CaseRow.id, CaseRow.number, CaseRow.status, CaseRow.unit_code, CaseRow.warned)
    held = select(*columns).where(CaseRow.id.in_(first.scalar_subquery())).limit(limit)
    cases = {row[0]: HeldCase(*row) for row in session.execute(held.with_for_update(skip_locked=True, of=CaseRow))}
    found: dict[int, list[DueClock]] = {}
    if cases:
        clock = CaseClockRow
        fields = (clock.case_id, clock.clock, clock.next_at, clock.counted_by, clock.passed, clock.points)
        for case, name, next_at, by, passed, points in session.execute(select(*fields).where(*come, clock.case_id.in_(cases))):
            found.setdefault(case, []).append(DueClock(case, name, next_at, by, _ahead(passed, points)))
    return [(cases[one], clocks) for one, clocks in found.items()]


def _ahead(passed: int, points: dict[str, str] | None) -> tuple[tuple[int, datetime], ...]:
    left = ((int(percent), at) for percent, at in (points or {}).items())
    return tuple((percent, datetime.fromisoformat(at)) for percent, at in left if percent > passed)


def last_sequences(session: Session, case_ids: Sequence[int]) -> dict[int, int]:
    """The place of the newest event of each case."""
    query = select(CaseEventRow.case_id, func.max(CaseEventRow.sequence)).where(CaseEventRow.case_id.in_(case_ids))
    return {row[0]: row[1] for row in session.execute(query.group_by(CaseEventRow.case_id))}


def write_passed(
    session: Session, events: list[dict[str, Any]], clocks: list[dict[str, Any]], warned: Mapping[int, int], now: datetime
) -> None:
    """Write events, how far clocks have come (of_case, of_clock, passed, next_at) and how late cases are (by id)."""
    of_clock = (CaseClockRow.case_id == bindparam("of_case"), CaseClockRow.clock == bindparam("of_clock"))
    connection = session.connection()  # as plain rows: the session would look after each of them
    connection.execute(insert(CaseEventRow), events)
    connection.execute(update(CaseClockRow).where(*of_clock), clocks)
    for percent in set(warned.values()):
        late = [case for case, value in warned.items() if value == percent]
        connection.execute(update(CaseRow).where(CaseRow.id.in_(late)).values(warned=percent, updated_at=now))
