"""How quick the desk's page is with 5,000 conversations in the store: first paint, switching, and queries a list costs.

usage: python -m benchmarks.desk [--conversations 5000] [--switches 40]

A real server on SQLite and a real Chromium (Debian's, or JIEFANG_CHROMIUM). Each number is the median and the 95th
percentile of the given number of tries; the goals are 1 s for the first paint and 150 ms for a switch.
"""

from __future__ import annotations

import os
import secrets
import shutil
import statistics
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer
import uvicorn
from argon2 import PasswordHasher
from cryptography.fernet import Fernet
from fastapi import FastAPI
from playwright.sync_api import Page, sync_playwright
from rich.console import Console
from rich.progress import track
from rich.table import Table
from sqlalchemy import event

from bot.app import Services, build
from bot.desk.app import open_desk
from bot.launch.district import load_district
from bot.settings import Settings
from bot.store.database import Database
from bot.store.migrate import upgrade
from bot.store.tables import ConversationRow, InboxRow, OutboxRow, ResidentRow
from tests.fakes import FakeBotEngine, FakeKnowledge

console = Console()
PASSWORD = secrets.token_urlsafe(12)
FIRST_PAINT, SWITCH = 1000.0, 150.0  # goals, ms
LINES_EACH = 20
CHUNK = 250
WAITING = 60  # of all conversations, in the queue
#: Clicks on a conversation in the list; answers the milliseconds until its lines are drawn, by the page's own clock.
CLICK_AND_WAIT = """ident => new Promise((done) => {
  const lines = document.getElementById('lines');
  const began = performance.now();
  new MutationObserver((_, watch) => {
    watch.disconnect();
    requestAnimationFrame(() => setTimeout(() => done(performance.now() - began)));
  }).observe(lines, { childList: true });
  document.querySelector(`[data-conversation="${ident}"]`).click();
})"""


def main(
    conversations: Annotated[int, typer.Option(help="rows in the store")] = 5000,
    switches: Annotated[int, typer.Option(help="tries of each measurement")] = 40,
) -> None:
    """Fill a store, open the desk, switch between conversations, print what it took."""
    with tempfile.TemporaryDirectory() as folder, _services(Path(folder)) as services:
        ids = _fill(services, conversations)
        with _served(services) as address, sync_playwright() as playwright:
            chromium = os.environ.get("JIEFANG_CHROMIUM") or shutil.which("chromium")
            browser = playwright.chromium.launch(executable_path=chromium, args=["--headless", "--no-sandbox", "--disable-gpu"])
            page = browser.new_context(viewport={"width": 1440, "height": 900}).new_page()
            _sign_in(page, address)
            paints = [_paint(page, f"{address}/desk/c/{ids[at]}") for at in range(switches)]
            took = [_switch(page, ids[at % WAITING]) for at in range(switches + 1) if ids[at % WAITING] not in page.url]
            browser.close()
        _print(paints, took, _queries(services))


@contextmanager
def _services(folder: Path) -> Iterator[Services]:
    url = f"sqlite:///{folder}/desk.db"
    settings = Settings(
        _env_file=None, var=folder, database_url=url, vault_key=Fernet.generate_key().decode(), knowledge=folder / "kb"
    )
    database = Database(url)
    upgrade(database.engine)
    load_district(database, settings.district)
    database.close()
    quick = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)  # one sign-in must not be what is measured
    services = build(settings, engine=FakeBotEngine(), knowledge=FakeKnowledge(), hasher=quick)
    services.staff.add("wang.min", "王敏", "agent", PASSWORD)
    yield services
    services.close()


def _fill(services: Services, count: int) -> list[str]:
    """Residents with a talk each; the first stand in the queue. Answers the ids, those waiting first."""
    now = datetime.now(UTC)
    made = [(f"{at:032x}", now - timedelta(minutes=at)) for at in range(count)]
    for start in track(range(0, count, CHUNK), description="会话写入中", console=console):
        chunk = made[start : start + CHUNK]
        residents = [ResidentRow(id=ident, created_at=at) for ident, at in chunk]
        talks = [_conversation(ident, at, waits=start + number < WAITING) for number, (ident, at) in enumerate(chunk)]
        lines = [_line(ident, position, at) for ident, at in chunk for position in range(1, LINES_EACH + 1)]
        for rows in (residents, talks, lines):  # each needs the rows before it
            services.database.run(lambda work, rows=rows: work.messages.add_all(rows))
    return [ident for ident, _ in made]


def _conversation(ident: str, at: datetime, *, waits: bool) -> ConversationRow:
    return ConversationRow(
        id=ident, resident_id=ident, channel="web", address=ident, owner="queued" if waits else "bot",
        queued_at=at if waits else None, queue_reason="asked" if waits else None, last_position=LINES_EACH,
        last_inbound_at=at, created_at=at, updated_at=at,
    )  # fmt: skip


def _line(ident: str, position: int, at: datetime) -> InboxRow | OutboxRow:
    text = f"{ident[-4:]} 第{position}句：三号楼的电梯又坏了，老人下不了楼，什么时候能修好"
    if position % 2:
        return InboxRow(
            channel="web", message_id=f"{ident}-{position}", conversation_id=ident, position=position, kind="text", text=text,
            payload={}, safety="none", status="done", attempts=0, received_at=at, next_try_at=at,
        )  # fmt: skip
    return OutboxRow(
        conversation_id=ident, position=position, sender="bot", text=text, payload={}, status="sent", next_try_at=at,
        created_at=at, sent_at=at,
    )  # fmt: skip


@contextmanager
def _served(services: Services) -> Iterator[str]:
    app = FastAPI()
    open_desk(app, services)
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="warning", timeout_graceful_shutdown=1))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    thread.join()


def _sign_in(page: Page, address: str) -> None:
    page.goto(address + "/desk/sign-in")
    page.get_by_label("登录名").fill("wang.min")
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录").click()
    page.wait_for_url(address + "/desk")


def _paint(page: Page, address: str) -> float:
    """Milliseconds from asking for the page to its first contentful paint."""
    page.goto(address)
    page.wait_for_function("performance.getEntriesByName('first-contentful-paint').length > 0")
    return float(page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime"))


def _switch(page: Page, ident: str) -> float:
    """Milliseconds from the click on a conversation in the list until its lines stand there, as the page itself sees it."""
    page.wait_for_timeout(150)  # nobody clicks sooner; the page's own events come to rest
    return float(page.evaluate(CLICK_AND_WAIT, ident))


def _queries(services: Services) -> dict[str, int]:
    """Statements one reading of each list costs."""
    counted: list[str] = []

    def count(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        counted.append(statement)

    event.listen(services.database.engine, "before_cursor_execute", count)
    found = {}
    for name, read in (("queue of 60", services.handoff.queue), ("last 20", lambda: services.handoff.recent(20))):
        counted.clear()
        read()
        found[name] = len(counted)
    event.remove(services.database.engine, "before_cursor_execute", count)
    return found


def _print(paints: list[float], took: list[float], queries: dict[str, int]) -> None:
    table = Table("measured", "median", "p95", "goal")
    for name, values, goal in (("first paint, ms", paints, FIRST_PAINT), ("switch, ms", took, SWITCH)):
        tried = sorted(value for value in values if value)
        table.add_row(name, f"{statistics.median(tried):.0f}", f"{tried[int(len(tried) * 0.95)]:.0f}", f"{goal:.0f}")
    for name, count in queries.items():
        table.add_row(f"queries: {name}", str(count), "", "constant")
    console.print(table)


if __name__ == "__main__":
    typer.run(main)
