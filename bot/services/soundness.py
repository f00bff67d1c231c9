"""Whether what is kept of every case is what its events say, and every point of a clock was acted on once, in time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.services import case_records
from bot.services.cases import Cases
from bot.store.case_past import next_point as first_point
from bot.store.case_past import numbers_behind
from bot.store.case_tables import CaseRow
from bot.store.database import Work

AT_ONCE = 200


@dataclass
class Findings:
    """What was looked at, and everything that is wrong; `latest` is how long behind its time the latest point was acted on."""

    cases: int = 0
    events: int = 0
    points: int = 0
    twice: list[str] = field(default_factory=list)
    missed: list[str] = field(default_factory=list)
    differing: list[str] = field(default_factory=list)
    latest: timedelta = timedelta()

    @property
    def sound(self) -> bool:
        """Whether nothing is wrong."""
        return not (self.twice or self.missed or self.differing)


def next_point(cases: Cases) -> datetime | None:
    """When the next point of any clock falls due; None where no clock runs."""
    with cases.database.reading() as work:
        return first_point(work.session)


def examine(cases: Cases, progress: Callable[[int], None] = lambda count: None) -> Findings:
    """Look at every case there is."""
    found, last = Findings(), 0
    while True:
        with cases.database.reading() as work:
            rows = numbers_behind(work.session, last, AT_ONCE)
            for row in rows:
                _look(work, cases, row, found)
        if not rows:
            return found
        last = rows[-1].id
        progress(found.cases)


def _look(work: Work, cases: Cases, row: CaseRow, found: Findings) -> None:
    timing = cases.flow.district.timing
    found.cases += 1
    if wrong := case_records.differences(work, row, timing):
        found.differing.append(f"{row.number}: {', '.join(wrong)}")
    events = work.cases.events(row.id)
    found.events += len(events)
    points = [event for event in events if {"clock", "percent", "due"} <= set(event.detail)]
    found.points += len(points)
    once = Counter((event.detail["clock"], event.detail["percent"], event.detail["due"]) for event in points)
    found.twice += [f"{row.number}: {key}" for key, count in once.items() if count > 1]
    for event in points:
        found.latest = max(found.latest, event.at - datetime.fromisoformat(event.detail["due"]))
    now = cases.clock.now()
    late = [clock.clock for clock in work.cases.clocks(row.id) if clock.next_at is not None and clock.next_at <= now]
    found.missed += [f"{row.number}: {name}" for name in late]
