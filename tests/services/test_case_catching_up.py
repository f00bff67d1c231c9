"""Cases from before clocks were kept: their clocks run from the filing, and nobody is flooded with what is long over."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import delete, text

from bot.app import Services
from bot.cases.status import EventKind
from bot.services.case_catching_up import start_missing_clocks
from bot.services.case_clocks import CaseClocks
from bot.services.views import CaseView
from bot.store.case_tables import CaseClockRow, CaseEventRow
from tests.builders import a_report, a_staff, write

ANSWER = "11月23日上午，城管科李师傅更换了灯头，灯已经亮了。"


def old_case(services: Services, *moves: EventKind) -> CaseView:
    """A case as it stood before events kept clocks and roles."""
    conversation = write(services, address=f"old-{len(services.cases.search())}")
    case = services.cases.file(conversation, a_report(), inbox_id=None)
    staff = services.staff.add(f"s{case.number[-4:]}", "王敏", "agent", "correct horse battery") if moves else None
    for event in moves:
        assert staff
        services.cases.move(case.number, event, staff, ANSWER)
    with services.database.transaction() as work:
        row = work.cases.by_number(case.number)
        assert row
        work.session.execute(delete(CaseClockRow).where(CaseClockRow.case_id == row.id))
        for event in work.cases.events(row.id):
            kept = {name: value for name, value in event.detail.items() if name in ("unit", "category", "rule")}
            work.session.execute(text("UPDATE case_events SET role = '' WHERE id = :id"), {"id": event.id})
            work.session.get_one(CaseEventRow, event.id).detail = kept
    return case


def start(services: Services) -> int:
    return start_missing_clocks(services.database, services.cases.flow, services.clock)


def sweep(services: Services) -> int:
    return CaseClocks(services.database, services.cases.flow, services.clock).all_due()


def kinds(services: Services, case: CaseView) -> list[str]:
    return [event.kind for event in services.cases.get(case.number).events]


def clocks(services: Services, case: CaseView) -> dict[str, CaseClockRow]:
    with services.database.reading() as work:
        row = work.cases.by_number(case.number)
        assert row
        return {clock.clock: clock for clock in work.cases.clocks(row.id)}


def test_clocks_run_from_the_filing_and_what_is_over_is_not_told(both_services: Services) -> None:
    services = both_services
    case = old_case(services)
    services.clock.move(days=60)
    assert start(services) == 1
    kept = clocks(services, case)
    assert {"sign", "contact", "resolve"} <= set(kept)
    assert {clock.started_at for clock in kept.values()} == {case.opened_at}
    assert sweep(services) == 0
    assert kinds(services, case) == ["filed", "assigned", "noted"]
    assert services.cases.differences(case.number) == []
    line = services.case_desk.page(services.case_desk.filter_of(a_staff(services), "late")).lines
    assert [one.view.number for one in line] == [case.number], "it stands in the list of what is late all the same"


def test_what_is_still_to_come_comes_at_its_time(services: Services) -> None:
    case = old_case(services)
    services.clock.move(hours=1)
    assert start(services) == 1
    due = clocks(services, case)["resolve"]
    assert due.next_at and due.next_at > services.clock.now()
    services.clock.move(seconds=(due.due_at - services.clock.now()).total_seconds() + 1)
    assert sweep(services) > 0
    assert "escalated" in kinds(services, case)
    assert services.cases.differences(case.number) == []


def test_an_answer_nobody_spoke_against_closes_its_case(services: Services) -> None:
    case = old_case(services, EventKind.SIGNED, EventKind.STARTED, EventKind.ANSWERED)
    services.clock.move(days=30)
    assert start(services) == 1
    assert sweep(services) == 1
    assert kinds(services, case)[-2:] == ["noted", "closed_silently"]
    assert services.cases.get(case.number).status == "closed"


def test_it_is_safe_to_run_twice_and_leaves_others_alone(services: Services) -> None:
    old = old_case(services)
    ended = old_case(services, EventKind.SIGNED, EventKind.STARTED, EventKind.ANSWERED)
    services.cases.confirm(services.cases.get(ended.number).resident_id, ended.number, inbox_id=None)
    with services.database.transaction() as work:
        work.session.execute(delete(CaseClockRow))
    new = services.cases.file(write(services, address="new"), a_report(description="电梯坏了"), inbox_id=None)
    assert (start(services), start(services)) == (1, 0)
    assert kinds(services, old)[-1] == "noted"
    assert [kinds(services, case)[-1] for case in (ended, new)] == ["confirmed", "assigned"]


def test_a_hundred_old_cases_write_one_event_each(services: Services) -> None:
    cases = [old_case(services) for _ in range(25)]
    services.clock.move(days=90)
    assert start(services) == len(cases)
    assert sweep(services) == 0
    with services.database.reading() as work:
        assert work.session.query(CaseEventRow).filter_by(actor="clock", kind="noted").count() == len(cases)


def test_the_clocks_go_on_with_what_happens_next(services: Services) -> None:
    case = old_case(services)
    services.clock.move(days=60)
    start(services)
    staff = a_staff(services)
    services.cases.move(case.number, EventKind.SIGNED, staff)
    services.cases.move(case.number, EventKind.CONTACTED, staff)
    assert services.cases.differences(case.number) == []
    assert {name for name, clock in clocks(services, case).items() if clock.next_at} == {"update"}, "the rest is over"


@pytest.mark.parametrize("hours", [1, 30])
def test_the_end_is_the_one_a_new_case_would_have(services: Services, hours: int) -> None:
    old = old_case(services)
    fresh = services.cases.file(write(services, address="fresh"), a_report(), inbox_id=None)
    services.clock.move(hours=hours)
    start(services)
    assert clocks(services, old)["resolve"].due_at - clocks(services, fresh)["resolve"].due_at < timedelta(seconds=1)
