"""The loop behind live pages: what calls is looked at, calls in between are not missed, and everything now and then."""

from __future__ import annotations

import asyncio
import threading
import time
from contextlib import aclosing

import pytest

from bot.services.live import Together, rounds
from bot.services.wakeups import LocalWakeups


async def looked(wakeups, topics, acts, *, seconds=5.0, rest=0.0):
    """The topics of each look, while `acts` happen one after each look."""
    found, closing = [], asyncio.Event()
    looks = rounds(wakeups, lambda: topics, seconds, closing, rest=rest)
    async with aclosing(looks):
        async for called in looks:
            found.append(called)
            if not acts:
                closing.set()
            else:
                acts.pop(0)()
    return found


@pytest.mark.asyncio
async def test_first_everything_then_what_calls():
    wakeups = LocalWakeups()
    acts = [lambda: wakeups.wake("a"), lambda: wakeups.wake("b"), lambda: (wakeups.wake("a"), wakeups.wake("b"))]
    found = await asyncio.wait_for(looked(wakeups, ["a", "b"], acts, rest=0.01), 3)
    assert found == [{"a", "b"}, {"a"}, {"b"}, {"a", "b"}]


@pytest.mark.asyncio
async def test_a_hundred_calls_are_one_look():
    wakeups = LocalWakeups()
    found = await asyncio.wait_for(looked(wakeups, ["a"], [lambda: [wakeups.wake("a") for _ in range(100)]], rest=0.05), 3)
    assert len(found) == 2


@pytest.mark.asyncio
async def test_a_busy_topic_does_not_keep_the_quiet_one_from_being_looked_at():
    wakeups, found = LocalWakeups(), []
    looks = rounds(wakeups, lambda: ["busy", "quiet"], 0.3)
    async with aclosing(looks):
        async for called in looks:
            found.append(called)
            if len(found) > 1 and "quiet" in called:
                break
            await asyncio.sleep(0.02)
            wakeups.wake("busy")
    assert 3 < len(found) < 40


@pytest.mark.asyncio
async def test_listening_moves_to_where_looking_leads():
    wakeups, topics, found = LocalWakeups(), ["browser"], []
    looks = rounds(wakeups, lambda: topics, 5.0)
    async with aclosing(looks):
        async for called in looks:
            found.append(called)
            if len(found) == 1:
                topics[:] = ["conversation"]
            elif len(found) == 2:
                wakeups.wake("conversation")
            else:
                break
    assert found == [{"browser"}, {"conversation"}, {"conversation"}]


class Looking:
    """A look that remembers what it was asked and takes a while."""

    def __init__(self, seconds=0.05):
        self.asked, self.seconds, self.begun = [], seconds, threading.Event()

    def __call__(self, keys):
        self.asked.append(keys)
        self.begun.set()
        time.sleep(self.seconds)
        return {key: f"{key}{len(self.asked)}" for key in keys if key != "unknown"}


@pytest.mark.asyncio
async def test_fifty_pages_that_are_woken_together_are_one_look():
    look = Looking()
    together = Together(look)
    assert await asyncio.gather(*(together.ask(key) for key in ("a", "b", "unknown", *["a"] * 47))) == (
        ["a1", "b1", None, *["a1"] * 47]
    )
    assert look.asked == [{"a", "b", "unknown"}]


@pytest.mark.asyncio
async def test_who_asks_while_a_look_is_under_way_is_told_what_a_later_one_saw():
    look = Looking(0.2)
    together = Together(look)
    first = asyncio.ensure_future(together.ask("a"))
    await asyncio.to_thread(look.begun.wait, 3)
    assert await asyncio.gather(*(together.ask("a") for _ in range(20))) == ["a2"] * 20
    assert await first == "a1"
    assert len(look.asked) == 2


@pytest.mark.asyncio
async def test_a_page_that_goes_away_leaves_the_look_to_the_others():
    look = Looking()
    together = Together(look)
    gone, stays = asyncio.ensure_future(together.ask("a")), asyncio.ensure_future(together.ask("a"))
    await asyncio.sleep(0)
    gone.cancel()
    assert await stays == "a1"


@pytest.mark.asyncio
async def test_a_look_that_fails_is_told_to_all_and_the_next_one_is_tried():
    answers = [OSError("gone"), {"a": "here"}]

    def look(keys):
        answer = answers.pop(0)
        if isinstance(answer, OSError):
            raise answer
        return answer

    together = Together(look)
    assert [str(one) for one in await asyncio.gather(together.ask("a"), together.ask("a"), return_exceptions=True)] == (
        ["gone", "gone"]
    )
    assert await together.ask("a") == "here"
