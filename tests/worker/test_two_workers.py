"""Two real worker processes on one database, one of them killed again and again: every timer once, none missed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.store.case_tables import CaseClockRow, CaseEventRow
from tests.builders import a_report, write

ROOT = Path(__file__).parents[2]
CASES, PATIENCE = 16, 240.0
#: Sweeps for ever with the clock 60 days ahead, in small bites, so that a kill lands inside one.
WORKER = """
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from bot.services import case_clocks
from bot.services.case_clocks import CaseClocks
from bot.services.case_flow import Flow
from bot.services.district import District
from bot.services.texts import Texts
from bot.store.database import Database

class Ahead:
    def now(self):
        return datetime.fromisoformat(sys.argv[2])

case_clocks.AT_ONCE = case_clocks.TOLD_AT_ONCE = 2
folder, database = Path(sys.argv[3]), Database(sys.argv[1])
clocks = CaseClocks(database, Flow(District(folder, database), Texts(folder / "texts.csv")), Ahead())
print("ready", flush=True)
while True:
    clocks.once()
"""


@pytest.mark.slow
def test_no_timer_fires_twice_and_none_is_missed_while_workers_are_killed(both_services):
    services = both_services
    conversation = write(services)
    numbers = [services.cases.file(conversation, a_report(), inbox_id=None).number for _ in range(CASES)]
    later = services.clock.now() + timedelta(days=60)
    url = services.database.engine.url.render_as_string(hide_password=False)
    command = [sys.executable, "-c", WORKER, url, later.isoformat(), str(services.settings.district)]
    workers = [subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) for _ in range(2)]
    try:
        for worker in workers:
            worker.stdout.readline()
        killed = 0
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end and due(services, later):
            if killed < 4:
                time.sleep(0.2)
                os.kill(workers[0].pid, signal.SIGKILL)
                workers[0].wait()
                workers[0].stdout.close()
                killed += 1
                workers[0] = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE)
                workers[0].stdout.readline()  # so that the next kill lands in a sweep
            time.sleep(0.2)
        assert not due(services, later)
    finally:
        for worker in workers:
            worker.kill()
            worker.wait()
            worker.stdout.close()
    with services.database.reading() as work:
        events = work.session.execute(select(CaseEventRow.case_id, CaseEventRow.detail)).all()
    fired = Counter((case, detail["clock"], detail["percent"]) for case, detail in events if detail.get("percent"))
    assert set(fired.values()) == {1}
    assert len(fired) == CASES * 8
    services.clock.moment = later
    assert all(services.cases.differences(number) == [] for number in numbers)


def due(services, now):
    with services.database.reading() as work:
        return work.session.scalar(select(CaseClockRow.case_id).where(CaseClockRow.next_at <= now).limit(1)) is not None
