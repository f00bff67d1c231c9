"""Working days of mainland China, holidays and 调休 included, and the local time of the district."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import chinese_calendar

LOCAL = ZoneInfo("Asia/Shanghai")


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


def say_time(instant: datetime) -> str:
    """`11月30日17:00`, in local time."""
    local = instant.astimezone(LOCAL)
    return f"{local.month}月{local.day}日{local:%H:%M}"
