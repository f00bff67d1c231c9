"""What staff send from the desk arrives on Telegram: a photo as a photo, a file as a document, once; none that was erased."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bot.app import Services
from bot.services.upload_kinds import read_upload
from tests.botapi.server import BotApiServer
from tests.builders import a_staff, incoming
from tests.channels.telegram_world import TelegramWorld, a_photo, a_server, shared_services

pytestmark = pytest.mark.asyncio
PDF = b"%PDF-1.7\n1 0 obj"


@pytest.fixture(scope="module")
def server() -> Iterator[BotApiServer]:
    yield from a_server()


@pytest.fixture(scope="module")
def services(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    yield from shared_services(tmp_path_factory.mktemp("telegram"))


def send(world: TelegramWorld, login: str, *files: tuple[str, bytes]) -> str:
    """A resident on Telegram is with somebody who sends them these."""
    services, staff = world.services, a_staff(world.services, login)
    conversation = services.conversations.accept(
        incoming("表在哪里领", channel="telegram", address=str(world.resident.chat))
    ).conversation_id
    services.handoff.claim(conversation, staff)
    for name, data in files:
        services.sending.send(conversation, staff, read_upload(name, data), client_id=f"id-{name}")
    return conversation


async def test_photos_and_files_arrive_once_with_their_names(services: Services, server: BotApiServer) -> None:
    world = TelegramWorld(services, server)
    conversation = send(world, "wang", ("现场.jpg", a_photo()), ("申请表.pdf", PDF))
    async with world.running() as messenger:
        await world.deliver(messenger)
        await world.deliver(messenger)
    sent = [one for one in world.state.messages.values() if "bytes" in one]
    assert [one.get("photo_name") or one["document"]["file_name"] for one in sent] == ["现场.jpg", "申请表.pdf"]
    assert sent[1]["bytes"] == PDF
    assert "[图片]" not in [one.get("text") for one in world.state.messages.values()]
    lines = services.conversations.transcript(conversation, for_staff=True)
    assert [line.status for line in lines if line.sent] == ["sent", "sent"]


async def test_a_file_whose_bytes_are_gone_holds_nothing_up(services: Services, server: BotApiServer) -> None:
    world = TelegramWorld(services, server)
    conversation = send(world, "zhao", ("旧的.pdf", PDF))
    [line] = [line for line in services.conversations.transcript(conversation, for_staff=True) if line.sent]
    services.sending.media.forget(line.sent.digest)
    async with world.running() as messenger:
        await world.deliver(messenger)
    assert not [one for one in world.state.messages.values() if "bytes" in one]
    [line] = [line for line in services.conversations.transcript(conversation, for_staff=True) if line.sent]
    assert line.status == "failed"
