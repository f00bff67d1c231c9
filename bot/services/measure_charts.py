"""The measures of people and cases over months or weeks: what the charts draw, the tables say and the file holds.

Each time stands with the period in which its clock began, and has a twin that counts only office hours. Percentiles are numbers
that really occurred (`handoff_measures.spread`); where nothing happened there is none, not a zero.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal, get_args

from bot.services.calendar import LOCAL
from bot.services.case_desk import CaseDesk
from bot.services.case_measures import CaseMeasures, CaseRound
from bot.services.handoff_measures import IN_TIME, CallTimes, HandoffMeasures, spread, was_asked_for, went_unreached
from bot.services.measure_periods import By, Period, periods, sorted_into
from bot.services.ports import Clock
from bot.services.views import StaffView
from bot.store.database import Database

Hours = Literal["all", "office"]
Unit = Literal["minute", "hour", "count"]
Number = float | int | None
ALL_CASES = "all"  # the ready-made list without a filter
#: Below so many, p90 and p95 are near the longest one: shown, with a mark.
FEW = 10
TIMES: tuple[tuple[str, Unit], ...] = (("waited", "minute"), ("first_reply", "minute"), ("handled", "minute"))


@dataclass(frozen=True)
class Series:
    """One number for each period: seconds, a count, or a share of 1. `drawn`: in the chart as well as in the table."""

    key: str
    unit: Literal["seconds", "count", "share"]
    values: tuple[Number, ...]
    drawn: bool = True


@dataclass(frozen=True)
class Chart:
    """One picture: lines over the periods for times, bars on each other for counts. `target`: a promise, in seconds."""

    key: str
    unit: Unit  # of the axis
    series: tuple[Series, ...]
    target: float | None = None

    @property
    def empty(self) -> bool:
        """Whether nothing happened in any period: a picture of it would be axes."""
        return not any(any(series.values) for series in self.series)

    @property
    def few(self) -> tuple[bool, ...]:
        """In which periods the times are of so few that the upper percentiles say little."""
        counts = next(series.values for series in self.series if series.key == "count") if self.unit != "count" else ()
        return tuple(bool(value) and int(value or 0) < FEW for value in counts)


@dataclass(frozen=True)
class Measures:
    """All charts over the same periods."""

    by: By
    hours: Hours
    periods: tuple[Period, ...]
    charts: tuple[Chart, ...]


class MeasureCharts:
    """Puts the measures together; changes nothing."""

    def __init__(self, database: Database, clock: Clock, case_desk: CaseDesk) -> None:
        self.clock, self.case_desk = clock, case_desk
        self.handoffs, self.cases = HandoffMeasures(database, clock), CaseMeasures(database, clock)

    def of(self, by: By, hours: Hours, staff: StaffView) -> Measures:
        """The charts of the calls and cases this person sees."""
        return self._drawn(by, staff, (hours,))[0]

    def table(self, by: By, staff: StaffView) -> list[tuple[Measures, Chart, Series]]:
        """Every series, times with both their twins, counts once."""
        both = self._drawn(by, staff, get_args(Hours))
        return [
            (measures, chart, series)
            for measures in both
            for chart in measures.charts
            for series in chart.series
            if measures.hours == "all" or chart.unit != "count"
        ]

    def _drawn(self, by: By, staff: StaffView, kinds: Sequence[Hours]) -> list[Measures]:
        shown = periods(by, self.clock.now().astimezone(LOCAL).date())
        since = shown[0].begins
        calls = sorted_into(shown, self.handoffs.calls(since, scope=staff.scope), lambda call: date.fromisoformat(call.day))
        wanted = self.case_desk.filter_of(staff, ALL_CASES)
        rounds = sorted_into(shown, self.cases.rounds(since, wanted), lambda one: one.day)
        return [Measures(by, hours, shown, (*_of_calls(calls, hours), *_of_rounds(rounds, hours))) for hours in kinds]


def as_file(rows: Sequence[Sequence[Any]]) -> str:
    """Rows as CSV with a byte order mark, for Excel."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerows(rows)
    return "\ufeff" + out.getvalue()


def _of_calls(calls: Sequence[Sequence[CallTimes]], hours: Hours) -> list[Chart]:
    counts: tuple[tuple[str, bool, Callable[[CallTimes], bool]], ...] = (
        ("taken", True, lambda call: call.waited is not None),
        ("unreached", True, went_unreached),
        ("waiting", True, lambda call: was_asked_for(call) and call.waited is None and not call.end_reason),
        ("asked", False, was_asked_for),
        ("reopened", False, lambda call: call.reopened and was_asked_for(call)),
    )
    numbers = [Series(key, "count", tuple(sum(map(test, part)) for part in calls), drawn) for key, drawn, test in counts]
    charts = [Chart("calls", "count", tuple(numbers))]
    for key, unit in TIMES:
        name = key if hours == "all" else f"{key}_office"
        times = [[getattr(call, name) for call in part] for part in calls]
        waits = key == "waited"
        more = (Series("in_time", "share", tuple(map(_in_time, times)), drawn=False),) if waits else ()
        charts.append(Chart(key, unit, (*_spreads(times), *more), IN_TIME if waits else None))
    return charts


def _of_rounds(rounds: Sequence[Sequence[CaseRound]], hours: Hours) -> list[Chart]:
    counts: tuple[tuple[str, bool, Callable[[CaseRound], bool]], ...] = (
        ("answered", True, lambda one: one.answered is not None),
        ("dropped", True, lambda one: one.dropped),
        ("open", True, lambda one: one.answered is None and not one.dropped),
        ("begun", False, lambda _: True),
        ("again", False, lambda one: one.again),
    )
    numbers = [Series(key, "count", tuple(sum(map(test, part)) for part in rounds), drawn) for key, drawn, test in counts]
    times = [[one.answered if hours == "all" else one.answered_office for one in part] for part in rounds]
    return [Chart("cases", "count", tuple(numbers)), Chart("case_answer", "hour", tuple(_spreads(times)))]


def _spreads(times: Sequence[Sequence[float | None]]) -> list[Series]:
    found = [spread(part) for part in times]
    lines = [Series(key, "seconds", tuple(getattr(one, key) for one in found)) for key in ("p50", "p90", "p95")]
    return [*lines, Series("count", "count", tuple(one.count for one in found), drawn=False)]


def _in_time(waits: Sequence[float | None]) -> float | None:
    known = [wait for wait in waits if wait is not None]
    return sum(wait <= IN_TIME for wait in known) / len(known) if known else None
