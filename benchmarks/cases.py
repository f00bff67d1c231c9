"""Cases by the hundred thousand: filing one, each list and search page, the sweep of everything that is due.

    python -m benchmarks.cases --cases 100000 [--url postgresql+psycopg://…] [--pages 30]

Fills a database of its own (SQLite in a temporary folder unless --url names one; one that holds cases is measured as it is),
prints medians and p95 in ms.
"""

from __future__ import annotations

import argparse
import os
import random
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography.fernet import Fernet
from sqlalchemy import insert, text

from bot.app import Services, build
from bot.cases.clocks import Running
from bot.launch.district import load_district
from bot.services.case_clocks import CaseClocks
from bot.services.views import Incoming, NewCase, StaffView
from bot.settings import Settings
from bot.store.case_tables import CaseClockRow, CaseEventRow, CaseRow, CounterRow
from bot.store.migrate import upgrade
from tests.fakes import FakeBotEngine, FakeKnowledge

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
SAYS = ["路灯不亮三天了", "楼道灯坏了", "垃圾桶满了没人收", "暖气不热，屋里才十二度", "井盖松动，半夜咣当响", "电梯又停在五楼",
        "楼上半夜装修太吵", "下水道堵了，污水往外冒", "小区门口乱停车", "停水一天了"]  # fmt: skip
PLACES = ["阳光小区3号楼", "碧水家园5栋", "湖滨公园南门", "翠湖路菜市场"]
STATUSES = ("closed",) * 16 + ("assigned", "signed", "in_progress", "answered")
BATCH = 5000
#: Hours of every case, counted in working hours.
LIMIT = (40.0, True)
#: Events of a filled case; the sweep adds its own.
EVENTS_EACH = 8
#: Count processor time instead: on SQLite all the work is in this process, and others on the machine do not matter.
PROCESSOR = bool(os.environ.get("JIEFANG_BENCH_PROCESSOR"))


class At:
    """A clock that is set."""

    def __init__(self) -> None:
        self.moment = NOW

    def now(self) -> datetime:
        """The time that was set."""
        return self.moment


def main() -> None:
    """Fill, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", type=int, default=100_000)
    parser.add_argument("--pages", type=int, default=30)
    parser.add_argument("--due", type=int, default=500, help="cases with a clock that is due")
    parser.add_argument("--url")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        services = prepared(Path(folder), asked.url)
        conversation = services.conversations.accept(Incoming("web", "li", "m1", "text", "你好")).conversation_id
        if services.cases.search(limit=1):
            print("the database holds cases already: measured as it is")
        else:
            took = timed(lambda: fill(services, conversation, asked.cases, asked.due))
            print(f"{asked.cases} cases, {asked.cases * EVENTS_EACH} events filled in {took / 1000:.0f} s")
        go_on_numbering(services)
        measure(services, conversation, asked.pages)
        services.close()


def prepared(folder: Path, url: str | None) -> Services:
    """Services on an empty database with the district in it."""
    settings = Settings(
        _env_file=None, var=folder, database_url=url or f"sqlite:///{folder}/cases.db",
        vault_key=Fernet.generate_key().decode(), knowledge=folder / "kb",
    )  # fmt: skip
    services = build(settings, clock=At(), engine=FakeBotEngine(), knowledge=FakeKnowledge())
    upgrade(services.database.engine)
    load_district(services.database, settings.district)
    return services


def fill(services: Services, conversation: str, total: int, due: int) -> None:
    """Cases of a year past, in bulk: rows as the services would have left them."""
    chance = random.Random(7)
    resident = services.handoff.get(conversation).resident_id
    catalogue = services.cases.dispatcher.catalogue.categories
    grids = [code for code, (_, level, _) in services.cases.dispatcher.areas.tree.items() if level == "grid"]
    with services.database.transaction() as work:
        work.session.add(CounterRow(day=NOW.date(), value=0))
    for start in range(1, total + 1, BATCH):
        cases, events, clocks = [], [], []
        for number in range(start, min(total + 1, start + BATCH)):
            opened = NOW - timedelta(minutes=5 * (total - number) + 5)
            category, status = chance.choice(catalogue), chance.choice(STATUSES)
            grid, end = chance.choice(grids), opened + timedelta(days=5)
            cases.append({
                "id": number, "number": f"JF{opened:%Y%m%d}-{number:08d}",
                "resident_id": resident, "conversation_id": conversation,
                "ordinal": 0, "kind": category.kind, "category_code": category.code, "status": status,
                "description": f"{chance.choice(SAYS)}，{chance.choice(SAYS)}，第{number}次说了",
                "location": chance.choice(PLACES),
                "grid_code": grid, "community_code": grid[:9], "unit_code": category.unit, "dispatch_reason": {},
                "opened_at": opened, "contact_due": opened, "resolve_due": end, "updated_at": opened,
                "warned": chance.choice((0, 0, 0, 70, 100)),
            })  # fmt: skip
            events += [{
                "case_id": number, "sequence": step, "kind": "filed" if step == 1 else "assigned" if step == 2 else "noted",
                "actor": "clock", "role": "clock", "at": opened, "text": "",
                "detail": {"clocks": {"resolve": LIMIT}} if step == 1 else {"unit": category.unit},
            } for step in range(1, EVENTS_EACH + 1)]  # fmt: skip
            if status == "assigned" and len(clocks) < due * BATCH // max(BATCH, total) + 1:
                clocks.append({
                    "case_id": number, "clock": "resolve", "started_at": opened, "passed": 0, **points_of(services, opened),
                })  # fmt: skip
        with services.database.transaction() as work:
            for table, rows in ((CaseRow, cases), (CaseEventRow, events), (CaseClockRow, clocks)):
                if rows:
                    work.session.execute(insert(table), rows)


def points_of(services: Services, opened: datetime) -> dict[str, Any]:
    """What is kept with a clock of `LIMIT` that nothing has come of."""
    timing = services.cases.flow.district.timing
    points = timing.all_points(Running("resolve", opened, *LIMIT))
    kept = {str(percent): at.isoformat() for percent, at in points.items()}
    return {"due_at": points[100], "next_at": min(points.values()), "points": kept, "counted_by": timing.mark}


def go_on_numbering(services: Services) -> None:
    """PostgreSQL's counters know nothing of rows that came with their numbers."""
    if services.database.engine.dialect.name == "postgresql":
        with services.database.transaction() as work:
            for table in ("cases", "case_events"):
                counter = work.session.scalar(text(f"SELECT pg_get_serial_sequence('{table}', 'id')"))
                if counter:
                    work.session.execute(text(f"SELECT setval('{counter}', (SELECT max(id) FROM {table}))"))  # noqa: S608


def measure(services: Services, conversation: str, pages: int) -> None:
    """Print each measure."""
    staff = StaffView(1, "wang", "王", "supervisor")
    desk, chance = services.case_desk, random.Random(1)

    def file_one() -> None:
        new = NewCase("report", chance.choice(SAYS), chance.choice(PLACES))
        services.cases.file(conversation, new, inbox_id=None)

    report("file a case", [timed(file_one) for _ in range(pages * 3)])
    for name, key, asked in (
        ("list: open, by due", "open", {}), ("list: late", "late", {}), ("list: one unit", "open", {"unit": "U-WATER"}),
        ("list: one grid", "open", {"area": "37000100101"}), ("list: one 大类", "all", {"major": "治安"}),
        ("search: 2 characters, common", "all", {"text": "路灯"}), ("search: two words", "all", {"text": "电梯 菜市场"}),
        ("search: nothing found", "all", {"text": "外星人飞碟"}), ("search: tail of a number", "all", {"text": "00012345"}),
    ):  # fmt: skip
        wanted = desk.filter_of(staff, key, **asked)
        report(name, [timed(lambda wanted=wanted: desk.page(wanted)) for _ in range(pages)])
    opened = services.cases.search(limit=20)
    report("one case with everything", [timed(lambda view=view: desk.details(view.number, staff)) for view in opened])
    clocks = CaseClocks(services.database, services.cases.flow, services.clock)
    found: list[int] = []
    took = timed(lambda: found.append(clocks.all_due()))
    print(f"{'sweep of all due':32} {took:9.0f} ms for {found[0]} points")


def timed(act: Callable[[], object]) -> float:
    """Milliseconds of one call, or of its share of a busy machine's processor where that is all there is to compare."""
    clock = time.process_time if PROCESSOR else time.perf_counter
    start = clock()
    act()
    return (clock() - start) * 1000


def report(name: str, times: list[float]) -> None:
    """Median and p95 of one measure."""
    p95 = statistics.quantiles(times, n=20)[-1]
    print(f"{name:32} median {statistics.median(times):7.1f} ms   p95 {p95:7.1f} ms")


if __name__ == "__main__":
    main()
