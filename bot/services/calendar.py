"""Working days of mainland China, holidays and 调休 included, and the local time of the district."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import chinese_calendar

from bot.cases.clocks import CLOSES, OPENS

LOCAL = ZoneInfo("Asia/Shanghai")
OFFICE_DAY = datetime.combine(date.min, CLOSES) - datetime.combine(date.min, OPENS)


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """The present instant, aware, UTC."""
        return datetime.now(UTC)


def is_workday(day: date) -> bool:
    """Whether offices work that day. A year the library does not know yet is counted by weekdays."""
    try:
        return bool(chinese_calendar.is_workday(day))
    except NotImplementedError:
        return day.weekday() < 5  # noqa: PLR2004  # Monday to Friday


def office_seconds(begin: datetime, end: datetime) -> float:
    """How much of the time between two instants lies in office hours of working days; 0 when `end` is not after `begin`.

    The same as `bot.cases.clocks.counted`, a hundred times quicker: reports ask it for every call of a year.
    """
    first, last = begin.astimezone(LOCAL), end.astimezone(LOCAL)
    whole = sum(map(_works, range(first.toordinal(), last.toordinal())))
    return max(0.0, (whole * OFFICE_DAY + _since_opening(last) - _since_opening(first)).total_seconds())


def _since_opening(local: datetime) -> timedelta:
    """How much of its day's office hours has passed at an instant."""
    if not _works(local.toordinal()):
        return timedelta()
    opened = local.replace(hour=OPENS.hour, minute=OPENS.minute, second=0, microsecond=0)
    return min(max(local - opened, timedelta()), OFFICE_DAY)


@cache
def _works(ordinal: int) -> bool:
    return is_workday(date.fromordinal(ordinal))


def say_time(instant: datetime) -> str:
    """`11月30日17:00`, in local time."""
    local = instant.astimezone(LOCAL)
    return f"{local.month}月{local.day}日{local:%H:%M}"
