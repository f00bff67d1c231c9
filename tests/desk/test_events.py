"""The stream that tells an open page to look again: on changes, promptly, and not otherwise."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from bot.desk.events import follow
from bot.services.desk_looks import DeskLooks
from tests.desk.desk_world import DeskWorld

SOON = 1.5  # seconds; below the time after which the page would look anyway


@pytest_asyncio.fixture
async def stream(world: DeskWorld) -> AsyncIterator[AsyncIterator[str]]:
    """The events of one page with a conversation open, after the first look."""
    staff = world.staff()
    token, _, _ = world.services.staff.sign_in("wang.min", "mei-gui-yuan-3")
    opened = follow(world.services, DeskLooks(world.services.database), staff, token, world.waiting())
    for _ in range(4):  # how to come back, a sign of life, lists, conversation
        await anext(opened)
    yield opened
    await opened.aclose()  # type: ignore[attr-defined]  # it is a generator


async def next_event(stream: AsyncIterator[str]) -> str:
    """The next that is no sign of life: its second line, behind the id."""
    while (frame := await asyncio.wait_for(anext(stream), SOON)).startswith(":"):
        pass
    return frame.split("\n")[1] if frame.startswith("id:") else frame.split("\n")[0]


@pytest.mark.asyncio
async def test_a_message_of_the_open_conversation_is_told_at_once(world: DeskWorld, stream: AsyncIterator[str]) -> None:
    waiting = asyncio.create_task(next_event(stream))
    await asyncio.sleep(0.2)
    await asyncio.to_thread(world.says, "还在吗")
    assert await waiting in {"event: conversation", "event: lists"}
    assert await next_event(stream) in {"event: conversation", "event: lists"}


@pytest.mark.asyncio
async def test_another_conversation_changes_only_the_lists(world: DeskWorld, stream: AsyncIterator[str]) -> None:
    waiting = asyncio.create_task(next_event(stream))
    await asyncio.sleep(0.2)
    await asyncio.to_thread(world.waiting, "找人工", address="zhang")
    assert await waiting == "event: lists"


@pytest.mark.asyncio
async def test_nothing_is_told_while_nothing_changes(stream: AsyncIterator[str]) -> None:
    with pytest.raises(TimeoutError):
        await next_event(stream)


@pytest.mark.asyncio
async def test_a_session_that_ends_closes_the_stream(world: DeskWorld) -> None:
    staff = world.staff()
    events = [event async for event in follow(world.services, DeskLooks(world.services.database), staff, "no such token", None)]
    assert events[-1].startswith("event: signed_out")


@pytest.mark.asyncio
async def test_a_page_that_comes_back_hears_only_what_is_new(world: DeskWorld) -> None:
    staff, conversation = world.staff(), world.waiting()
    token, _, _ = world.services.staff.sign_in("wang.min", "mei-gui-yuan-3")

    async def heard(seen: str) -> list[str]:
        stream, frames = follow(world.services, DeskLooks(world.services.database), staff, token, conversation, seen), []
        with contextlib.suppress(TimeoutError):
            while True:
                frames.append(await asyncio.wait_for(anext(stream), 0.7))
        await stream.aclose()  # type: ignore[attr-defined]  # it is a generator
        return [frame for frame in frames if frame.startswith("id:")]

    first = await heard("")
    assert len(first) == 2
    last = first[-1].split("\n")[0].removeprefix("id: ")
    assert await heard(last) == []  # nothing twice
    await asyncio.to_thread(world.says, "还在吗")  # while the page was away
    assert {frame.split("\n")[1] for frame in await heard(last)} == {"event: lists", "event: conversation"}  # nothing lost


@pytest.mark.asyncio
async def test_a_page_that_turns_to_another_conversation_says_which_lists_it_has(world: DeskWorld) -> None:
    staff, conversation, looks = world.staff(), world.waiting(), DeskLooks(world.services.database)
    token, _, _ = world.services.staff.sign_in("wang.min", "mei-gui-yuan-3")
    lists = await looks.lists(staff) or ""
    turned = follow(world.services, looks, staff, token, conversation, lists)
    assert await next_event(turned) == "retry: 2000"
    assert await next_event(turned) == "event: conversation"
    with pytest.raises(TimeoutError):
        await next_event(turned)
