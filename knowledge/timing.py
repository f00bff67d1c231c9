"""Which day a question is about: 2019年的时候, 去年的标准, 下个月起 …, by the table timing.yml; None for today.

Most years in a question belong to its story (我2019年买的房). Only a time that dates the rule is read: what is wrongly
taken for a story is answered by what holds now, and the answer says from when it holds.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from importlib import resources
from typing import Any

import yaml

from knowledge.text import number

NUMBER = r"[一二两三四五六七八九十\d]{1,3}"
MIDDLE_MONTH = 7  # a year as a whole is read as its first of July
EARLIEST, CENTURY = 1949, 2000  # 19年 is 2019


@dataclass(frozen=True)
class Phrase:
    """One row of timing.yml."""

    find: re.Pattern[str]
    day: str
    years: int
    months: int
    counted: int
    is_future_only: bool


@dataclass(frozen=True)
class _Table:
    today: re.Pattern[str]
    then: re.Pattern[str]
    event: re.Pattern[str]
    asks: re.Pattern[str]
    phrases: tuple[Phrase, ...]


@cache
def _table() -> _Table:
    raw = yaml.safe_load(resources.files("knowledge").joinpath("timing.yml").read_text("utf-8"))
    phrases = tuple(_phrase(row, raw["then"]) for row in raw["phrases"])
    today, then, event, asks = (re.compile(raw[name]) for name in ("today", "then", "event", "asks"))
    return _Table(today, then, event, asks, phrases)


def _phrase(row: dict[str, Any], then: str) -> Phrase:
    find = re.compile(row["find"].replace("{number}", NUMBER).replace("{then}", then))
    return Phrase(
        find, row["day"], row.get("years", 0), row.get("months", 0), row.get("counted", 0), row.get("only") == "future"
    )


def asked_day(question: str, today: date) -> date | None:
    """The day an evened question wants the rules of; None where it means today."""
    table = _table()
    for phrase in table.phrases:
        found = phrase.find.search(question)
        if not found:
            continue
        day = DAYS[phrase.day](phrase, found, today)
        if day is None or day == today or day.year < EARLIEST or (phrase.is_future_only and day < today):
            return None
        if day > today:
            return day
        return day if _dates_the_rule(question, found) else None
    return None


def _dates_the_rule(question: str, found: re.Match[str]) -> bool:
    """Whether a past time is that of the rule asked for, not of something that happened then."""
    table, rest = _table(), question[found.end() :]
    said = table.then.match(rest)
    rest = rest[said.end() :] if said else rest
    if table.today.search(question) or table.event.match(rest):
        return False
    return bool(table.asks.match(rest))


def _given(phrase: Phrase, found: re.Match[str], today: date) -> date | None:
    """A year, month or day as named; the middle of what is named."""
    year, month, day = (*map(_whole, found.groups()), None, None)[:3]
    if year is None:
        return None
    return _date(year if year >= EARLIEST else CENTURY + year, month or MIDDLE_MONTH, day or (15 if month else 1))


def _before(phrase: Phrase, found: re.Match[str], today: date) -> date | None:
    """The last day before what is named."""
    year, month, day = (*map(_whole, found.groups()), None, None)[:3]
    first = _date(year or 0, month or 1, day or 1)
    return first - timedelta(days=1) if first else None


def _then(phrase: Phrase, found: re.Match[str], today: date) -> date | None:
    """So long ago: the middle of that year, or that day of an earlier month."""
    years = phrase.years
    if phrase.counted:
        years = phrase.counted * (number(found.group(1)) or 0)
    return _date(today.year + years, MIDDLE_MONTH, 1) if years else _first_of(today, phrase.months)


def _begins(phrase: Phrase, found: re.Match[str], today: date) -> date | None:
    """The first day of a year or month to come."""
    return _date(today.year + phrase.years, 1, 1) if phrase.years else _first_of(today, phrase.months)


DAYS: dict[str, Callable[[Phrase, re.Match[str], date], date | None]] = {
    "given": _given,
    "before": _before,
    "then": _then,
    "start": _begins,
}


def _first_of(today: date, months: int) -> date | None:
    years, month = divmod(today.month - 1 + months, 12)
    return _date(today.year + years, month + 1, 1)


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _whole(text: str | None) -> int | None:
    return int(text) if text else None
