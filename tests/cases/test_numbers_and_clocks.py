"""Numbers as residents type them, and promises counted in working time."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from bot.cases.clocks import due
from bot.cases.numbers import read_case_number, read_tail
from bot.services.calendar import is_workday

SHANGHAI = ZoneInfo("Asia/Shanghai")


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("JF20261123-0042", "JF20261123-0042"),
        ("查一下jf 20261123 0042到哪了", "JF20261123-0042"),
        ("ＪＦ20261123-0042", None),  # full width is made even before it comes here
        ("0042", None),
        ("电话13871204459", None),
    ],
)
def test_case_numbers_as_people_type_them(typed, number):
    assert read_case_number(typed) == number


@pytest.mark.parametrize(("typed", "tail"), [("尾号0042", "0042"), ("0042那张", "0042"), ("13871204459", None), ("42", None)])
def test_tails(typed, tail):
    assert read_tail(typed) == tail


@pytest.mark.parametrize(
    ("start", "hours", "working", "end"),
    [
        ("2026-11-23 10:00", 2, False, "2026-11-23 12:00"),
        ("2026-11-23 10:00", 4, True, "2026-11-23 14:00"),
        ("2026-11-23 16:00", 2, True, "2026-11-24 10:00"),  # over night
        ("2026-11-27 16:00", 2, True, "2026-11-30 10:00"),  # over a weekend
        ("2026-11-28 03:00", 8, True, "2026-11-30 17:00"),  # filed on a Saturday night
        ("2026-09-30 16:00", 2, True, "2026-10-08 10:00"),  # over the National Day holiday
        ("2026-11-28 03:00", 1, False, "2026-11-28 04:00"),  # danger knows no office hours
    ],
)
def test_promises_fall_due(start, hours, working, end):
    at = [datetime.fromisoformat(text).replace(tzinfo=SHANGHAI) for text in (start, end)]
    assert due(at[0], hours, working=working, is_workday=is_workday) == at[1]
