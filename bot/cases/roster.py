"""When staff are on duty: shifts by weekday, by kind of day or by date, and the next time somebody is there. Rules only.

A dated shift stands instead of all others of that person on that day; one that ends when it begins is a day off.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
WORKDAY, RESTDAY = "workday", "restday"
#: So many days ahead the next shift is looked for; the longest holidays last nine.
LOOKS_AHEAD = 15
MINUTES_A_DAY = 24 * 60
IsWorkday = Callable[[date], bool]


@dataclass(frozen=True)
class Shift:
    """From `begins` to `ends`, minutes after local midnight. `day`: mon … sun, workday, restday, or YYYY-MM-DD."""

    staff_id: int
    day: str
    begins: int
    ends: int


def valid_day(day: str) -> bool:
    """Whether `day` can stand in a shift."""
    if day in (*WEEKDAYS, WORKDAY, RESTDAY):
        return True
    try:
        return date.fromisoformat(day).isoformat() == day
    except ValueError:
        return False


def of_day(shifts: Iterable[Shift], day: date, is_workday: IsWorkday) -> list[Shift]:
    """The shifts that hold on `day`. Weekday shifts do not hold on public holidays; 调休 makes a Sunday a workday."""
    working = is_workday(day)
    # A weekday's shift holds where the day is what such a day usually is: no Monday shift on a holiday.
    usual = working == (day.weekday() < WEEKDAYS.index("sat"))
    names = {WORKDAY if working else RESTDAY} | ({WEEKDAYS[day.weekday()]} if usual else set())
    known = list(shifts)
    dated = {shift.staff_id for shift in known if shift.day == day.isoformat()}
    return [
        shift
        for shift in known
        if shift.ends > shift.begins and (shift.day == day.isoformat() or (shift.day in names and shift.staff_id not in dated))
    ]


def on_duty(shifts: Collection[Shift], now: datetime, is_workday: IsWorkday) -> frozenset[int]:
    """Who is on duty at the local time `now`."""
    minute = now.hour * 60 + now.minute
    return frozenset(shift.staff_id for shift in of_day(shifts, now.date(), is_workday) if shift.begins <= minute < shift.ends)


def next_on_duty(shifts: Collection[Shift], now: datetime, is_workday: IsWorkday) -> tuple[datetime, datetime] | None:
    """The shift that goes on at the local time `now`, or the next one: from when until when; None where there is none."""
    for ahead in range(LOOKS_AHEAD):
        day = now.date() + timedelta(days=ahead)
        spans = [(_at(day, shift.begins, now), _at(day, shift.ends, now)) for shift in of_day(shifts, day, is_workday)]
        coming = [(max(begins, now), ends) for begins, ends in spans if ends > now]
        if coming:
            return min(coming)
    return None


def _at(day: date, minutes: int, now: datetime) -> datetime:
    return datetime.combine(day, time(), tzinfo=now.tzinfo) + timedelta(minutes=minutes)
