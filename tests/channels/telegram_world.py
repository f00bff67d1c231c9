"""The Telegram channel on real services over SQLite, with the real library talking to a Bot API server on localhost."""

from __future__ import annotations

import asyncio
import io
import itertools
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from cryptography.fernet import Fernet
from PIL import Image

from bot.app import Services, build
from bot.channels.telegram import running_telegram
from bot.launch.district import load_district
from bot.services.ports import Messenger
from bot.services.views import MessageView
from bot.settings import Settings
from bot.store.migrate import upgrade
from bot.worker.outbox import Outbox
from tests.botapi.server import BotApiServer
from tests.botapi.state import State
from tests.botapi.updates import Resident
from tests.fakes import FakeBotEngine, FakeKnowledge, FixedClock

#: Every test has chats of its own, so that they can share a database.
CHATS = itertools.count(4242)


def with_telegram(services: Services, server: BotApiServer, **settings: Any) -> Services:
    """The same services with Telegram's settings."""
    chosen = {"telegram_token": server.state.token, "telegram_api_base": server.url} | settings
    return replace(services, settings=services.settings.model_copy(update=chosen))


class TelegramWorld:
    """Services, the Bot API server, and a resident with a telephone."""

    def __init__(self, services: Services, server: BotApiServer, **settings: Any) -> None:
        chat = next(CHATS)
        # Telegram never gives a number twice: a later test on the same database must not meet an earlier one's topics.
        self.state = server.state = State(next_message=chat * 1000)
        self.services, self.server = with_telegram(services, server, **settings), server
        self.resident = Resident(self.state, chat)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[Messenger]:
        """The channel is up while the block runs."""
        async with running_telegram(self.services) as messenger:
            yield messenger

    def transcript(self, chat: int | None = None) -> list[MessageView]:
        """What the core has of a chat, for staff's eyes."""
        ident = self.services.conversations.conversation_of("telegram", str(chat or self.resident.chat))
        return self.services.conversations.transcript(ident, for_staff=True) if ident else []

    def heard(self, chat: int | None = None) -> list[MessageView]:
        """What the resident said, as the core has it."""
        return [view for view in self.transcript(chat) if view.sender == "resident"]

    async def turns(self) -> None:
        """Let the bot answer everything that waits."""
        for conversation in self.services.turns.due():
            while await asyncio.to_thread(self.services.turns.run, conversation):
                pass

    async def deliver(self, messenger: Messenger) -> None:
        """Send everything that is due, in order."""
        outbox = Outbox(self.services.database, [messenger], self.services.clock, self.services.wakeups)
        while await outbox.once():
            pass


async def until(true: Callable[[], Any], seconds: float = 20.0) -> None:
    """Wait for something that happens in another thread. Raises AssertionError when it does not."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not happen in time"
        await asyncio.sleep(0.01)


def a_photo(width: int = 64) -> bytes:
    """A real JPEG."""
    out = io.BytesIO()
    Image.new("RGB", (width, 48), (180, 40, 40)).save(out, "JPEG")
    return out.getvalue()


def shared_services(folder: Path) -> Iterator[Services]:
    """Real services on SQLite for a whole module: making a database takes longer than any of these tests."""
    settings = Settings(
        _env_file=None, var=folder, database_url=f"sqlite:///{folder}/jiefang.db", knowledge=folder / "kb",
        vault_key=Fernet.generate_key().decode(),
    )  # fmt: skip
    services = build(settings, engine=FakeBotEngine(), clock=FixedClock(), knowledge=FakeKnowledge())
    upgrade(services.database.engine)
    load_district(services.database, settings.district)
    yield services
    services.close()


def a_server() -> Iterator[BotApiServer]:
    """A Bot API server that is stopped behind the test."""
    server = BotApiServer()
    server.start()
    yield server
    server.stop()
