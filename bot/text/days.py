"""Which day and which part of it some words mean, counted from a given today: 下礼拜二上午, 12月3号, 后天, 越快越好.

Standard library only. Whether anybody is free then is decided in `bot/services/bookings.py`.
"""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

from bot.text.normalize import even
from bot.text.tables import FOLDER, read_lines

WEEK = 7
NAMES = {name: day for day, names in enumerate(("一1", "二2", "三3", "四4", "五5", "六6", "日天末7"), 1) for name in names}
NUMBERS = {"一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9}
NUMBER = "(?:[0-9]{1,2}|[一二两三四五六七八九]?十[一二三四五六七八九]?|[一二两三四五六七八九])"
WEEKDAY = re.compile(rf"(?P<next>(?:下个?)*)(?P<this>[这本])?个?(?:周|星期|礼拜)(?P<day>[{''.join(NAMES)}])")
MONTH_DAY = re.compile(rf"(?P<month>{NUMBER})(?:月|[./-])(?P<day>{NUMBER})[号日]?")
DAY_ONLY = re.compile(rf"(?<![0-9])(?P<day>{NUMBER})[号日](?!楼|院|线|门|栋|弄|[0-9])")
CLOCK = re.compile(rf"(?P<hour>{NUMBER})(?:点|时|:[0-5][0-9])")
NOON, EVENING = 12, 18
#: 两点来 means the afternoon: nobody comes at night.
EARLIEST = 7


@dataclass(frozen=True)
class Wanted:
    """A day and a part of it (`am`, `pm`, `eve`), each None where nothing was said of it; `soon`: whatever comes first."""

    day: date | None = None
    period: str | None = None
    soon: bool = False

    def __bool__(self) -> bool:
        return self.soon or self.day is not None or self.period is not None


@cache
def _table() -> tuple[tuple[str, re.Pattern[str], str], ...]:
    rows = (line.split("\t") for line in read_lines(FOLDER / "days.tsv"))
    return tuple((row[0], re.compile(row[1]), row[2]) for row in rows)


def read_day(words: str, today: date) -> Wanted:
    """The day and part of the day the words mean. A day without a month or week is the next one of that name."""
    text = even(words)
    return Wanted(_day(text, today), _period(text), _first("soon", text) is not None)


def _first(kind: str, text: str) -> str | None:
    return next((value for row, pattern, value in _table() if row == kind and pattern.search(text)), None)


def _day(text: str, today: date) -> date | None:
    ahead = _first("day", text)
    if ahead is not None:
        return today + timedelta(int(ahead))
    if match := WEEKDAY.search(text):
        return _weekday(match, today)
    if match := MONTH_DAY.search(text):
        return _dated(today, _number(match["day"]), _number(match["month"]))
    match = DAY_ONLY.search(text)
    return _dated(today, _number(match["day"]), None) if match else None


def _weekday(match: re.Match[str], today: date) -> date:
    """下周二 is in the week behind this one; 周二 alone the next that comes, today included."""
    weeks, wanted = match["next"].count("下"), NAMES[match["day"]]
    monday = today - timedelta(today.weekday())
    if weeks or match["this"]:
        return monday + timedelta(WEEK * weeks + wanted - 1)
    return today + timedelta((wanted - 1 - today.weekday()) % WEEK)


def _dated(today: date, day: int, month: int | None) -> date | None:
    """The next day of this name that is not over."""
    for ahead in range(13):
        months = today.year * 12 + today.month - 1 + ahead
        year, found = months // 12, months % 12 + 1
        if month not in (None, found):
            continue
        try:
            candidate = date(year, found, day)
        except ValueError:
            continue
        if candidate >= today:
            return candidate
    return None


def _period(text: str) -> str | None:
    named = _first("period", text)
    match = CLOCK.search(text)
    if named or not match:
        return named
    hour = _number(match["hour"])
    if hour < EARLIEST:
        hour += NOON
    return "am" if hour < NOON else "pm" if hour < EVENING else "eve"


def _number(written: str) -> int:
    if written.isdigit():
        return int(written)
    tens, ten, ones = written.partition("十")
    if not ten:
        return NUMBERS[written]
    return (NUMBERS[tens] if tens else 1) * 10 + (NUMBERS[ones] if ones else 0)
