"""Clocks that run out escalate by themselves, once, unless what was promised has happened."""

from __future__ import annotations

import pytest

from bot.cases.status import EventKind
from bot.worker.clocks import Clocks
from tests.builders import a_report, a_staff, write


@pytest.fixture
def case(both_services):
    return both_services.cases.file(write(both_services), a_report(), inbox_id=None)


def escalations(services, number):
    return [event for event in services.cases.get(number).events if event.kind == "escalated"]


def test_a_clock_that_runs_out_is_written_once(both_services, case):
    clocks = Clocks(both_services.database, both_services.texts, both_services.clock)
    assert clocks.once() == 0
    both_services.clock.move(days=60)
    clocks.once()
    clocks.once()
    assert len(escalations(both_services, case.number)) == 2  # first contact and answer


def test_a_contact_made_in_time_stops_its_clock(both_services, case):
    clocks = Clocks(both_services.database, both_services.texts, both_services.clock)
    both_services.cases.move(case.number, EventKind.CONTACTED, a_staff(both_services), "电话联系过了")
    both_services.clock.move(days=60)
    clocks.once()
    assert len(escalations(both_services, case.number)) == 1


def test_a_withdrawn_case_has_no_clocks(both_services, case):
    both_services.cases.withdraw(case.resident_id, case.number, inbox_id=None)
    both_services.clock.move(days=60)
    Clocks(both_services.database, both_services.texts, both_services.clock).once()
    assert escalations(both_services, case.number) == []
