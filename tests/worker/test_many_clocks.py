"""Points of many cases at a time: the same as one by one, in a few queries, and never by tables out of force."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event, null, update

from bot.app import Services
from bot.cases.status import EventKind
from bot.services import case_clocks
from bot.services.case_clocks import CaseClocks
from bot.store.case_points import hold_due
from bot.store.case_tables import CaseClockRow
from tests.builders import a_report, a_staff, write

MANY = 12
#: Days after filing at which somebody looks: nothing yet, some points, all of them.
LOOKS = (0.1, 0.4, 1, 2, 3, 5, 9, 60)


@pytest.fixture
def numbers(both_services: Services) -> list[str]:
    """Cases in several states: untouched, signed, waiting for the resident, deferred, under an order."""
    services, conversation = both_services, write(both_services)
    numbers = [services.cases.file(conversation, a_report(), inbox_id=None).number for _ in range(MANY)]
    agent, chief = a_staff(services), a_staff(services, "chen", "supervisor")
    later = (services.clock.now() + timedelta(days=3)).isoformat()
    for number in numbers[4:]:
        services.cases.move(number, EventKind.SIGNED, agent)
    for number in numbers[6:8]:
        services.cases.move(number, EventKind.ASKED, agent, "请问是几号楼门口的灯？")
    for number in numbers[8:10]:
        services.cases.move(number, EventKind.DEFERRED, chief, "", {"reason": "等汛期过去", "review": later})
    for number in numbers[10:]:
        services.cases.move(number, EventKind.SUPERVISED, chief, "", {"reason": "多人反映", "until": later})
    return numbers


def test_many_at_a_time_leave_the_same_as_one_by_one(
    both_services: Services, numbers: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    services = both_services
    clocks, filed = CaseClocks(services.database, services.cases.flow, services.clock), services.clock.now()
    monkeypatch.setattr(case_clocks, "hold_due", lambda *asked: [one for one in hold_due(*asked) if one[0].id % 2])
    for days in LOOKS:
        services.clock.move(seconds=(filed + timedelta(days=days) - services.clock.now()).total_seconds())
        clocks.all_due()
        left = [_left(services, number) for number in numbers]
        assert left[::2] == left[1::2], days
    assert [services.cases.differences(number) for number in numbers] == [[]] * MANY
    assert any(percent == 150 for case in left for *_, percent in case)


def _left(services: Services, number: str) -> list[tuple[Any, ...]]:
    """All that a sweep may change of a case, but its number."""
    with services.database.reading() as work:
        row = work.cases.by_number(number)
        return [
            (row.status, row.warned, row.resolve_due, row.updated_at, 0),
            *((one.clock, one.passed, one.next_at, 0) for one in work.cases.clocks(row.id)),
            *(
                (one.kind, one.sequence, one.text.replace(number, ""), one.detail.get("clock"), one.detail.get("percent"))
                for one in work.cases.events(row.id)
            ),
        ]


def test_a_sweep_of_many_costs_a_handful_of_queries(both_services: Services) -> None:
    services, conversation = both_services, write(both_services)
    for _ in range(MANY):
        services.cases.file(conversation, a_report(), inbox_id=None)
    services.clock.move(days=60)
    clocks, statements = CaseClocks(services.database, services.cases.flow, services.clock), []
    services.cases.flow.district.tables  # noqa: B018  # read once
    event.listen(services.database.engine, "before_cursor_execute", lambda *a: statements.append(a[2]))
    assert clocks.once() == 8 * MANY
    assert len(statements) <= 8, statements


@pytest.mark.parametrize("counted_by", ["older", None])
def test_points_counted_by_other_tables_are_counted_anew(both_services: Services, counted_by: str | None) -> None:
    """A holiday that is entered later moves what has not come yet."""
    services = both_services
    case = services.cases.file(write(services), a_report(), inbox_id=None)
    wrong = null() if counted_by is None else {"70": "2020-01-01T00:00:00+00:00", "150": "2020-01-02T00:00:00+00:00"}
    with services.database.transaction() as work:
        work.session.execute(update(CaseClockRow).values(points=wrong, counted_by=counted_by))
    services.clock.move(days=1)
    clocks = CaseClocks(services.database, services.cases.flow, services.clock)
    clocks.all_due()
    assert services.cases.differences(case.number) == []
    with services.database.reading() as work:
        told = [e.detail["percent"] for e in work.cases.events(1) if e.detail.get("clock") == "contact"]
        kept = work.cases.clock(1, "resolve")
    assert told == [70, 100, 150]
    assert kept.counted_by == services.cases.flow.district.timing.mark
