"""The web chat on the real services over SQLite, with a scripted bot and a knowledge base of two passages.

`WebWorld.served` runs it on a port of localhost, for streams and browsers.
"""

from __future__ import annotations

import secrets
import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import uvicorn
from cryptography.fernet import Fernet
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import text

from bot.app import Services, build
from bot.channels.web import chat_router
from bot.channels.web_api import COOKIE, WRITE_HEADER
from bot.channels.web_limits import Pace
from bot.launch.district import load_district
from bot.server import Server
from bot.services.views import Button, Source, StaffView, Utterance
from bot.settings import Settings
from bot.store.database import Database
from bot.store.migrate import upgrade
from knowledge.model import Passage
from knowledge.reading import Edition, Reading
from knowledge.versions import difference
from tests.fakes import FakeBotEngine, FakeKnowledge

QUOTE = "公安机关应当自受理之日起15日内制作发放居住证。"
SOURCE = Source("居住证暂行条例", "第九条", QUOTE, "v-now", "国令第663号", "国务院", "全国", "2016-01-01")
PASSAGE = Passage(
    "v-now", "national/jzz.md", "第九条", f"申领居住证，应当提交材料。\n{QUOTE}<script>alert(1)</script>", "居住证暂行条例",
    "国务院", "国令第663号", "全国", date(2016, 1, 1), "statute", True,
)  # fmt: skip
PASSAGES = {PASSAGE.version: PASSAGE, "v-old": replace(PASSAGE, version="v-old", current=False)}
NEIGHBOUR = replace(PASSAGE, version="v-next", article="第十条", text="公安机关应当自受理之日起15日内制作发放居住证。")
YESTERDAY = date(2026, 11, 22)
MORE = (Button("还要什么材料？", "居住证材料"), Button("不用了", "不用了"))
SCRIPT = {"居住证怎么办理？": Utterance(QUOTE, buttons=MORE, sources=(SOURCE,))}


class TwoPassages(FakeKnowledge):
    """A knowledge base small enough to be read here."""

    def passage(self, version: str) -> Passage | None:
        return PASSAGES.get(version)

    def reading(self, version: str) -> Reading | None:
        """The old version was followed by the one in force, which has a neighbour."""
        found = self.passage(version)
        if found is None:
            return None
        is_old = version == "v-old"
        pieces = tuple(difference("提交旧的材料。", "提交新材料。"))
        other = Edition(PASSAGES["v-now" if is_old else "v-old"], None if is_old else YESTERDAY, is_old, pieces)
        return Reading(found, (), (NEIGHBOUR,), YESTERDAY if is_old else None, PASSAGES["v-now"] if is_old else None, (other,))


@cache
def migrated() -> Path:
    """A database with all tables and the district in it, made once a session: tests work on copies."""
    path = Path(mkdtemp()) / "chat.db"
    database = Database(f"sqlite:///{path}")
    upgrade(database.engine)
    load_district(database, Settings(_env_file=None).district)
    database.close()
    return path


class WebWorld:
    """Services, the application over them, and what a test does to them."""

    def __init__(self, folder: Path, *, pace: Pace | None = None, **settings: Any) -> None:
        url, key = f"sqlite:///{folder / 'chat.db'}", Fernet.generate_key().decode()
        self.bot = FakeBotEngine(**SCRIPT)
        chosen = Settings(_env_file=None, var=folder, database_url=url, vault_key=key, **settings)
        shutil.copy(migrated(), folder / "chat.db")
        self.services: Services = build(chosen, engine=self.bot, knowledge=TwoPassages())
        self.app = FastAPI()
        self.app.include_router(chat_router(self.services, pace=pace))

    def browser(self) -> TestClient:
        """A browser of its own that has opened the page."""
        client = TestClient(self.app, headers={WRITE_HEADER: "1"}, raise_server_exceptions=True, follow_redirects=False)
        client.cookies.set(COOKIE, secrets.token_urlsafe(32), path="/chat")
        return client

    def answer(self) -> None:
        """Let the bot answer everything that waits; what another loop of this process has in hand is waited for."""
        limit = time.monotonic() + 10
        while self._waiting() and time.monotonic() < limit:
            for conversation in self.services.turns.due():
                self.services.turns.run(conversation)

    def _waiting(self) -> int:
        with self.services.database.engine.connect() as connection:
            return connection.execute(text("SELECT COUNT(*) FROM inbox WHERE status = 'new'")).scalar_one()

    def staff(self) -> StaffView:
        """A colleague at the desk."""
        return self.services.staff.add(f"wang{secrets.token_hex(3)}", "王芳", "agent", secrets.token_urlsafe(12))

    @contextmanager
    def served(self) -> Iterator[str]:
        """The application on a free port, the bot answering in the background; hands out the address."""
        config = uvicorn.Config(self.app, port=0, log_level="warning", timeout_graceful_shutdown=1)
        server = Server(config)
        stop = threading.Event()
        threads = [threading.Thread(target=server.run), threading.Thread(target=self._keep_answering, args=(stop,))]
        for thread in threads:
            thread.start()
        try:
            while not server.started:
                time.sleep(0.02)
            yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
        finally:
            stop.set()
            server.should_exit = True
            for thread in threads:
                thread.join()

    def _keep_answering(self, stop: threading.Event) -> None:
        while not stop.wait(0.05):
            self.answer()
