"""Which day is meant, counted from Monday, 23 November 2026."""

from __future__ import annotations

from datetime import date

import pytest

from bot.text.days import Wanted, read_day

MONDAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    ("words", "day", "period"),
    [
        ("下礼拜二上午", date(2026, 12, 1), "am"),
        ("周二下午", date(2026, 11, 24), "pm"),
        ("这周五", date(2026, 11, 27), None),
        ("下下周一早上", date(2026, 12, 7), "am"),
        ("星期天晚上", date(2026, 11, 29), "eve"),
        ("今天", MONDAY, None),
        ("明儿头晌", date(2026, 11, 24), "am"),
        ("聽日下晝", date(2026, 11, 24), "pm"),
        ("大后天", date(2026, 11, 26), None),
        ("12月3号九点", date(2026, 12, 3), "am"),
        ("十二月三号两点", date(2026, 12, 3), "pm"),
        ("3号", date(2026, 12, 3), None),
        ("二十五号下午三点半", date(2026, 11, 25), "pm"),
        ("1月5号", date(2027, 1, 5), None),
        ("上午", None, "am"),
    ],
)
def test_a_day_in_residents_words(words: str, day: date | None, period: str | None) -> None:
    assert read_day(words, MONDAY) == Wanted(day, period)


@pytest.mark.parametrize("words", ["越快越好", "随时都行", "尽快吧", "你们看着有空就来"])
def test_as_soon_as_possible(words: str) -> None:
    assert read_day(words, MONDAY).soon


@pytest.mark.parametrize("words", ["", "3号楼", "不知道", "孩子放学以后"])
def test_words_that_name_no_day(words: str) -> None:
    assert not read_day(words, MONDAY)
