"""The Telegram process is killed (−9) again and again while residents write: nothing lost, nothing doubled, order kept."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest

from bot.app import Services
from tests.botapi.server import BotApiServer
from tests.botapi.updates import Resident
from tests.channels.telegram_world import CHATS, TelegramWorld, a_photo, a_server, shared_services

KILLS, MESSAGES = 3, 36
#: The channel as a process of its own, on the database it is told.
PROCESS = """
import asyncio, sys
from bot.app import build
from bot.channels.telegram import running_telegram
from bot.settings import Settings
from pathlib import Path
from tests.fakes import FakeBotEngine, FakeKnowledge
folder, url, key, base, token = sys.argv[1:]
settings = Settings(
    _env_file=None, var=Path(folder), database_url=url, vault_key=key, telegram_token=token, telegram_api_base=base
)
async def main():
    async with running_telegram(build(settings, engine=FakeBotEngine(), knowledge=FakeKnowledge())):
        await asyncio.Event().wait()
asyncio.run(main())
"""


@pytest.fixture
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TelegramWorld]:
    for server in a_server():
        for services in shared_services(tmp_path_factory.mktemp("killed")):
            yield TelegramWorld(services, server)


def a_process(services: Services, server: BotApiServer) -> subprocess.Popen[bytes]:
    settings = services.settings
    arguments = [str(settings.var), settings.database_url, settings.vault_key, server.url, server.state.token]
    return subprocess.Popen([sys.executable, "-c", PROCESS, *arguments])


def wait_for(true, seconds=60.0):
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.002)


@pytest.mark.slow
def test_killed_again_and_again_nothing_is_lost_or_doubled(world):
    residents = [world.resident, Resident(world.state, next(CHATS)), Resident(world.state, next(CHATS))]
    for number in range(MESSAGES):
        resident = residents[number % 3]
        words = f"第{number}句"
        resident.photo(a_photo(), caption=words) if number % 10 == 0 else resident.says(words)
    heard = lambda: sum(len(world.heard(resident.chat)) for resident in residents)  # noqa: E731
    for kill in range(1, KILLS + 1):
        process = a_process(world.services, world.server)
        # killed in the middle of a batch: some of it committed, none of it confirmed
        wait_for(lambda target=kill * MESSAGES // (KILLS + 1): heard() >= target)
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
    process = a_process(world.services, world.server)
    wait_for(lambda: not world.state.updates)
    process.terminate()
    process.wait()
    for index, resident in enumerate(residents):
        assert [view.text for view in world.heard(resident.chat)] == [f"第{n}句" for n in range(index, MESSAGES, 3)]
