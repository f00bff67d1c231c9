"""The roster page: shifts and skills are kept, what cannot be is refused in words, agents see nothing of it."""

from __future__ import annotations

import re

import pytest

from tests.desk.desk_world import DeskWorld


@pytest.fixture
def chief(world: DeskWorld):
    """A supervisor's browser, and an agent to put on duty."""
    return world.operator("chen.jie", "陈洁", "supervisor")


def test_a_shift_and_skills_are_kept(world: DeskWorld, chief):
    wang = world.staff()
    posted = chief.post(f"/admin/roster/{wang.id}/shifts", day="workday", begins="09:00", ends="17:30")
    assert posted.status_code in (200, 303)
    chief.post(f"/admin/roster/{wang.id}", capacity="3", business="物业，社保", telegram="12345")
    [member] = [one for one in world.services.presence.members() if one.staff_id == wang.id]
    assert [(day, begins, ends) for _, day, begins, ends in member.shifts] == [("workday", 540, 1050)]
    assert (member.capacity, member.telegram_id, member.skills["business"]) == (3, 12345, frozenset({"物业", "社保"}))
    shown = chief.get("/admin/roster").text
    assert "17:30" in shown and "工作日" in shown
    chief.post(f"/admin/roster/shifts/{member.shifts[0][0]}/remove")
    assert "17:30" not in chief.get("/admin/roster").text


@pytest.mark.parametrize(("written", "shown"), [("粤语，英文", "粤语, 英语"), ("en、广东话", "粤语, 英语"), ("晋语", "晋语")])
def test_languages_are_written_and_shown_by_name(world: DeskWorld, chief, written, shown):
    wang = world.staff()
    chief.post(f"/admin/roster/{wang.id}", capacity="3", language=written)
    page = chief.get("/admin/roster").text
    assert sorted(shown.split(", ")) == sorted(re.search(r'name="language" value="([^"]+)"', page)[1].split(", "))


@pytest.mark.parametrize(
    "bad",
    [{"day": "周一"}, {"begins": "9点"}, {"ends": "25:00"}, {"begins": "17:00", "ends": "09:00"}, {"begins": "９:00"}],
)
def test_hours_that_cannot_be_are_refused_in_words(world: DeskWorld, chief, bad):
    wang = world.staff()
    answer = chief.post(f"/admin/roster/{wang.id}/shifts", **({"day": "mon", "begins": "09:00", "ends": "17:00"} | bad))
    assert answer.status_code == 400
    assert 'role="alert"' in answer.text
    assert all(not one.shifts for one in world.services.presence.members())


def test_waits_are_shown_and_downloaded(world: DeskWorld, chief):
    wang, conversation = world.staff(), world.waiting()
    world.services.handoff.claim(conversation, wang)
    assert "等到有人接" in chief.get("/admin/roster").text
    table = chief.get("/admin/handoffs.csv")
    assert table.headers["content-type"].startswith("text/csv")
    assert len(table.text.splitlines()) == 2


def test_agents_see_nothing_of_it(world: DeskWorld):
    agent = world.operator("li.na", "李娜")
    assert agent.get("/admin/roster").status_code == 403
    assert agent.get("/admin/handoffs.csv").status_code == 403
