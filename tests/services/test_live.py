"""The loop behind live pages: what calls is looked at, calls in between are not missed, and everything now and then."""

from __future__ import annotations

import asyncio
from contextlib import aclosing

import pytest

from bot.services.live import rounds
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
