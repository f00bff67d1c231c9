"""How long residents waited for people and people took, so that the numbers do not lie.

Every clock starts when a person is asked for: the bot's time is in none of them. A conversation that comes back is a call of
its own. Each time has a twin that counts only office hours. Calls nobody asked for (staff took the conversation unasked) are
counted, but have not waited.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import datetime, timedelta

from bot.cases.handoff import EndReason, Reason
from bot.cases.scope import EVERYTHING, Scope
from bot.services.calendar import LOCAL, office_seconds
from bot.services.ports import Clock
from bot.store.database import Database
from bot.store.handoff_tables import HandoffRow

PARTS = (0.5, 0.9, 0.95)
#: The promise: somebody answers a message within three minutes (GB/T 33358).
IN_TIME = 180.0
GRADED_WELL = 3


@dataclass(frozen=True)
class CallTimes:
    """One call for a person. Times in seconds; `_office`: of them in office hours; None: it has not happened."""

    call: int
    day: str
    reason: str
    business: str
    area: str
    reopened: bool
    waited: float | None
    waited_office: float | None
    first_reply: float | None
    first_reply_office: float | None
    handled: float | None
    handled_office: float | None
    end_reason: str
    grade: int | None


@dataclass(frozen=True)
class Spread:
    """Median, p90 and p95 of a time in seconds, and how many it is of; None for none."""

    count: int
    p50: float | None
    p90: float | None
    p95: float | None


@dataclass(frozen=True)
class HandoffReport:
    """A time span: every call, what is made of them, and what became of those who were not reached."""

    calls: tuple[CallTimes, ...]
    waited: Spread
    waited_office: Spread
    first_reply: Spread
    first_reply_office: Spread
    handled: Spread
    handled_office: Spread
    in_time: float | None  # part of those who waited that were taken within three minutes
    reopened: int
    off_hours: int
    unreached: int  # asked for a person, and the call ended without one
    graded: int
    graded_well: int
    reasons: dict[str, int]
    ends: dict[str, int]


class HandoffMeasures:
    """Reads calls; changes nothing."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self.database, self.clock = database, clock

    def calls(self, since: datetime, until: datetime | None = None, scope: Scope = EVERYTHING) -> list[CallTimes]:
        """Calls made from `since` until before `until` (None: now), aware instants, as far as `scope` sees."""
        with self.database.reading() as work:
            rows = work.handoffs.between(since, until or self.clock.now() + timedelta(seconds=1))
            return [times_of(row) for row in rows if _within(row, scope)]

    def report(self, since: datetime, until: datetime | None = None, scope: Scope = EVERYTHING) -> HandoffReport:
        """Everything about these calls."""
        return _report(self.calls(since, until, scope))

    def table(self, since: datetime, until: datetime | None = None, scope: Scope = EVERYTHING) -> str:
        """The calls as CSV with a byte order mark, for Excel; it holds nobody's name and nobody's words."""
        out = io.StringIO()
        writer = csv.DictWriter(out, [field.name for field in fields(CallTimes)], lineterminator="\r\n")
        writer.writeheader()
        writer.writerows(asdict(call) for call in self.calls(since, until, scope))
        return "\ufeff" + out.getvalue()


def times_of(row: HandoffRow) -> CallTimes:
    """The times of one call. What ended before anybody came, or was never asked for, has not been waited for."""
    asked = row.reason != Reason.STAFF
    taken = row.taken_at if asked else None
    waited, waited_office = _between(row.requested_at, taken)
    reply, reply_office = _between(row.requested_at, row.first_reply_at if asked else None)
    handled, handled_office = _between(row.taken_at, row.ended_at)
    return CallTimes(
        row.id, row.requested_at.astimezone(LOCAL).date().isoformat(), row.reason, row.business or "", row.area or "",
        row.reopened, waited, waited_office, reply, reply_office, handled, handled_office, row.end_reason or "", row.grade,
    )  # fmt: skip


def spread(values: Iterable[float | None]) -> Spread:
    """Percentiles by nearest rank: numbers that really occurred."""
    known = sorted(value for value in values if value is not None)
    p50, p90, p95 = (known[max(0, -int(-len(known) * part // 1) - 1)] if known else None for part in PARTS)
    return Spread(len(known), p50, p90, p95)


def was_asked_for(call: CallTimes) -> bool:
    """Whether somebody called for a person; staff may also come unasked."""
    return call.reason != Reason.STAFF


def went_unreached(call: CallTimes) -> bool:
    """Whether a person was asked for and the call ended without one."""
    return bool(call.end_reason) and call.waited is None and was_asked_for(call)


def in_office(begin: datetime, end: datetime) -> float | None:
    """Seconds of a time in office hours; None where it lay wholly outside: as a zero it would make every night look quick."""
    return office_seconds(begin, end) or (0.0 if begin >= end else None)


def _within(row: HandoffRow, scope: Scope) -> bool:
    """As the lists of conversations: what names no place or business is everybody's."""
    placed = ((row.area, scope.areas), (row.business, scope.majors))
    return all(value is None or not bounds or value in bounds for value, bounds in placed)


def _between(begin: datetime | None, end: datetime | None) -> tuple[float | None, float | None]:
    if begin is None or end is None:
        return None, None
    return (end - begin).total_seconds(), in_office(begin, end)


def _report(calls: Sequence[CallTimes]) -> HandoffReport:
    waits = [call.waited for call in calls if call.waited is not None]
    grades = [call.grade for call in calls if call.grade is not None]
    times = ("waited", "waited_office", "first_reply", "first_reply_office", "handled", "handled_office")
    spreads = {name: spread(getattr(call, name) for call in calls) for name in times}
    off_hours = sum(call.end_reason == EndReason.OFF_HOURS for call in calls)
    unreached = sum(map(went_unreached, calls))
    return HandoffReport(
        tuple(calls), **spreads, in_time=sum(wait <= IN_TIME for wait in waits) / len(waits) if waits else None,
        reopened=sum(call.reopened for call in calls), off_hours=off_hours, unreached=unreached, graded=len(grades),
        graded_well=sum(grade >= GRADED_WELL for grade in grades), reasons=dict(Counter(call.reason for call in calls)),
        ends=dict(Counter(call.end_reason for call in calls if call.end_reason)),
    )  # fmt: skip
