"""The worker's loops: bot turns, the outbox, what falls due. Each is a small sweep that is safe to run twice."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor

import structlog

from bot.services.ports import Wakeups
from bot.services.turns import Turns

log = structlog.get_logger()
#: Seconds after which a loop looks by itself, should nobody have woken it.
LOOK_AGAIN = 1.0
#: Seconds to rest after an error of the kind a later sweep may not meet (database gone, disk full).
REST = 2.0
#: Turns at one time. They have threads of their own: a Rasa that hangs must not take those the channels answer with.
TURNS_AT_ONCE = 32


async def run_turns(turns: Turns, wakeups: Wakeups) -> None:
    """Process waiting messages for ever: conversations side by side, each in its own order."""
    busy: dict[str, asyncio.Task[None]] = {}
    threads, loop = ThreadPoolExecutor(TURNS_AT_ONCE, "turn"), asyncio.get_running_loop()

    async def drain(conversation_id: str) -> None:
        try:
            while await loop.run_in_executor(threads, turns.run, conversation_id):
                pass
        except Exception:  # a turn that breaks must not stop everybody else's; its row is tried again
            log.exception("turn failed", conversation=conversation_id)
            await asyncio.sleep(REST)
        finally:
            del busy[conversation_id]

    while True:
        waiting = asyncio.ensure_future(wakeups.wait("inbox", LOOK_AGAIN))
        await asyncio.sleep(0)  # be counted as waiting before looking, so that no call is missed
        try:
            due = await asyncio.to_thread(turns.due)
        except Exception:  # the database may be away for a moment; the loop must outlive it
            log.exception("cannot look for turns")
            due = []
            await asyncio.sleep(REST)
        for conversation_id in due:
            if conversation_id in busy:  # its last turn is just ending: look again as soon as it has
                busy[conversation_id].add_done_callback(lambda _: wakeups.wake("inbox"))
            else:
                busy[conversation_id] = asyncio.ensure_future(drain(conversation_id))
        await waiting


async def sweep(name: str, once: Callable[[], Awaitable[int]], wakeups: Wakeups, topic: str, seconds: float) -> None:
    """Call `once` for ever: again at once while it finds work, else when `topic` is woken or after `seconds`."""
    while True:
        waiting = asyncio.ensure_future(wakeups.wait(topic, seconds))
        await asyncio.sleep(0)
        try:
            found = await once()
        except Exception:  # as above: a sweep outlives what it stumbles over
            log.exception("sweep failed", sweep=name)
            found = 0
            await asyncio.sleep(REST)
        if found:
            waiting.cancel()
            continue
        await waiting
