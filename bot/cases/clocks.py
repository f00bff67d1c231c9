"""When a promise on a case falls due, in working or calendar hours. The calendar itself is handed in."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time, timedelta

#: Office hours by which working hours are counted (示范区口径, a city changes them in data/district/settings.csv).
OPENS, CLOSES = time(9, 0), time(17, 0)
WORKING_HOURS_A_DAY = 8

IsWorkday = Callable[[date], bool]


def due(start: datetime, hours: float, *, working: bool, is_workday: IsWorkday) -> datetime:
    """`hours` after `start`; with `working`, only office hours of working days count.

    `start` and the answer are local wall-clock datetimes with the same tzinfo. Hours of 8 make one working day.
    """
    if not working:
        return start + timedelta(hours=hours)
    left, moment = timedelta(hours=hours), start
    while True:
        opens = moment.replace(hour=OPENS.hour, minute=OPENS.minute, second=0, microsecond=0)
        closes = moment.replace(hour=CLOSES.hour, minute=CLOSES.minute, second=0, microsecond=0)
        if is_workday(moment.date()):
            begin = max(moment, opens)
            if begin < closes:
                if begin + left <= closes:
                    return begin + left
                left -= closes - begin
        moment = opens + timedelta(days=1)
