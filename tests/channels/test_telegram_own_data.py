"""A copy of one's own data on Telegram: two documents behind the words, once; none where it has expired."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bot.app import Services
from bot.services.privacy import FETCHED_FOR
from bot.services.views import Utterance
from tests.botapi.server import BotApiServer
from tests.builders import incoming
from tests.channels.telegram_world import TelegramWorld, a_server, shared_services

pytestmark = pytest.mark.asyncio


@pytest.fixture(scope="module")
def server() -> Iterator[BotApiServer]:
    yield from a_server()


@pytest.fixture(scope="module")
def services(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    yield from shared_services(tmp_path_factory.mktemp("telegram"))


async def exported(world: TelegramWorld) -> str:
    """A resident who has typed their code back and asked for a copy; the bot's answer waits in the outbox."""
    accept, chat = world.services.conversations.accept, str(world.resident.chat)
    conversation = accept(incoming("我住枫林小区", channel="telegram", address=chat)).conversation_id
    await world.turns()
    identity = world.services.privacy.identity
    assert identity.answer(conversation, identity.required(conversation).code).kind == "passed"
    files = world.services.privacy.export(conversation, "messages", inbox_id=None)
    answer = Utterance("做好了", files=tuple((file.id, file.name, file.content_type) for file in files))
    world.services.engine.script["导出"] = answer  # type: ignore[attr-defined]  # the engine of tests
    accept(incoming("导出", channel="telegram", address=chat))
    await world.turns()
    return conversation


def documents(world: TelegramWorld) -> list[tuple[str, bytes]]:
    return [(one["document"]["file_name"], one["bytes"]) for one in world.state.messages.values() if "document" in one]


async def test_a_copy_arrives_as_two_documents_behind_the_words(services: Services, server: BotApiServer) -> None:
    world = TelegramWorld(services, server)
    await exported(world)
    async with world.running() as messenger:
        await world.deliver(messenger)
        await world.deliver(messenger)
    assert [name for name, _ in documents(world)] == ["我的信息.json", "我的信息.txt"]
    assert all("枫林小区" in data.decode() for _, data in documents(world))
    assert [one.get("text") for one in world.state.messages.values()][-3:] == ["做好了", "", ""]


async def test_a_copy_that_has_expired_is_left_out(services: Services, server: BotApiServer) -> None:
    world = TelegramWorld(services, server)
    await exported(world)
    services.clock.move(seconds=FETCHED_FOR.total_seconds() + 1)  # type: ignore[attr-defined]  # the clock of tests
    async with world.running() as messenger:
        await world.deliver(messenger)
    assert documents(world) == []
    assert "做好了" in [one.get("text") for one in world.state.messages.values()]
