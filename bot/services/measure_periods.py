"""Months and weeks of a report, by the district's days."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Literal, TypeVar

from bot.services.calendar import LOCAL

By = Literal["month", "week"]
#: How many are shown: a year, a quarter of one.
SHOWN: dict[By, int] = {"month": 12, "week": 13}
WEEK = timedelta(days=7)

T = TypeVar("T")


@dataclass(frozen=True)
class Period:
    """From `first` until before `after`; `running`: today lies in it, so its numbers are not the last ones."""

    first: date
    after: date
    running: bool

    @property
    def begins(self) -> datetime:
        """Its first instant."""
        return datetime.combine(self.first, time(), LOCAL)


def periods(by: By, today: date) -> tuple[Period, ...]:
    """The latest months or weeks up to the one of `today`, oldest first. A week begins on Monday."""
    first = today.replace(day=1) if by == "month" else today - timedelta(days=today.weekday())
    found: list[Period] = []
    for _ in range(SHOWN[by]):
        found.insert(0, Period(first, _next(by, first), running=not found))
        first = (first - timedelta(days=1)).replace(day=1) if by == "month" else first - WEEK
    return tuple(found)


def _next(by: By, first: date) -> date:
    return (first + timedelta(days=31)).replace(day=1) if by == "month" else first + WEEK


def sorted_into(shown: Sequence[Period], things: Iterable[T], day_of: Callable[[T], date]) -> list[list[T]]:
    """The things of each period by their day; what lies before the first or behind the last is in none."""
    beginnings = [period.first for period in shown]
    found: list[list[T]] = [[] for _ in shown]
    for thing in things:
        place = bisect_right(beginnings, day_of(thing)) - 1
        if place >= 0 and day_of(thing) < shown[place].after:
            found[place].append(thing)
    return found
