"""Charts of waits and cases: the numbers tell no lies, page, JSON and file say the same, and only supervisors see them."""

from __future__ import annotations

import csv
import hashlib
import io
import re
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from bot.cases.clocks import counted
from bot.cases.roles import STAFF_ROLES
from bot.desk.rendering import HERE
from bot.services.calendar import LOCAL, is_workday, office_seconds
from bot.services.case_measures import rounds_of
from bot.services.measure_periods import periods, sorted_into
from bot.services.views import NewCase
from tests.desk.desk_world import DeskWorld, Operator
from tests.fakes import MONDAY

ECHARTS = HERE / "static" / "vendor" / "echarts"
#: As published on npm (`dist/echarts.simple.min.js` of the version in vendor/README.md); change both together.
PINNED = "5eef51bee09fb9cc234c4179a58ae0150126f49f88c992efe2d6bca81d8dd03b"


@pytest.fixture
def chief(world: DeskWorld) -> Operator:
    return world.operator("chen.jie", "陈洁", "supervisor")


def call(world: DeskWorld, chief: Operator, *, waits: float, address: str) -> None:
    """Somebody asks for a person, is taken after `waits` seconds, answered at once, and it ends ten minutes later."""
    conversation = world.waiting(address=address)
    world.services.clock.move(seconds=waits)
    world.services.handoff.claim(conversation, chief.staff)
    world.services.handoff.reply(conversation, chief.staff, "您好", client_id=f"hello-{address}")
    world.services.clock.move(minutes=10)
    world.services.handoff.close(conversation, chief.staff)


def numbers(chief: Operator, **asked: str) -> dict[str, dict[str, list[float | None]]]:
    """The JSON as chart → series → values."""
    answer = chief.client.get("/desk/api/measures", params=asked)
    assert answer.status_code == 200
    return {chart["key"]: {one["key"]: one["values"] for one in chart["series"]} for chart in answer.json()["charts"]}


def table(page: str, chart: str) -> list[list[str]]:
    """The cells of a chart's table, row by row."""
    section = page.split(f'aria-labelledby="chart-{chart}"', 1)[1].split("</section>", 1)[0]
    rows = re.findall(r"<tr>(.*?)</tr>", section, re.DOTALL)
    return [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row) for row in rows]


def test_waits_stand_in_the_month_in_which_a_person_was_asked_for(world: DeskWorld, chief: Operator) -> None:
    world.services.clock.moment = datetime(2026, 10, 31, 15, 59, 0, tzinfo=UTC)  # 23:59 in the district: still October
    call(world, chief, waits=300, address="li")
    for person, waits in enumerate((20, 40, 60)):
        call(world, chief, waits=waits, address=f"wang-{person}")
    found = numbers(chief, by="month")
    assert found["waited"]["p50"][-2:] == [300, 40]
    assert found["waited"]["p95"][-2:] == [300, 60]
    assert found["waited"]["p50"][:-2] == [None] * 10  # nothing happened: no number, not a zero
    assert found["calls"]["taken"][-2:] == [1, 3]
    assert found["handled"]["p50"][-1] == 600


def test_the_twin_counts_only_office_hours(world: DeskWorld, chief: Operator) -> None:
    world.services.clock.moment = datetime(2026, 11, 23, 8, 50, tzinfo=UTC)  # 16:50 on a Monday
    call(world, chief, waits=16 * 3600 + 20 * 60, address="li")  # until 9:10
    chief.sign_in()  # the night has ended the session
    assert numbers(chief, hours="all")["waited"]["p50"][-1] == 16 * 3600 + 20 * 60
    assert numbers(chief, hours="office")["waited"]["p50"][-1] == 20 * 60


def test_a_wait_wholly_at_night_makes_no_office_hour_look_quick(world: DeskWorld, chief: Operator) -> None:
    world.services.clock.moment = datetime(2026, 11, 23, 14, 0, tzinfo=UTC)  # 22:00
    call(world, chief, waits=600, address="li")
    chief.sign_in()
    assert numbers(chief, hours="all")["waited"]["p50"][-1] == 600
    assert numbers(chief, hours="office")["waited"]["p50"][-1] is None


def test_who_came_unasked_has_not_waited_and_who_left_was_not_reached(world: DeskWorld, chief: Operator) -> None:
    unasked = world.says("你好", address="li").conversation_id
    world.services.handoff.claim(unasked, chief.staff)
    left, handoff = world.waiting(address="wang"), world.services.handoff
    handoff._change(left, handoff.back_to_bot)
    world.waiting(address="zhao")
    found = numbers(chief)["calls"]
    assert (found["taken"][-1], found["unreached"][-1], found["waiting"][-1]) == (0, 1, 1)


def test_a_case_done_again_is_a_round_of_its_own() -> None:
    steps = [("filed", 0), ("answered", 2), ("answered", 3), ("reopened", 240), ("answered", 241), ("reopened", 300)]
    rounds = list(rounds_of((kind, MONDAY + timedelta(hours=hours)) for kind, hours in steps))
    assert [one.answered for one in rounds] == [2 * 3600, 3600, None]
    assert [one.again for one in rounds] == [False, True, True]
    assert not any(one.dropped for one in rounds)


@pytest.mark.parametrize("end", ["withdrawn", "rejected"])
def test_what_is_dropped_is_no_quick_answer(end: str) -> None:
    [only] = rounds_of([("filed", MONDAY), (end, MONDAY), ("answered", MONDAY + timedelta(hours=1))])
    assert (only.answered, only.dropped) == (None, True)


def test_an_end_without_its_beginning_belongs_to_no_round() -> None:
    assert list(rounds_of([("answered", MONDAY)])) == []


def test_cases_are_counted_within_the_scope_of_whoever_looks(world: DeskWorld, chief: Operator) -> None:
    conversation = world.waiting("楼上太吵")
    case = world.services.cases.file(conversation, NewCase("report", "楼上天天半夜装修"), inbox_id=None, by=chief.staff)
    assert numbers(chief)["cases"]["open"][-1] == 1
    other = world.operator("lin.bo", "林波", "supervisor")
    majors = dict.fromkeys(name.partition(" / ")[0] for _, name in world.services.cases.categories())
    major = next(name for name in majors if name != case.category.partition(" / ")[0])
    world.services.staff.set_role(other.staff.id, "supervisor", [("major", major)], world.staff("root", "管理员", "admin"))
    assert numbers(other)["cases"]["open"][-1] == 0


def test_page_json_and_file_say_the_same(world: DeskWorld, chief: Operator) -> None:
    for person in range(3):
        call(world, chief, waits=60 + person, address=f"li-{person}")
    page = chief.get("/admin/measures?by=week&hours=all").text
    assert table(page, "waited")[-1][1:] == ["1分1秒", "1分2秒＊", "1分2秒＊", "3", "100.0%"]
    assert len(table(page, "waited")) == 1 + 13
    assert page.count("这段时间里还没有") == 2  # no case was filed, none answered: said, not drawn
    assert numbers(chief, by="week")["waited"]["p50"][-1] == 61
    answer = chief.get("/admin/measures.csv?by=week")
    assert answer.headers["content-type"].startswith("text/csv") and answer.text.startswith("\ufeff")
    rows = list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"))))
    wanted = {"图": "等到有人接", "口径": "全部时间", "项目": "一半在这个时间内", "起始日": "2026-11-23"}
    assert [row["数值"] for row in rows if wanted.items() <= row.items()] == ["61.0"]
    assert {row["口径"] for row in rows} == {"全部时间", "只算工作时间", ""}


def test_only_supervisors_see_them(world: DeskWorld) -> None:
    for role in STAFF_ROLES - {"supervisor", "admin"}:
        browser = world.operator(f"one.{role.replace('_', '-')}", "李娜", role)
        for path in ("/admin/measures", "/admin/measures.csv", "/desk/api/measures"):
            assert browser.get(path).status_code == 403, (role, path)
    assert world.stranger().get("/desk/api/measures").status_code == 401


def test_what_cannot_be_asked_is_refused_in_words(chief: Operator) -> None:
    for asked in ("by=year", "hours=night", "by=month&hours="):
        assert chief.get(f"/admin/measures?{asked}").status_code == 400
        answer = chief.get(f"/desk/api/measures?{asked}")
        assert answer.status_code == 400 and answer.json()["message"]


def test_the_page_loads_everything_from_here_under_a_strict_policy(chief: Operator) -> None:
    page = chief.get("/admin/measures")
    policy = page.headers["content-security-policy"]
    assert "script-src 'self';" in policy and "style-src 'self';" in policy and "unsafe" not in policy
    assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son[a-z]+=", page.text)
    loaded = re.findall(r'<(?:script|link)[^>]+(?:src|href)="([^"]+)"', page.text)
    assert all(path.startswith("/desk/static/") for path in loaded)
    assert {chief.get(path).status_code for path in loaded} == {200}


def test_echarts_is_the_published_file_with_its_licence() -> None:
    script = (ECHARTS / "echarts.simple.min.js").read_bytes()
    assert hashlib.sha256(script).hexdigest() == PINNED
    assert b"new Function" not in script and b"eval(" not in script
    assert "Apache License" in (ECHARTS / "LICENSE").read_text() and "Apache ECharts" in (ECHARTS / "NOTICE").read_text()


@pytest.mark.parametrize(
    ("by", "today", "first", "last"),
    [
        ("month", date(2026, 11, 30), date(2025, 12, 1), date(2026, 11, 1)),
        ("month", date(2027, 1, 1), date(2026, 2, 1), date(2027, 1, 1)),
        ("month", date(2028, 2, 29), date(2027, 3, 1), date(2028, 2, 1)),
        ("week", date(2026, 11, 22), date(2026, 8, 24), date(2026, 11, 16)),  # a Sunday belongs to the week before
        ("week", date(2027, 1, 1), date(2026, 10, 5), date(2026, 12, 28)),
    ],
)
def test_periods_lie_side_by_side_up_to_today(by: Any, today: date, first: date, last: date) -> None:
    found = periods(by, today)
    assert (found[0].first, found[-1].first) == (first, last)
    assert all(one.after == following.first for one, following in pairwise(found))
    assert found[-1].first <= today < found[-1].after
    assert [one.running for one in found] == [False] * (len(found) - 1) + [True]


def test_what_lies_outside_of_all_periods_is_in_none() -> None:
    shown = periods("week", date(2026, 11, 24))
    days = [shown[0].first - timedelta(days=1), shown[0].first, shown[-1].first, shown[-1].after]
    assert [len(part) for part in sorted_into(shown, days, lambda day: day)] == [1, *[0] * 11, 1]


@given(some.integers(0, 370 * 86_400), some.integers(0, 40 * 86_400))
def test_office_seconds_are_those_the_clocks_count(after: int, seconds: int) -> None:
    begin = datetime(2025, 12, 20, tzinfo=UTC) + timedelta(seconds=after)
    end = begin + timedelta(seconds=seconds)
    slow = 3600 * counted(begin.astimezone(LOCAL), end.astimezone(LOCAL), working=True, is_workday=is_workday)
    assert office_seconds(begin, end) == pytest.approx(slow, abs=1e-3)
