"""Lists of cases: what a filter says and nothing else, in its order, in a handful of queries however many there are."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import event, insert

from bot.app import Services
from bot.cases.status import STATE_GROUPS
from bot.services.views import StaffView
from bot.store.case_past import times_to_answer
from bot.store.case_search import CaseFilter, count, search
from bot.store.case_tables import CaseEventRow, CasePartRow, CaseRow
from tests.builders import write

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
MANY = 300
OPEN = tuple(map(str, STATE_GROUPS["open"]))
UNITS, GRIDS = ("U-WATER", "U-CG"), ("37000100101", "37000100102", "37000100201")
Row = dict[str, Any]


@pytest.fixture
def filled(both_services: Services) -> tuple[Services, list[Row], set[tuple[int, str]]]:
    """Services with many cases of all sorts; the same as plain rows, and which unit helps with which."""
    conversation = write(both_services)
    resident, chance = both_services.handoff.get(conversation).resident_id, random.Random(3)
    rows = [_case(number, resident, conversation, chance) for number in range(1, MANY + 1)]
    helps = {(number, chance.choice(UNITS)) for number in range(1, MANY + 1, 3)}
    answers = [_event(row, chance) for row in rows if row["status"] == "answered"]
    parts = [{"case_id": number, "unit_code": unit, "done": False} for number, unit in sorted(helps)]
    with both_services.database.transaction() as work:
        for table, values in ((CaseRow, rows), (CasePartRow, parts), (CaseEventRow, answers)):
            work.session.execute(insert(table), values)
    return both_services, rows, helps


def _case(number: int, resident: str, conversation: str, chance: random.Random) -> Row:
    grid, opened = chance.choice(GRIDS), NOW - timedelta(hours=number)
    return {
        "id": number, "number": f"JF20261123-{number:04d}", "resident_id": resident, "conversation_id": conversation,
        "ordinal": number, "kind": "report", "category_code": chance.choice(("0101", "0102")),
        "status": chance.choice((*OPEN, "closed", "closed", "answered")),
        "description": chance.choice(("路灯不亮", "电梯坏了")), "location": chance.choice(("阳光小区", "碧水家园")),
        "grid_code": grid, "community_code": grid[:9],
        "unit_code": chance.choice((*UNITS, "U-JJ")), "dispatch_reason": {}, "opened_at": opened, "contact_due": opened,
        "resolve_due": opened + timedelta(hours=chance.randrange(200)), "updated_at": opened,
        "warned": chance.choice((0, 70, 100)), "unsure": chance.random() < 0.1, "proactive": chance.random() < 0.1,
        "bounces": chance.choice((0, 0, 0, 1)), "extension": chance.choice(("", "", "asked", "granted")),
        "supervision": chance.choice((None, None, f"DB20261123-{number:04d}")),
    }  # fmt: skip


def _event(row: Row, chance: random.Random) -> Row:
    at = row["opened_at"] + timedelta(hours=chance.randrange(1, 90))
    return {"case_id": row["id"], "sequence": 1, "kind": "answered", "actor": "staff:1", "role": "handler", "at": at,
            "text": "修好了", "detail": {}}  # fmt: skip


Helps = set[tuple[int, str]]
#: A filter, and what it says of a plain row, in other words.
ASKED: list[tuple[CaseFilter, Callable[[Row, Helps], bool]]] = [
    (CaseFilter(), lambda row, helps: True),
    (CaseFilter(statuses=OPEN, by_due=True), lambda row, helps: row["status"] in OPEN),
    (CaseFilter(statuses=OPEN), lambda row, helps: row["status"] in OPEN),
    (CaseFilter(by_due=True), lambda row, helps: True),
    (CaseFilter(statuses=OPEN, warned=100, by_due=True), lambda row, helps: row["status"] in OPEN and row["warned"] >= 100),
    (CaseFilter(units=frozenset({"U-CG"})), lambda row, helps: _of(row, "U-CG", helps)),
    (CaseFilter(statuses=OPEN, units=frozenset({"U-CG"}), within_units=frozenset({"U-WATER"}), by_due=True),
     lambda row, helps: row["status"] in OPEN and _of(row, "U-CG", helps) and _of(row, "U-WATER", helps)),
    (CaseFilter(statuses=OPEN, areas=frozenset({"370001001"}), by_due=True),
     lambda row, helps: row["status"] in OPEN and row["community_code"] == "370001001"),
    (CaseFilter(within_areas=frozenset({GRIDS[0]}), areas=frozenset({"370001001"})),
     lambda row, helps: row["grid_code"] == GRIDS[0]),
    (CaseFilter(statuses=OPEN, units=frozenset({"U-CG"}), within_areas=frozenset({GRIDS[2]}), by_due=True),
     lambda row, helps: row["status"] in OPEN and _of(row, "U-CG", helps) and row["grid_code"] == GRIDS[2]),
    (CaseFilter(statuses=OPEN, supervised=True, by_due=True), lambda row, helps: row["status"] in OPEN and row["supervision"]),
    (CaseFilter(statuses=OPEN, extension="asked"), lambda row, helps: row["status"] in OPEN and row["extension"] == "asked"),
    (CaseFilter(bounced=True), lambda row, helps: row["bounces"] > 0),
    (CaseFilter(unsure=True, text="路灯 阳光"),
     lambda row, helps: row["unsure"] and "路灯" in row["description"] and "阳光" in row["location"]),
    (CaseFilter(proactive=True, units=frozenset({"U-CG"})), lambda row, helps: row["proactive"] and _of(row, "U-CG", helps)),
]  # fmt: skip


def _of(row: Row, unit: str, helps: Helps) -> bool:
    return row["unit_code"] == unit or (row["id"], unit) in helps


def test_a_list_holds_what_its_filter_says_in_its_order(filled: tuple[Services, list[Row], Helps]) -> None:
    services, rows, helps = filled
    for wanted, says in ASKED:
        order = (lambda row: (row["resolve_due"], row["id"])) if wanted.by_due else (lambda row: -row["id"])
        expected = [row["id"] for row in sorted((row for row in rows if says(row, helps)), key=order)]
        with services.database.reading() as work:
            read = [row.id for start in (0, 40) for row in search(work.session, wanted, limit=40, offset=start)]
            assert read == expected[:80], wanted
            assert count(work.session, wanted, 1000) == len(expected), wanted
            assert count(work.session, wanted, 7) == min(7, len(expected)), wanted


@contextmanager
def counted(services: Services) -> Iterator[list[str]]:
    """The statements made meanwhile."""
    statements: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        statements.append(statement)

    event.listen(services.database.engine, "before_cursor_execute", note)
    yield statements
    event.remove(services.database.engine, "before_cursor_execute", note)


def test_a_page_of_fifty_costs_a_handful_of_queries(filled: tuple[Services, list[Row], Helps]) -> None:
    services, _, _ = filled
    boss = StaffView(1, "boss", "班长", "supervisor")
    services.case_desk.page(services.case_desk.filter_of(boss, "all"))  # the district's tables are read once
    for key in ("all", "open", "late"):
        with counted(services) as statements:
            page = services.case_desk.page(services.case_desk.filter_of(boss, key))
        assert len(page.lines) == 50
        assert len(statements) <= 8, statements


def test_how_long_alike_cases_took_is_that_of_the_answered_ones(filled: tuple[Services, list[Row], Helps]) -> None:
    services, rows, _ = filled
    since = NOW - timedelta(hours=200)
    alike = {
        row["id"] for row in rows
        if row["category_code"] == "0101" and row["community_code"] == "370001001" and row["opened_at"] >= since
        and row["status"] == "answered"
    }  # fmt: skip
    with services.database.reading() as work:
        times = times_to_answer(work.session, "0101", "370001001", since)
    assert len(times) == len(alike) > 0
    assert all(timedelta(hours=1) <= time < timedelta(hours=90) for time in times)


@pytest.mark.parametrize(
    ("wanted", "index"),
    [
        (CaseFilter(statuses=OPEN, supervised=True, by_due=True), "ix_cases_supervised"),
        (CaseFilter(statuses=OPEN, extension="asked"), "ix_cases_extended"),
        (CaseFilter(statuses=OPEN, bounced=True), "ix_cases_bounced"),
        (CaseFilter(statuses=OPEN, unsure=True), "ix_cases_unsure"),
        (CaseFilter(proactive=True), "ix_cases_proactive"),
        (CaseFilter(statuses=OPEN, areas=frozenset({GRIDS[0]}), by_due=True), "ix_cases_grid_status_due"),
        (CaseFilter(statuses=OPEN, units=frozenset({"U-CG"}), by_due=True), "ix_cases_unit_status_due"),
    ],
)
def test_sqlite_reads_each_list_from_its_index(services: Services, wanted: CaseFilter, index: str) -> None:
    asked: list[tuple[str, Any]] = []
    event.listen(
        services.database.engine, "before_cursor_execute", lambda c, cursor, said, values, *_: asked.append((said, values))
    )
    with services.database.reading() as work:
        search(work.session, wanted, limit=51)
        said, values = next(one for one in asked if one[0].startswith("SELECT"))
        plan = work.session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {said}", values).all()
    assert any(index in row[3] for row in plan), plan
