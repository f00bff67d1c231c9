"""Clocks that run out: each point once, at its time, for the right people; nothing after the promise has been kept."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.cases.status import EventKind
from bot.services.case_clocks import CaseClocks
from bot.worker.clocks import Clocks
from tests.builders import a_report, a_staff, said, write

ANSWER = "11月24日上午，城管科李师傅更换了灯头，灯已经亮了。"


@pytest.fixture
def case(both_services):
    return both_services.cases.file(write(both_services), a_report(), inbox_id=None)


@pytest.fixture
def clocks(both_services):
    return CaseClocks(both_services.database, both_services.cases.flow, both_services.clock)


def fired(services, number):
    """(clock, per cent, who is told) of every point that was acted on."""
    with services.database.reading() as work:
        row = work.cases.by_number(number)
        events = work.cases.events(row.id)
    return [(e.detail["clock"], e.detail["percent"], e.detail["tells"]) for e in events if e.detail.get("clock")]


def test_each_point_comes_once_at_its_time_and_tells_whom_the_table_says(both_services, case, clocks):
    assert clocks.all_due() == 0
    seen = []
    for _ in range(24 * 5):
        both_services.clock.move(hours=1)
        clocks.all_due()
        seen = fired(both_services, case.number)
    both_services.clock.move(days=60)
    clocks.all_due()
    assert fired(both_services, case.number) == seen
    assert seen == [
        ("contact", 70, "owner"), ("contact", 100, "supervisor"), ("contact", 150, "above"), ("sign", 100, "owner"),
        ("sign", 150, "above"), ("resolve", 70, "owner"), ("resolve", 100, "supervisor"), ("resolve", 150, "above"),
    ]  # fmt: skip
    assert both_services.cases.differences(case.number) == []


def test_a_worker_that_slept_makes_up_for_every_point(both_services, case, clocks):
    both_services.clock.move(days=60)
    assert Clocks(clocks, both_services.wakeups).once() == len(fired(both_services, case.number)) == 8
    assert Clocks(clocks, both_services.wakeups).once() == 0


def test_a_contact_made_in_time_stops_its_clock(both_services, case, clocks):
    both_services.cases.move(case.number, EventKind.CONTACTED, a_staff(both_services), "电话联系过了")
    both_services.clock.move(days=60)
    clocks.all_due()
    assert "contact" not in {clock for clock, _, _ in fired(both_services, case.number)}


def test_a_withdrawn_case_has_no_clocks(both_services, case, clocks):
    both_services.cases.withdraw(case.resident_id, case.number, inbox_id=None)
    both_services.clock.move(days=60)
    assert clocks.all_due() == 0


def test_time_spent_waiting_for_the_resident_is_credited_to_the_second(both_services, case, clocks):
    services, agent = both_services, a_staff(both_services)
    services.cases.move(case.number, EventKind.SIGNED, agent)
    services.clock.move(hours=3, seconds=17)
    services.cases.move(case.number, EventKind.ASKED, agent, "请问是几号楼门口的灯？")
    services.clock.move(hours=20, minutes=7, seconds=5)
    assert {clock for clock, _, _ in fired(services, case.number)} == set()
    services.cases.supplement(case.resident_id, case.number, "三号楼东边", inbox_id=None)
    view = services.cases.get(case.number)
    assert view.resolve_due - case.resolve_due == timedelta(hours=20, minutes=7, seconds=5)
    assert view.status == "signed"


def test_a_resident_who_is_asked_is_reminded_once_and_then_work_goes_on(both_services, case, clocks):
    services, agent = both_services, a_staff(both_services)
    services.cases.move(case.number, EventKind.SIGNED, agent)
    services.cases.move(case.number, EventKind.ASKED, agent, "请问是几号楼门口的灯？")
    for _ in range(24 * 8):
        services.clock.move(hours=1)
        clocks.all_due()
        if services.cases.get(case.number).status != "waiting":
            break
    assert sum("还在等您补充" in text for text in said(services, case.conversation_id)) == 1
    assert services.cases.get(case.number).status == "signed"


@pytest.mark.parametrize("ordered", [False, True])
def test_silence_closes_an_answered_case_but_never_one_under_an_order(both_services, case, clocks, ordered):
    services, agent = both_services, a_staff(both_services)
    if ordered:
        until = (services.clock.now() + timedelta(days=3)).isoformat()
        chief = a_staff(services, "chen", "supervisor")
        services.cases.move(case.number, EventKind.SUPERVISED, chief, "", {"reason": "多人反映", "until": until})
    services.cases.move(case.number, EventKind.SIGNED, agent)
    services.cases.move(case.number, EventKind.ANSWERED, agent, ANSWER)
    services.clock.move(days=7)
    clocks.all_due()
    assert services.cases.get(case.number).status == ("answered" if ordered else "closed")
    assert clocks.all_due() == 0
