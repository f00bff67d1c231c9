"""Files of staff, typing and read marks on the web chat's interface."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient

from bot.channels.web_events import Stream
from bot.services.upload_kinds import read_upload
from bot.services.views import StaffView
from tests.channels.telegram_world import a_photo
from tests.channels.web_world import WebWorld

PDF = b"%PDF-1.7\n1 0 obj"


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebWorld]:
    world = WebWorld(tmp_path_factory.mktemp("chat"))
    yield world
    world.services.close()


@pytest.fixture(scope="module")
def staff(world: WebWorld) -> StaffView:
    return world.staff()


@pytest.fixture
def browser(world: WebWorld) -> TestClient:
    """A resident who has written."""
    browser = world.browser()
    browser.post("/chat/api/messages", json={"client_id": secrets.token_hex(6), "text": "表在哪里领"})
    return browser


def taken(world: WebWorld, staff: StaffView) -> str:
    conversation = world.services.handoff.recent(1)[0].id
    world.services.handoff.claim(conversation, staff)
    return conversation


def lines(browser: TestClient) -> list[dict]:
    return [line for line in browser.get("/chat/api/history").json()["messages"] if line["sender"] == "staff"]


@pytest.mark.parametrize(
    ("name", "data", "kind", "disposition"),
    [("现场.jpg", a_photo(), "photo", "inline"), ("申请表.pdf", PDF, "file", "attachment")],
)
def test_the_resident_gets_the_file_and_nobody_else(
    world: WebWorld, staff: StaffView, browser: TestClient, name: str, data: bytes, kind: str, disposition: str
) -> None:
    conversation = taken(world, staff)
    world.services.sending.send(conversation, staff, read_upload(name, data), client_id="file-0001")
    [line] = lines(browser)
    [file] = line["attachments"]
    assert (file["kind"], file["name"]) == (kind, name)
    answer = browser.get(file["href"])
    assert answer.status_code == 200 and answer.headers["content-disposition"].startswith(disposition)
    assert world.browser().get(file["href"]).status_code == 404
    assert browser.get("/chat/api/sent/1").status_code == 404  # the resident's own line holds none of ours


@pytest.mark.parametrize("position", [0, -1, 2**31, "1", 1.5, None])
def test_a_position_that_cannot_be_is_refused(browser: TestClient, position: object) -> None:
    assert browser.post("/chat/api/seen", json={"position": position}).status_code == 422


def test_what_a_page_has_shown_is_marked_as_read(world: WebWorld, staff: StaffView, browser: TestClient) -> None:
    conversation = taken(world, staff)
    position = world.services.handoff.reply(conversation, staff, "到三楼领", client_id="reply-01").position
    stranger = world.browser()
    assert stranger.post("/chat/api/seen", json={"position": position}).status_code == 202
    read = {line.position: line.read for line in world.services.conversations.transcript(conversation)}
    assert not read[position]
    assert browser.post("/chat/api/seen", json={"position": position}).status_code == 202
    read = {line.position: line.read for line in world.services.conversations.transcript(conversation)}
    assert read[position]


@pytest.mark.asyncio
async def test_typing_reaches_the_open_page_as_an_event(world: WebWorld, staff: StaffView, browser: TestClient) -> None:
    conversation = taken(world, staff)
    with world.services.database.reading() as work:
        address = work.conversations.get(conversation).address
    frames = Stream(world.services, address, 0).frames()

    async def heard() -> str:
        """The first event that is none of what stood there before."""
        async for frame in frames:
            if frame.startswith("event: typing"):
                return frame
        return ""

    waiting = asyncio.ensure_future(heard())
    while not waiting.done():  # the page may not be listening yet
        world.services.sending.typing(conversation, staff)
        await asyncio.sleep(0.1)
    assert await waiting == "event: typing\ndata: {}\n\n"
    await frames.aclose()
